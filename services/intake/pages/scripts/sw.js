// The service worker (离线外壳): the page itself without a network. It keeps no answer of the server and nothing of anybody.
// VERSION and FILES are written before this text: another shell is another worker.

const SHELL = `huiyin-visits-${VERSION}`;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELL).then((cache) => cache.addAll(FILES)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = (name) => name.startsWith("huiyin-visits-") && name !== SHELL;
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name))))
    .then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { pathname } = new URL(event.request.url);
  if (event.request.method !== "GET" || !FILES.includes(pathname)) return;
  event.respondWith(fromShell(event.request, pathname));
});

async function fromShell(request, pathname) {
  const cache = await caches.open(SHELL);
  const kept = await cache.match(pathname);
  if (kept) return kept;
  const fresh = await fetch(request);
  if (fresh.ok) await cache.put(pathname, fresh.clone());
  return fresh;
}
