// Which form each step has (办理事项): where it goes, and what it says.

import { DISPATCH } from "./desk.js";
import { APPROVED, choice, eitherOr, line, long, moment } from "./fields.js";
import { withMoments } from "./moments.js";
import { WORDS } from "./words.js";

const ATTACH = "intake.attachments.add";
const PAST = WORDS.by_post;

const people = (staff, unset) => choice("responsible", "responsible", [["", unset], ...staff.map((one) =>
  [one.staff_id, [`${one.name} ${one.staff_id}`, ""]])]);
const note = () => long("note", "note", false);
const results = (desk) => choice("result_kind", "result_kind", ["", ...(desk.terms.result_kind ?? []).map((one) => one.code)]
  .map((code) => [code, code ? desk.pairOf("result_kind", code) : ["—", ""]]), true);

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
  support_cancel: ({ unit }) => ({ path: `tasks/${unit}/cancellation`, fields: [line("reason", "reason")] }),
  call_cancel: ({ unit }) => ({ path: `calls/${unit}/cancellation`, fields: [line("reason", "reason")] }),
};

// The same of a summoned unit's own task.
const OF_A_CALL = {
  call_acknowledge: () => ({ path: "acknowledgement", fields: [line("note", "note", false)], open: true }),
  call_arrive: ({ areas }) => ({
    path: "arrival", open: true, fields: [choice("area_code", "arrived_in", areas, true), line("place", "place", false)],
  }),
  call_report: () => ({ path: "progress", fields: [long("note", "progress")] }),
  call_done: () => ({ path: "result", fields: [long("result", "part_result")] }),
};

// Whoever hands in while others are not done says why the result does not wait for them.
const isOpen = (step, work) => !step.against || (step.action === "hand_in" && work.open_support.length > 0);

function formOf(table, desk, step, base, about) {
  const found = table[step.action]({ desk, unit: step.unit_code, ...about });
  return {
    ...found, name: [about.caseId, step.action, step.unit_code].filter(Boolean).join("/"), caseId: about.caseId,
    words: [step.zh, step.en], path: `${base}/${found.path}`, version: about.version,
    photos: found.photos && desk.may(ATTACH),
  };
}

// Those that have a form, apart from those that cannot be taken now.
export function formsOfCase(desk, { version, steps }, work, staff) {
  const base = `${DISPATCH}/cases/${work.case_id}`;
  const known = steps.filter((step) => OF_A_CASE[step.action]);
  const open = known.filter((step) => isOpen(step, work)).map((step) => ({
    ...formOf(OF_A_CASE, desk, step, base, { caseId: work.case_id, version, work, staff }),
    about: step.unit_code && desk.unit(step.unit_code),
    against: step.against && whyNot(step),
  }));
  return { open, closed: known.filter((step) => !isOpen(step, work) && step.action !== "lift") };
}

export function formsOfCall(desk, { version, steps }, call, areas) {
  const base = `${DISPATCH}/calls/${call.case_id}`;
  return steps.filter((step) => OF_A_CALL[step.action] && !step.against).map((step) =>
    formOf(OF_A_CALL, desk, { ...step, unit_code: null }, base, { caseId: call.case_id, version, areas }));
}

export const whyNot = ({ against }) => [withMoments(against.zh), withMoments(against.en)];

// Where a kind's decision goes, if not by the kind's own word.
const PATHS = { staged: "staged-answer" };
const granted = ({ approved }) => approved === "true";
const when = (one, test) => ({ ...one, when: test });

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
