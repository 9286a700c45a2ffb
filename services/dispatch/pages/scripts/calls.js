// A summoned unit's own task (报到任务): where it stands, its steps, who answers for it, its score, and what it claims.

import { button, el, show, t } from "./dom.js";
import { DISPATCH } from "./desk.js";
import { fixed, line } from "./fields.js";
import { leftOver, stepForm } from "./forms.js";
import { fact, responsibleOf } from "./list.js";
import { told } from "./moments.js";
import { claimOf, lateness, OPEN, scoreOf, times } from "./summoned.js";
import { formBeside, formsOfCall, people } from "./steps.js";
import { WORDS } from "./words.js";

export async function callView(desk, caseId) {
  const at = `${DISPATCH}/calls/${caseId}`;
  const [found, steps] = await Promise.all([desk.ask(at), desk.ask(`${at}/steps`)]);
  const { call } = found;
  const areas = steps.steps.some((step) => step.action === "call_arrive") ? await desk.areasIn(call.area_code) : [];
  const staff = OPEN.includes(call.status) ? await desk.colleagues() : [];
  // Others' steps make the case another than it was, and this task the same: of that alone it is asked.
  const latest = async () => {
    const now = await desk.ask(at);
    return JSON.stringify(now.call) === JSON.stringify(call) ? now.version : found.version;
  };
  const stepping = (forms) => forms.map((one) => ({ ...one, latest }));
  const open = stepping([...formsOfCall(desk, steps, call, { areas, staff }), ...naming(found, staff)]);
  const claims = stepping(claiming(found));
  show(desk.main,
    el("p", { class: "tools" }, el("a", { href: "#whistles/calls", class: "back" }, "‹ ", t("back")),
      button("print", () => window.print(), { class: "quiet" })),
    el("section", { id: "call", "data-status": call.status, "data-version": found.version },
      el("h1", {}, found.title), el("p", { class: "hint" }, found.case_no, " · ", desk.term("call_status", call.status)), lateness(call),
      el("dl", { class: "facts" }, fact("street", desk.unit(call.street_unit)), fact("meet_at", call.place), fact("responsible", responsibleOf(call))),
      el("span", { class: "marks" }, times(call).map((words) => el("span", { class: "due" }, words))),
      el("h3", {}, t("what_to_do")), el("p", { class: "written" }, call.what),
      call.measures && [el("h3", {}, t("measures")), el("p", { class: "written" }, call.measures)],
      call.result && [el("h3", {}, t("part_result")), el("p", { class: "written" }, call.result)],
      found.score && el("div", { id: "score" }, el("h3", {}, t("scored_by_street")), scoreOf(desk, found.score)),
      found.claims.map((one) => claimOf(desk, one)),
      el("h3", {}, t("text")), el("p", { class: "written" }, found.text)),
    leftOver(desk, caseId, [...open, ...claims].map((one) => one.name)),
    el("section", { id: "steps" }, el("h2", {}, t("steps")), open.map((one) => stepForm(desk, one)),
      !open.length && el("p", { class: "hint" }, t("no_steps"))),
    claims.length > 0 && el("section", { id: "claims" }, el("h2", {}, t("asking")), claims.map((one) => stepForm(desk, one))));
}

// Who of the unit answers for it, once somebody can be named.
function naming({ call, version }, staff) {
  if (!staff.length) return [];
  const fields = [{ ...people(staff, WORDS.nobody_yet), first: call.responsible?.staff_id }];
  return [formBeside(call.case_id, "responsible", WORDS.name_responsible, `${DISPATCH}/calls/${call.case_id}/responsible`, version, fields)];
}

// Each once: that it is not its task as long as that is open, its score once there is one, that the whistle was needless.
function claiming({ call, version, score, claims }) {
  const said = new Set(claims.filter((one) => one.whistle === call.version).map((one) => one.kind));
  const may = { return: OPEN.includes(call.status), score: Boolean(score), needless: true };
  return Object.keys(may).filter((kind) => may[kind] && !said.has(kind)).map((kind) =>
    formBeside(call.case_id, `claim/${kind}`, WORDS[`claim_${kind}`], `${DISPATCH}/calls/${call.case_id}/claims`, version,
      [fixed("kind", kind), fixed("whistle", call.version), line("reason", "reason")]));
}
