// Group and risk matters (我的风险提示) that a leader on duty was told of, and has.

import { el, show, t } from "./dom.js";
import { DISPATCH } from "./desk.js";
import { line } from "./fields.js";
import { stepForm } from "./forms.js";
import { told } from "./moments.js";
import { formBeside } from "./steps.js";
import { WORDS } from "./words.js";

const PATH = `${DISPATCH}/my-risks`;

export async function risksView(desk) {
  const rows = el("div", { id: "risks" });
  show(desk.main, el("h1", {}, t("risks")), rows);
  try {
    await desk.paged(rows, PATH, {}, (one) => riskLine(desk, one), { class: "cards" });
  } catch (error) {
    desk.told(rows, error);
  }
}

function riskLine(desk, one) {
  const isOpen = one.status === "reported";
  return el("li", { class: one.overdue || one.late ? "item late" : "item", "data-risk": one.risk_id, "data-status": one.status },
    el("h2", {}, desk.term("risk_kind", one.kind)), el("p", { class: "written" }, one.why),
    el("span", { class: "marks" }, el("span", { class: "due" }, t("told_at", { when: told(one.reported_at) })),
      isOpen && el("span", { class: one.overdue ? "mark-bad" : "due" }, t("acknowledge_by", { when: told(one.due_at) })),
      one.overdue && el("span", { class: "mark-bad" }, t("overdue"))),
    el("span", { class: "hint" }, desk.term("risk_status", one.status), one.acknowledged_by && ` · ${one.acknowledged_by} ${told(one.acknowledged_at)}`),
    one.note && el("p", { class: "written" }, one.note),
    isOpen && stepForm(desk, formBeside(one.risk_id, "acknowledge_risk", WORDS.acknowledge_risk, `${PATH}/${one.risk_id}/acknowledgement`,
      one.version, [line("note", "done_at_once")])));
}
