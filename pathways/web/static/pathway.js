/* A card read aloud by a voice of the device itself: none that would send the text elsewhere. Without one, no button. */
"use strict";

const say = document.querySelector("template[data-say-button]");
const speech = window.speechSynthesis;

function voiceFor(tag) {
  const wanted = tag.toLowerCase().split("-")[0];
  return speech.getVoices().find((one) => one.localService && one.lang.toLowerCase().replace("_", "-").split("-")[0] === wanted);
}

/* What is read: the texts in the reader's language, in the order of the page; French where there is no voice for it, or
   no text but the French one. What a button says is no part of the card. */
function texts(card, voices) {
  const found = [];
  for (const two of card.querySelectorAll(".two")) {
    if (two.closest("button, summary, [hidden]")) continue;
    const own = two.firstElementChild, french = two.querySelector("[lang=fr]");
    const part = voices.own && own !== french ? own : french ?? own;
    const voice = part === french ? voices.french : voices.own;
    const text = part.textContent.trim();
    if (text && voice) found.push({ text, voice });
  }
  return found;
}

function offer() {
  if (document.querySelector("button.say")) return;
  const tag = document.documentElement.lang, voices = { own: voiceFor(tag), french: voiceFor("fr") };
  for (const card of document.querySelectorAll("[data-say]")) {
    const read = texts(card, voices);
    if (!read.length) continue;
    card.prepend(say.content.cloneNode(true));
    const button = card.querySelector("button.say");
    /* Whoever hears French instead of their language is told so before. */
    const inFrench = !tag.startsWith("fr") && read.some((part) => part.voice === voices.french);
    button.querySelector("[data-in-french]").hidden = !inFrench;
    button.addEventListener("click", () => {
      const playing = button.classList.contains("playing");
      speech.cancel();
      for (const other of document.querySelectorAll("button.say")) other.classList.remove("playing");
      if (playing) return;
      button.classList.add("playing");
      const parts = texts(card, voices).map(({ text, voice }) => {
        const part = new SpeechSynthesisUtterance(text);
        Object.assign(part, { voice, lang: voice.lang, rate: .9 });
        return part;
      });
      for (const part of parts) speech.speak(part);
      parts.at(-1)?.addEventListener("end", () => button.classList.remove("playing"));
    });
  }
}

if (say && speech) {
  offer();
  speech.addEventListener?.("voiceschanged", offer);
  window.addEventListener("pagehide", () => speech.cancel());
}
