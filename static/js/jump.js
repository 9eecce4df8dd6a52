// Ctrl K, or ⌘K on a Mac, opens the search for requests, policies and people. Everything works without this file: then
// the header's link leads to the page. Needs `combobox.js` and `words.js`.
(() => {
  "use strict";

  const isMac = /^(Mac|iP)/.test(navigator.platform);
  const isChord = (event) =>
    event.key.toLowerCase() === "k" && !event.altKey && !event.shiftKey && event.ctrlKey === !isMac && event.metaKey === isMac;

  let dialog, input, list, box, said, hint;
  const forget = () => {
    input.value = "";
    list.replaceChildren();
    box.show(false);
    said.replaceChildren(hint);
  };

  const open = () => {
    if (document.querySelector("dialog[open]")) return;
    forget();
    dialog.showModal(); // which gives the focus back when it closes
    input.focus();
  };
  const follow = (event) => {
    const option = box.selected();
    if (!option) return; // the form's own page answers
    event.preventDefault();
    option.click();
  };
  const ACTS = {
    ArrowDown: (event) => { event.preventDefault(); box.move(1); },
    ArrowUp: (event) => { event.preventDefault(); box.move(-1); },
    Enter: follow,
  };

  const settle = () => {
    const count = box.options().length;
    box.show(count > 0);
    box.select(box.options()[0] || null);
    if (count) said.textContent = interpolate(ngettext("%(count)s found", "%(count)s found", count), { count }, true);
    else if (input.value.trim().length < 2) said.replaceChildren(hint);
    else said.textContent = gettext("Nothing that you may read matches");
  };

  document.addEventListener("keydown", (event) => {
    if (!dialog || event.isComposing || !isChord(event)) return;
    event.preventDefault();
    if (event.repeat) return;
    if (dialog.open) dialog.close();
    else open();
  });

  document.addEventListener("DOMContentLoaded", () => {
    dialog = document.getElementById("jump");
    if (!dialog) return;
    input = dialog.querySelector("[role=combobox]");
    list = dialog.querySelector("[role=listbox]");
    box = combobox(input, list);
    said = dialog.querySelector("[role=status]");
    hint = said.firstElementChild;
    for (const key of document.querySelectorAll("[data-chord]")) {
      key.hidden = false;
      if (isMac) key.textContent = "⌘K";
    }
    for (const link of document.querySelectorAll("[data-jump]")) {
      link.setAttribute("aria-keyshortcuts", isMac ? "Meta+K" : "Control+K");
      link.setAttribute("aria-haspopup", "dialog");
      link.addEventListener("click", (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        open();
      });
    }
    input.addEventListener("keydown", (event) => { if (!event.isComposing) ACTS[event.key]?.(event); });
    // What was found was for another text: Enter waits for the new list, or asks the page.
    input.addEventListener("input", () => box.select(null));
    list.addEventListener("click", () => dialog.close());
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
    list.addEventListener("htmx:afterSettle", settle);
    // A refusal replaces no page on which somebody is typing.
    document.addEventListener("htmx:beforeSwap", (event) => {
      if (event.detail.requestConfig?.elt !== input || event.detail.xhr.status < 400) return;
      event.detail.shouldSwap = false;
      box.select(null);
      said.textContent = gettext("The search does not answer just now.");
    });
  });
})();
