// The list marks the open request, and hears of news. Needs `words.js`. Everything works without this file.
(() => {
  "use strict";

  const markOpenRow = () => {
    for (const row of document.querySelectorAll("a.row")) {
      if (row.pathname === location.pathname) row.setAttribute("aria-current", "page");
      else row.removeAttribute("aria-current");
    }
  };

  const placeSaid = (here, all) => interpolate(gettext("%(here)s of %(all)s"), { here, all }, true);
  // What approvals/views/inbox/place.py says of a whole page, of a request that was swapped in.
  const tellPlace = () => {
    const nav = document.querySelector("[data-place]");
    if (!nav) return;
    const isOpen = (row) => row.pathname === location.pathname;
    const runs = [[]]; // rows that follow one another without a gap
    for (const group of document.querySelectorAll("#rows .rows")) {
      runs.at(-1).push(...group.querySelectorAll("a.row"));
      if (group.hasAttribute("data-goes-on")) runs.push([]);
    }
    const rows = runs.find((run) => run.some(isOpen)) || [];
    const goesOn = rows !== runs.at(-1);
    const here = rows.findIndex(isOpen);
    const isGrouped = document.querySelector("#rows[data-grouped]");
    nav.hidden = Boolean(isGrouped) || here < 0 || (rows.length === 1 && !goesOn);
    if (nav.hidden) return;
    const isKnown = rows === runs[0] && document.querySelector("#rows[data-start]");
    nav.querySelector("[data-said]").textContent = isKnown ? placeSaid(here + 1, `${rows.length}${goesOn ? "+" : ""}`) : "";
    for (const [rel, row] of [["prev", rows[here - 1]], ["next", rows[here + 1]]]) {
      const link = nav.querySelector(`[rel=${rel}]`);
      if (row) link.href = row.href;
      link.hidden = !row;
    }
  };

  // News of the list that is shown, by its tab, filter and page: nothing moves by itself, a link offers the new list.
  // Closed while the page is hidden, because a browser allows six connections a host.
  let stream = null;
  let streamOf = "";
  let news = null;
  let silence = 0;
  let broken = 0;
  let isPaused = false;
  const SILENT = 45000; // milliseconds without a sign of life, which comes every 20 seconds
  const AGAIN = 5000; // milliseconds until a stream that was refused is asked for again
  const PAUSED_AFTER = 3000; // a broken stream is usually back before

  // Tells this page from another of the same person's, for presence.
  const pageName = crypto.getRandomValues(new Uint32Array(1))[0].toString(36);

  const openRequest = () => document.querySelector("#request[data-open]");
  const address = () => {
    const list = document.querySelector("[data-news]")?.dataset.news;
    if (!list) return "";
    const url = new URL(list, location.href);
    const open = openRequest();
    if (open) {
      url.searchParams.set("open", open.dataset.open);
      url.searchParams.set("page", pageName);
    }
    return url.href;
  };
  const pause = () => { isPaused = true; tellOpen(); };
  // A browser comes back to a line that broke by itself, and never to one on which a proxy answered.
  const onBroken = () => {
    clearTimeout(broken);
    broken = setTimeout(pause, PAUSED_AFTER);
    if (stream?.readyState !== EventSource.CLOSED) return;
    stream = null;
    setTimeout(listen, AGAIN);
  };
  const alive = () => {
    clearTimeout(silence);
    clearTimeout(broken);
    silence = setTimeout(() => { pause(); stream?.close(); stream = null; listen(); }, SILENT);
    if (isPaused) { isPaused = false; tellOpen(); }
  };
  const listen = () => {
    const wanted = document.hidden ? "" : address();
    if (stream && streamOf === wanted) return;
    stream?.close();
    stream = null;
    clearTimeout(silence);
    clearTimeout(broken);
    if (streamOf !== wanted) news = null;
    if (!wanted) return;
    streamOf = wanted;
    stream = new EventSource(wanted);
    stream.addEventListener("inbox", (event) => { news = JSON.parse(event.data); alive(); tellNews(); tellOpen(); });
    stream.addEventListener("life", alive);
    stream.addEventListener("error", onBroken);
  };
  const say = (element, text) => { if (element && element.textContent !== text) element.textContent = text; };
  // The open request: who looks at it, what happened to it meanwhile. Nothing that is typed or pointed at moves: the
  // footer says it, and shows nothing more to press once the request is decided.
  const tellOpen = () => {
    for (const place of document.querySelectorAll("[data-paused]")) place.hidden = !isPaused;
    const page = openRequest();
    const open = page && news?.open?.id === page.dataset.open ? news.open : null;
    say(document.querySelector("[data-viewing]"), isPaused ? gettext("Live updates paused") : open?.viewing || "");
    const place = document.querySelector("#decision-panel [data-meanwhile]");
    const shown = Number(document.getElementById("history-panel")?.dataset.mark);
    if (!open || !place || Number(open.mark) <= shown) return;
    say(place.querySelector("[data-said]"), open.said);
    place.hidden = false;
    if (!open.isOver) return;
    const hadFocus = place.parentElement.contains(document.activeElement);
    for (const act of place.parentElement.querySelectorAll("a.button, button")) act.hidden = true;
    if (hadFocus) place.querySelector("a").focus();
    place.parentElement.classList.add("over");
  };
  const offered = (tab, count) => {
    const text = tab === "drafts" ? ngettext("%(count)s new draft", "%(count)s new drafts", count)
      : tab === "decided" ? ngettext("%(count)s new decision", "%(count)s new decisions", count)
        : ngettext("%(count)s new request", "%(count)s new requests", count);
    return interpolate(text, { count }, true);
  };
  const tellNews = () => {
    if (!news) return;
    const title = document.title.replace(/^\(\d+\+?\) /, "");
    document.title = news.counts.me === "0" ? title : `(${news.counts.me}) ${title}`;
    for (const row of document.querySelectorAll("a.row")) {
      say(row.querySelector(".viewing"), news.viewing[row.pathname.split("/").at(-2)] || "");
    }
    for (const [tab, count] of Object.entries(news.counts)) say(document.querySelector(`[data-count="${tab}"]`), count);
    const link = document.querySelector("[data-news]");
    if (!link) return;
    const idsOf = (row) => row.dataset.ids?.split(" ") || [row.pathname.split("/").at(-2)];
    const shown = new Set([...document.querySelectorAll("a.row")].flatMap(idsOf));
    const fresh = news.ids.filter((id) => !shown.has(id)).length;
    say(link, fresh ? offered(link.dataset.tab, fresh) : "");
    link.hidden = !fresh;
  };

  document.addEventListener("DOMContentLoaded", listen);
  document.addEventListener("visibilitychange", listen);
  document.addEventListener("htmx:pushedIntoHistory", markOpenRow);
  document.addEventListener("htmx:afterSettle", () => { listen(); tellNews(); tellOpen(); markOpenRow(); tellPlace(); });
})();
