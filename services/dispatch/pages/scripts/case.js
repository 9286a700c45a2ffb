// A case with all that its unit needs (办理): what can be done now, the parts of others, requests, files, history.

import { aidsOf, aidsSection, formsOfAids } from "./aids.js";
import { formsOfWhistles, whistlesOf, whistlesSection } from "./appraising.js";
import { both, button, el, show, t } from "./dom.js";
import { DISPATCH, INTAKE } from "./desk.js";
import { leftOver, stepForm } from "./forms.js";
import { dues, fact, marks, responsibleOf } from "./list.js";
import { formsOfLists, listsSection } from "./lists.js";
import { told } from "./moments.js";
import { Refused } from "./net.js";
import { decisionOf, requestOf } from "./requests.js";
import { formsOfCase, whyNot } from "./steps.js";

const SIGNING = ["sign", "support_sign"];
const NOT_FOUND = 404;
const GROUPS = ["levels", "together", "asking"];

export async function caseView(desk, caseId) {
  try {
    await wholeCase(desk, caseId);
  } catch (error) {
    if (!(error instanceof Refused) || error.status !== NOT_FOUND) throw error;
    await whistlesAlone(desk, caseId, error);
  }
}

// Whoever whistled goes on with that, whoever has the case by now.
async function whistlesAlone(desk, caseId, otherwise) {
  const whistles = await whistlesOf(desk, caseId);
  if (!whistles.length) throw otherwise;
  show(desk.main,
    el("p", { class: "tools" }, el("a", { href: "#whistles", class: "back" }, "‹ ", t("back"))),
    el("p", { class: "hint" }, t("others_case")),
    leftOver(desk, caseId, formsOfWhistles(whistles).map((one) => one.name)), whistlesSection(desk, whistles));
}

async function wholeCase(desk, caseId) {
  const at = `${DISPATCH}/cases/${caseId}`;
  const [work, steps, asked, editions, whistles, aids] = await Promise.all([
    desk.ask(at), desk.ask(`${at}/steps`), desk.every(`${at}/requests`), desk.every(`${at}/lists`), whistlesOf(desk, caseId), aidsOf(desk, caseId)]);
  const staff = steps.steps.some((step) => SIGNING.includes(step.action)) ? await desk.colleagues() : [];
  const area = await desk.areaOf(work.area_code);
  const { open, closed } = formsOfCase(desk, steps, work, staff);
  const pending = asked.find((one) => one.state === "pending");
  const decision = pending && decisionOf(desk, pending, work, steps.steps);
  const lists = formsOfLists(desk, steps, caseId, editions);
  const aiding = formsOfAids(desk, work, aids);
  const offered = [...open, ...lists, ...formsOfWhistles(whistles), ...aiding].map((one) => one.name);
  show(desk.main,
    el("p", { class: "tools" }, el("a", { href: "#list", class: "back" }, "‹ ", t("back")),
      button("print", () => window.print(), { class: "quiet", id: "print" })),
    el("div", { class: "columns" },
      el("div", {}, head(desk, work, area), leftOver(desk, caseId, [...offered, decision?.name]),
        el("section", { id: "steps" }, el("h2", {}, t("steps")),
          decision && stepForm(desk, decision), open.filter((one) => !one.group).map((one) => stepForm(desk, one)),
          closed.map((one) => el("p", { class: "hint", "data-closed": one.action }, both([one.zh, one.en]), " — ",
            t("not_now"), both(whyNot(one)))),
          GROUPS.map((group) => grouped(desk, group, open)),
          !decision && !open.length && el("p", { class: "hint" }, t("no_steps"))),
        whistlesSection(desk, whistles), listsSection(desk, editions, lists), aidsSection(desk, aids, aiding)),
      el("div", {}, parts(desk, at), requests(desk, asked), files(desk, caseId), history(desk, at))));
}

function grouped(desk, group, open) {
  const forms = open.filter((one) => one.group === group);
  return forms.length ? el("div", { id: group }, el("h3", {}, t(group)), forms.map((one) => stepForm(desk, one))) : null;
}

function head(desk, work, area) {
  return el("section", { id: "case", "data-version": work.version, "data-status": work.status },
    el("h1", {}, work.title),
    el("p", { class: "hint" }, work.case_no, " · ", desk.term("status", work.status)), dues(work), marks(work),
    el("dl", { class: "facts" },
      fact("lead_unit", desk.unit(work.lead_unit)),
      work.working_unit !== work.lead_unit && fact("working_unit", desk.unit(work.working_unit)),
      fact("responsible", work.responsible ? [work.responsible.name || work.responsible.staff_id,
        work.responsible.vacant && [" ", t("vacant")]] : t("nobody_yet")),
      fact("kind", desk.term("kind", work.kind), " · ", desk.term("urgency", work.urgency)),
      fact("area", both(area)), fact("registered", told(work.registered_at))),
    el("h3", {}, t("text")), el("p", { class: "written" }, work.text),
    work.supplements.map((one) => el("p", { class: "written" }, el("span", { class: "hint" }, t("added"), ` ${told(one.at)} `), one.text)),
    desk.may("dispatch.letters.read") && el("a", { class: "big", id: "to-letters", href: `#letters/sent/${work.case_id}` },
      el("span", {}, t("letters_of_case"), " ›")),
    work.result && [el("h3", {}, t("part_result")), el("p", { class: "written" }, work.result)]);
}

const parts = (desk, at) => desk.part("parts", t("parts"), (place) => desk.paged(place, `${at}/tasks`, {}, (task) =>
  el("li", { class: "decision", "data-part": task.unit_code, "data-status": task.status },
    el("strong", {}, desk.unit(task.unit_code)), " · ", desk.term("task_status", task.status),
    task.due_at && el("div", { class: "hint" }, t("due_by", { when: told(task.due_at) })),
    task.what && el("p", { class: "written" }, task.what), task.measures && el("p", { class: "written" }, task.measures),
    el("div", { class: "hint" }, responsibleOf(task)),
    task.result && el("p", { class: "written" }, task.result))));

function requests(desk, asked) {
  return el("section", { id: "requests" }, el("h2", {}, t("requests")),
    asked.length ? el("ol", {}, asked.map((one) => el("li", { class: "decision" }, requestOf(desk, one))))
      : el("p", { class: "hint" }, t("nothing")));
}

const files = (desk, caseId) => desk.part("files", t("files"), (place) =>
  desk.paged(place, `${INTAKE}/cases/${caseId}/attachments`, {}, (file) => fileLine(desk, file)));

function fileLine(desk, file) {
  const failed = el("span", { "aria-live": "polite" });
  const path = `${INTAKE}/cases/${file.case_id}/attachments/${file.attachment_id}/links`;
  const save = async () => {
    try {
      location.assign((await desk.session.ask("POST", path)).path);
    } catch (error) {
      desk.told(failed, error);
    }
  };
  return el("li", { class: "decision", "data-file": file.digest },
    el("strong", {}, file.name), el("div", { class: "hint" }, `${Math.ceil(file.size / 1024)} KB · ${told(file.added_at)}`), failed,
    file.deleted_at ? t("deleted_file") : button("save_file", save, { class: "quiet" }));
}

const history = (desk, at) => desk.part("history", t("history"), (place) => desk.paged(place, `${at}/transitions`, {}, (step) =>
  el("li", { class: "decision", "data-action": step.action },
    el("strong", {}, desk.term("action", step.action)), el("span", { class: "hint" }, ` ${told(step.at)}`),
    el("div", { class: "hint" }, step.unit_code && desk.unit(step.unit_code), step.staff_id && ` · ${step.staff_id}`),
    step.why && el("p", { class: "written" }, step.why))));
