/* The live page asks again every five seconds, as long as somebody looks at it. Without JavaScript it reloads itself. */
"use strict";

const place = document.querySelector("[data-live]");
const EVERY = 5000;
let asked, timer;

/* What screen readers hear is the summary alone, and only when it says something new. */
function take(fresh) {
  const focused = document.activeElement?.id;
  const said = place.querySelector("[data-live-summary]");
  const saying = fresh.querySelector("[data-live-summary]");
  if (said && saying) {
    if (said.textContent.trim() !== saying.textContent.trim()) said.replaceChildren(...saying.childNodes);
    saying.replaceWith(said);
  }
  place.querySelector("[data-live-rows]").replaceWith(fresh);
  if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

async function look() {
  asked?.abort();
  asked = new AbortController();
  try {
    const reply = await fetch(place.dataset.live, { signal: asked.signal });
    if (reply.redirected || reply.status === 401 || reply.status === 404) return location.reload();
    const fresh = new DOMParser().parseFromString(await reply.text(), "text/html").querySelector("[data-live-rows]");
    if (reply.ok && fresh && !document.hidden) take(fresh);
  } catch { /* no network for a moment: what is on the screen stays, the next round asks again */ }
}

function again() {
  clearInterval(timer);
  if (document.hidden) return asked?.abort();
  look();
  timer = setInterval(look, EVERY);
}

if (place) {
  document.addEventListener("visibilitychange", again);
  timer = setInterval(look, EVERY);
}
