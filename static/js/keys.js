// Single keys press what the page shows (`data-key`), move through the list and open the help sheet; none ever decides.
// Everything works without this file.
(() => {
  "use strict";

  const areOff = () => { try { return localStorage.getItem("keys") === "off"; } catch { return false; } };
  const turn = (isOn) => { try { localStorage.setItem("keys", isOn ? "on" : "off"); } catch { /* on, in this browser */ } };
  const isTyping = (element) => element.closest("input, select, textarea, [contenteditable]");
  const isCovered = () => document.querySelector("dialog[open]") !== null;
  const shown = (selector) => [...document.querySelectorAll(selector)].filter((element) => element.checkVisibility());

  const press = (key) => shown(`[data-key="${key}"]`)[0]?.click();
  const help = () => document.getElementById("keys")?.showModal();
  const move = (step) => {
    const rows = shown("a.row");
    if (!rows.length) return press(step > 0 ? "j" : "k");
    const here = rows.includes(document.activeElement)
      ? rows.indexOf(document.activeElement)
      : rows.findIndex((row) => row.hasAttribute("aria-current"));
    rows[Math.min(Math.max(here + step, 0), rows.length - 1)].focus();
  };
  const open = () => document.activeElement?.closest("a.row")?.click();
  const search = () => shown(".filters input[type=search]")[0]?.focus();

  const ACTS = {
    j: () => move(1),
    k: () => move(-1),
    o: open,
    e: () => press("e"),
    a: () => press("a"),
    r: () => press("r"),
    s: () => press("s"),
    "/": search,
    "?": help,
  };

  document.addEventListener("keydown", (event) => {
    const act = ACTS[event.key];
    const isOther = event.defaultPrevented || event.isComposing || event.repeat || event.ctrlKey || event.metaKey || event.altKey;
    if (!act || isOther || areOff() || isCovered() || isTyping(event.target)) return;
    event.preventDefault();
    act();
  });

  document.addEventListener("DOMContentLoaded", () => {
    for (const section of document.querySelectorAll("[data-keys-preference]")) section.hidden = false;
    for (const toggle of document.querySelectorAll("[data-keys-toggle]")) {
      toggle.checked = !areOff();
      toggle.addEventListener("change", () => turn(toggle.checked));
    }
    for (const button of document.querySelectorAll("[data-keys-help]")) button.addEventListener("click", help);
  });
})();
