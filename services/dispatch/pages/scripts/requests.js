// What units ask for, and deciding on it (申请审核).

import { claimsSection } from "./claims.js";
import { el, show, t } from "./dom.js";
import { DISPATCH } from "./desk.js";
import { stepForm } from "./forms.js";
import { dues } from "./list.js";
import { told } from "./moments.js";
import { formOfDecision } from "./steps.js";

const DECISIVE = ["grant", "terminate", "refuse", "hand_on", "take_back", "refuse_return", "not_accept", "refuse_nonacceptance"];

// A request in words, and what became of it.
export function requestOf(desk, one) {
  return el("div", { class: "request" },
    el("strong", {}, t(one.kind)), " · ", desk.term("request_state", one.state),
    el("div", { class: "hint" }, desk.withUnit("asked_by", one.asked_unit, { when: told(one.asked_at) })),
    el("p", { class: "written" }, desk.term(`${one.kind}_reason`, one.reason_code), " — ", one.note),
    el("div", { class: "marks" }, one.days && el("span", {}, t("days_more", { days: one.days })),
      one.until && el("span", {}, t("until", { when: told(one.until) }))),
    one.answer && el("p", { class: "written" }, t("answered_for_now", { text: one.answer })),
    one.evidence && el("p", { class: "written" }, t("evidence", { text: one.evidence })),
    one.go_to && el("p", { class: "written" }, t("go_to", { text: one.go_to })),
    one.decided_at && el("div", { class: "hint" }, t("decided_on", { when: told(one.decided_at) })),
    one.decision_note && el("p", { class: "written" }, one.decision_note),
    one.told && el("p", { class: "written" }, t("told_citizen", { text: one.told })));
}

// The form by which it is decided; null where it is somebody else's to decide.
export function decisionOf(desk, request, work, steps) {
  const own = steps.filter((step) => DECISIVE.includes(step.action));
  const form = formOfDecision(desk, request, work, own);
  return form.isEmpty ? null : form;
}

export async function decideView(desk) {
  const rows = el("div", { id: "waiting" });
  show(desk.main, el("h1", {}, t("to_decide")), rows, claimsSection(desk));
  try {
    await desk.paged(rows, `${DISPATCH}/waiting-requests`, {}, (one) => waitingLine(desk, one), { class: "cards" });
  } catch (error) {
    desk.told(rows, error);
  }
}

function waitingLine(desk, { request, case: work, steps }) {
  const form = decisionOf(desk, request, work, steps);
  return el("li", { class: "item", "data-case": work.case_id, "data-kind": request.kind },
    el("h2", {}, work.title), el("span", { class: "hint" }, work.case_no, " · ", desk.unit(work.working_unit)), dues(work),
    requestOf(desk, request),
    desk.may("dispatch.work.read") && el("a", { class: "big", href: `#case/${work.case_id}` }, t("open_case")),
    form ? stepForm(desk, form) : el("p", { class: "hint" }, t("not_yours")));
}
