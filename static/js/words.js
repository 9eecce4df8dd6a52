// What the other scripts say comes from the catalogue of /words/, in the page's language. Without it they speak English.
// The three functions are called as Django's are.
globalThis.gettext ??= (text) => text;
globalThis.ngettext ??= (one, many, count) => (count === 1 ? one : many);
globalThis.interpolate ??= (text, values) => text.replace(/%\((\w+)\)s/g, (_, name) => values[name]);
