// The focus follows a swap; a button that does nothing by itself sends nothing. Everything works without this file.
(() => {
  "use strict";

  let pressed = null;
  const focusAfter = (target) => {
    const same = pressed?.name && document.querySelector(
      `button[name="${CSS.escape(pressed.name)}"][value="${CSS.escape(pressed.value)}"]`);
    const list = target.id === "rows" && target;
    const next = target.querySelector("[data-focus]") || same || list || target.querySelector("h1");
    pressed = null;
    next?.focus({ preventScroll: next === list || next.tagName === "H1" });
  };

  document.addEventListener("submit", (event) => {
    pressed = event.submitter;
    if (!pressed?.hasAttribute("data-nothing")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);

  document.addEventListener("DOMContentLoaded", () => document.querySelector("[data-focus]")?.focus());
  // An element that was swapped whole is no longer in the page: look from the main part instead.
  document.addEventListener("htmx:afterSettle", (event) => {
    focusAfter(event.target.isConnected ? event.target : document.getElementById("main"));
  });
})();
