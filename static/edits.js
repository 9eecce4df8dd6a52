// What is typed is not lost: it is saved while one types, a form is sent once, and an answer that did not come
// from Countersign, or none at all, leaves the page as it is. Everything works without this file.
(() => {
  "use strict";

  const SOON = 700; // milliseconds after the last key
  const AGAIN = 10000; // milliseconds until a save that failed is tried again
  const MOST_ON_LEAVING = 60000; // bytes that a browser still sends while a page goes away
  const KEPT = "typed:"; // what is typed into the other forms, in this tab only

  const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const theForm = () => document.querySelector("form[data-edits]");

  // --- The payload's form: saved a moment after typing stops, and on leaving

  // For each form: how often something was typed, up to where it is saved, and whether the last save failed.
  const states = new WeakMap();
  const stateOf = (form) => {
    if (!states.has(form)) states.set(form, { typed: 0, saved: 0, failed: false, timer: 0, sent: 0 });
    return states.get(form);
  };
  const isDirty = (form) => Boolean(form) && stateOf(form).typed > stateOf(form).saved;

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
    form.elements.turn.value = Number(form.elements.turn.value) + 1;
    const body = new URLSearchParams(new FormData(form));
    body.delete("text"); // the comment beside it
    return body;
  };

  const send = (form, body) => fetch(form.dataset.edits, {
    method: "POST",
    body,
    headers: { Accept: "application/json" },
    redirect: "manual",
    keepalive: body.toString().length < MOST_ON_LEAVING,
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
      say(answer.saved ? `Saved ${clock.format(new Date(answer.saved))}` : "");
    } else if (response?.status === 403 && answer?.token) {
      renewToken(answer.token);
      later(form, 0);
    } else notSaved(form, response?.status || 0, answer?.sentence);
  };

  const notSaved = (form, status, why) => {
    stateOf(form).failed = true;
    if (why) {
      say(`Not saved: ${why}`, true);
      return;
    }
    if (status === 401) say("Not saved: you are signed out. Sign in in another tab; what you typed stays here.", true);
    else say(status ? `Not saved: the server answered ${status}. It is tried again.` : "Not saved: no connection. It is tried again.", true);
    later(form, AGAIN);
  };

  const saveBeforeLeaving = () => { if (isDirty(theForm())) save(theForm()); };

  // A field that is left out or null is there once something is typed into it: its select shows so at once.
  const fill = (field) => {
    if (!field.value || !field.name.startsWith("payload/")) return;
    const steps = field.name.split("/").slice(1);
    for (let depth = steps.length; depth > 0; depth -= 1) {
      const select = field.form.elements.namedItem(["state", ...steps.slice(0, depth)].join("/"));
      if (select && select.value !== "value") select.value = "value";
    }
  };

  const onTyped = (event) => {
    const form = event.target.form;
    if (!form) return;
    if (form === theForm() && event.target.name !== "text") {
      fill(event.target);
      stateOf(form).typed += 1;
      stateOf(form).failed = false;
      later(form, SOON);
    } else keepInTab(event.target);
  };

  // --- The other forms' texts: in this tab until they are taken

  const keyOf = (field) => `${KEPT}${location.pathname}#${field.name}`;
  const isText = (field) => field.matches("textarea, input[type=text], input[type=email]") && !field.closest("[hidden]");
  const isPosted = (field) => field.form?.method === "post" && !field.name.startsWith("payload");
  const inTab = (act) => { try { return act(sessionStorage); } catch { return null; } };

  const keepInTab = (field) => {
    if (isText(field) && isPosted(field)) inTab((store) => store.setItem(keyOf(field), field.value));
  };
  const bringBack = () => {
    for (const field of document.querySelectorAll("main textarea, main input")) {
      if (!isText(field) || !isPosted(field) || field.value) continue;
      const text = inTab((store) => store.getItem(keyOf(field)));
      if (text) field.value = text;
    }
  };
  const forgetInTab = (form) => {
    for (const field of form.elements) inTab((store) => store.removeItem(keyOf(field)));
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
    form.elements.turn.value = Number(form.elements.turn.value) + 1;
    if (!form.hasAttribute("hx-post")) stateOf(form).saved = stateOf(form).typed;
  };

  // --- An answer that is not Countersign's, or none: the page stays

  const isOurs = (xhr) => Boolean(xhr?.status) && xhr.getResponseHeader("Countersign") !== null;
  // Countersign itself says in a sentence what went wrong; a proxy, or nobody, does not.
  const sentence = (xhr) => {
    const status = xhr?.status;
    const said = isOurs(xhr) ? new DOMParser().parseFromString(xhr.responseText, "text/html").querySelector("[role=alert]") : null;
    if (said) return `${said.textContent.trim().replace(/\s+/g, " ")} What you typed is still here.`;
    const what = status ? `The server answered ${status}.` : "Countersign could not be reached.";
    const next = status === 413 ? "It is too large to be sent." : "Press again in a moment: sending it twice does no harm.";
    return `${what} What you typed is still here. ${next}`;
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
    if (stateOf(theForm()).failed && !confirm("What you typed is not saved yet. Leave it?")) event.preventDefault();
    else saveBeforeLeaving();
  });
  // Before htmx follows a redirect or swaps the form away: what was typed has arrived.
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    const { elt, xhr } = event.detail;
    if (!isOurs(xhr) || xhr.status >= 500) return;
    if (elt === theForm()) stateOf(elt).saved = stateOf(elt).typed;
    else if (xhr.status < 400 && (elt.form || elt.matches("form"))) forgetInTab(elt.form || elt);
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, requestConfig } = event.detail;
    if (isOurs(xhr) && xhr.status < 500) return;
    event.detail.shouldSwap = false;
    complain(pressedIn(requestConfig.elt), xhr);
  });
  for (const none of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(none, (event) => complain(pressedIn(event.detail.elt), null));
  }
  document.addEventListener("htmx:afterRequest", (event) => {
    const { elt } = event.detail;
    const form = elt.matches("form") ? elt : elt.form;
    if (form) release(form);
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
    if (isDirty(theForm()) && stateOf(theForm()).failed) event.preventDefault();
  });
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sending]")) release(form);
    bringBack();
  });
  document.addEventListener("htmx:afterSettle", bringBack);
})();
