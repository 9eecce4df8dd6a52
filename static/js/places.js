// The list stays where it was scrolled to. Everything works without this file.
(() => {
  "use strict";

  // Back in a list one is where one left it: browsers keep the place of a window, not of a list that scrolls by
  // itself, and lose both where htmx fetches the page anew.
  const listShown = () => document.querySelector("[data-news]")?.getAttribute("href");
  const keptPlace = () => {
    try { return JSON.parse(sessionStorage.getItem(`place:${listShown()}`)) || {}; } catch { return {}; }
  };
  const keepPlace = () => {
    const list = document.getElementById("inbox");
    if (!list) return;
    const outer = document.getElementById("request") ? keptPlace().outer : scrollY;
    const place = JSON.stringify({ inner: list.scrollTop, outer });
    try { sessionStorage.setItem(`place:${listShown()}`, place); } catch { /* no storage: the list starts at its top */ }
  };
  const takePlace = () => {
    const list = document.getElementById("inbox");
    if (!list) return;
    const { inner, outer } = keptPlace();
    list.scrollTop = inner || 0;
    if (!document.getElementById("request")) scrollTo({ top: outer || 0, behavior: "instant" });
  };
  addEventListener("pagehide", keepPlace);
  document.addEventListener("click", (event) => { if (event.target.closest("a.row")) keepPlace(); }, true);
  document.addEventListener("htmx:historyRestore", takePlace);

  document.addEventListener("DOMContentLoaded", () => {
    if (/^\/approvals\/[0-9a-f-]{36}\//.test(document.referrer && new URL(document.referrer).pathname)) takePlace();
  });
})();
