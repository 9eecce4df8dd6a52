// Presentation only: the time left goes on, the focus follows a swap, the colours can be chosen.
// Everything works without this file.
(() => {
  "use strict";

  const root = document.documentElement;
  try {
    const chosen = localStorage.getItem("theme");
    if (chosen) root.dataset.theme = chosen;
  } catch { /* no storage: the system's colours */ }

  const span = (ms) => {
    const minutes = Math.floor(Math.abs(ms) / 60000);
    if (minutes >= 2880) return `${Math.floor(minutes / 1440)} days`;
    if (minutes >= 60) return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")}`;
    return `${Math.max(minutes, 1)} min`;
  };

  const tick = () => {
    for (const element of document.querySelectorAll("[data-left]")) {
      const left = new Date(element.dataset.left) - Date.now();
      element.textContent = `${span(left)} ${left > 0 ? "left" : "over"}`;
      const time = element.closest("time");
      time.classList.toggle("over", left <= 0);
      time.classList.toggle("soon", left > 0 && left <= 900000);
    }
    for (const element of document.querySelectorAll("[data-ago]")) {
      const since = Date.now() - new Date(element.dataset.ago);
      element.textContent = since < 60000 ? "just now" : `${span(since)} ago`;
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
      element.textContent = stage === "over" ? "The deadline has passed." : "A quarter of the time is left.";
    }
  };

  // "25 Nov 2026, 18:02 CET": as the server writes it in UTC, in the viewer's own zone.
  const inZone = new Intl.DateTimeFormat("en-GB", {
    day: "numeric", month: "numeric", year: "numeric",
    hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZoneName: "short",
  });
  const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
  const inWords = (moment) => {
    const part = Object.fromEntries(inZone.formatToParts(moment).map(({ type, value }) => [type, value]));
    return `${part.day} ${MONTHS[part.month - 1]} ${part.year}, ${part.hour}:${part.minute} ${part.timeZoneName}`;
  };
  const localise = () => {
    for (const element of document.querySelectorAll("[data-absolute]")) {
      const time = element.closest("time");
      time.title = element.textContent;
      element.textContent = inWords(new Date(time.dateTime));
      element.removeAttribute("data-absolute");
    }
    for (const time of document.querySelectorAll("time.left:not([data-titled])")) {
      time.title = inWords(new Date(time.dateTime));
      time.dataset.titled = "";
    }
  };

  const markOpenRow = () => {
    for (const row of document.querySelectorAll("a.row")) {
      if (row.pathname === location.pathname) row.setAttribute("aria-current", "page");
      else row.removeAttribute("aria-current");
    }
  };

  // News of the list that is shown, by its tab, filter and page: nothing moves by itself, a link offers the new list.
  // Closed while the page is hidden, because a browser allows six connections a host.
  let stream = null;
  let streamOf = "";
  let news = null;
  const listen = () => {
    const wanted = (!document.hidden && document.querySelector("[data-news]")?.dataset.news) || "";
    if (stream && streamOf === wanted) return;
    stream?.close();
    stream = null;
    if (streamOf !== wanted) news = null;
    if (!wanted) return;
    streamOf = wanted;
    stream = new EventSource(wanted);
    stream.addEventListener("inbox", (event) => { news = JSON.parse(event.data); tellNews(); });
  };
  const say = (element, text) => { if (element && element.textContent !== text) element.textContent = text; };
  const tellNews = () => {
    if (!news) return;
    const title = document.title.replace(/^\(\d+\+?\) /, "");
    document.title = news.counts.me === "0" ? title : `(${news.counts.me}) ${title}`;
    for (const [tab, count] of Object.entries(news.counts)) say(document.querySelector(`[data-count="${tab}"]`), count);
    const link = document.querySelector("[data-news]");
    if (!link) return;
    const shown = new Set([...document.querySelectorAll("a.row")].map((row) => row.pathname.split("/").at(-2)));
    const fresh = news.ids.filter((id) => !shown.has(id)).length;
    say(link, fresh ? `${fresh} new ${link.dataset.noun}${fresh === 1 ? "" : "s"}` : "");
    link.hidden = !fresh;
  };

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

  let pressed = null;
  const focusAfter = (target) => {
    const same = pressed?.name && document.querySelector(
      `button[name="${CSS.escape(pressed.name)}"][value="${CSS.escape(pressed.value)}"]`);
    const list = target.id === "rows" && target;
    const next = target.querySelector("[data-focus]") || same || list || target.querySelector("h1");
    pressed = null;
    next?.focus({ preventScroll: next === list || next.tagName === "H1" });
  };

  const toggleTheme = () => {
    const isDark = root.dataset.theme
      ? root.dataset.theme === "dark"
      : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = isDark ? "light" : "dark";
    try { localStorage.setItem("theme", root.dataset.theme); } catch { /* kept for this page only */ }
  };

  document.addEventListener("DOMContentLoaded", () => {
    for (const toggle of document.querySelectorAll("[data-theme-toggle]")) {
      toggle.hidden = false;
      toggle.addEventListener("click", toggleTheme);
    }
    localise();
    offerCopies();
    tick();
    setInterval(tick, 20000);
    document.querySelector("[data-focus]")?.focus();
    if (/^\/approvals\/[0-9a-f-]{36}\//.test(document.referrer && new URL(document.referrer).pathname)) takePlace();
    listen();
  });
  document.addEventListener("visibilitychange", listen);
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
    label.textContent = "Copied";
    setTimeout(() => { label.textContent = "Copy"; }, 2000);
  });

  document.addEventListener("submit", (event) => {
    pressed = event.submitter;
    if (!pressed?.hasAttribute("data-nothing")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
  document.addEventListener("htmx:pushedIntoHistory", markOpenRow);
  document.addEventListener("htmx:afterSettle", (event) => {
    localise();
    offerCopies();
    tick();
    listen();
    tellNews();
    markOpenRow();
    // An element that was swapped whole is no longer in the page: look from the main part instead.
    focusAfter(event.target.isConnected ? event.target : document.getElementById("main"));
  });
})();
