// Aid (救助) that came of a case: found, applied for, decided by another unit, or dropped. Nobody is named.

import { el, t } from "./dom.js";
import { DISPATCH } from "./desk.js";
import { choice, count, eitherOr, line, APPROVED } from "./fields.js";
import { stepForm } from "./forms.js";
import { told } from "./moments.js";
import { formBeside, when } from "./steps.js";
import { WORDS } from "./words.js";

const KEEPS = "dispatch.aids.keep";
const PAID = /^\d+(\.\d{1,2})?$/;
const FEN = 100;
const MOST_PEOPLE = 10_000;

export const aidsOf = async (desk, caseId) =>
  desk.may("dispatch.aids.read") ? (await desk.ask(`${DISPATCH}/cases/${caseId}/aids`)).items : null;

// Yuan with two digits, as whole fen; what is no such number goes as it is, to be refused by name.
const fenOf = (value) => PAID.test(value) ? Math.round(Number(value) * FEN) : value;

export function formsOfAids(desk, work, aids) {
  if (!aids) return [];
  const finding = desk.may(KEEPS) && work.status !== "closed" && desk.choices("aid_kind").length
    ? [formBeside(work.case_id, "aid_find", WORDS.aid_find, `${DISPATCH}/cases/${work.case_id}/aids`, work.version,
      [choice("kind", "aid_kind", desk.choices("aid_kind"), true), { ...count("persons", "persons", MOST_PEOPLE, 1), first: "1" }, line("note", "note")])]
    : [];
  return [...finding, ...aids.flatMap((aid) => formsOf(desk, work, aid))];
}

function formsOf(desk, work, aid) {
  const make = (name, path, fields) => formBeside(work.case_id, `${name}/${aid.aid_id}`, WORDS[name],
    `${DISPATCH}/aids/${aid.aid_id}/${path}`, aid.version, fields, { aid: aid.aid_id });
  const hadAHand = [aid.found_by, aid.applied_by].includes(desk.who.subject) || [aid.found_unit, aid.applied_unit].some((unit) => desk.who.units.includes(unit));
  const amount = { ...line("amount_fen", "amount", false), read: fenOf };
  return [
    aid.status === "found" && desk.may(KEEPS) && make("aid_apply", "application", [line("note", "note")]),
    aid.status === "applied" && desk.may("dispatch.aids.decide") && !hadAHand && make("aid_decide", "decision",
      [eitherOr("granted", "decision", APPROVED), when(amount, ({ granted }) => granted === "true"), line("note", "note")]),
    ["found", "applied"].includes(aid.status) && desk.may(KEEPS) && make("aid_drop", "dropping", [line("note", "reason")]),
  ].filter(Boolean);
}

export function aidsSection(desk, aids, forms) {
  if (!aids || (!aids.length && !forms.length)) return null;
  return el("section", { id: "aids" }, el("h2", {}, t("aids")), el("ol", {}, aids.map((aid) =>
    el("li", { class: "decision", "data-aid": aid.aid_id, "data-status": aid.status },
      el("strong", {}, desk.term("aid_kind", aid.kind)), " · ", desk.term("aid_status", aid.status), " · ", t("for_people", { count: aid.persons }),
      aid.amount_fen && [" · ", t("yuan", { amount: (aid.amount_fen / FEN).toFixed(2) })],
      [["found", aid.found_note], ["applied", aid.applied_note], ["ended", aid.end_note]].map(([step, note]) => note &&
        el("p", { class: "hint" }, desk.unit(aid[`${step}_unit`]), ` ${told(aid[`${step}_at`])} — ${note}`)),
      forms.filter((form) => form.aid === aid.aid_id).map((form) => stepForm(desk, form))))),
  forms.filter((form) => !form.aid).map((form) => stepForm(desk, form)));
}
