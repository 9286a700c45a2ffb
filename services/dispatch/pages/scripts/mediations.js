// Mediations (我的调解): what somebody was given to mediate, and no other case; sessions, what came of them, nobody's phone.

import { el, show, t } from "./dom.js";
import { DISPATCH } from "./desk.js";
import { digests } from "./digests.js";
import { choice, count, day, line, long, moment, some } from "./fields.js";
import { leftOver, stepForm } from "./forms.js";
import { fact } from "./list.js";
import { told } from "./moments.js";
import { formBeside } from "./steps.js";
import { WORDS } from "./words.js";

const PATH = `${DISPATCH}/my-mediations`;
const OPEN = ["given", "meeting"];
const FEWEST = 2;
const MOST = 1000;

export async function mediationsView(desk) {
  const rows = el("div", { id: "mediations" });
  show(desk.main, el("h1", {}, t("mediations")), rows);
  try {
    await desk.paged(rows, PATH, {}, (one) => el("li", { class: "item", "data-mediation": one.mediation_id, "data-status": one.status },
      el("a", { class: "to", href: `#mediation/${one.mediation_id}` }, el("strong", {}, one.subject)), standing(desk, one)), { class: "cards" });
  } catch (error) {
    desk.told(rows, error);
  }
}

const standing = (desk, one) => el("span", { class: "hint" }, desk.term("mediation_kind", one.kind), " · ",
  desk.term("mediation_status", one.status), " · ", t("sessions", { count: one.sessions }));

export async function mediationView(desk, mediationId) {
  const found = await desk.ask(`${PATH}/${mediationId}`);
  const forms = OPEN.includes(found.status) ? formsOf(desk, found, await desk.areasIn(found.area_code)) : [];
  show(desk.main,
    el("p", { class: "tools" }, el("a", { href: "#mediations", class: "back" }, "‹ ", t("back"))),
    el("section", { id: "mediation", "data-status": found.status }, el("h1", {}, found.subject), standing(desk, found),
      el("dl", { class: "facts" }, fact("about_case", found.case_no, " ", found.case_title ?? t("confidential"))),
      found.case_text && el("p", { class: "written" }, found.case_text),
      found.terms && [el("h3", {}, t("agreed_on")), el("p", { class: "written" }, found.terms)],
      found.note && el("p", { class: "written" }, found.note),
      el("ol", {}, found.held.map((one) => sessionLine(desk, one)))),
    leftOver(desk, mediationId, forms.map((one) => one.name)),
    el("section", { id: "steps" }, el("h2", {}, t("steps")), forms.map((form) => stepForm(desk, form)),
      !forms.length && el("p", { class: "hint" }, t("no_steps"))));
}

const sessionLine = (desk, one) => el("li", { class: "decision", "data-session": one.number },
  el("strong", {}, told(one.held_at), " · ", desk.term("mediation_venue", one.venue)),
  el("div", { class: "hint" }, one.took_part.map((who) => [desk.term("mediation_participant", who), " "]), t("people_in_all", { count: one.people })),
  el("p", { class: "written" }, one.note));

function formsOf(desk, found, areas) {
  const make = (name, path, fields) =>
    formBeside(found.mediation_id, name, WORDS[`mediation_${name}`], `${PATH}/${found.mediation_id}/${path}`, found.version, fields);
  const ending = found.sessions > 0 && [
    make("agree", "agreement", [long("terms", "agreed_on"), digests("document", "signed_file", true),
      { ...day("follow_up_on", "follow_up_on"), required: false }]),
    make("fail", "failure", [line("note", "reason")]),
  ];
  return [
    make("meet", "sessions", [moment("held_at", "held_on"), choice("venue", "venue", desk.choices("mediation_venue"), true),
      choice("area_code", "in_area", areas, true), some("took_part", "who_took_part", desk.choices("mediation_participant")),
      count("people", "people", MOST, FEWEST), long("note", "what_was_said")]),
    ...(ending || []), make("give_back", "return", [line("note", "reason")]),
  ];
}
