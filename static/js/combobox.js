// One combobox for all: the list box that belongs to a text field. The field keeps the focus, arrows move through the
// options, and `aria-activedescendant` says which is chosen.
const combobox = (input, list) => {
  "use strict";

  const options = () => [...list.querySelectorAll("[role=option]")];
  const selected = () => list.querySelector("[aria-selected=true]");
  const select = (option) => {
    for (const one of options()) one.setAttribute("aria-selected", String(one === option));
    if (option) input.setAttribute("aria-activedescendant", option.id);
    else input.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  };
  const show = (isThere) => {
    list.hidden = !isThere;
    if (input.getAttribute("role") === "combobox") input.setAttribute("aria-expanded", String(isThere));
    if (!isThere) select(null);
  };
  const move = (step) => {
    const all = options();
    if (!all.length) return;
    const here = all.indexOf(selected());
    select(all[here < 0 ? (step > 0 ? 0 : all.length - 1) : (here + step + all.length) % all.length]);
  };
  return { options, selected, select, show, move };
};
