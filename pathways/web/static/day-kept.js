/* What a device keeps of a day: the list it took along and the queue of what was recorded, both locked with a key that
   the PIN opens. A second lock on the same key opens with what the server gives to whoever signs in again. */
"use strict";

const ITERATIONS = 600000, MOST_TRIES = 8;

class Kept {
  static async open() {
    const asked = indexedDB.open("pathways-day", 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("kept");
      asked.result.createObjectStore("queue", { keyPath: "sequence" });
    };
    const kept = new Kept();
    kept.base = await answered(asked);
    kept.about = await kept.read("about");
    return kept;
  }

  get isLocked() { return Boolean(this.about?.spare) && !this.key; }
  get isEmpty() { return !this.about?.spare; }

  read(name) { return answered(this.base.transaction("kept").objectStore("kept").get(name)); }

  async write(name, value) {
    const turn = this.base.transaction("kept", "readwrite");
    turn.objectStore("kept").put(value, name);
    await done(turn);
  }

  /* Changes what is known without a PIN, as it stands at this moment: another tab may have changed it, too. */
  async change(by) {
    const turn = this.base.transaction("kept", "readwrite"), store = turn.objectStore("kept");
    const about = (await answered(store.get("about"))) ?? {};
    by(about);
    store.put(about, "about");
    await done(turn);
    this.about = about;
    return about;
  }

  /* --- locks --- */

  async lockWith(pin, spareKey) {
    const raw = crypto.getRandomValues(new Uint8Array(32));
    await this.wrap(raw, pin, spareKey);
  }

  async wrap(raw, pin, spareKey) {
    const salt = crypto.getRandomValues(new Uint8Array(16));
    const wrapped = await sealed(await keyOfPin(pin, salt), raw);
    const spare = await sealed(await aes(bytesOf(spareKey)), raw);
    await this.change((about) => Object.assign(about, { salt, iterations: ITERATIONS, wrapped, spare, tries: 0 }));
    this.key = await aes(raw);
  }

  /* A try is counted before it is made: pulling the plug does not give one back. */
  async unlock(pin) {
    const about = await this.change((now) => {
      now.tries = (now.tries ?? 0) + 1;
      if (now.tries > MOST_TRIES) delete now.wrapped;
    });
    if (!about.wrapped) return "gone";
    try {
      this.key = await aes(await unsealed(await keyOfPin(pin, about.salt, about.iterations), about.wrapped));
    } catch { return MOST_TRIES - about.tries > 0 ? "wrong" : "gone"; }
    await this.change((now) => { now.tries = 0; });
    return "open";
  }

  async recover(spareKey, pin) {
    await this.wrap(await unsealed(await aes(bytesOf(spareKey)), this.about.spare), pin, spareKey);
  }

  lock() { this.key = null; }

  /* --- the list --- */

  async keepList(list) {
    await this.write("list", await sealed(this.key, encoded(list)));
    const ends = list.sessions.map((one) => Date.parse(one.ends_at));
    const last = Math.max(Date.parse(list.taken_at), ...ends);
    await this.change((about) => Object.assign(about, { expires: Date.parse(list.expires_at), last }));
  }

  async list() {
    const kept = await this.read("list");
    return kept ? decoded(await unsealed(this.key, kept)) : null;
  }

  /* --- the queue --- */

  async add(item) {
    const about = await this.change((now) => { now.sequence = (now.sequence ?? 0) + 1; });
    const full = { ...item, sequence: about.sequence };
    await this.put({ sequence: about.sequence, state: "waiting", data: await sealed(this.key, encoded(full)) });
    return full;
  }

  async put(row) {
    const turn = this.base.transaction("queue", "readwrite");
    turn.objectStore("queue").put(row);
    await done(turn);
  }

  async remove(sequence) {
    const turn = this.base.transaction("queue", "readwrite");
    turn.objectStore("queue").delete(sequence);
    await done(turn);
  }

  rows() { return answered(this.base.transaction("queue").objectStore("queue").getAll()); }

  async waiting() { return (await this.rows()).filter((row) => row.state === "waiting").length; }

  async queue() {
    const rows = await this.rows();
    return Promise.all(rows.map(async (row) => ({ row, item: decoded(await unsealed(this.key, row.data)) })));
  }

  async settle(row, state, reason = "") { await this.put({ ...row, state, reason }); }

  /* --- forgetting --- */

  /* The list goes; what was not sent stays, and is nothing but numbers and a few first names, locked. */
  async forgetList() {
    const turn = this.base.transaction("kept", "readwrite");
    turn.objectStore("kept").delete("list");
    await done(turn);
  }

  /* Everything but the name of the device and how far it has counted. */
  async forgetAll() {
    const turn = this.base.transaction(["kept", "queue"], "readwrite");
    const { device, sequence } = this.about ?? {};
    turn.objectStore("kept").clear();
    turn.objectStore("queue").clear();
    turn.objectStore("kept").put({ device, sequence }, "about");
    await done(turn);
    this.about = { device, sequence };
    this.key = null;
  }
}

function answered(asked) {
  return new Promise((resolve, reject) => {
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

function done(turn) {
  return new Promise((resolve, reject) => {
    turn.oncomplete = () => resolve();
    turn.onabort = turn.onerror = () => reject(turn.error);
  });
}

async function keyOfPin(pin, salt, iterations = ITERATIONS) {
  const material = await crypto.subtle.importKey("raw", new TextEncoder().encode(pin), "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations };
  return crypto.subtle.deriveKey(how, material, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

const aes = (raw) => crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);

async function sealed(key, bytes) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  return { iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, bytes) };
}

async function unsealed(key, { iv, data }) {
  return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, data));
}

const encoded = (value) => new TextEncoder().encode(JSON.stringify(value));
const decoded = (bytes) => JSON.parse(new TextDecoder().decode(bytes));
const bytesOf = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((one) => one.toString(16).padStart(2, "0")).join("");
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
}
