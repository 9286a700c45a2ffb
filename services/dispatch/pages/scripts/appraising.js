// A whistle as a whole (吹哨事项): whom it summoned, the consultations, the done mark, the scores; and the street's own steps.

import { el, t } from "./dom.js";
import { DISPATCH, naming } from "./desk.js";
import { count, eitherOr, fixed, later, line, long, moment, some } from "./fields.js";
import { stepForm } from "./forms.js";
import { told } from "./moments.js";
import { formBeside } from "./steps.js";
import { claimOf, lateness, OPEN, scoreOf } from "./summoned.js";
import { WORDS } from "./words.js";

const YES_OR_NO = [["true", WORDS.yes], ["false", WORDS.no]];

// The whistles of a case, each with the tasks of those that it summoned and the forms that are there to fill.
export async function whistlesOf(desk, caseId) {
  if (!desk.may("dispatch.whistles.read")) return [];
  const whistles = await desk.every(`${DISPATCH}/cases/${caseId}/whistles`);
  const calls = whistles.length ? await desk.every(`${DISPATCH}/whistles`, { case_id: caseId }) : [];
  return whistles.map((whistle) => {
    const own = calls.filter((call) => call.version === whistle.whistle);
    return { whistle, calls: own, forms: isOurs(desk, whistle) ? formsOf(desk, caseId, whistle, own) : [] };
  });
}

export const formsOfWhistles = (whistles) => whistles.flatMap(({ forms }) => forms);

const isOurs = (desk, whistle) => desk.may("dispatch.whistles.call") && whistle.street_unit === desk.who.unit_code;

function formsOf(desk, caseId, whistle, calls) {
  const make = (name, words, path, fields) => formBeside(caseId, `${name.join("/")}`, words,
    `${DISPATCH}/cases/${caseId}/whistles/${whistle.whistle}/${path}`, whistle.version, fields);
  const open = calls.filter((call) => OPEN.includes(call.status));
  const there = calls.filter((call) => call.arrived_at);
  const isOver = whistle.done_at !== null;
  const scored = new Set(whistle.scores.map((score) => score.unit_code));
  const unscored = calls.filter((call) => !open.includes(call) && !call.given_back && !scored.has(call.unit_code));
  return [
    !isOver && open.length && there.length
      && make(["consult", whistle.whistle], WORDS.consult, "consultations", consulting(desk, open, there)),
    !isOver && calls.length && !open.length && make(["whistle_done", whistle.whistle], WORDS.whistle_done, "done", ticking(desk)),
    ...unscored.map((call) => make(["score", whistle.whistle, call.unit_code],
      naming("score_unit", "unit", desk.pairOfUnit(call.unit_code)), `scores/${call.unit_code}`,
      [...scoring(desk), line("words", "score_words")])),
  ].filter(Boolean);
}

// What they found, and one task for each whose own has not ended.
function consulting(desk, open, there) {
  const tasks = open.flatMap((call, index) => {
    const under = desk.pairOfUnit(call.unit_code);
    return [
      fixed(`tasks/${index}/unit_code`, call.unit_code), { ...long(`tasks/${index}/what`, "what_to_do"), first: call.what, under },
      { ...long(`tasks/${index}/measures`, "measures"), first: call.measures, under },
      { ...later(`tasks/${index}/due_at`, "task_due", true), under },
    ];
  });
  return [moment("held_at", "held_at"), some("took_part", "took_part", there.map((call) => [call.unit_code, desk.pairOfUnit(call.unit_code)])),
    long("findings", "findings"), ...tasks];
}

const ticking = (desk) => desk.choices("done_criterion").flatMap(([code, words], index) => {
  const under = desk.must.includes(code) ? naming("must", "criterion", words) : words;
  return [fixed(`criteria/${index}/code`, code), { ...eitherOr(`criteria/${index}/met`, "met", YES_OR_NO), under },
    { ...line(`criteria/${index}/words`, "how"), under }];
});

// The points of each criterion.
export const scoring = (desk) => desk.choices("score_criterion").map(([code, words]) =>
  count(`points/${code}`, naming("points_of", "criterion", words, { most: desk.most[code] }), desk.most[code]));

export function whistlesSection(desk, whistles) {
  return whistles.length ? el("section", { id: "summons" }, el("h2", {}, t("whistles")), whistles.map((one) => whistleOf(desk, one))) : null;
}

function whistleOf(desk, { whistle, calls, forms }) {
  return el("article", { class: "decision", "data-whistle": whistle.whistle, "data-done": String(whistle.done_at !== null) },
    el("h3", {}, desk.term("whistle_kind", whistle.kind), " · ", whistle.place),
    el("p", { class: "hint" }, desk.withUnit("by_street", whistle.street_unit), " · ", told(whistle.called_at)),
    el("p", { class: "written" }, whistle.what),
    el("span", { class: "marks" }, whistle.times > 1 && el("span", { class: "mark-waits" }, t("times", { times: whistle.times })),
      whistle.needless && el("span", { class: "mark-bad" }, t("needless"))),
    el("ul", {}, whistle.units.map((unit) => summonedLine(desk, whistle, unit, calls.find((call) => call.unit_code === unit)))),
    whistle.consultations.map((one) => consultationOf(desk, one)),
    whistle.done_at && doneOf(desk, whistle), forms.map((form) => stepForm(desk, form)));
}

function summonedLine(desk, whistle, unit, call) {
  const score = whistle.scores.find((one) => one.unit_code === unit);
  const claims = whistle.claims.filter((one) => one.unit_code === unit);
  return el("li", { "data-summoned": unit, "data-status": call?.status },
    el("strong", {}, desk.unit(unit)), call && [" · ", desk.term("call_status", call.status), " ", lateness(call)],
    call?.result && el("p", { class: "written" }, call.result), score && scoreOf(desk, score), claims.map((one) => claimOf(desk, one)));
}

const consultationOf = (desk, one) => el("div", { "data-consultation": one.version },
  el("strong", {}, t("consult")), el("span", { class: "hint" }, ` ${told(one.held_at)} `, one.took_part.map((unit) => [desk.unit(unit), " "])),
  el("p", { class: "written" }, one.findings),
  el("ul", {}, one.tasks.map((task) => el("li", {}, desk.unit(task.unit_code), ` ${task.what} — ${task.measures} `,
    el("span", { class: "due" }, t("due_by", { when: told(task.due_at) }))))));

const doneOf = (desk, whistle) => el("div", {}, el("strong", {}, t("marked_done")), el("span", { class: "hint" }, ` ${told(whistle.done_at)}`),
  el("ul", {}, whistle.criteria.map((one) => el("li", {}, one.met ? "✓ " : "✗ ", desk.term("done_criterion", one.code), ` — ${one.words}`))));
