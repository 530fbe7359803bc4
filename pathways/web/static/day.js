/* The page of a day without network: what is pressed is kept on the device first, and sent whenever there is network. */
"use strict";

const one = (selector, within = document) => within.querySelector(selector);
const words = {};
for (const word of one("template[data-words]").content.querySelectorAll("[data-word]")) words[word.dataset.word] = word.textContent;
const IDLE = Number(document.documentElement.dataset.idle) || 5 * 60000, AFTER_THE_LAST = 3 * 3600000, AT_ONCE = 100;
let kept, list = null, queue = [], touched = Date.now(), sending = null, problem = "", held = false, stale = false;

/* --- what is on the screen --- */
function say(text, link) {
  problem = text;
  const place = one("[data-problem]");
  place.textContent = text;
  place.hidden = !text;
  if (link) {
    const anchor = document.createElement("a");
    anchor.href = "/sign-in?next=/day";
    anchor.textContent = words.sign_in;
    place.append(" ", anchor);
  }
}

function view(name) {
  for (const part of document.querySelectorAll("[data-view]")) part.hidden = part.dataset.view !== name;
}

async function show() {
  if (kept.isEmpty) view("start");
  else if (kept.isLocked) view("locked");
  else view("day");
  one("[data-unlock]").hidden = kept.isLocked && !kept.about.wrapped;
  if (kept.isLocked && !kept.about.wrapped) one("[data-forgotten]").open = true;
  queue = kept.key ? await kept.queue() : [];
  await showQueue();
  if (kept.key) draw();
}

async function showQueue() {
  const waiting = kept.isEmpty ? 0 : await kept.waiting();
  one("[data-queue]").hidden = kept.isEmpty;
  one("[data-state]").textContent = navigator.onLine ? words.online : words.offline;
  const send = one("[data-send]");
  send.textContent = waiting ? `${words.send} (${waiting})` : words.nothing;
  send.disabled = !waiting || !kept.key;
  one("[data-export]").hidden = !waiting || !kept.key;
  one("[data-lock]").hidden = !kept.key;
}

/* Drawn anew with each mark, but never under a finger (the tap would be lost) or around what somebody is typing. */
function draw() {
  stale = held || document.activeElement?.matches("[data-sessions] :is(input, select)");
  if (stale) return;
  const focused = document.activeElement?.id;
  one("[data-sessions]").replaceChildren(...(list?.sessions ?? []).map(sessionOf));
  if (list && !list.sessions.length) one("[data-sessions]").textContent = words.empty;
  const refused = queue.filter(({ row }) => row.state === "refused");
  one("[data-refused]").hidden = !refused.length;
  one("[data-refused] ul").replaceChildren(...refused.map(refusedOf));
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

function sessionOf(session) {
  const place = one("template[data-session]").content.cloneNode(true).firstElementChild;
  one("h2", place).textContent = session.title;
  one("[data-when]", place).textContent = [session.hours, session.place].filter(Boolean).join(" · ");
  const torn = session.walk_ins.in_conflict || session.seats.some((seat) => seat.in_conflict);
  one("[data-conflict]", place).hidden = !torn;
  one("[data-conflict] a", place).href = `/sessions/${session.session_id}/attendance`;
  one(".seats", place).replaceChildren(...seatsOf(session).map((seat) => seatOf(session, seat)));
  countOf(session, place);
  saleOf(session, place);
  return place;
}

/* Those of the list, and those that were sold here since. */
function seatsOf(session) {
  const sold = queue.filter(({ row, item }) => item.kind === "sale" && item.session_id === session.session_id && row.state !== "refused");
  const added = sold.flatMap(({ item }) => Array.from({ length: item.party }, (_, index) => (
    { booking_id: item.id, seat: index + 1, party: item.party, label: item.label, code: words.no_code, presence: "unsaid", marks: [] })));
  return [...session.seats, ...added];
}

function lastOf(test) {
  return queue.filter(({ row, item }) => row.state !== "refused" && test(item)).at(-1);
}

function seatOf(session, seat) {
  const place = one("template[data-seat]").content.cloneNode(true).firstElementChild;
  const mine = lastOf((item) => item.kind === "presence" && item.booking_id === seat.booking_id && item.seat === seat.seat);
  const presence = mine?.item.presence ?? seat.presence, minutes = mine ? mine.item.minutes : seat.minutes;
  one("strong", place).textContent = seat.label || seat.code;
  one(".code-small", place).textContent = [seat.label && seat.code, seat.party > 1 && `${words.seat} ${seat.seat}/${seat.party}`].filter(Boolean).join(" · ");
  const flags = [mine && (mine.row.state === "sent" ? words.sent : words.here), !mine && seat.presence !== "unsaid" && words.sent,
    !mine && seat.in_conflict && words.conflict, seat.is_against_cancellation && words.cancelled];
  one("[data-said]", place).textContent = flags.filter(Boolean).join(" · ");
  one(".marks", place).setAttribute("aria-label", `${seat.label || seat.code} ${seat.seat}`);
  for (const button of place.querySelectorAll("button")) {
    button.id = `${button.value}-${seat.booking_id}-${seat.seat}`;
    button.setAttribute("aria-pressed", presence === button.value);
    button.addEventListener("click", () => press(session, seat, presence === button.value ? "unsaid" : button.value));
  }
  const stayed = one("[data-minutes]", place), field = one("input", stayed);
  stayed.hidden = presence !== "late" && presence !== "left_early";
  field.id = `minutes-${seat.booking_id}-${seat.seat}`;
  field.max = session.minutes;
  field.value = minutes ?? "";
  field.addEventListener("change", () => {
    if (!field.reportValidity()) return;
    field.blur();
    press(session, seat, presence, field.value === "" ? null : Number(field.value));
  });
  return place;
}

/* Of each session what was last pressed and is not kept yet: whoever presses twice at once adds two. */
const counts = new Map();

function countOf(session, place) {
  const id = session.session_id, output = one("output", place);
  const mine = lastOf((item) => item.kind === "walk_ins" && item.session_id === id);
  const number = () => counts.get(id) ?? mine?.item.number ?? session.walk_ins.number;
  output.textContent = number();
  one(".walk-ins [data-said]", place).textContent = mine ? (mine.row.state === "sent" ? words.sent : words.here) : session.walk_ins.in_conflict ? words.conflict : "";
  for (const [name, by] of [["less", -1], ["more", 1]]) {
    const button = one(`[data-${name}]`, place);
    button.id = `${name}-${id}`;
    button.addEventListener("click", async () => {
      const to = Math.min(500, Math.max(0, number() + by));
      const known = mine?.item.known ?? session.walk_ins.known;
      if (to === number()) return;
      counts.set(id, to);
      output.textContent = to;
      await record({ kind: "walk_ins", session_id: id, number: to, known, seen: session.walk_ins.marks });
      if (counts.get(id) === to) counts.delete(id);
    });
  }
}

function saleOf(session, place) {
  const sold = queue.filter(({ row, item }) => item.kind === "sale" && item.session_id === session.session_id && row.state === "waiting");
  const left = session.van_seats - sold.reduce((sum, { item }) => sum + item.party, 0), form = one("[data-sale]", place);
  form.hidden = !session.van_seats;
  one("[data-left]", form).textContent = `${words.left} ${left}`;
  one("button", form).disabled = left < 1;
  form.elements.party.max = Math.min(10, Math.max(1, left));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const { label, party, language } = form.elements;
    if (Number(party.value) > left) return;
    document.activeElement?.blur();
    record({ kind: "sale", session_id: session.session_id, party: Number(party.value), language: language.value, label: label.value.trim() });
  });
}

function refusedOf({ row, item }) {
  const place = document.createElement("li"), button = document.createElement("button");
  const seat = list?.sessions.flatMap((session) => session.seats).find((found) => found.booking_id === item.booking_id);
  place.append(`${seat?.label || seat?.code || item.label || words.walk_ins} : ${row.reason} `);
  button.type = "button";
  button.textContent = words.remove;
  button.addEventListener("click", async () => { await kept.remove(row.sequence); show(); });
  place.append(button);
  return place;
}

/* --- recording --- */
function press(session, seat, presence, minutes) {
  const now = Date.now(), starts = Date.parse(session.starts_at), ends = Date.parse(session.ends_at);
  if (minutes === undefined && starts < now && now < ends) { /* pressed when it happens: the clock knows how long */
    if (presence === "late") minutes = Math.round((ends - now) / 60000);
    if (presence === "left_early") minutes = Math.round((now - starts) / 60000);
  }
  record({ kind: "presence", session_id: session.session_id, booking_id: seat.booking_id, seat: seat.seat, presence,
    minutes: minutes ?? null, seen: seat.marks });
}

async function record(item) {
  touched = Date.now();
  await kept.add({ ...item, id: newId(), recorded_at: new Date().toISOString() });
  await show();
  flush();
}

/* --- sending --- */
/* One at a time; who asks meanwhile gets another turn after it. */
function flush() {
  sending = (sending ?? Promise.resolve()).then(send).catch(() => {});
  return sending;
}

async function send() {
  if (!kept.key) return;
  const waiting = (await kept.queue()).filter(({ row }) => row.state === "waiting");
  if (!waiting.length) return showQueue();
  for (let from = 0; from < waiting.length; from += AT_ONCE) {
    if (!(await sendSome(waiting.slice(from, from + AT_ONCE)))) return show();
  }
  say("");
  await renew();
}

async function sendSome(some) {
  const reply = await ask("/api/v1/attendance/sync", body(some.map(({ item }) => item)));
  if (!reply) return false;
  if (reply.status === 422 && some.length > 1) { /* one that cannot be read must not hold up the others */
    for (const single of some) if (!(await sendSome([single]))) return false;
    return true;
  }
  if (reply.status === 422) {
    await kept.settle(some[0].row, "refused", (await reply.json()).detail ?? "");
    return true;
  }
  if (!reply.ok) { say(reply.status === 403 ? words.forbidden : words.server); return false; }
  const answers = new Map((await reply.json()).answers.map((answer) => [answer.id, answer]));
  for (const { row, item } of some) {
    const answer = answers.get(item.id);
    if (answer) await kept.settle(row, answer.result === "refused" ? "refused" : "sent", answer.reason);
  }
  return true;
}

const body = (items) => ({ device: kept.about.device, now: new Date().toISOString(), items });

/* A reply, or nothing where there is no network or nobody is signed in; which of them stands on the page. */
async function ask(address, json) {
  const how = json ? { method: "POST", body: JSON.stringify(json), headers: { "content-type": "application/json" } } : {};
  try {
    const reply = await fetch(address, { ...how, signal: AbortSignal.timeout?.(20000) });
    if (reply.status !== 401) return reply;
    say(words.signed_out, true);
  } catch { say(words.no_network); }
  return null;
}

async function fetchList(whose) {
  const reply = await ask(`/api/v1/attendance/day?device=${kept.about.device}&whose=${encodeURIComponent(whose)}`);
  if (reply && !reply.ok) say(reply.status === 403 ? words.forbidden : words.server);
  return reply?.ok ? reply.json() : null;
}

/* What was sent is in the list that comes now: only then does the queue let go of it. */
async function renew() {
  const sent = (await kept.rows()).filter((row) => row.state === "sent");
  const fresh = await fetchList(kept.about.whose ?? "mine");
  if (fresh && kept.key) {
    const { key, ...rest } = fresh;
    list = rest;
    await kept.keepList(list);
    for (const row of sent) await kept.remove(row.sequence);
  }
  await show();
}

/* --- opening, locking, forgetting --- */
/* The vans of the organisation, where somebody is signed in; without them the other choices still serve. */
async function offerVans() {
  try {
    const reply = await fetch("/api/v1/attendance/tours");
    if (reply.ok) for (const { id, name } of (await reply.json()).tours) one("#whose").add(new Option(name, id));
  } catch { /* no network: the list cannot be taken now anyway */ }
}

async function start(form) {
  const { pin, again, whose } = form.elements;
  if (pin.value !== again.value) return say(words.differ);
  await kept.change((about) => { about.device ??= newId(); about.whose = whose.value; });
  const fresh = await fetchList(whose.value);
  if (!fresh) return;
  const { key, ...rest } = fresh;
  await kept.lockWith(pin.value, key);
  list = rest;
  await kept.keepList(list);
  await navigator.storage?.persist?.();
  form.reset();
  say("");
  await show();
}

async function unlock(form) {
  const pin = form.elements.pin.value;
  form.reset();
  const found = await kept.unlock(pin);
  if (found === "open") return opened();
  say(words[found]);
  await show();
}

async function opened() {
  touched = Date.now();
  say("");
  if (kept.about.expires < Date.now()) { await kept.forgetList(); say(words.expired); }
  list = await kept.list();
  await show();
  flush();
}

async function recover(form) {
  const fresh = await fetchList(kept.about.whose ?? "mine");
  if (!fresh) return;
  try { await kept.recover(fresh.key, form.elements.pin.value); } catch { return say(words.other_account); }
  form.reset();
  await opened();
}

async function lock() {
  kept.lock();
  list = null;
  one("[data-sessions]").replaceChildren();
  one("[data-refused] ul").replaceChildren();
  await show();
}

async function finish() {
  await flush();
  const left = await kept.rows();
  if (left.some((row) => row.state !== "sent")) return say(problem || words.unsent);
  await wipe();
}

async function wipe() {
  await kept.forgetAll();
  list = null;
  one("[data-sessions]").replaceChildren();
  await show();
  say(words.wiped);
}

/* What the hours take away, with or without a PIN: the list after three days, and everything once all of it is sent
   and the last session is some hours past. */
async function tidy() {
  if (kept.isEmpty) return;
  const rows = await kept.rows();
  if (!rows.some((row) => row.state !== "sent") && Date.now() > kept.about.last + AFTER_THE_LAST) return wipe();
  if (kept.about.expires < Date.now()) await kept.forgetList();
}

async function exportQueue() {
  const items = (await kept.queue()).filter(({ row }) => row.state !== "sent").map(({ item }) => item);
  const file = new Blob([JSON.stringify(body(items))], { type: "application/json" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = `pathways-${new Date().toISOString().slice(0, 10)}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

async function importFile(form) {
  let held;
  try { held = JSON.parse(await form.elements.file.files[0].text()); } catch { return say(words.bad_file); }
  const reply = await ask("/api/v1/attendance/sync", { ...held, now: new Date().toISOString() });
  if (!reply) return;
  if (!reply.ok) return say(reply.status === 422 ? words.bad_file : words.server);
  form.reset();
  const refused = (await reply.json()).answers.filter((answer) => answer.result === "refused");
  say([words.imported, ...refused.map((answer) => answer.reason)].join(" "));
}

/* --- begin --- */
function on(selector, act) {
  const place = one(selector);
  place.addEventListener(place.tagName === "FORM" ? "submit" : "click", (event) => {
    event.preventDefault();
    touched = Date.now();
    act(place);
  });
}

async function begin() {
  if (!navigator.serviceWorker || !window.indexedDB || !window.crypto?.subtle) return say(words.unsupported);
  kept = await Kept.open();
  for (const [selector, act] of Object.entries({ "[data-start]": start, "[data-unlock]": unlock, "[data-recover]": recover,
    "[data-import]": importFile, "[data-send]": flush, "[data-export]": exportQueue, "[data-lock]": lock, "[data-renew]": renew,
    "[data-finish]": finish })) on(selector, act);
  const late = () => setTimeout(() => { held = false; if (stale && kept.key) draw(); });
  for (const moment of ["pointerup", "pointercancel"]) document.addEventListener(moment, late);
  document.addEventListener("pointerdown", () => { held = true; });
  one("[data-sessions]").addEventListener("focusout", () => setTimeout(() => { if (stale && kept.key) draw(); }));
  for (const moment of ["pointerdown", "keydown"]) document.addEventListener(moment, () => { touched = Date.now(); });
  window.addEventListener("online", () => { showQueue(); flush(); });
  window.addEventListener("offline", showQueue);
  document.addEventListener("visibilitychange", async () => {
    if (document.hidden) return;
    if (kept.key && Date.now() - touched > IDLE) await lock();
    flush();
  });
  setInterval(() => { if (kept.key && Date.now() - touched > IDLE) lock(); }, 10000);
  setInterval(flush, 60000);
  await tidy();
  await show();
  if (kept.isEmpty) offerVans();
  await navigator.serviceWorker.register("/day/worker.js", { scope: "/day" });
  await navigator.serviceWorker.ready;
  one("[data-progress]").textContent = words.ready;
}

begin();
