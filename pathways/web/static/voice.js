/* Recording in the page, where the browser can: else the file field that stands there opens the phone's own recorder.
   What was read is kept on this phone until the server has it: a dead network or a reload loses nothing. */
"use strict";

const voice = document.querySelector("[data-voice]");
const LONGEST = 59000;
const TYPES = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];

/* One small store, by the address and the text: what is in it has not arrived yet. */
const pending = {
  name: () => `${location.pathname}?${voice.dataset.voice}`,
  store(mode, act) {
    return new Promise((resolve, reject) => {
      const opening = indexedDB.open("voice", 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore("unsent");
      opening.onerror = () => reject(opening.error);
      opening.onsuccess = () => {
        const transaction = opening.result.transaction("unsent", mode);
        const asked = act(transaction.objectStore("unsent"));
        transaction.oncomplete = () => { opening.result.close(); resolve(asked.result); }; /* on the disk, not before */
        transaction.onabort = transaction.onerror = () => reject(transaction.error);
      };
    });
  },
  async keep(blob) { /* as bytes: not every browser keeps a blob whole */
    const kept = { bytes: await blob.arrayBuffer(), type: blob.type };
    return pending.store("readwrite", (store) => store.put(kept, pending.name())).catch(() => {});
  },
  async find() {
    const kept = await pending.store("readonly", (store) => store.get(pending.name())).catch(() => undefined);
    return kept && new Blob([kept.bytes], { type: kept.type });
  },
  drop: () => pending.store("readwrite", (store) => store.delete(pending.name())).catch(() => {}),
};

if (voice && window.MediaRecorder && navigator.mediaDevices?.getUserMedia) {
  const part = (name) => voice.querySelector(`[data-${name}]`);
  const record = part("record"), stop = part("stop");
  let recorder, ticking, busy = false;

  part("recorder").hidden = false;
  part("plain").hidden = true;

  record.addEventListener("click", async () => {
    if (busy) return;
    busy = true;
    for (const name of ["denied", "refused", "unsent"]) part(name).hidden = true;
    for (const audio of document.querySelectorAll("audio")) audio.pause();
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, noiseSuppression: true } });
      begin(stream);
    } catch {
      busy = false;
      part("denied").hidden = false;
      part("plain").hidden = false;
    }
  });

  stop.addEventListener("click", () => { if (recorder?.state === "recording") recorder.stop(); });
  window.addEventListener("beforeunload", (event) => { if (recorder?.state === "recording") event.preventDefault(); });

  const begin = (stream) => {
    const pieces = [], mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type));
    recorder = new MediaRecorder(stream, mimeType ? { mimeType, audioBitsPerSecond: 64000 } : {});
    recorder.addEventListener("dataavailable", (event) => { if (event.data.size) pieces.push(event.data); });
    recorder.addEventListener("stop", async () => {
      clearInterval(ticking);
      for (const track of stream.getTracks()) track.stop();
      stop.hidden = true;
      record.hidden = false;
      const blob = new Blob(pieces, { type: recorder.mimeType });
      await pending.keep(blob);
      send(blob);
    });
    recorder.start();
    const since = Date.now();
    ticking = setInterval(() => {
      const seconds = Math.floor((Date.now() - since) / 1000);
      part("clock").textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
      if (Date.now() - since > LONGEST && recorder.state === "recording") recorder.stop();
    }, 250);
    record.hidden = true;
    stop.hidden = false;
    stop.focus();
  };

  const send = async (blob) => {
    busy = true;
    record.hidden = true;
    part("unsent").src = URL.createObjectURL(blob);
    part("sending").hidden = false;
    const body = new FormData();
    body.set("sound", blob, "voice");
    for (let pause = 1000; ; pause = Math.min(pause * 2, 15000)) {
      try {
        const reply = await fetch(voice.action, { method: "POST", body, signal: AbortSignal.timeout?.(90000) });
        if (reply.status < 500 && reply.status !== 429) return arrived(reply);
      } catch { /* no network: said on the page, then tried again */ }
      part("sending").hidden = true;
      part("offline").hidden = part("unsent").hidden = false;
      await new Promise((resolve) => { setTimeout(resolve, pause); window.addEventListener("online", resolve, { once: true }); });
    }
  };

  const arrived = async (reply) => {
    await pending.drop();
    if (reply.redirected) return location.replace(reply.url);
    const page = new DOMParser().parseFromString(await reply.text(), "text/html");
    const told = page.querySelector("main .notice, main [role=alert], main h1");
    for (const name of ["sending", "offline"]) part(name).hidden = true;
    part("refused").replaceChildren(...(told ? told.cloneNode(true).childNodes : []));
    part("refused").hidden = false;
    record.hidden = busy = false;
    record.focus();
  };

  pending.find().then((blob) => { if (blob && !busy) send(blob); });
}
