// One visit as it is written down (记录走访). Each change is kept at once: a closed window loses nothing.

import { stamp } from "./clock.js";
import { alertBox, both, button, el, field, show, t } from "./dom.js";
import { draftOf, dropDraft, leaveDraft, photosOf, record, saveDraft } from "./items.js";
import { amounts, begunField, choices, findings, guideField, matters, outcomeChoice, photos, quantities, workers } from "./parts.js";
import { keep, kept, one } from "./store.js";
import { classOf } from "./words.js";

const LONGEST = 86_400_000;
const HEARD = ["reached", "by_phone"];
let leaving = () => {};

// Let another window write this visit.
export function leaveVisit() {
  leaving();
  leaving = () => {};
}

export async function visitView(main, householdId) {
  const household = await one("households", householdId);
  const back = backTo("list");
  if (!household) return show(main, back, el("p", {}, t("household_gone")));
  const draft = await holding(`huiyin-visit-${householdId}`, () => draftOf(household));
  if (!draft) return show(main, back, alertBox(t("elsewhere")));
  const [lists, owner, days] = [(await kept("lists")) ?? {}, await kept("owner"), await kept("keep_days")];
  // Whoever comes along tonight came along to the house before.
  draft.visit.staff_ids ??= [owner.staff_id, ...((await kept("companions")) ?? [])];
  const wrong = el("div", { id: "wrong", "aria-live": "assertive" });
  const form = el("form", { id: "visit", novalidate: true, "data-item": draft.item_id });
  const state = { draft, lists, days, form, wrong, owner, keep: () => saveDraft(draft), redraw: () => drawn(state) };
  form.addEventListener("submit", (event) => event.preventDefault());
  show(main, back, homeHead(household), form);
  await drawn(state);
}

// The draft that this window writes until it is left; null where another window does. What was not touched goes then.
export async function holding(name, open) {
  if (!(await taken(name))) return null;
  const draft = await open();
  const release = leaving;
  leaving = () => { leaveDraft(draft); release(); };
  return draft;
}

// A window that writes a visit holds it; false where another does.
function taken(name) {
  return new Promise((resolve) => {
    navigator.locks.request(name, { ifAvailable: true }, (lock) => {
      if (!lock) return resolve(false);
      const held = new Promise((release) => { leaving = release; });
      resolve(true);
      return held;
    });
  });
}

export const backTo = (view) => el("a", { href: `#${view}`, class: "back" }, "‹ ", t("back"));

function homeHead(household) {
  const { door, head, phone, notes, household_no: number } = household;
  return el("section", {}, el("h1", {}, [door, head].filter(Boolean).join(" · ") || number),
    el("p", { class: "hint" }, number, " ", both(classOf(household.class))),
    phone && el("a", { class: "call", href: `tel:${phone}` }, t("call"), ` ${phone}`),
    (notes ?? []).map((note) => el("p", { class: "note" }, t("note"), "：", note.text ?? note)));
}

async function drawn(state) {
  const { draft, lists, form, wrong } = state;
  const { outcome } = draft.visit;
  const served = outcome === "reached";
  show(form,
    begunField(state),
    outcomeChoice(state),
    served && choices(state, "purposes", lists.purposes),
    amounts(state, lists.materials),
    choices(state, "topics", lists.topics),
    findings(state, lists.findings),
    quantities(state),
    HEARD.includes(outcome) && matters(state),
    photos(state, await photosOf(draft.item_id)),
    workers(state), guideField(state),
    wrong,
    el("p", { class: "hint" }, t("draft_kept")),
    button("record", () => finish(state), { id: "record", class: "wide" }),
    button("drop_draft", async () => {
      await dropDraft(draft);
      location.hash = "#list";
    }, { class: "quiet", id: "drop-draft" }));
}

async function finish({ draft, wrong, owner }) {
  const { visit } = draft;
  const fault = faultOf(visit);
  if (fault) return show(wrong, alertBox(t(fault)));
  const pictures = await photosOf(draft.item_id);
  const isFirst = await record(draft, bodyOf(draft, pictures, owner));
  if (!isFirst) return show(wrong, alertBox(t("twice")));
  await keep({ companions: visit.staff_ids.filter((one) => one !== owner.staff_id) });
  location.hash = "#list";
  document.getElementById("send")?.click();
}

function faultOf({ outcome, matters: raised, quantities: numbers }) {
  if (!outcome) return "choose_outcome";
  const heard = HEARD.includes(outcome) ? raised : [];
  if (heard.some((matter) => !matter.text?.trim())) return "no_words";
  if (heard.some((matter) => matter.what !== "becomes_case" && !matter.answer?.trim())) return "no_answer";
  return halfQuantity({ quantities: numbers }) ? "half_quantity" : null;
}

export const halfQuantity = ({ quantities: numbers }) =>
  numbers.some(({ what, number, unit }) => !what?.trim() || number === "" || !unit?.trim());

// As `POST /intake/v1/visits` takes it. What a change of the outcome took away from the form is not said.
function bodyOf(draft, pictures, owner) {
  const { visit } = draft;
  const [begun, ended] = spanOf(draft);
  const body = {
    visit_id: draft.item_id, household_id: draft.household_id, started_at: begun, ended_at: ended,
    staff_ids: [...new Set([owner.staff_id, ...visit.staff_ids])], outcome: visit.outcome,
    purposes: visit.outcome === "reached" ? visit.purposes : [], materials: visit.materials, topics: visit.topics,
    findings: visit.findings, quantities: visit.quantities, photos: pictures.map((picture) => picture.sha256),
    matters: HEARD.includes(visit.outcome) ? visit.matters.map(matterOf) : [],
  };
  if (visit.guide?.trim()) body.guide = visit.guide.trim();
  return body;
}

// A draft that lay for longer than a visit may take tells of the day on which it was begun.
function spanOf({ begun_at: begun }) {
  const recorded = stamp();
  if (begun > recorded) return [recorded, recorded];
  return [begun, Date.parse(recorded) - Date.parse(begun) < LONGEST ? recorded : begun];
}

const matterOf = ({ what, text, answer }) =>
  what === "becomes_case" ? { what, text: text.trim() } : { what, text: text.trim(), answer: answer.trim() };
