// The list marks the open request, and hears of news. Everything works without this file.
(() => {
  "use strict";

  const markOpenRow = () => {
    for (const row of document.querySelectorAll("a.row")) {
      if (row.pathname === location.pathname) row.setAttribute("aria-current", "page");
      else row.removeAttribute("aria-current");
    }
  };

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
    nav.hidden = here < 0 || (rows.length === 1 && !goesOn);
    if (nav.hidden) return;
    const isKnown = rows === runs[0] && document.querySelector("#rows[data-start]");
    nav.querySelector("[data-said]").textContent = isKnown ? `${here + 1} of ${rows.length}${goesOn ? "+" : ""}` : "";
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

  document.addEventListener("DOMContentLoaded", listen);
  document.addEventListener("visibilitychange", listen);
  document.addEventListener("htmx:pushedIntoHistory", markOpenRow);
  document.addEventListener("htmx:afterSettle", () => { listen(); tellNews(); markOpenRow(); tellPlace(); });
})();
