/* The composer answers at once: each choice asks the server for its price, and its small buttons change the page in
   place. Without JavaScript, the same buttons send the same form. */
"use strict";

const form = document.querySelector("[data-compose]");
const LEAVING = ["keep", "publish", "compare"];
let waiting, asked, plainly;

async function ask(action) {
  clearTimeout(waiting);
  asked?.abort();
  asked = new AbortController();
  const data = new URLSearchParams(new FormData(form));
  data.set("action", action);
  const reply = await fetch(`${form.getAttribute("action")}/price`, { method: "POST", body: data, signal: asked.signal });
  return new DOMParser().parseFromString(await reply.text(), "text/html").querySelector("[data-compose]");
}

/* What stands in the form is kept with this entry of the browser's history: a reload finds it, and asks nothing. */
function remember() {
  const data = new URLSearchParams(new FormData(form));
  data.delete("csrf");
  history.replaceState({ composed: data.toString() }, "");
}

async function look() {
  const price = form.querySelector("[data-price]");
  price.style.opacity = ".5";
  try {
    const fresh = await ask("look");
    if (!fresh) return;
    const open = opened();
    for (const part of ["[data-price]", "[data-needs]", "[data-sum]"])
      form.querySelector(part).innerHTML = fresh.querySelector(part).innerHTML;
    reopen(open);
    for (const one of form.querySelectorAll("[data-steps] button"))
      one.disabled = fresh.querySelector(`[data-steps] [value=${one.value}]`).disabled;
    form.elements.steps.value = fresh.querySelector("[name=steps]").value;
    remember();
  } catch (error) {
    if (error.name === "AbortError") return;
  } finally {
    price.style.opacity = "";
  }
}

const opened = () => [...form.querySelectorAll("details[id][open]")].map((one) => one.id);

function reopen(names) {
  for (const name of names) form.querySelector(`#${name}`)?.setAttribute("open", "");
}

function replaceWith(fresh) {
  const open = opened();
  form.replaceChildren(...fresh.childNodes);
  reopen(open);
  remember();
}

async function press(button) {
  try {
    const fresh = await ask(button?.value ?? "look");
    if (!fresh) throw new Error("another page");
    replaceWith(fresh);
    const again = button?.value && form.querySelector(`button[value="${CSS.escape(button.value)}"]:not(:disabled)`);
    const other = /^(undo|redo)$/.test(button?.value) && form.querySelector("[data-steps] button:not(:disabled)");
    (again || other || form.querySelector("[data-sum]")).focus({ preventScroll: Boolean(again || other) });
  } catch (error) {
    if (error.name === "AbortError") return;
    plainly = true; // the session has ended, or the network is gone: the browser says it better
    form.requestSubmit(button?.isConnected ? button : form.querySelector("[value=look]"));
    plainly = false;
  }
}

async function restore(composed) {
  const kept = new URLSearchParams(composed);
  kept.set("csrf", form.elements.csrf.value);
  kept.set("action", "look");
  const reply = await fetch(`${form.getAttribute("action")}/price`, { method: "POST", body: kept });
  const page = new DOMParser().parseFromString(await reply.text(), "text/html").querySelector("[data-compose]");
  if (page) replaceWith(page);
}

form?.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (plainly || LEAVING.includes(button?.value) || button?.name !== "action") return;
  event.preventDefault();
  press(button);
});

form?.addEventListener("change", (event) => {
  if (event.target.matches("[data-reload]")) return location.assign(`/diagnostics/new?framework=${encodeURIComponent(event.target.value)}`);
  if (event.target.matches("#words, #goal, #beside")) return;
  if (event.target.matches("#domain, #level, #without")) return form.requestSubmit(form.querySelector("[value=look]"));
  clearTimeout(waiting);
  waiting = setTimeout(look, 250);
});

form?.addEventListener("input", (event) => {
  if (!event.target.matches("[data-search]")) return;
  const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const words = fold(event.target.value).split(/\s+/).filter(Boolean);
  for (const ladder of form.querySelectorAll(".ladder")) {
    const heading = fold(ladder.querySelector("h2").textContent);
    let any = false;
    for (const rung of ladder.querySelectorAll(".rungs li")) {
      const text = heading + " " + fold(rung.textContent + rung.firstChild.title);
      rung.hidden = !rung.querySelector(":checked") && !words.every((word) => text.includes(word));
      any ||= !rung.hidden;
    }
    ladder.hidden = !any;
  }
});

if (form && history.state?.composed) restore(history.state.composed).catch(() => {});
