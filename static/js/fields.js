// The payload's fields are read first and edited on demand: the widget takes the focus, its value is read again after
// it, "Edit all" opens every one, and another form of a value is shown as soon as it is chosen. All of it works
// without this file.
(() => {
  "use strict";

  const WIDGETS = ":is(input, select, textarea):not([type=hidden], [type=checkbox], [type=radio])";

  const isEditing = (details) => details.matches?.("#review-form details.edit");
  const chosenIn = (select) => select?.selectedOptions[0]?.textContent.trim();
  // A time is read with the zone that it was entered in.
  const valueOf = (widget, zone) => {
    if (widget.tagName === "SELECT") return chosenIn(widget);
    return zone ? `${widget.value.replace("T", " ")} ${chosenIn(zone)}` : widget.value;
  };
  const isAsSent = (widget) => (widget.tagName === "SELECT"
    ? [...widget.options].every((option) => option.selected === option.defaultSelected)
    : widget.value === widget.defaultValue);

  // What is read is what was typed, as text; a field nobody typed into keeps what the server wrote.
  const readAgain = (details) => {
    const seen = details.parentElement.querySelector(":scope > [data-seen]");
    const widget = details.querySelector(WIDGETS);
    if (!seen || !widget || details.querySelector(":checked:is([type=checkbox], [type=radio]:not([value=value]))")) return;
    const zone = details.querySelector("select[name^='zone/']");
    if (isAsSent(widget) && (!zone || isAsSent(zone))) return;
    const value = document.createElement("span");
    value.className = "value";
    value.textContent = valueOf(widget, zone);
    seen.replaceChildren(value);
  };

  let isOpeningAll = false;
  const openAll = (form) => {
    const closed = [...form.querySelectorAll("details.edit:not([open])")];
    isOpeningAll = closed.length > 0;
    for (const details of closed) details.open = true;
    form.querySelector(`details.edit ${WIDGETS}`)?.focus();
  };

  // `toggle` does not bubble.
  document.addEventListener("toggle", (event) => {
    const details = event.target;
    if (!isEditing(details)) return;
    if (!details.open) readAgain(details);
    else if (!isOpeningAll && details.contains(document.activeElement)) details.querySelector(WIDGETS)?.focus();
  }, true);

  document.addEventListener("click", (event) => {
    isOpeningAll = false;
    const button = event.target.closest("[data-edit-all]");
    if (!button?.form) return;
    event.preventDefault();
    openAll(button.form);
  });

  // What is typed is in sight, also where it was typed again after a swap.
  document.addEventListener("input", (event) => {
    const details = event.target.closest?.("details.edit:not([open])");
    if (details && isEditing(details)) details.open = true;
  });

  // A swap of the same request's form leaves open what was open, and the focus where it was.
  let left = null;
  const nameOf = (details) => details.querySelector("[name]")?.name;
  const pageOf = (form) => form?.elements.page?.value;
  document.addEventListener("htmx:beforeSwap", () => {
    const form = document.getElementById("review-form");
    const at = document.activeElement;
    left = form && {
      page: pageOf(form),
      open: [...form.querySelectorAll("details[open]")].map(nameOf),
      focus: form.contains(at) && at.matches(WIDGETS) ? at.id : "",
    };
  });
  document.addEventListener("htmx:afterSwap", () => {
    const form = document.getElementById("review-form");
    if (left && form && pageOf(form) === left.page) {
      for (const details of form.querySelectorAll("details")) if (left.open.includes(nameOf(details))) details.open = true;
      if (left.focus && document.activeElement === document.body) document.getElementById(left.focus)?.focus();
    }
    left = null;
  });

  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-chooses]")) return;
    event.target.parentElement.querySelector("button[name=choose]")?.click();
  });

  // Escape reads again, where nothing else is open.
  document.addEventListener("keydown", (event) => {
    const details = event.key === "Escape" && event.target.closest("details.edit[open]");
    if (!details || !isEditing(details) || event.defaultPrevented) return;
    details.open = false;
    details.querySelector("summary").focus();
  });
})();
