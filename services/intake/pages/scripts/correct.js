// One's own visit is corrected (更正), also without a network: it travels as an item of its own, behind the visit.

import { stamp } from "./clock.js";
import { alertBox, button, el, field, show, t } from "./dom.js";
import { correctionOf, dropDraft, isCorrectable, record, recordOf, saveDraft } from "./items.js";
import { amounts, begunField, choices, findings, guideField, outcomeChoice, quantities, text, workers } from "./parts.js";
import { all, kept } from "./store.js";
import { backTo, halfQuantity, holding } from "./visit.js";

const FIELDS = ["staff_ids", "outcome", "purposes", "materials", "topics", "findings", "quantities"];

export async function correctView(main, itemId) {
  const items = await all("items");
  const item = items.find((one) => one.item_id === itemId);
  const back = backTo("sent");
  if (!item || !isCorrectable(item)) return show(main, back, el("p", {}, t("corrected_by_office")));
  const draft = await holding(`huiyin-correction-${itemId}`, () => correctionOf(item, items));
  if (!draft) return show(main, back, alertBox(t("elsewhere")));
  const wrong = el("div", { id: "wrong", "aria-live": "assertive" });
  const form = el("form", { id: "correction", novalidate: true, "data-item": draft.item_id });
  form.addEventListener("submit", (event) => event.preventDefault());
  const before = recordOf(item, items);
  const [lists, owner] = [(await kept("lists")) ?? {}, await kept("owner")];
  const state = { draft, item, before, lists, form, wrong, owner, keep: () => saveDraft(draft), redraw: () => drawn(state) };
  show(main, back, el("h1", {}, t("correction")), el("p", { class: "hint" }, t("correction_hint")), form);
  await drawn(state);
}

async function drawn(state) {
  const { draft, lists, form, wrong, keep } = state;
  show(form,
    begunField(state),
    outcomeChoice(state),
    draft.visit.outcome === "reached" && choices(state, "purposes", lists.purposes),
    amounts(state, lists.materials),
    choices(state, "topics", lists.topics),
    findings(state, lists.findings),
    quantities(state),
    workers(state), guideField(state),
    field(t("correction_why"), text(draft.why, (value) => { draft.why = value; keep(); }, { rows: 2, name: "why", maxlength: 1000 })),
    wrong,
    el("p", { class: "hint" }, t("draft_kept")),
    button("correct_it", () => finish(state), { id: "record", class: "wide" }),
    button("drop_draft", async () => {
      await dropDraft(draft);
      location.hash = "#sent";
    }, { class: "quiet", id: "drop-draft" }));
}

async function finish({ draft, item, before, wrong }) {
  const changes = changesOf(draft, before);
  const fault = halfQuantity(draft.visit) ? "half_quantity"
    : draft.why.trim().length < 2 ? "correction_needs_why"
      : Object.keys(changes).length ? null : "nothing_otherwise";
  if (fault) return show(wrong, alertBox(t(fault)));
  const body = { visit_id: item.receipt?.visit_id ?? item.item_id, why: draft.why.trim(), ...changes };
  if (!(await record(draft, body))) return show(wrong, alertBox(t("twice")));
  location.hash = "#sent";
  document.getElementById("send")?.click();
}

// What is otherwise than the phone knows it, and nothing else: what others corrected of other fields stays.
function changesOf({ visit, begun_at: begun }, before) {
  const now = { ...visit, purposes: visit.outcome === "reached" ? visit.purposes : [] };
  const changed = FIELDS.filter((name) => !isSame(now[name], before[name])).map((name) => [name, now[name]]);
  const guide = visit.guide?.trim() || null;
  if (guide !== (before.guide ?? null)) changed.push(["guide", guide]);
  if (begun !== before.started_at) {
    const lasted = Date.parse(before.ended_at) - Date.parse(before.started_at);
    const ended = new Date(Date.parse(begun) + lasted).toISOString();
    changed.push(["started_at", begun], ["ended_at", ended < stamp() ? ended : stamp()]);
  }
  return Object.fromEntries(changed);
}

const isSame = (one, other) => JSON.stringify(inOrder(one)) === JSON.stringify(inOrder(other));
const inOrder = (value) => value && typeof value === "object" && !Array.isArray(value)
  ? Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  : value;
