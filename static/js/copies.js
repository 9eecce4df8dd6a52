// Buttons that copy a text exactly. Needs `words.js`. Everything works without this file.
(() => {
  "use strict";

  // A draft is used by hand: its texts can be copied exactly, where the browser lets a page do so.
  const offerCopies = () => {
    if (!navigator.clipboard) return;
    for (const button of document.querySelectorAll("[data-copy][hidden]")) button.hidden = false;
  };
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    await navigator.clipboard.writeText(button.dataset.copy);
    const label = button.firstChild;
    label.textContent = gettext("Copied");
    setTimeout(() => { label.textContent = gettext("Copy"); }, 2000);
  });

  document.addEventListener("DOMContentLoaded", offerCopies);
  document.addEventListener("htmx:afterSettle", offerCopies);
})();
