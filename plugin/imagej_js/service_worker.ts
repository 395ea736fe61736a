/**
 * Keeps the page's files, so that it works without a network.
 *
 * @module
 */

/** Put before this script by the build; the version is the contents'. */
declare const BUILT: { readonly version: string; readonly files: readonly string[] };

/** The part of a service worker's events that is used here. */
interface WorkerEvent extends Event {
  readonly request: Request;
  waitUntil(work: Promise<unknown>): void;
  respondWith(response: Promise<Response>): void;
}

interface WorkerScope {
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(type: string, listener: (event: WorkerEvent) => void): void;
}

const scope = self as unknown as WorkerScope;

scope.addEventListener("install", (event) => event.waitUntil(install()));
scope.addEventListener("activate", (event) => event.waitUntil(removeOld()));
scope.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || new URL(request.url).origin !== location.origin) return;
  event.respondWith(answer(request));
});

async function install(): Promise<void> {
  const cache = await caches.open(BUILT.version);
  await cache.addAll(BUILT.files.map((file) => new Request(file, { cache: "reload" })));
  await scope.skipWaiting();
}

async function removeOld(): Promise<void> {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith("twb-") && name !== BUILT.version);
  await Promise.all(old.map((name) => caches.delete(name)));
  await scope.clients.claim();
}

async function answer(request: Request): Promise<Response> {
  const cache = await caches.open(BUILT.version);
  return await cache.match(request, { ignoreSearch: true }) ?? await fetch(request);
}
