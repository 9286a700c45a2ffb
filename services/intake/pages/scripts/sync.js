// Sending and fetching (同步): push what was done, hear what became of it, pull what is one's own. One window at a time.

import { daysAgo, learn, today } from "./clock.js";
import { plain, t } from "./dom.js";
import { begunDrafts, counts, ITS_ITEM, ITS_VISIT, tell, unsent } from "./items.js";
import { dayOf } from "./moments.js";
import { Offline, Session, SignedOut, signOut, withToken } from "./net.js";
import { all, changed, keep, kept, put, remove, wipe, within } from "./store.js";
import { WORDS } from "./words.js";

const DEVICES = "/intake/v1/devices";
const MOST_ITEMS = 50;
const DECIDED = 409;
const TOO_LARGE = 413;
const TOO_MANY = 429;
const DONE = ["applied", "duplicate", "dropped"];

export const session = new Session({
  read: () => kept("session"),
  write: (entered) => keep({ session: entered }),
});

// Somebody else's visits are still on this phone: nobody sees or sends them but that person.
class OfSomebodyElse extends Error {
  constructor(owner, left) {
    super("of somebody else");
    this.words = t("other_person", { owner, left });
  }
}

// The phone is this person's from now on (登记手机). What another left here and had sent is wiped first.
export async function enter(entered, staffId, name) {
  return navigator.locks.request("huiyin-sync", async () => {
    const owner = await kept("owner");
    if (owner && staffId && owner.staff_id !== staffId) await makeRoom(owner, entered);
    let registered;
    try {
      registered = await register(entered, name);
    } catch (error) {
      if (error.status !== 409) throw error;
      await makeRoom(owner ?? { staff_id: "—" }, entered);
      registered = await register(entered, name);
    }
    await keep({ session: entered, owner: { staff_id: registered.staff_id, name } });
    changed("session");
  });
}

async function register(entered, name) {
  const device_id = (await kept("device_id")) ?? crypto.randomUUID();
  await keep({ device_id });
  const registered = await withToken(entered.access_token, "POST", DEVICES, { device_id, name });
  const next = (await kept("next_seq")) ?? 1;
  await keep({ next_seq: Math.max(next, registered.next_seq ?? 1) });
  return registered;
}

async function makeRoom(owner, entered) {
  const left = await counts();
  if (left.unsent + left.drafts + left.photos > 0) {
    if (entered.session_token) await signOut(entered.session_token).catch(() => {});
    throw new OfSomebodyElse(owner.staff_id, left.unsent + left.drafts + left.photos);
  }
  await wipe();
}

// Send and fetch. Throws Offline, SignedOut or Refused; nothing that waits is ever lost by it. "wiped": all is gone.
export async function synchronise() {
  return navigator.locks.request("huiyin-sync", async () => {
    const device = await kept("device_id");
    if (!device || !(await kept("owner"))) throw new SignedOut();
    await push(device);
    await hear(device);
    if (await pull(device)) return "wiped";
    await sendPhotos(device);
    await figure();
    await purge();
    changed("synchronised");
    return "done";
  });
}

async function push(device) {
  let most = MOST_ITEMS;
  for (;;) {
    const waiting = (await unsent()).slice(0, most);
    if (!waiting.length) return;
    const items = waiting.map(({ seq, item_id, kind, begun_at, made_at, base_version, body }) =>
      ({ seq, item_id, kind, begun_at, made_at, base_version, body }));
    let answer;
    try {
      answer = await session.ask("POST", `${DEVICES}/${device}/push`, { items });
    } catch (error) {
      if (error.status !== TOO_LARGE || items.length === 1) throw error;
      most = Math.ceil(items.length / 2);
      continue;
    }
    await tell(answer.receipts, answer.next_seq);
    const known = new Set(answer.receipts.map((receipt) => receipt.item_id));
    if (!waiting.some((item) => known.has(item.item_id))) throw new Offline("no receipts");
  }
}

async function hear(device) {
  const since = await kept("cursor");
  const query = since ? `?since=${encodeURIComponent(since)}` : "";
  const { receipts, cursor } = await session.ask("GET", `${DEVICES}/${device}/receipts${query}`);
  await tell(receipts);
  await keep({ cursor });
}

async function pull(device) {
  const { unsent: waiting } = await counts();
  const have = (await all("households")).map((one) => one.household_id);
  const body = { since: (await kept("cursor")) ?? null, unsent: waiting, have };
  const answer = await session.ask("POST", `${DEVICES}/${device}/pull`, body);
  if (answer.wipe) {
    await wipe();
    return true;
  }
  await learn(answer.as_of);
  await tell(answer.receipts ?? []);
  const begun = new Set([...await begunDrafts(), ...await unsent()].map((one) => one.household_id));
  await within(["households", "kept"], (of) => {
    for (const household of answer.households) of("households").put(household);
    // What was begun is sent before its household goes.
    for (const id of answer.purge ?? []) if (!begun.has(id)) of("households").delete(id);
    const { as_of, cursor, keep_days, oldest_days, most_households, left_out, rounds, lists } = answer;
    const told = { as_of, cursor, keep_days, oldest_days, most_households, left_out, rounds, lists };
    for (const [name, value] of Object.entries(told)) of("kept").put(value, name);
  });
  return false;
}

async function sendPhotos(device) {
  for (const photo of (await all("photos")).filter((one) => one.waits)) {
    const once = `${photo.key}${photo.waits === ITS_ITEM ? "/held" : ""}`.slice(0, 120);
    const headers = { "Content-Type": "application/octet-stream", "Idempotency-Key": once };
    try {
      await session.ask("POST", placeOf(photo, device), photo.blob, headers);
      await remove("photos", photo.key);
    } catch (error) {
      if (error instanceof Offline || error instanceof SignedOut) throw error;
      // A fault of the server's own: it stays, for the next time.
      if (error.status === TOO_MANY || error.status >= 500) continue;
      // It was decided meanwhile: its receipt says where the picture goes.
      if (photo.waits === ITS_ITEM && error.status === DECIDED) continue;
      // Nobody takes it any more: said, and not tried for ever.
      await put("photos", { ...photo, waits: null, refused: error.words ?? String(error) });
    }
  }
}

function placeOf({ waits, item_id, matter }, device) {
  if (waits === ITS_VISIT) return `/intake/v1/visits/${item_id}/photos`;
  if (waits === ITS_ITEM) return `${DEVICES}/${device}/items/${item_id}/photos${matter === null ? "" : `?matter=${matter + 1}`}`;
  return `/intake/v1/cases/${waits}/attachments?name=${encodeURIComponent("走访照片.jpg")}`;
}

async function figure() {
  try {
    await keep({ figure: await session.ask("GET", "/analytics/v1/visits/mine") });
  } catch (error) {
    if (error instanceof Offline || error instanceof SignedOut) throw error;
    await keep({ figure: { unknown: error.words ?? String(error) } });
  }
}

// What is older than the server lets it be goes (到期清除), also on a phone that hears from no server for so long.
export async function purge() {
  const days = await kept("keep_days");
  const asOf = await kept("as_of");
  if (!days || !asOf) return;
  const last = daysAgo(days);
  const [items, households, photos] = [await all("items"), await all("households"), await all("photos")];
  const begun = new Set([...await begunDrafts(), ...await unsent()].map((one) => one.household_id));
  const open = new Set([...await begunDrafts(), ...items.filter((item) => !DONE.includes(item.state))].map((one) => one.item_id));
  const isOver = (item) => DONE.includes(item.state) && dayOf(item.made_at) < last;
  // Nobody corrects it here any more.
  const isSettled = (item) => Boolean(item.record) && Boolean(item.entered_on) && item.entered_on < today();
  const isLeft = (photo) => !photo.waits && !open.has(photo.item_id) && dayOf(photo.made_at) < last;
  const gone = dayOf(asOf) < last ? households.filter((one) => !begun.has(one.household_id)) : [];
  await within(["households", "items", "photos"], (of) => {
    for (const one of gone) of("households").delete(one.household_id);
    for (const item of items.filter(isSettled)) of("items").put({ ...item, record: null });
    for (const item of items.filter(isOver)) of("items").delete(item.seq);
    for (const photo of photos.filter(isLeft)) of("photos").delete(photo.key);
  });
}

// Signing out (退出): with nothing left to send the phone is given back and wiped; else only the session ends.
export async function leave() {
  const { session_token } = (await kept("session")) ?? {};
  const left = await counts();
  if (left.unsent + left.drafts + left.photos === 0) {
    const device = await kept("device_id");
    const reason = plain(WORDS.gave_back);
    await session.ask("POST", `${DEVICES}/${device}/return`, { reason }).catch(() => {});
    if (session_token) await signOut(session_token).catch(() => {});
    await wipe();
  } else {
    if (session_token) await signOut(session_token).catch(() => {});
    await forgetHouseholds();
    await keep({ session: null });
    changed("session");
  }
}

// They come back with the next pull; a draft that was begun needs its own.
async function forgetHouseholds() {
  const begun = new Set((await begunDrafts()).map((draft) => draft.household_id));
  const gone = (await all("households")).filter((one) => !begun.has(one.household_id));
  await within(["households"], (of) => { for (const one of gone) of("households").delete(one.household_id); });
}

// The phone is lost or handed away (挂失): at the next pull it is wiped.
export async function lose(reason) {
  await session.ask("POST", `${DEVICES}/${await kept("device_id")}/loss`, { reason });
}
