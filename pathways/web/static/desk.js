/* The composer answers at once: each choice asks the server for its price. Without JavaScript, a button does it. */
"use strict";

const form = document.querySelector("[data-compose]");
const price = form?.querySelector("[data-price]");
let waiting, asked;

async function look() {
  asked?.abort();
  asked = new AbortController();
  const data = new URLSearchParams(new FormData(form));
  data.set("action", "look");
  price.style.opacity = ".5";
  try {
    const reply = await fetch(`${form.getAttribute("action")}/price`, { method: "POST", body: data, signal: asked.signal });
    const page = new DOMParser().parseFromString(await reply.text(), "text/html");
    const fresh = page.querySelector("[data-price]");
    if (fresh) price.innerHTML = fresh.innerHTML;
    price.style.opacity = "";
  } catch (error) {
    if (error.name !== "AbortError") price.style.opacity = "";
  }
}

form?.addEventListener("change", (event) => {
  if (event.target.matches("[data-reload]")) return location.assign(`/diagnostics/new?framework=${encodeURIComponent(event.target.value)}`);
  if (event.target.matches("#domain, #level, #without")) return form.requestSubmit(form.querySelector("[value=look]"));
  clearTimeout(waiting);
  waiting = setTimeout(look, 250);
});

form?.querySelector("[data-search]")?.addEventListener("input", (event) => {
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
