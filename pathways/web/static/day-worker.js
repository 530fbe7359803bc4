/* Keeps the empty shell of /day on the device, so that it opens without network. What it shows is kept elsewhere, and
   locked (day-kept.js): nothing of anybody ever comes through here. */
"use strict";

const CACHE = "pathways-day", SHELL = "/day";

/* The page first, then every file that it names: either all of them are there, or what was there before stays. */
async function renew() {
  const page = await fetch(SHELL, { cache: "reload" });
  if (!page.ok || page.redirected) throw new Error("no shell");
  const text = await page.clone().text();
  const named = new Set([...text.matchAll(/(?:href|src)="(\/static\/[^"]+)"/g)].map((found) => found[1]));
  const cache = await caches.open(CACHE);
  for (const name of named) if (!(await cache.match(name))) await cache.add(name);
  await cache.put(SHELL, page);
  for (const kept of await cache.keys()) {
    const path = new URL(kept.url).pathname;
    if (path !== SHELL && !named.has(path)) await cache.delete(kept);
  }
}

async function kept(request, path) {
  const cache = await caches.open(CACHE);
  return (await cache.match(path, { ignoreVary: true })) ?? fetch(request);
}

self.addEventListener("install", (event) => event.waitUntil(renew().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { method, url, mode } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== self.location.origin) return;
  if (mode === "navigate" && pathname === SHELL) {
    event.respondWith(kept(event.request, SHELL));
    event.waitUntil(renew().catch(() => {}));
  } else if (pathname.startsWith("/static/")) {
    event.respondWith(kept(event.request, pathname));
  }
});
