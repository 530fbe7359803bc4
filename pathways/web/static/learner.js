/* Comfort on top of pages that work without it: a dead network is waited out, steps are ordered by tapping. */
"use strict";

/* A page that comes back from the browser's memory may be the one of somebody who has left. */
window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

/* At a desk, another window may have gone over to the next person. */
if (document.querySelector("form[action$='/done']")) document.addEventListener("visibilitychange", async () => {
  if (document.hidden) return;
  try {
    const reply = await fetch(location.href.split(/[?#]/)[0], { signal: AbortSignal.timeout?.(10000) });
    if (!reply.ok) location.reload();
  } catch { /* no network: nothing is known */ }
});

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

/* An answer is sent with the key that stands in the page: sent again after a dead network, it still counts once. */
for (const form of document.querySelectorAll("form[data-kind]")) {
  const offline = form.querySelector("[data-offline]");
  let sending = false;
  form.addEventListener("submit", (event) => {
    if (!event.submitter) return; /* an old browser does not say which button it was: it sends the form itself */
    event.preventDefault();
    if (sending) return;
    sending = true;
    form.setAttribute("aria-busy", "true");
    const data = new FormData(form);
    data.set(event.submitter.name, event.submitter.value);
    send(form, data, offline).finally(() => { sending = false; });
  });
}

async function send(form, data, offline) {
  for (let pause = 1000; ; pause = Math.min(pause * 2, 15000)) {
    try {
      const reply = await fetch(form.action, { method: "POST", body: new URLSearchParams(data), signal: AbortSignal.timeout?.(20000) });
      if (reply.redirected) return location.replace(reply.url);
      if (reply.status < 500) return submitPlainly(form, data);
    } catch { /* no network: said on the page, then tried again */ }
    offline.hidden = false;
    await new Promise((resolve) => { setTimeout(resolve, pause); window.addEventListener("online", resolve, { once: true }); });
  }
}

/* The server has something to say about what was chosen: let the browser show its page. */
function submitPlainly(form, data) {
  const pressed = document.createElement("input");
  pressed.type = "hidden";
  pressed.name = "outcome";
  pressed.value = data.get("outcome");
  form.append(pressed);
  form.submit();
}

/* Tapping the steps one after the other numbers them; the rows of numbers stay for those who prefer them. */
for (const form of document.querySelectorAll("form[data-kind=order]")) {
  for (const legend of form.querySelectorAll(".thing legend")) {
    legend.addEventListener("click", () => {
      const taken = new Set([...form.querySelectorAll(":checked")].map((input) => input.value));
      const own = legend.parentElement.querySelectorAll("input");
      if ([...own].some((input) => input.checked)) { for (const input of own) input.checked = false; return; }
      [...own].find((input) => !taken.has(input.value)).checked = true;
    });
  }
  /* A finger takes a number away from the step that had it; the arrow keys, which pass over numbers, do not. */
  form.addEventListener("click", (event) => {
    if (!event.detail || !event.target.checked) return;
    for (const other of form.querySelectorAll(":checked"))
      if (other !== event.target && other.value === event.target.value) other.checked = false;
  });
}
