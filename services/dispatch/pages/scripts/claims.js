// What summoned units claim (被召集单位申请), and deciding on it: by somebody of the county who is of neither side.

import { el, t } from "./dom.js";
import { DISPATCH } from "./desk.js";
import { APPROVED, eitherOr, long } from "./fields.js";
import { scoring } from "./appraising.js";
import { stepForm } from "./forms.js";
import { told } from "./moments.js";
import { formBeside, when } from "./steps.js";
import { claimOf } from "./summoned.js";
import { WORDS } from "./words.js";

export const claimsSection = (desk) => desk.may("dispatch.call_claims.decide") && desk.part("claims", t("claims"), (place) =>
  desk.paged(place, `${DISPATCH}/whistle-claims`, { state: "pending" }, (claim) => claimLine(desk, claim), { class: "cards" }));

function claimLine(desk, claim) {
  const isOwn = desk.who.units.includes(claim.unit_code);
  return el("li", { class: "item", "data-case": claim.case_id, "data-kind": claim.kind },
    el("strong", {}, desk.unit(claim.unit_code)), claimOf(desk, claim),
    el("span", { class: "hint" }, told(claim.asked_at), claim.due_at && [" · ", t("decide_by", { when: told(claim.due_at) })]),
    desk.may("dispatch.work.read") && el("a", { class: "big", href: `#case/${claim.case_id}` }, t("open_case")),
    isOwn ? el("p", { class: "hint" }, t("not_yours")) : stepForm(desk, deciding(desk, claim)));
}

function deciding(desk, claim) {
  const granted = (values) => values.granted === "true";
  const at = `${DISPATCH}/cases/${claim.case_id}`;
  // A unit whose objection is granted has other points.
  const points = claim.kind === "score" ? scoring(desk).map((one) => when(one, granted)) : [];
  // Of the claim alone it is decided, whatever became of its case meanwhile; it is decided once.
  const latest = async () => (await desk.ask(at)).version;
  return formBeside(claim.case_id, `claim_decision/${claim.claim}`, WORDS.claim_decision, `${at}/claims/${claim.claim}/decision`, null,
    [eitherOr("granted", "decision", APPROVED), long("note", "note"), ...points], { latest });
}
