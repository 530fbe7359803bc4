/* Comfort at the desk, on top of pages that work without it: the sheet is kept while it is filled in, a dead network is
   waited out, and the page says where the person is. */
"use strict";

/* A page that comes back from the browser's memory may be about somebody who has left. */
window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

const pause = (time) => new Promise((resolve) => {
  setTimeout(resolve, time);
  window.addEventListener("online", resolve, { once: true });
});

/* Sent until it arrives: the address holds the id, so that it counts once. */
async function send(form, data, { offline, isOver = () => false, redirect = "follow" }) {
  for (let time = 1000; !isOver(); time = Math.min(time * 2, 15000)) {
    try {
      const reply = await fetch(form.action, { method: "POST", body: data, redirect, signal: AbortSignal.timeout?.(20000) });
      if (reply.status < 500) { if (offline) offline.hidden = true; return reply; }
    } catch { /* no network: said on the page, then tried again */ }
    if (offline) offline.hidden = false;
    await pause(time);
  }
}

const go = (url) => { if (url.split("#")[0] === location.href.split("#")[0]) location.reload(); else location.assign(url); };

const sheet = document.querySelector("[data-sheet]");
if (sheet) {
  const offline = sheet.querySelector("[data-offline]");
  let begun = false, latest = 0, waiting;
  const kept = () => {
    const data = new URLSearchParams(new FormData(sheet));
    data.set("go", "keep");
    return data;
  };
  const keep = async () => {
    const own = ++latest;
    await send(sheet, kept(), { offline, redirect: "manual", isOver: () => begun || own !== latest });
  };
  sheet.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(keep, 400); });
  sheet.addEventListener("submit", async (event) => {
    if (!event.submitter) return; /* an old browser sends the form itself */
    event.preventDefault();
    if (begun) return;
    begun = true;
    clearTimeout(waiting);
    sheet.setAttribute("aria-busy", "true");
    const data = new URLSearchParams(new FormData(sheet));
    data.set("go", event.submitter.value);
    const reply = await send(sheet, data, { offline });
    if (reply.redirected) return go(reply.url);
    /* The server has something to say: let the browser show its page. */
    const pressed = document.createElement("input");
    pressed.type = "hidden";
    pressed.name = "go";
    pressed.value = event.submitter.value;
    sheet.append(pressed);
    sheet.submit();
  });
}

const appointment = document.querySelector("#appointment form");
let noting = false;
appointment?.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (noting) return;
  noting = true;
  const data = new URLSearchParams(new FormData(appointment));
  const reply = await send(appointment, data, { offline: appointment.querySelector("[data-offline]") });
  if (reply.redirected) go(reply.url); else appointment.submit(); /* the server has something to say */
});

/* Where the person is, while they answer on their own phone; and whether another window went over to the next person. */
const live = document.querySelector("[data-live]");
const own = location.pathname.split("/", 3).join("/"); /* the reception; a form that came back has another address */
const isTyping = () => noting || location.pathname !== own || document.activeElement.matches("input")
  || [...document.querySelectorAll("#appointment input")].some((input) => input.value !== input.defaultValue);
const look = async () => {
  if (document.hidden) return;
  try {
    const reply = await fetch(own, { signal: AbortSignal.timeout?.(10000) });
    if (reply.redirected) return location.replace(reply.url);
    if (!reply.ok || live?.dataset.live !== "yes") return;
    const fresh = new DOMParser().parseFromString(await reply.text(), "text/html").querySelector("[data-live]");
    if (!fresh) return;
    if (fresh.dataset.live === "over" && !isTyping()) return location.reload();
    live.innerHTML = fresh.innerHTML;
  } catch { /* no network: the next time */ }
};
if (live?.dataset.live === "yes") setInterval(look, 4000);
if (live || document.querySelector(".takeaway")) document.addEventListener("visibilitychange", look);

const copier = document.querySelector("[data-copier]");
if (copier && navigator.clipboard) {
  copier.hidden = false;
  copier.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.querySelector("[data-copy]").value);
    const said = document.querySelector("[data-copied]");
    said.textContent = said.dataset.copied;
  });
}
