// The board of whistles (街乡吹哨、部门报到): whom a street called, and to what a unit was summoned.

import { button, el, show, t } from "./dom.js";
import { DISPATCH } from "./desk.js";
import { responsibleOf } from "./list.js";
import { lateness, OPEN, times } from "./summoned.js";

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
