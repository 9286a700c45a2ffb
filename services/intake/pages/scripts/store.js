// What the phone keeps (手机本地数据): one database in the browser, of one person at a time.
// A transaction is the only thing that two windows of one phone agree by.

const NAME = "huiyin-visits";
const STORES = { kept: null, households: "household_id", drafts: "item_id", items: "seq", photos: "key" };

let opening = null;

function open() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      for (const [name, keyPath] of Object.entries(STORES)) {
        request.result.createObjectStore(name, keyPath ? { keyPath } : undefined);
      }
    };
    request.onsuccess = () => {
      request.result.onversionchange = () => request.result.close();
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
  });
  return opening;
}

// The answer of one request of a transaction.
export function got(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

// All that `act` does to these stores, or nothing of it. Resolves once it is on the disk, as far as the phone says so.
export async function within(names, act) {
  const database = await open();
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(names, "readwrite", { durability: "strict" });
    let result;
    transaction.oncomplete = () => resolve(result);
    transaction.onabort = () => reject(transaction.error ?? new Error("aborted"));
    Promise.resolve(act((name) => transaction.objectStore(name))).then(
      (value) => { result = value; },
      (error) => { reject(error); transaction.abort(); },
    );
  });
}

async function reading(name) {
  return (await open()).transaction(name).objectStore(name);
}

export const all = async (name) => got((await reading(name)).getAll());
export const one = async (name, key) => got((await reading(name)).get(key));
export const put = (name, value) => within([name], (of) => { of(name).put(value); });
export const remove = (name, key) => within([name], (of) => { of(name).delete(key); });

// A single value by its name, such as the session; undefined where there is none.
export const kept = (name) => one("kept", name);
export const keep = (values) => within(["kept"], (of) => {
  for (const [name, value] of Object.entries(values)) of("kept").put(value, name);
});

// Everything, at once and for good (清空): also what the browser cached. Other windows are told by `onwipe`.
export async function wipe() {
  await within(Object.keys(STORES), (of) => { for (const name of Object.keys(STORES)) of(name).clear(); });
  for (const name of await caches.keys()) await caches.delete(name);
  changed("wiped");
}

const channel = new BroadcastChannel(NAME);

// Tell this window and all others that something is different now.
export function changed(what) {
  channel.postMessage(what);
  window.dispatchEvent(new CustomEvent("kept", { detail: what }));
}

export function onchange(listen) {
  channel.onmessage = (message) => listen(message.data);
  window.addEventListener("kept", (event) => listen(event.detail));
}
