// The lists of a case (四清单): what each says, which is still empty, and filling it.

import { el, t } from "./dom.js";
import { DISPATCH, naming } from "./desk.js";
import { long } from "./fields.js";
import { stepForm } from "./forms.js";
import { told } from "./moments.js";
import { formBeside } from "./steps.js";

const FILL = "fill_list";

// The form of each, where whoever looks may fill them.
export function formsOfLists(desk, { version, steps }, caseId, editions) {
  if (!steps.some((step) => step.action === FILL && !step.against)) return [];
  const base = `${DISPATCH}/cases/${caseId}/lists`;
  return desk.choices("list").map(([code, words]) => formBeside(caseId, `${FILL}/${code}`, naming("fill", "list", words), `${base}/${code}`, version,
    [{ ...long("text", "list_text"), first: lastOf(editions, code)?.text }], { list: code }));
}

const lastOf = (editions, code) => editions.filter((one) => one.list_code === code).at(-1);

export function listsSection(desk, editions, forms) {
  if (!forms.length && !editions.length) return null;
  const codes = new Set([...desk.choices("list").map(([code]) => code), ...editions.map((one) => one.list_code)]);
  return el("section", { id: "lists" }, el("h2", {}, t("lists")), el("ol", {}, [...codes].map((code) =>
    listLine(desk, code, lastOf(editions, code), forms.find((form) => form.list === code)))));
}

function listLine(desk, code, last, form) {
  return el("li", { class: "decision", "data-list": code, "data-edition": last?.edition ?? 0 },
    el("strong", {}, desk.term("list", code)), " ",
    last ? el("span", { class: "hint" }, t("edition", { number: last.edition, when: told(last.filled_at) }))
      : el("span", { class: "mark-waits" }, t("not_filled")),
    last && el("p", { class: "written" }, last.text),
    form && stepForm(desk, form));
}
