// A person is picked by name: in a field for one, and after an @ in a comment. The server says who is there, and who
// cannot be picked and why. Needs `combobox.js` and `words.js`. Everything works without this file: names and addresses are typed.
(() => {
  "use strict";

  const WAIT = 150; // ms: a word is typed at once
  const MENTION = /(?:^|[\s(])@([^\s@]*)$/;
  const FIELDS = "[data-people]";
  const fields = new WeakMap();

  const isMention = (field) => field.matches("textarea");
  const mentionIn = (field) => field.value.slice(0, field.selectionStart).match(MENTION);
  const looksFor = (field) => (isMention(field) ? mentionIn(field)?.[1] : field.value.trim());

  const say = (field, text) => { document.getElementById(`${field.id}-said`).textContent = text; };
  const summary = (all) => {
    if (!all.length) return gettext("Nobody whom you know of here has such a name. Write the whole e-mail address.");
    const count = all.length;
    const text = "more" in all[0].dataset
      ? ngettext("The first person. Type more of the name.", "The first %(count)s people. Type more of the name.", count)
      : ngettext("%(count)s person", "%(count)s people", count);
    return interpolate(text, { count }, true);
  };

  const close = (field) => {
    const state = fields.get(field);
    if (!state) return;
    clearTimeout(state.timer);
    state.asked?.abort();
    state.box.show(false);
  };

  const fetched = async (field, text, signal) => {
    const url = new URL(field.dataset.people, location.href);
    url.searchParams.set("q", text);
    const response = await fetch(url, { signal });
    if (!response.ok || response.redirected) throw new Error(response.statusText);
    return response.text();
  };
  const show = (field, html) => {
    const { box, list } = fields.get(field);
    list.innerHTML = html; // the server's own, with every name escaped
    const all = box.options();
    all.forEach((option, place) => { option.id = `${list.id}-${place}`; });
    say(field, summary(all));
    box.show(all.length > 0);
    if (isMention(field)) box.select(all.find((option) => !isBarred(option)) || null);
    if (all.length) list.scrollIntoView({ block: "nearest" });
  };
  const ask = async (field) => {
    const state = fields.get(field), text = looksFor(field);
    if (text === undefined) return close(field);
    state.asked?.abort();
    state.asked = new AbortController();
    try {
      show(field, await fetched(field, text, state.asked.signal));
    } catch (error) {
      if (error.name === "AbortError") return;
      state.box.show(false);
      say(field, gettext("The search does not answer just now."));
    }
  };

  const isBarred = (option) => option.getAttribute("aria-disabled") === "true";
  const pick = (field, option) => {
    if (isBarred(option)) return say(field, option.querySelector(".reason")?.textContent || "");
    if (isMention(field)) {
      const start = field.selectionStart - mentionIn(field)[1].length;
      field.setRangeText(`${option.dataset.address} `, start, field.selectionStart, "end");
    } else {
      field.value = option.dataset.written;
    }
    close(field);
    say(field, "");
    field.dispatchEvent(new CustomEvent("input", { bubbles: true, detail: "picked" }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
  };

  const ACTS = {
    ArrowDown: (field, { box }) => box.move(1),
    ArrowUp: (field, { box }) => box.move(-1),
    Enter: (field, { box }) => pick(field, box.selected()),
    Escape: close,
  };
  const onKey = (event) => {
    const field = event.target, state = fields.get(field);
    if (event.isComposing || event.ctrlKey || event.metaKey) return;
    if (state.list.hidden) {
      if (event.key !== "ArrowDown" || isMention(field)) return;
      event.preventDefault();
      ask(field);
      return;
    }
    const act = ACTS[event.key];
    if (!act || (event.key === "Enter" && !state.box.selected())) return;
    event.preventDefault();
    event.stopPropagation();
    act(field, state);
  };
  const onInput = (event) => {
    if (event.detail === "picked") return;
    const field = event.target, state = fields.get(field);
    state.box.select(null); // what was found was for another text
    clearTimeout(state.timer);
    if (!looksFor(field) && !isMention(field)) return close(field);
    state.timer = setTimeout(() => ask(field), WAIT);
  };

  const dress = (field) => {
    if (fields.has(field)) return;
    const list = document.getElementById(`${field.id}-found`);
    field.removeAttribute("list");
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-controls", list.id);
    if (!isMention(field)) {
      field.setAttribute("role", "combobox");
      field.setAttribute("aria-expanded", "false");
    }
    fields.set(field, { list, box: combobox(field, list) });
    field.addEventListener("keydown", onKey);
    field.addEventListener("input", onInput);
    field.addEventListener("blur", () => close(field));
    list.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
    list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) pick(field, option);
    });
  };
  const dressAll = () => { for (const field of document.querySelectorAll(FIELDS)) dress(field); };

  document.addEventListener("DOMContentLoaded", dressAll);
  document.addEventListener("htmx:afterSettle", dressAll);
})();
