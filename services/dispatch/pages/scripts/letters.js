// Letters (函件): what a unit received and what its office writes; each with the steps that are whose letter it is.

import { el, show, t } from "./dom.js";
import { DISPATCH } from "./desk.js";
import { choice, count, fixed, line, long, oneOf } from "./fields.js";
import { digests } from "./digests.js";
import { leftOver, stepForm } from "./forms.js";
import { fact } from "./list.js";
import { told } from "./moments.js";
import { Refused } from "./net.js";
import { formBeside } from "./steps.js";
import { WORDS } from "./words.js";

const BOXES = ["received", "sent"];
const OVERDUE = "overdue";
const WAITING = ["sent", "acknowledged", "sent_back"];
const ENDED = ["accepted", "withdrawn"];
const MOST_DAYS = 90;
const FORBIDDEN = 403;
const WRITES = "dispatch.letters.write";
const PATH = `${DISPATCH}/letters`;

// `caseId`: only those about one case, and what is drafted is about it.
export async function lettersView(desk, ...chosen) {
  const box = BOXES.includes(chosen[0]) ? chosen[0] : BOXES[0];
  const isLate = chosen[1] === OVERDUE;
  const caseId = isLate ? null : chosen[1] ?? null;
  const form = box === "sent" && await writesHere(desk) ? drafting(desk, caseId) : null;
  const rows = el("div", { id: "letters" });
  const link = (parts, word, current) => el("a", { href: `#letters/${parts.join("/")}`, "aria-current": current ? "true" : null }, t(word));
  show(desk.main,
    caseId && el("p", { class: "tools" }, el("a", { href: `#case/${caseId}`, class: "back" }, "‹ ", t("back"))),
    el("h1", {}, t("letters")),
    el("nav", { class: "filters" }, el("div", { class: "chips" },
      BOXES.map((one) => link(caseId ? [one, caseId] : [one], `box_${one}`, one === box)),
      !caseId && link(isLate ? [box] : [box, OVERDUE], "overdue_only", isLate))),
    form && el("section", { id: "steps" }, stepForm(desk, form)), rows);
  try {
    await desk.paged(rows, PATH, { box, case_id: caseId, overdue: isLate ? true : null }, (one) => letterLine(desk, one), { class: "cards" });
  } catch (error) {
    desk.told(rows, error);
  }
}

// Whether the pack lets the own unit write letters: only an office of its own has templates.
async function writesHere(desk) {
  if (!desk.may(WRITES) || !desk.who.unit_code) return false;
  try {
    await desk.ask(`${DISPATCH}/letter-templates`);
    return true;
  } catch (error) {
    if (error instanceof Refused && error.status === FORBIDDEN) return false;
    throw error;
  }
}

const drafting = (desk, caseId) => formBeside("letters", "draft", WORDS.letter_draft, PATH, null, [
  ...(caseId ? [fixed("case_id", caseId)] : []), choice("kind", "letter_kind", desk.choices("letter_kind"), true),
  oneOf("to_unit", "letter_to", desk.unitsBut(desk.who.unit_code)), line("subject", "letter_subject"), long("body", "letter_body"),
  { ...count("days", "reply_days", MOST_DAYS, 1), required: false }]);

const isOver = (letter) => letter.overdue || letter.late;

function letterLine(desk, one) {
  return el("li", { class: isOver(one) ? "item late" : "item", "data-letter": one.letter_id, "data-status": one.status },
    el("a", { class: "to", href: `#letter/${one.letter_id}` }, el("strong", {}, one.subject)),
    el("span", { class: "hint" }, one.no ?? t("no_number"), " · ", desk.term("letter_kind", one.kind), " · ", desk.term("letter_status", one.status)),
    el("span", { class: "hint" }, desk.unit(one.office), " → ", desk.unit(one.to_unit)), replyMarks(one));
}

const replyMarks = (one) => el("span", { class: "marks" },
  one.due_at && !ENDED.includes(one.status) && el("span", { class: one.overdue ? "mark-bad" : "due" }, t("reply_by", { when: told(one.due_at) })),
  one.overdue && el("span", { class: "mark-bad" }, t("overdue")), one.late && el("span", { class: "mark-bad" }, t("late_reply")),
  one.reminders > 0 && el("span", { class: "mark-waits" }, t("reminded", { count: one.reminders })));

export async function letterView(desk, letterId) {
  const letter = await desk.ask(`${PATH}/${letterId}`);
  const forms = [...ofOffice(desk, letter), ...ofReceiver(desk, letter)];
  const box = letter.to_unit === desk.who.unit_code ? "received" : "sent";
  show(desk.main,
    el("p", { class: "tools" }, el("a", { href: `#letters/${box}`, class: "back" }, "‹ ", t("back"))),
    el("section", { id: "letter", "data-status": letter.status },
      el("h1", {}, letter.subject),
      el("p", { class: "hint" }, letter.no ?? t("no_number"), " · ", letter.kind_name, " · ", desk.term("letter_status", letter.status)), replyMarks(letter),
      el("dl", { class: "facts" }, fact("letter_from", desk.unit(letter.office)), fact("letter_to", desk.unit(letter.to_unit)),
        fact("drafted", letter.drafted_by, ` ${told(letter.drafted_at)}`), letter.sent_by && fact("signed_off", letter.sent_by, ` ${told(letter.sent_at)}`)),
      el("p", { class: "written" }, letter.body),
      letter.case_no && [el("h3", {}, t("about_case")), el("p", { class: "hint" }, letter.case_no, " ", letter.case_title),
        el("p", { class: "written" }, letter.case_text)],
      letter.reminder && [el("h3", {}, t("letter_remind")), el("p", { class: "written" }, letter.reminder)],
      letter.reply && replyOf(letter), letter.opinion && [el("h3", {}, t("opinion")), el("p", { class: "written" }, letter.opinion)]),
    leftOver(desk, letterId, forms.map((one) => one.name)),
    el("section", { id: "steps" }, el("h2", {}, t("steps")), forms.map((form) => stepForm(desk, form)),
      !forms.length && el("p", { class: "hint" }, t("no_steps"))));
}

const replyOf = (letter) => el("div", { id: "reply" }, el("h3", {}, t("letter_reply")),
  el("p", { class: "hint" }, letter.replied_by, ` ${told(letter.replied_at)}`), el("p", { class: "written" }, letter.reply),
  letter.evidence.map((digest) => el("p", { class: "hint", "data-digest": digest }, t("file_digest", { digest }))));

const make = (letter, name, path, fields, more = {}) =>
  formBeside(letter.letter_id, name, WORDS[`letter_${name}`], `${PATH}/${letter.letter_id}/${path}`, letter.version, fields, more);

function ofOffice(desk, letter) {
  const { status } = letter;
  if (!desk.may(WRITES) || letter.office !== desk.who.unit_code || ENDED.includes(status)) return [];
  return [
    status === "drafted" && make(letter, "send", "sending", [], { open: true }),
    WAITING.includes(status) && make(letter, "remind", "reminders", [line("reminder", "reminder")]),
    status === "replied" && make(letter, "accept", "acceptance", [line("opinion", "opinion")]),
    status === "replied" && make(letter, "send_back", "return",
      [line("opinion", "opinion"), { ...count("days", "reply_days", MOST_DAYS, 1), required: false }]),
    make(letter, "withdraw", "withdrawal", [line("reason", "reason")]),
  ].filter(Boolean);
}

function ofReceiver(desk, letter) {
  if (!desk.may("dispatch.letters.answer") || letter.to_unit !== desk.who.unit_code) return [];
  return [
    letter.status === "sent" && make(letter, "acknowledge", "acknowledgement", [], { open: true }),
    WAITING.includes(letter.status) && make(letter, "reply", "reply", [long("reply", "letter_reply"), digests("evidence", "evidence_files")]),
  ].filter(Boolean);
}
