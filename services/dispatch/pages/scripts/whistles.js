// Whistles (街乡吹哨、部门报到): a street's board of whom it called, and what a summoned unit does.

import { button, el, show, t } from "./dom.js";
import { DISPATCH } from "./desk.js";
import { leftOver, stepForm } from "./forms.js";
import { fact, responsibleOf } from "./list.js";
import { told } from "./moments.js";
import { formsOfCall } from "./steps.js";

const OPEN = ["called", "on_the_way", "arrived"];
const OVER = ["done", "cancelled"];
const SIDES = { board: "whistles", calls: "calls" };
const NAMES = { board: "board", calls: "own_calls" };

export async function whistlesView(desk, chosen) {
  const side = SIDES[chosen] ? chosen : "board";
  const path = `${DISPATCH}/${SIDES[side]}`;
  const column = (status) => desk.part(status, desk.term("call_status", status), (place) =>
    desk.paged(place, path, { status }, (call) => callLine(desk, call, side)), { class: "column" });
  // What is over is asked for once somebody wants it.
  const past = el("details", { id: "over" }, el("summary", {}, t("over")));
  past.addEventListener("toggle", () => { if (past.children.length === 1) past.append(...OVER.map(column)); });
  show(desk.main,
    el("p", { class: "tools" }, button("reload", () => desk.draw(), { class: "quiet" }),
      button("print", () => window.print(), { class: "quiet" })),
    el("h1", {}, t(NAMES[side])),
    el("nav", { class: "filters" }, el("div", { class: "chips" }, Object.keys(SIDES).map((one) =>
      el("a", { href: `#whistles/${one}`, "aria-current": one === side ? "true" : null }, t(NAMES[one]))))),
    el("div", { class: "board" }, OPEN.map(column)), past);
}

function callLine(desk, call, side) {
  const href = side === "board" ? `#case/${call.case_id}` : `#call/${call.case_id}`;
  const isOpen = OPEN.includes(call.status);
  const isLink = side === "board" || call.unit_code === desk.who.unit_code;
  const name = el("strong", {}, desk.unit(call.unit_code));
  return el("li", { class: call.late ? "item late" : "item", "data-unit": call.unit_code, "data-late": String(call.late) },
    isLink ? el("a", { class: "to", href }, name) : name, lateness(call),
    el("span", { class: "hint" }, desk.term("whistle_kind", call.kind), " · ",
      desk.withUnit("by_street", call.street_unit)),
    el("div", { class: "hint" }, responsibleOf(call)),
    el("p", { class: "written" }, call.what), el("span", { class: "hint" }, t("meet_there", { place: call.place })),
    el("span", { class: "marks" }, times(call).map((words) => el("span", { class: "due" }, words))),
    call.times > 1 && el("span", { class: "mark-waits" }, t("times", { times: call.times })),
    !isOpen && call.result && el("p", { class: "written" }, call.result));
}

const lateness = (call) => call.late
  ? el("span", { class: "mark-bad" }, t(call.arrived_at ? "late" : "never_there")) : null;

const times = (call) => [
  t("called_at", { when: told(call.called_at) }),
  call.report_due_at && t("be_there", { when: told(call.report_due_at) }),
  call.acknowledged_at && !call.arrived_at && t("left_at", { when: told(call.acknowledged_at) }),
  call.arrived_at && t("came_at", { when: told(call.arrived_at) }),
  call.due_at && t("due_by", { when: told(call.due_at) }),
].filter(Boolean);

export async function callView(desk, caseId) {
  const at = `${DISPATCH}/calls/${caseId}`;
  const [found, steps] = await Promise.all([desk.ask(at), desk.ask(`${at}/steps`)]);
  const { call } = found;
  const areas = steps.steps.some((step) => step.action === "call_arrive") ? await areasOf(desk, call.area_code) : [];
  // Others' steps make the case another than it was, and this task the same: of that alone it is asked.
  const latest = async () => {
    const now = await desk.ask(at);
    return JSON.stringify(now.call) === JSON.stringify(call) ? now.version : found.version;
  };
  const open = formsOfCall(desk, steps, call, areas).map((one) => ({ ...one, latest }));
  show(desk.main,
    el("p", { class: "tools" }, el("a", { href: "#whistles/calls", class: "back" }, "‹ ", t("back")),
      button("print", () => window.print(), { class: "quiet" })),
    el("section", { id: "call", "data-status": call.status, "data-version": found.version },
      el("h1", {}, found.title), el("p", { class: "hint" }, found.case_no, " · ", desk.term("call_status", call.status)), lateness(call),
      el("dl", { class: "facts" }, fact("street", desk.unit(call.street_unit)), fact("meet_at", call.place)),
      el("span", { class: "marks" }, times(call).map((words) => el("span", { class: "due" }, words))),
      el("h3", {}, t("what_to_do")), el("p", { class: "written" }, call.what),
      el("h3", {}, t("text")), el("p", { class: "written" }, found.text)),
    leftOver(desk, caseId, open.map((one) => one.name)),
    el("section", { id: "steps" }, el("h2", {}, t("steps")), open.map((one) => stepForm(desk, one)),
      !open.length && el("p", { class: "hint" }, t("no_steps"))));
}

// The place of the call, and the grids inside it.
async function areasOf(desk, code) {
  const found = desk.may("dispatch.directory.read") ? await desk.every(`${DISPATCH}/directory/areas`, { area_code: code }) : [];
  const areas = found.map((area) => [area.code, [area.name, area.name_en]]);
  return areas.length ? areas : [[code, [code, ""]]];
}
