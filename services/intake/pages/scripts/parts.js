// The parts of a visit's form (走访表单).

import { stamp } from "./clock.js";
import { both, button, el, field, plain, show, t } from "./dom.js";
import { addPhoto } from "./items.js";
import { momentOf, wallOf } from "./moments.js";
import { put, remove } from "./store.js";
import { outcomesOf, WORDS } from "./words.js";

const ENDS = ["solved_on_the_spot", "becomes_case", "explained"];
const named = (one) => [one.name ?? one.code, one.name_en ?? ""];

const group = (word, ...children) => el("fieldset", { class: word }, el("legend", {}, t(word)), children);

function tick(kind, name, words, checked, change) {
  const input = el("input", { type: kind, name, checked });
  input.addEventListener("change", () => change(input.checked));
  return el("label", { class: "tick" }, input, el("span", {}, words));
}

export function text(value, change, attributes = {}) {
  const input = el(attributes.rows ? "textarea" : "input", { ...attributes, value: value ?? "" });
  input.addEventListener("input", () => change(input.value));
  return input;
}

// Who writes it down later says when it was.
export function begunField({ draft, keep }) {
  const input = el("input", { type: "datetime-local", name: "begun", value: wallOf(draft.begun_at), max: wallOf(stamp()) });
  input.addEventListener("change", () => {
    const moment = momentOf(input.value);
    if (!moment || moment > stamp()) input.value = wallOf(draft.begun_at);
    else draft.begun_at = moment;
    keep();
  });
  return field(t("begun_at"), input);
}

export function outcomeChoice({ draft, lists, keep, redraw }) {
  const choose = async (outcome) => {
    draft.visit.outcome = outcome;
    await keep();
    await redraw();
    document.querySelector(`[data-outcome=${outcome}] input`)?.focus();
  };
  return group("outcome", outcomesOf(lists).map((outcome) => {
    const label = tick("radio", "outcome", WORDS[outcome] ? t(outcome) : outcome, draft.visit.outcome === outcome,
      () => choose(outcome));
    label.dataset.outcome = outcome;
    return label;
  }));
}

export function choices({ draft, keep }, part, known = []) {
  if (!known.length) return null;
  return group(part, known.map((one) => tick("checkbox", part, both(named(one)), draft.visit[part].includes(one.code), (on) => {
    draft.visit[part] = draft.visit[part].filter((code) => code !== one.code).concat(on ? [one.code] : []);
    keep();
  })));
}

export function amounts({ draft, keep }, known = []) {
  if (!known.length) return null;
  return group("materials", known.map((one) => {
    const shown = el("output", {}, draft.visit.materials[one.code] ?? 0);
    const step = (by) => {
      const count = Math.max(0, (draft.visit.materials[one.code] ?? 0) + by);
      if (count) draft.visit.materials[one.code] = count;
      else delete draft.visit.materials[one.code];
      shown.textContent = count;
      keep();
    };
    const key = (by, sign) =>
      el("button", { type: "button", class: "step", "aria-label": `${plain(named(one))} ${sign}`, onclick: () => step(by) }, sign);
    return el("div", { class: "amount", "data-material": one.code }, el("span", {}, both(named(one))), key(-1, "−"), shown, key(1, "+"));
  }));
}

export function findings({ draft, keep }, known = []) {
  if (!known.length) return null;
  const told = draft.visit.findings;
  const tell = (code, value) => {
    if (value === "" || value === undefined || Number.isNaN(value)) delete told[code];
    else told[code] = value;
    keep();
  };
  return group("findings", known.map((one) => {
    if (one.kind === "number") {
      const input = text(told[one.code], (value) => tell(one.code, value === "" ? "" : Math.max(0, parseInt(value, 10))),
        { type: "number", inputmode: "numeric", min: 0 });
      return field(both(named(one)), input);
    }
    if (one.kind === "words") return field(both(named(one)), text(told[one.code], (value) => tell(one.code, value.trim()), { maxlength: 200 }));
    const chooser = el("select", {}, [["", "not_looked"], ["true", "yes"], ["false", "no"]].map(([value, word]) =>
      el("option", { value, selected: String(told[one.code] ?? "") === value }, plain(WORDS[word]))));
    chooser.addEventListener("change", () => tell(one.code, { true: true, false: false }[chooser.value]));
    return field(both(named(one)), chooser);
  }));
}

export function quantities({ draft, lists, keep, redraw }) {
  const rows = draft.visit.quantities;
  const change = (row, name) => (value) => { row[name] = value; keep(); };
  const known = el("datalist", { id: "known-quantities" }, (lists.quantities ?? []).map((one) =>
    el("option", { value: one.code ?? one }, one.name ?? "")));
  return group("quantities", known, rows.map((row) => el("div", { class: "row" },
    field(t("what"), text(row.what, change(row, "what"), { list: "known-quantities", maxlength: 200 })),
    field(t("number"), text(row.number, change(row, "number"), { type: "number", inputmode: "decimal", min: 0, step: "any" })),
    field(t("unit"), text(row.unit, change(row, "unit"), { maxlength: 20 })),
    takeAway(() => { draft.visit.quantities = rows.filter((one) => one !== row); }, keep, redraw))),
  button("add", async () => {
    rows.push({ what: "", number: "", unit: "" });
    await keep();
    await redraw();
  }, { class: "quiet" }));
}

const takeAway = (act, keep, redraw) => button("take_away", async () => {
  act();
  await keep();
  await redraw();
}, { class: "quiet" });

export function matters({ draft, keep, redraw }) {
  const rows = draft.visit.matters;
  return group("matters", rows.map((matter, place) => {
    const answer = field(t("matter_answer"), text(matter.answer, (value) => { matter.answer = value; keep(); },
      { rows: 3, name: "answer", maxlength: 1000 }));
    answer.hidden = matter.what === "becomes_case";
    const ends = ENDS.map((end) => tick("radio", `end-${place}`, t(end), matter.what === end, () => {
      matter.what = end;
      answer.hidden = end === "becomes_case";
      keep();
    }));
    return el("div", { class: "matter" }, el("h3", {}, t("matter", { number: place + 1 })),
      field(t("matter_words"), text(matter.text, (value) => { matter.text = value; keep(); }, { rows: 3, name: "text", maxlength: 2000 })),
      ends, answer, takeAway(() => { draft.visit.matters = rows.filter((one) => one !== matter); }, keep, redraw));
  }), button("add", async () => {
    rows.push({ what: "becomes_case", text: "", answer: "" });
    await keep();
    await redraw();
  }, { class: "quiet", id: "add-matter" }));
}

export function photos({ draft, days, keep, redraw, wrong }, taken) {
  const input = el("input", { type: "file", accept: "image/*", capture: "environment", id: "photo" });
  input.addEventListener("change", async () => {
    try {
      for (const file of input.files) await addPhoto(draft, file);
    } catch {
      return show(wrong, el("p", { class: "alert", role: "alert" }, t("no_picture")));
    }
    await keep();
    return redraw();
  });
  return group("photos", taken.map((photo) => photoRow(draft, photo, redraw)), field(t("take_photo"), input),
    el("p", { class: "hint" }, t("photo_hint", { days: days ?? "—" })));
}

function photoRow(draft, photo, redraw) {
  const source = URL.createObjectURL(photo.blob);
  const picture = el("img", { src: source, alt: photo.sha256.slice(0, 8) });
  picture.addEventListener("load", () => URL.revokeObjectURL(source));
  const owner = el("select", {}, el("option", { value: "" }, plain(WORDS.photo_none)), draft.visit.matters.map((_, place) =>
    el("option", { value: place, selected: photo.matter === place }, plain(WORDS.matter, { number: place + 1 }))));
  owner.addEventListener("change", () => put("photos", { ...photo, matter: owner.value === "" ? null : Number(owner.value) }));
  return el("div", { class: "photo", "data-sha256": photo.sha256 }, picture, field(t("photo_of"), owner),
    takeAway(() => {}, () => remove("photos", photo.key), redraw));
}

export function workers({ draft, owner, keep }) {
  const others = draft.visit.staff_ids.filter((one) => one !== owner.staff_id).join(" ");
  return field(t("with_whom"), text(others, (value) => {
    draft.visit.staff_ids = [owner.staff_id, ...value.split(/[\s,，、]+/).filter(Boolean)];
    keep();
  }, { autocapitalize: "characters", spellcheck: "false", name: "companions" }));
}

export const guideField = ({ draft, keep }) =>
  field(t("guide"), text(draft.visit.guide, (value) => { draft.visit.guide = value; keep(); }, { maxlength: 200, name: "guide" }));
