// The list of a unit and of a person (待办): what is due first comes first.

import { el, show, t } from "./dom.js";
import { DISPATCH } from "./desk.js";
import { told } from "./moments.js";

const ROLES = ["lead", "delegate", "support"];
const WHOSE = ["unit", "mine"];
const OVERDUE = "overdue";
const NAMES = { unit: "of_unit", mine: "of_mine" };

export async function listView(desk, ...chosen) {
  const [role, whose] = [ROLES, WHOSE].map((values, place) => values.includes(chosen[place]) ? chosen[place] : values[0]);
  const late = chosen[2] === OVERDUE ? [OVERDUE] : [];
  const { staff_id: staffId } = desk.who;
  const link = (parts, word, current) =>
    el("a", { href: `#list/${parts.join("/")}`, "aria-current": current ? "true" : null }, t(word));
  const links = (values, current, partsOf) =>
    values.map((value) => link(partsOf(value), NAMES[value] ?? value, value === current));
  const rows = el("div", { id: "work" });
  show(desk.main, el("h1", {}, t("work")), el("nav", { class: "filters" },
    el("div", { class: "chips" }, links(ROLES, role, (value) => [value, whose, ...late])),
    el("div", { class: "chips" }, staffId && links(WHOSE, whose, (value) => [role, value, ...late]),
      link([role, whose, ...(late.length ? [] : [OVERDUE])], "overdue_only", late.length))), rows);
  const query = { role, responsible: whose === "mine" ? staffId : null, overdue: late.length ? true : null };
  try {
    await desk.paged(rows, `${DISPATCH}/work`, query, (one) => workLine(desk, one), { class: "cards" });
  } catch (error) {
    desk.told(rows, error);
  }
}

function workLine(desk, one) {
  return el("li", { class: "item", "data-case": one.case_id },
    el("a", { class: "to", href: `#case/${one.case_id}` }, el("strong", {}, one.title)),
    el("span", { class: "hint" }, one.case_no, " · ", desk.term("status", one.status)),
    dues(one),
    el("span", { class: "hint" }, desk.unit(one.working_unit), " · ", responsibleOf(one)),
    marks(one));
}

export function dues(one) {
  const kind = one.overdue ? "mark-bad" : "due";
  const due = one.status === "assigned" && one.sign_due_at ? t("sign_by", { when: told(one.sign_due_at) }) : null;
  return el("span", { class: "marks" }, due && el("span", { class: kind }, due),
    el("span", { class: kind }, one.handle_due_at ? t("due_by", { when: told(one.handle_due_at) }) : t("no_limit")),
    one.overdue && el("span", { class: "mark-bad" }, t("overdue")));
}

export function responsibleOf({ responsible }) {
  if (!responsible) return t("nobody_yet");
  return [t("who_answers", { name: responsible.name || responsible.staff_id }), responsible.vacant && [" ", t("vacant")]];
}

export function marks(one) {
  const shown = [
    one.round > 1 && t("round_of", { round: one.round }), one.supervised && t("supervised", { count: one.supervised }),
    (one.asked || one.return_pending || one.nonacceptance_pending) && t("asks_for"),
    one.suspended_until && t("suspended", { when: told(one.suspended_until) }), one.confidential && t("confidential"),
  ].filter(Boolean);
  return shown.length ? el("span", { class: "marks" }, shown.map((words) => el("span", { class: "mark-waits" }, words))) : null;
}

export const fact = (word, ...value) => el("div", {}, el("dt", {}, t(word)), el("dd", {}, value));
