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
  /* A slow page is drawn before this runs: what was hidden then could not take the focus. */
  if (button.autofocus && document.activeElement === document.body) button.focus();
}

/* An address that alone opens a space is longer than a telephone is wide: who keeps it takes it whole. */
for (const button of document.querySelectorAll("[data-copier]")) {
  if (!navigator.clipboard) break;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.copier);
    try {
      await navigator.clipboard.writeText(field.value);
    } catch { return field.select(); } /* the browser refuses: what is selected can be copied by hand */
    button.parentElement.querySelector("[role=status] > [hidden]")?.removeAttribute("hidden");
  });
}

/* A page of several forms: a long text that stands in one goes along when another is sent, so that nobody loses it. */
const along = document.querySelector("form[data-goes-along]");
if (along) document.addEventListener("submit", ({ target: form }) => {
  if (form === along) return;
  for (const former of form.querySelectorAll("[data-along]")) former.remove();
  const texts = [...along.querySelectorAll("textarea")];
  if (!along.querySelector("[aria-invalid]") && texts.every((one) => one.value === one.defaultValue)) return;
  for (const one of [...texts, along.elements.namedItem("version")]) {
    const copy = document.createElement("input");
    Object.assign(copy, { type: "hidden", name: one.name, value: one.value });
    copy.dataset.along = "";
    form.append(copy);
  }
});

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

/* Sounds: one large button in place of the browser's player, slowly on demand, one at a time, the text marked while it
   is read. A sound that does not come says so and stands in nobody's way. */
const buttons = document.querySelector("template[data-sound-buttons]");
if (buttons) for (const audio of document.querySelectorAll(".sound audio")) {
  const place = audio.parentElement, text = place.previousElementSibling;
  place.prepend(buttons.content.cloneNode(true));
  const [listen, slow, broken] = place.children;
  listen.setAttribute("aria-label", audio.getAttribute("aria-label"));
  slow.setAttribute("aria-label", `${slow.textContent.trim()} – ${audio.getAttribute("aria-label")}`);
  audio.controls = false;
  audio.hidden = true;
  const play = (rate) => {
    const again = !audio.paused && audio.playbackRate === rate;
    for (const other of document.querySelectorAll("audio")) other.pause();
    if (again) return;
    broken.hidden = true;
    audio.currentTime = 0;
    audio.playbackRate = audio.defaultPlaybackRate = rate;
    audio.play().catch((error) => { if (error.name !== "AbortError") broken.hidden = false; });
  };
  listen.addEventListener("click", () => play(1));
  slow.addEventListener("click", () => play(.75));
  audio.addEventListener("error", () => { broken.hidden = false; });
  const reads = (is) => () => { text?.classList.toggle("read-aloud", is); place.classList.toggle("playing", is); };
  audio.addEventListener("playing", reads(true));
  for (const end of ["pause", "ended", "error"]) audio.addEventListener(end, reads(false));
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
