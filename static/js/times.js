// The time left goes on, and a deadline is announced. Needs `words.js`. Everything works without this file.
(() => {
  "use strict";

  const inDays = (count) => interpolate(ngettext("%(count)s day", "%(count)s days", count), { count }, true);
  const inHours = (hours, minutes) => interpolate(gettext("%(hours)s h %(minutes)s"), { hours, minutes }, true);
  const span = (ms) => {
    const minutes = Math.floor(Math.abs(ms) / 60000);
    if (minutes >= 2880) return inDays(Math.floor(minutes / 1440));
    if (minutes >= 60) return inHours(Math.floor(minutes / 60), String(minutes % 60).padStart(2, "0"));
    return interpolate(gettext("%(minutes)s min"), { minutes: Math.max(minutes, 1) }, true);
  };

  const tick = () => {
    for (const element of document.querySelectorAll("[data-left]")) {
      const left = new Date(element.dataset.left) - Date.now();
      const text = left > 0 ? gettext("%(time)s left") : gettext("overdue by %(time)s");
      element.textContent = interpolate(text, { time: span(left) }, true);
      const time = element.closest("time");
      time.classList.toggle("over", left <= 0);
      time.classList.toggle("soon", left > 0 && left <= 900000);
    }
    for (const element of document.querySelectorAll("[data-ago]")) {
      const since = Date.now() - new Date(element.dataset.ago);
      element.textContent = since < 60000 ? gettext("just now") : interpolate(gettext("%(time)s ago"), { time: span(since) }, true);
    }
    announce();
    const next = [...document.querySelectorAll("[data-left], [data-deadline]")]
      .map((element) => new Date(element.dataset.left || element.dataset.deadline) - Date.now())
      .filter((left) => left > 0 && left < 20000);
    clearTimeout(soonest);
    if (next.length) soonest = setTimeout(tick, Math.min(...next) + 50);
  };
  let soonest = 0;

  // Said once, politely, when a quarter of the time is left and when none is, while the page is open.
  const announce = () => {
    for (const element of document.querySelectorAll("[data-deadline]")) {
      const deadline = new Date(element.dataset.deadline);
      const left = deadline - Date.now();
      const stage = left <= 0 ? "over" : left <= (deadline - new Date(element.dataset.asked)) / 4 ? "quarter" : "early";
      const before = element.dataset.stage;
      element.dataset.stage = stage;
      if (stage === "over") for (const notice of document.querySelectorAll("[data-at-deadline]")) notice.hidden = false;
      if (!before || before === stage) continue;
      element.textContent = stage === "over" ? gettext("The deadline has passed.") : gettext("A quarter of the time is left.");
    }
  };

  document.addEventListener("DOMContentLoaded", () => { tick(); setInterval(tick, 20000); });
  document.addEventListener("htmx:afterSettle", tick);
})();
