// What is typed is not lost: it is saved while one types, a form is sent once, and an answer that did not come
// from Countersign, or none at all, leaves the page as it is. Needs `answers.js` and `words.js`. Everything works without this file.
(() => {
  "use strict";

  const SOON = 700; // milliseconds after the last key
  const AGAIN = 10000; // milliseconds until a save that failed is tried again
  const MOST_ON_LEAVING = 60000; // bytes that a browser still sends while a page goes away

  const theForm = () => document.querySelector("form[data-edits]");

  // --- The payload's form: saved a moment after typing stops, and on leaving

  // For each form: how often something was typed, up to where it is saved or posted, whether the last save failed,
  // and what was typed since it was posted.
  const states = new WeakMap();
  const stateOf = (form) => {
    if (!states.has(form)) states.set(form, { typed: 0, saved: 0, failed: false, timer: 0, sent: 0, posted: 0, since: new Map() });
    return states.get(form);
  };
  const isDirty = (form) => Boolean(form) && stateOf(form).typed > stateOf(form).saved;

  // Counted for each page by its name: a form that was drawn again may not know of the saves sent meanwhile.
  const turns = new Map();
  const nextTurn = ({ elements: { page, turn } }) => {
    turn.value = Math.max(turns.get(page.value) || 0, Number(turn.value)) + 1;
    turns.set(page.value, Number(turn.value));
  };

  const say = (text, isBad = false) => {
    const place = document.querySelector("[data-saved]");
    if (!place) return;
    if (place.textContent !== text) place.textContent = text;
    place.classList.toggle("bad", isBad);
  };

  const later = (form, delay) => {
    const state = stateOf(form);
    clearTimeout(state.timer);
    state.timer = setTimeout(() => { if (form.isConnected) save(form); }, delay);
  };

  const bodyOf = (form) => {
    nextTurn(form);
    const body = new URLSearchParams(new FormData(form));
    body.delete("text"); // the comment beside it
    return body;
  };

  const isLarge = (body) => body.toString().length >= MOST_ON_LEAVING;
  const send = (form, body) => fetch(form.dataset.edits, {
    method: "POST",
    body,
    headers: { Accept: "application/json" },
    redirect: "manual",
    keepalive: !isLarge(body),
  });

  const renewToken = (token) => {
    for (const field of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) field.value = token;
    document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token }));
  };

  // Saves may overtake one another: the server takes none that is older than the one it has.
  const save = async (form) => {
    const state = stateOf(form);
    clearTimeout(state.timer);
    if (!isDirty(form) || state.sent === state.typed) return;
    const upTo = state.sent = state.typed;
    const response = await send(form, bodyOf(form)).catch(() => null);
    if (state.sent === upTo) state.sent = 0;
    const answer = await response?.json().catch(() => null);
    if (response?.ok && answer) {
      state.saved = Math.max(state.saved, upTo);
      state.failed = false;
      if (form.isConnected) say(answer.saved ? interpolate(gettext("Saved %(when)s"), { when: answer.in_words }, true) : "");
    } else if (response?.status === 403 && answer?.token) {
      renewToken(answer.token);
      later(form, 0);
    } else notSaved(form, response?.status || 0, answer?.sentence);
  };

  const notSaved = (form, status, why) => {
    stateOf(form).failed = true;
    if (!form.isConnected) return; // another request's page by now
    if (why) {
      say(interpolate(gettext("Not saved: %(why)s"), { why }, true), true);
      return;
    }
    if (status === 401) say(gettext("Not saved: you are signed out. Sign in in another tab; what you typed stays here."), true);
    else if (status) say(interpolate(gettext("Not saved: the server answered %(status)s. It is tried again."), { status }, true), true);
    else say(gettext("Not saved: no connection. It is tried again."), true);
    later(form, AGAIN);
  };

  const saveBeforeLeaving = () => { if (isDirty(theForm())) save(theForm()); };

  // A field that is left out or null is there once something is typed into it: its tick or its choice shows so at once.
  const fill = (field) => {
    if (!field.value || !field.name.startsWith("payload/")) return;
    const steps = field.name.split("/").slice(1);
    for (let depth = steps.length; depth > 0; depth -= 1) {
      const state = field.form.elements.namedItem(["state", ...steps.slice(0, depth)].join("/"));
      if (state?.type === "checkbox") state.checked = false;
      else if (state) state.value = "value";
    }
  };

  const onTyped = (event) => {
    const form = event.target.form;
    if (!form || form !== theForm() || event.target.name === "text") return; // that is the comment beside it
    fill(event.target);
    stateOf(form).typed += 1;
    stateOf(form).since.set(event.target.name, event.target.value);
    stateOf(form).failed = false;
    later(form, SOON);
  };

  // --- A form is sent once

  const release = (form) => {
    delete form.dataset.sending;
    form.removeAttribute("aria-busy");
  };
  const onSubmit = (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sending) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    form.dataset.sending = "1";
    form.setAttribute("aria-busy", "true");
    if (form !== theForm()) return;
    clearTimeout(stateOf(form).timer);
    stateOf(form).posted = stateOf(form).typed;
    stateOf(form).since = new Map();
    nextTurn(form);
    if (!form.hasAttribute("hx-post")) stateOf(form).saved = stateOf(form).typed;
  };

  // --- An answer that is not Countersign's, or none: the page stays

  const what = (status) => {
    if (status === 401) return gettext("You are signed out. Sign in in another tab.");
    if (status) return interpolate(gettext("The server answered %(status)s."), { status }, true);
    return gettext("Countersign could not be reached.");
  };
  const next = (status) => (status === 413
    ? gettext("It is too large to be sent.")
    : gettext("Press again in a moment: sending it twice does no harm."));
  // Countersign itself says in a sentence what went wrong; a proxy, or nobody, does not.
  const sentence = (xhr) => {
    const status = xhr?.status;
    const said = isOurs(xhr) ? new DOMParser().parseFromString(xhr.responseText, "text/html").querySelector("[role=alert]") : null;
    const kept = gettext("What you typed is still here.");
    if (said) return `${said.textContent.trim().replace(/\s+/g, " ")} ${kept}`;
    return `${what(status)} ${kept} ${next(status)}`;
  };
  const complain = (element, xhr) => {
    const panel = element.closest(".decision-panel, form, section") || document.getElementById("main");
    const place = panel.matches("form[data-edits]") ? document.getElementById("decision-panel") || panel : panel;
    place.querySelector("[data-failed]")?.remove();
    const told = document.createElement("p");
    told.className = "not-sent";
    told.dataset.failed = "";
    told.setAttribute("role", "alert");
    place.prepend(told);
    told.textContent = sentence(xhr);
  };
  const pressedIn = (element) => {
    const form = element.matches("form") ? element : element.form;
    return (form && document.querySelector(`button[form="${form.id}"].primary, button[form="${form.id}"].solid`)) || element;
  };

  document.addEventListener("htmx:beforeRequest", (event) => {
    const element = event.detail.elt;
    document.querySelector("[data-failed]")?.remove();
    if (!element.matches("a") || !isDirty(theForm())) return;
    if (stateOf(theForm()).failed && !confirm(gettext("What you typed is not saved yet. Leave it?"))) event.preventDefault();
    else saveBeforeLeaving();
  });
  // What was typed while the answer was under way goes on in the form that comes with it.
  let since = null;
  const typeAgain = () => {
    const form = theForm();
    if (since && form?.elements.page.value === since.page) {
      for (const [name, text] of since.fields) {
        const field = form.elements.namedItem(name);
        if (!field || field.value === text) continue;
        field.value = text;
        field.dispatchEvent(new Event("input", { bubbles: true }));
      }
    }
    since = null;
  };
  // Before htmx follows a redirect or swaps the form away: what was typed has arrived.
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    const { elt, xhr } = event.detail;
    if (!isOurs(xhr) || xhr.status >= 500) return;
    if (elt.matches("form[data-edits]")) {
      stateOf(elt).saved = Math.max(stateOf(elt).saved, stateOf(elt).posted);
      if (stateOf(elt).since.size && xhr.status !== 401) since = { page: elt.elements.page.value, fields: stateOf(elt).since };
    }
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, requestConfig } = event.detail;
    const wouldTakeEdits = xhr.status === 401 && isDirty(theForm()) && requestConfig.elt !== theForm();
    if (isOurs(xhr) && xhr.status < 500 && !wouldTakeEdits) return;
    event.detail.shouldSwap = false;
    complain(pressedIn(requestConfig.elt), xhr);
  });
  for (const none of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(none, (event) => complain(pressedIn(event.detail.elt), null));
  }
  document.addEventListener("htmx:afterRequest", (event) => {
    const { elt } = event.detail;
    const form = elt.matches("form") ? elt : elt.form;
    if (!form) return;
    release(form);
    if (form === theForm() && isDirty(form)) later(form, SOON);
  });

  // --- When

  document.addEventListener("input", onTyped);
  document.addEventListener("submit", onSubmit, true);
  document.addEventListener("click", (event) => { if (event.target.closest("a[href]")) saveBeforeLeaving(); }, true);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) saveBeforeLeaving();
    else if (isDirty(theForm())) later(theForm(), 0);
  });
  addEventListener("online", () => { if (isDirty(theForm())) later(theForm(), 0); });
  addEventListener("pagehide", saveBeforeLeaving);
  addEventListener("beforeunload", (event) => {
    const form = theForm();
    if (isDirty(form) && (stateOf(form).failed || isLarge(new URLSearchParams(new FormData(form))))) event.preventDefault();
  });
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sending]")) release(form);
  });
  document.addEventListener("htmx:afterSettle", typeAgain);
})();
