// The time left goes on, and a deadline is announced. Needs `words.js`. Everything works without this file.
(() => {
  "use strict";

  // Whole phrases, as `approvals/templatetags/inbox.py` has them: another language puts its words in another order.
  const PHRASES = {
    left: {
      days: (count) => ngettext("%(count)s day left", "%(count)s days left", count),
      hours: () => gettext("%(hours)s h %(minutes)s left"),
      minutes: () => gettext("%(count)s min left"),
    },
    overdue: {
      days: (count) => ngettext("overdue by %(count)s day", "overdue by %(count)s days", count),
      hours: () => gettext("overdue by %(hours)s h %(minutes)s"),
      minutes: () => gettext("overdue by %(count)s min"),
    },
    ago: {
      days: (count) => ngettext("%(count)s day ago", "%(count)s days ago", count),
      hours: () => gettext("%(hours)s h %(minutes)s ago"),
      minutes: () => gettext("%(count)s min ago"),
    },
  };
  const inWords = (phrases, ms) => {
    const minutes = Math.floor(Math.abs(ms) / 60000);
    const days = Math.floor(minutes / 1440);
    if (minutes >= 2880) return interpolate(phrases.days(days), { count: days }, true);
    if (minutes < 60) return interpolate(phrases.minutes(), { count: Math.max(minutes, 1) }, true);
    const clock = { hours: Math.floor(minutes / 60), minutes: String(minutes % 60).padStart(2, "0") };
    return interpolate(phrases.hours(), clock, true);
  };

  const tick = () => {
    for (const element of document.querySelectorAll("[data-left]")) {
      const left = new Date(element.dataset.left) - Date.now();
      element.textContent = inWords(left > 0 ? PHRASES.left : PHRASES.overdue, left);
      const time = element.closest("time");
      time.classList.toggle("over", left <= 0);
      time.classList.toggle("soon", left > 0 && left <= 900000);
    }
    for (const element of document.querySelectorAll("[data-ago]")) {
      const since = Date.now() - new Date(element.dataset.ago);
      element.textContent = since < 60000 ? gettext("just now") : inWords(PHRASES.ago, since);
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
