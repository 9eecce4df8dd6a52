// A passkey signs a critical decision: the form's button asks the server what would be signed, then the browser for the
// signature, and posts the form with it. It stands before `edits.js`, which counts a form as sent. Without this file, or
// where a password is typed, the form is posted as it is, and the server says what it lacks.
(() => {
  "use strict";

  const toBytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
  const toText = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  const typedIn = (form) => ["password", "code"].some((name) => form.elements[name]?.value);
  const isToSign = (form) => form.dataset?.signing && window.PublicKeyCredential && !form.elements.credential.value && !typedIn(form);

  // What the server would store, as a question to the passkey; null where it would refuse the form.
  const ask = async (form, button) => {
    const body = new URLSearchParams(new FormData(form, button));
    const response = await fetch(form.dataset.signing, { method: "POST", body, headers: { Accept: "application/json" }, redirect: "manual" });
    return response.ok ? response.json() : null;
  };

  const answer = async ({ options }) => {
    const publicKey = {
      ...options,
      challenge: toBytes(options.challenge),
      allowCredentials: options.allowCredentials.map((one) => ({ ...one, id: toBytes(one.id) })),
    };
    const { id, rawId, type, response } = await navigator.credentials.get({ publicKey });
    return {
      id,
      rawId: toText(rawId),
      type,
      response: {
        clientDataJSON: toText(response.clientDataJSON),
        authenticatorData: toText(response.authenticatorData),
        signature: toText(response.signature),
        userHandle: response.userHandle ? toText(response.userHandle) : null,
      },
      clientExtensionResults: {},
    };
  };

  const fail = (form) => {
    const said = form.querySelector("[data-passkey-failed]");
    if (!said) return;
    said.hidden = true; // so that it is said again
    requestAnimationFrame(() => { said.hidden = false; });
    form.elements.password?.focus();
  };

  const post = (form, button) => {
    form.dataset.unasked = "1";
    form.requestSubmit(button);
  };

  const sign = async (form, button) => {
    form.dataset.asking = "1";
    form.setAttribute("aria-busy", "true");
    try {
      const question = await ask(form, button).catch(() => null);
      if (question) {
        form.elements.credential.value = JSON.stringify(await answer(question));
        form.elements.nonce.value = question.nonce;
      }
      post(form, button);
    } catch {
      fail(form);
    } finally {
      delete form.dataset.asking;
      form.removeAttribute("aria-busy");
    }
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.unasked || !isToSign(form)) {
      delete form.dataset.unasked;
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!form.dataset.asking) sign(form, event.submitter);
  }, true);

  // A signature decides once: what was sent with one, and came back, is signed anew.
  const forget = (event) => {
    const form = event.detail.elt;
    if (form.matches?.("form[data-signing]")) form.elements.credential.value = "";
  };
  for (const name of ["htmx:afterRequest", "htmx:sendError", "htmx:timeout"]) document.addEventListener(name, forget);
})();
