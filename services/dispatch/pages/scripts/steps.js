// Which form each step has (办理事项): where it goes, and what it says.

import { DISPATCH } from "./desk.js";
import { digests } from "./digests.js";
import { APPROVED, choice, count, day, eitherOr, later, line, long, moment, oneOf, some } from "./fields.js";
import { withMoments } from "./moments.js";
import { WORDS } from "./words.js";

const ATTACH = "intake.attachments.add";
const PAST = WORDS.by_post;

export const people = (staff, unset) => choice("responsible", "responsible", [["", unset], ...staff.map((one) =>
  [one.staff_id, [`${one.name} ${one.staff_id}`, ""]])]);
const note = () => long("note", "note", false);
const unset = [["", ["—", ""]]];
const results = (desk) => choice("result_kind", "result_kind", [...unset, ...desk.choices("result_kind")], true);
const reasons = (desk, kind) => choice("reason_code", "reason", [...unset, ...desk.choices(`${kind}_reason`)], true);

// What a unit asks for, of each kind: where it goes, and what it says beside the reason and why.
const MOST_DAYS = 1000;
const ASKS = {
  extension: { path: "extension", fields: [count("days", "days", MOST_DAYS, 1)] },
  suspension: { path: "suspension", fields: [day("review_on", "review_on")] },
  staged: { path: "staged-answer", fields: [long("answer", "answer"), day("review_on", "review_on")] },
  termination: { path: "termination", fields: [], last: [long("evidence", "proof")] },
};
const asks = (desk, kind, { path, fields, last = [] }) => ({
  group: "asking", name: kind, words: WORDS[`ask_${kind}`], path, fields: [...fields, reasons(desk, kind), long("note", "note"), ...last],
});

// By the word of the step: its path behind the case's, and its fields.
const OF_A_CASE = {
  sign: ({ staff }) => ({ path: "signature", fields: [people(staff, PAST), note()], open: true }),
  report: () => ({ path: "progress", fields: [long("note", "progress")], photos: true }),
  hand_in: ({ desk, work }) => ({
    path: "result", photos: true,
    fields: [results(desk), long("result", "result"), moment("contacted_at", "contacted_at"),
      ...(work.open_support.length ? [long("without_support", "without_support", false)] : [])],
  }),
  lift: () => ({ path: "suspension/lifting", fields: [long("note", "note")] }),
  support_sign: ({ unit, staff }) =>
    ({ path: `tasks/${unit}/signature`, fields: [people(staff, WORDS.nobody_yet), note()], open: true }),
  support_report: ({ unit }) => ({ path: `tasks/${unit}/progress`, fields: [long("note", "progress")], photos: true }),
  support_done: ({ unit }) => ({ path: `tasks/${unit}/result`, fields: [long("result", "part_result")], photos: true }),
  support_cancel: ({ unit }) => ({ group: "together", path: `tasks/${unit}/cancellation`, fields: [line("reason", "reason")] }),
  call_cancel: ({ unit }) => ({ group: "together", path: `calls/${unit}/cancellation`, fields: [line("reason", "reason")] }),
  whistle: ({ desk, work }) => ({
    group: "together", path: "whistles", fields: [
      choice("kind", "whistle_kind", desk.choices("whistle_kind"), true),
      some("units", "whom", desk.unitsBut(work.lead_unit, ...work.delegates)),
      line("place", "meet_at"), long("what", "what_to_do"), later("due_at", "task_due")],
  }),
  support_give: ({ desk, work }) => ({
    group: "together", path: "tasks", fields: [
      oneOf("unit_code", "to_whom", desk.unitsBut(work.lead_unit, ...work.delegates, ...work.open_support)),
      long("what", "what_to_do"), long("measures", "measures", false), later("due_at", "task_due")],
  }),
  delegate: ({ desk }) => ({
    group: "levels", path: "delegation",
    fields: [oneOf("to_unit", "to_whom", desk.unitsBelow(desk.who.unit_code)), long("note", "note")],
  }),
  recall: () => ({ group: "levels", path: "delegation/recall", fields: [long("note", "note")] }),
  raise: ({ desk }) => ({ group: "levels", path: "raising", fields: [reasons(desk, "raise"), long("note", "note")] }),
  ask_return: ({ desk }) => ({ group: "asking", path: "return", fields: [reasons(desk, "return"), long("note", "note")] }),
  ask_nonacceptance: ({ desk }) => ({
    group: "asking", path: "nonacceptance",
    fields: [reasons(desk, "nonacceptance"), line("go_to", "door"), long("notice", "notice")],
  }),
  // What the pack has no reasons for cannot be asked for.
  ask: ({ desk }) => Object.entries(ASKS).filter(([kind]) => desk.terms[`${kind}_reason`]).map(([kind, one]) => asks(desk, kind, one)),
};

// The same of a summoned unit's own task.
const OF_A_CALL = {
  call_acknowledge: ({ staff }) => ({
    path: "acknowledgement", open: true,
    fields: [...(staff.length ? [people(staff, WORDS.nobody_yet)] : []), line("note", "note", false)],
  }),
  call_arrive: ({ areas }) => ({
    path: "arrival", open: true, fields: [choice("area_code", "arrived_in", areas, true), line("place", "place", false)],
  }),
  call_report: () => ({ path: "progress", fields: [long("note", "progress")] }),
  call_done: () => ({ path: "result", fields: [long("result", "part_result"), digests("evidence", "evidence_files")] }),
};

// Whoever hands in while others are not done says why the result does not wait for them.
const isOpen = (step, work) => !step.against || (step.action === "hand_in" && work.open_support.length > 0);

function formsOf(table, desk, step, base, about) {
  return [table[step.action]({ desk, unit: step.unit_code, ...about })].flat().map((found) => ({
    ...found, name: [about.caseId, step.action, found.name, step.unit_code].filter(Boolean).join("/"), caseId: about.caseId,
    words: found.words ?? [step.zh, step.en], path: `${base}/${found.path}`, version: about.version,
    photos: found.photos && desk.may(ATTACH),
  }));
}

// Those that have a form, apart from those that cannot be taken now.
export function formsOfCase(desk, { version, steps }, work, staff) {
  const base = `${DISPATCH}/cases/${work.case_id}`;
  const known = steps.filter((step) => OF_A_CASE[step.action]);
  const open = known.filter((step) => isOpen(step, work)).flatMap((step) =>
    formsOf(OF_A_CASE, desk, step, base, { caseId: work.case_id, version, work, staff }).map((form) => ({
      ...form, about: step.unit_code && desk.unit(step.unit_code), against: step.against && whyNot(step),
    })));
  // What a dispatcher may not assign yet has no form here, and says why all the same.
  const told = steps.filter((step) => OF_A_CASE[step.action] ? !isOpen(step, work) : step.action === "assign" && step.against);
  return { open, closed: told.filter((step) => step.action !== "lift") };
}

// A form that is none of the steps that are told.
export const formBeside = (caseId, name, words, path, version, fields, more = {}) =>
  ({ name: `${caseId}/${name}`, caseId, words, path, version, fields, ...more });

export function formsOfCall(desk, { version, steps }, call, about) {
  const base = `${DISPATCH}/calls/${call.case_id}`;
  return steps.filter((step) => OF_A_CALL[step.action] && !step.against).flatMap((step) =>
    formsOf(OF_A_CALL, desk, { ...step, unit_code: null }, base, { caseId: call.case_id, version, ...about }));
}

export const whyNot = ({ against }) => [withMoments(against.zh), withMoments(against.en)];

// Where a kind's decision goes, if not by the kind's own word.
const PATHS = { staged: "staged-answer" };
const granted = ({ approved }) => approved === "true";
export const when = (one, test) => ({ ...one, when: test });

// How a request is decided, of each kind.
export function formOfDecision(desk, request, work, steps) {
  const units = [["", WORDS.to_triage], ...[...desk.units.values()].map((unit) => [unit.code, [unit.name, unit.name_en]])];
  const ends = {
    return: [when(choice("lead_unit", "new_lead", units), granted)],
    nonacceptance: [],
  }[request.kind] ?? [when(long("notice", "notice"), granted)];
  const may = new Set(steps.filter((step) => !step.against).map((step) => step.action));
  const options = APPROVED.filter(([code]) => code === "true"
    ? [...may].some((action) => !action.startsWith("refuse")) : [...may].some((action) => action.startsWith("refuse")));
  const why = steps.find((step) => step.against);
  return {
    name: `${work.case_id}/decide/${request.kind}`, caseId: work.case_id, version: work.version, words: WORDS.to_decide,
    path: `${DISPATCH}/cases/${work.case_id}/${PATHS[request.kind] ?? request.kind}/decision`, against: why && whyNot(why), isEmpty: !options.length,
    fields: [eitherOr("approved", "decision", options), long("note", "note"), ...ends],
  };
}
