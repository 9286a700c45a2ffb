// The fields of a step (表单项): what somebody writes is kept with each keystroke.

import { both, el, field, plain, show, t } from "./dom.js";
import { momentOf, wallOf, withMoments } from "./moments.js";
import { WORDS } from "./words.js";

const NOTHING = "";
const AT_ONCE = 8;

// A text of several lines, or of one.
export const long = (name, word, required = true) => ({ name, word, required, make: (value) => el("textarea", { rows: 4, value }) });
export const line = (name, word, required = true) => ({ name, word, required, make: (value) => el("input", { value, maxlength: 200 }) });


// A whole number from 0, and at most so many.
export const count = (name, word, most, least = 0) => ({ name, word, required: true, read: (value) => Number(value),
  make: (value) => el("input", { type: "number", inputmode: "numeric", min: least, max: most, step: 1, value }) });

// What is sent and nobody writes.
export const fixed = (name, value) => ({ name, fixed: value });

// One of some: `options` are pairs of a value and its words.
export const choice = (name, word, options, required = false) => ({ name, word, required, first: options[0]?.[0], make: (value) =>
  el("select", {}, options.map(([code, words]) =>
    el("option", { value: code, selected: code === value }, plain(words)))) });

export const moment = (name, word) => ({ name, word, required: false, read: (value) => momentOf(value),
  make: (value) => el("input", { type: "datetime-local", value, max: wallOf(new Date().toISOString()) }) });

// A time ahead, and a day.
export const later = (name, word, required = false) => ({ name, word, required, read: momentOf, hint: "when_hint",
  make: (value) => el("input", { type: "datetime-local", value }) });
export const day = (name, word) => ({ name, word, required: true, make: (value) => el("input", { type: "date", value }) });

// Some of many: what is chosen stands first, the others are found by a part of their name.
export const some = (name, word, options) => ({ name, word, required: true, choose: options, kind: "checkbox", read: (value) => value.split(" ") });
// One of many, found likewise.
export const oneOf = (name, word, options) => ({ name, word, required: true, choose: options, kind: "radio" });

// Yes or no, each in words of its own; `changed` is told which.
export const eitherOr = (name, word, options) => ({ name, word, required: true, isGroup: true, options, read: (value) => value === "true" });

// A word of the page, or what the pack says in its own.
export const wordsOf = ({ word }) => typeof word === "string" ? t(word) : both(word);

export function fieldOf(one, value, changed) {
  if (one.draw) return one.draw(one, value, changed);
  if (one.isGroup) return group(one, value, changed);
  if (one.choose) return choosing(one, value, changed);
  const input = one.make(value ?? NOTHING);
  input.name = one.name;
  input.required = one.required;
  input.addEventListener("input", () => changed(input.value));
  input.addEventListener("change", () => changed(input.value));
  return field(wordsOf(one), input, one.hint && t(one.hint));
}

function group(one, value, changed) {
  return el("fieldset", { "data-field": one.name }, el("legend", {}, wordsOf(one)), one.options.map(([code, words]) => {
    const input = el("input", { type: "radio", name: one.name, value: code, checked: value === code });
    input.addEventListener("change", () => changed(code));
    return el("label", { class: "tick", "data-choice": code }, input, el("span", {}, both(words)));
  }));
}

function choosing(one, value, changed) {
  const chosen = new Set((value ?? NOTHING).split(" ").filter(Boolean));
  const rows = el("div");
  const search = el("input", { type: "search", "data-search": one.name, autocomplete: "off", spellcheck: "false" });
  const tick = ([code, words]) => {
    const input = el("input", { type: one.kind, name: one.name, value: code, checked: chosen.has(code) });
    input.addEventListener("change", () => {
      if (one.kind === "radio") chosen.clear();
      if (input.checked) chosen.add(code);
      else chosen.delete(code);
      changed([...chosen].join(" "));
    });
    return el("label", { class: "tick", "data-choice": code }, input, el("span", {}, both(words)));
  };
  const isLike = ([code, words]) => [code, ...words].some((text) => text?.toLowerCase().includes(search.value.trim().toLowerCase()));
  const draw = () => {
    const others = one.choose.filter((option) => !chosen.has(option[0]) && isLike(option));
    const shown = others.slice(0, AT_ONCE);
    show(rows, one.choose.filter(([code]) => chosen.has(code)).map(tick), shown.map(tick),
      others.length > shown.length && el("p", { class: "hint" }, t("more_by_name", { count: others.length - shown.length })));
  };
  search.addEventListener("input", draw);
  draw();
  return el("fieldset", { "data-field": one.name }, el("legend", {}, wordsOf(one)),
    one.choose.length > AT_ONCE && field(t("by_name"), search), rows);
}

// Fields of one thing stand together.
export function together(fields, shown) {
  const made = [];
  for (const one of fields.filter(({ fixed: value }) => value === undefined)) {
    const last = made.at(-1);
    if (one.under && last?.under === one.under) last.place.append(shown(one));
    else if (one.under) {
      const place = el("fieldset", { class: "together" }, el("legend", {}, both(one.under)), shown(one));
      made.push({ under: one.under, place });
    } else made.push({ place: shown(one) });
  }
  return made.map(({ place }) => place);
}

// As the server takes it: what was left empty is not said. A name is a path in it, as it is in what the server refuses.
export function bodyOf(fields, values) {
  const body = {};
  for (const one of fields) {
    const value = one.fixed ?? (values[one.name] ?? NOTHING).trim();
    if (value !== NOTHING) put(body, one.name.split("/"), one.read ? one.read(value) : value);
  }
  return body;
}

function put(place, [name, ...path], value) {
  if (!path.length) place[name] = value;
  else put(place[name] ??= /^\d+$/.test(path[0]) ? [] : {}, path, value);
}

// What the server refuses of a form, each beside its field; what has none there is given back.
export function markWrong(form, wrong) {
  for (const one of form.querySelectorAll(".wrong")) one.remove();
  for (const one of form.querySelectorAll("[aria-invalid]")) one.removeAttribute("aria-invalid");
  // What is said of a part of something is not said of the whole of it, too.
  const whole = (path) => wrong.some((other) => other.field.startsWith(`${path}/`));
  return wrong.filter(({ field: path }) => !whole(path)).filter(({ field: path, message }) => {
    const input = inputAt(form, path);
    if (!input) return true;
    const place = input.closest("[data-field]") ?? input.closest(".field");
    const told = el("p", { class: "wrong bad" }, withMoments(message));
    if (place.matches("fieldset")) place.append(told);
    else place.after(told);
    input.setAttribute("aria-invalid", "true");
    return false;
  });
}

// By its path, or by the nearest that it is in: `units/1` is said of `units`.
function inputAt(form, path) {
  for (let parts = path.split("/"); parts.length; parts = parts.slice(0, -1)) {
    const name = CSS.escape(parts.join("/"));
    const found = form.querySelector(`[name="${name}"], [data-field="${name}"] input`) ?? form.querySelector(`[name^="${name}/"]`);
    if (found) return found;
  }
  return null;
}

export const APPROVED = [["true", WORDS.approve], ["false", WORDS.refuse]];
