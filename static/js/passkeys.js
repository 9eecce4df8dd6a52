// What is said where a browser comes back without a passkey: stopped, timed out, or there is none. The ceremony itself
// is in allauth's scripts.
(() => {
  "use strict";

  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    const said = document.querySelector("[data-passkey-failed]");
    if (!said) return;
    said.hidden = true; // so that it is said again
    requestAnimationFrame(() => { said.hidden = false; });
  });
})();
