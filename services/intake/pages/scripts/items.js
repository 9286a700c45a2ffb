// Drafts (草稿) and what waits to be sent (待发送). A draft becomes one item in one transaction, whichever window does it.

import { stamp, today } from "./clock.js";
import { redrawn } from "./pictures.js";
import { all, changed, got, put, remove, within } from "./store.js";

export const WAITING = "waiting";
// Where a picture waits to be sent to: one of these, or the id of a case.
export const ITS_VISIT = "visit";
export const ITS_ITEM = "item";
// Of the record of a visit as the phone that recorded it knows it: what others did to it since it was not told.
const FIRST_VERSION = 1;
const CORRECTABLE = [WAITING, "held", "applied", "duplicate"];
const DONE = ["applied", "duplicate", "dropped"];

export async function sha256(blob) {
  const digest = await crypto.subtle.digest("SHA-256", await blob.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// The draft of a household, begun before unless it is new. It is kept, with its id, before the first keystroke.
export async function draftOf(household) {
  const { household_id, household_no, version: base_version } = household;
  const fresh = {
    item_id: crypto.randomUUID(), household_id, household_no, base_version, begun_at: stamp(), touched: false,
    visit: { outcome: null, purposes: [], materials: {}, topics: [], findings: {}, quantities: [], matters: [] },
  };
  return within(["drafts"], async (of) => {
    const isThis = (draft) => !draft.corrects && draft.household_id === household_id;
    return begunOr(of("drafts"), isThis, fresh);
  });
}

async function begunOr(drafts, isThis, fresh) {
  const begun = (await got(drafts.getAll())).find(isThis);
  if (begun?.touched) return begun;
  if (begun) drafts.delete(begun.item_id);
  drafts.put(fresh);
  return fresh;
}

// A correction (更正) that is being written of a visit of this phone, begun before unless it is new.
export async function correctionOf(item, items) {
  const record = recordOf(item, items);
  const { household_id, household_no } = item;
  const fresh = {
    item_id: crypto.randomUUID(), corrects: item.item_id, household_id, household_no, base_version: FIRST_VERSION,
    begun_at: record.started_at, opened_at: stamp(), why: "", touched: false, visit: { ...structuredClone(record), matters: [] },
  };
  return within(["drafts"], (of) => begunOr(of("drafts"), (draft) => draft.corrects === item.item_id, fresh));
}

// What the visit says by what this phone recorded and corrected of it, whether that was sent or not.
export function recordOf(item, items) {
  const corrections = items.filter((one) => one.corrects === item.item_id && !["refused", "dropped"].includes(one.state));
  return Object.assign({}, item.record, ...corrections.sort((a, b) => a.seq - b.seq).map((one) => one.record));
}

// Whose visit it is corrects it on the day on which it was entered, or before it was: later the office does.
export const isCorrectable = (item) =>
  item.kind === "visit" && Boolean(item.record) && CORRECTABLE.includes(item.state) && (item.entered_on ?? today()) === today();

// What was written, unless the draft is over: another window may have recorded it.
export function saveDraft(draft) {
  const wasTouched = draft.touched;
  draft.touched = true;
  return within(["drafts"], async (of) => {
    if (await got(of("drafts").get(draft.item_id))) of("drafts").put(draft);
  }).then(() => { if (!wasTouched) changed("items"); });
}

// Opened, and nothing was written.
export const leaveDraft = (draft) => draft.touched ? null : remove("drafts", draft.item_id);

export const begunDrafts = async () => (await all("drafts")).filter((draft) => draft.touched);

export async function dropDraft(draft) {
  for (const photo of await photosOf(draft.item_id)) await remove("photos", photo.key);
  await remove("drafts", draft.item_id);
  changed("items");
}

// Kept re-drawn, so that neither the place nor the phone's name goes along with the picture.
export async function addPhoto(draft, file) {
  const blob = await redrawn(file);
  const hash = await sha256(blob);
  const key = `${draft.item_id}/${hash}`;
  await put("photos", { key, item_id: draft.item_id, sha256: hash, blob, matter: null, made_at: stamp() });
  return key;
}

export const photosOf = async (itemId) => (await all("photos")).filter((photo) => photo.item_id === itemId);

// The draft, of a visit or of a correction, is over and waits to be sent. False: another window was faster, and it stands there once.
export async function record(draft, body) {
  const isFirst = await within(["drafts", "items", "kept"], async (of) => {
    if (!(await got(of("drafts").get(draft.item_id)))) return false;
    const seq = (await got(of("kept").get("next_seq"))) ?? 1;
    const { item_id, corrects, base_version, household_id, household_no } = draft;
    of("items").add({
      seq, item_id, kind: corrects ? "correction" : "visit", corrects, begun_at: draft.opened_at ?? draft.begun_at, made_at: stamp(),
      base_version, body, record: recorded(body), household_id, household_no, state: WAITING, receipt: null,
    });
    of("kept").put(seq + 1, "next_seq");
    of("drafts").delete(draft.item_id);
    return true;
  });
  changed("items");
  return isFirst;
}

// What can be corrected: without the words of anybody who was visited.
function recorded({ visit_id: _, household_id: __, matters: ___, why: ____, ...record }) {
  return record;
}

export const unsent = async () => (await all("items")).filter((item) => item.state === WAITING);

// What one person left here that the server does not have: nobody else's phone is it until that was sent.
export async function counts() {
  const items = await all("items");
  const of = (state) => items.filter((item) => item.state === state).length;
  return {
    unsent: of(WAITING), held: of("held"), refused: of("refused"), drafts: (await begunDrafts()).length,
    photos: (await all("photos")).filter((photo) => photo.waits).length,
  };
}

// The newest word of the server about each item. What it took needs no body here any more.
export async function tell(receipts, nextSeq = 1) {
  if (!receipts.length) return;
  await within(["items", "photos", "kept"], async (of) => {
    for (const receipt of receipts) {
      const item = await got(of("items").get(receipt.seq));
      if (!item || item.item_id !== receipt.item_id) continue;
      if (receipt.code === "seq-taken") {
        await renumber(of, item, nextSeq);
        continue;
      }
      const state = receipt.code === "dropped" ? "dropped" : receipt.outcome;
      const done = DONE.includes(state);
      const entered_on = item.entered_on ?? (done ? today() : undefined);
      of("items").put({ ...item, state, receipt, entered_on, body: done ? null : item.body });
      await settlePhotos(of("photos"), item, state, receipt);
    }
  });
  changed("items");
}

// The phone counted wrong, as one does that was set back: the item goes under the next number that nobody has.
async function renumber(of, item, nextSeq) {
  const seq = Math.max(nextSeq, (await got(of("kept").get("next_seq"))) ?? 1);
  of("items").delete(item.seq);
  of("items").put({ ...item, seq });
  of("kept").put(seq + 1, "next_seq");
}

// Pictures of a matter that became a case go there, the others to the visit. What went to neither is told, and stays.
// Those of a visit that waits for a decision are handed in with it; of what was dropped none is wanted any more.
async function settlePhotos(photos, item, state, receipt) {
  const cases = (item.body?.matters ?? []).map((matter) => matter.what !== "explained");
  for (const photo of await got(photos.getAll())) {
    if (photo.item_id !== item.item_id || photo.refused || (photo.waits && photo.waits !== ITS_ITEM)) continue;
    if (!DONE.includes(state)) {
      photos.put({ ...photo, waits: ITS_ITEM });
      continue;
    }
    if (state === "dropped") {
      photos.delete(photo.key);
      continue;
    }
    const place = photo.matter === null || !cases[photo.matter] ? null : cases.slice(0, photo.matter).filter(Boolean).length;
    const waits = place === null ? ITS_VISIT : receipt.case_ids?.[place];
    if (waits) photos.put({ ...photo, waits });
  }
}
