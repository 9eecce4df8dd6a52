// What is typed into the forms beside the payload's stays in this tab until it is taken, for the person who typed it.
// Needs `answers.js`. Everything works without this file.
(() => {
  "use strict";

  const personOf = (field) => field.form?.elements.person?.value || document.body.dataset.person;
  const keyOf = (field) => `typed:${personOf(field)}:${location.pathname}#${field.name}`;
  const isText = (field) => field.matches("textarea, input[type=text], input[type=email]") && !field.closest("[hidden]");
  const isKept = (field) => isText(field) && field.form?.method === "post" && !/^(payload|key)/.test(field.name);
  const inTab = (act) => { try { return act(sessionStorage); } catch { return null; } };

  const keep = (field) => {
    if (isKept(field)) inTab((store) => store.setItem(keyOf(field), field.value));
  };
  const bringBack = () => {
    for (const field of document.querySelectorAll("main textarea, main input")) {
      if (!isKept(field) || field.value) continue;
      const text = inTab((store) => store.getItem(keyOf(field)));
      if (text) field.value = text;
    }
  };
  const forget = (form) => {
    for (const field of form.elements) inTab((store) => store.removeItem(keyOf(field)));
  };

  document.addEventListener("input", (event) => keep(event.target));
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    const { elt, xhr } = event.detail;
    const form = elt.matches("form") ? elt : elt.form;
    if (form && isOurs(xhr) && xhr.status < 400 && elt.matches(":not(form[data-edits])")) forget(form);
  });
  document.addEventListener("htmx:afterSettle", bringBack);
  addEventListener("pageshow", bringBack);
})();
