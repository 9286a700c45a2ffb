// The fields of a step (表单项): what somebody writes is kept with each keystroke.

import { both, el, field, plain, t } from "./dom.js";
import { momentOf, wallOf } from "./moments.js";
import { WORDS } from "./words.js";

const NOTHING = "";

// A text of several lines, or of one.
export const long = (name, word, required = true) => ({ name, word, required, make: (value) => el("textarea", { rows: 4, value }) });
export const line = (name, word, required = true) => ({ name, word, required, make: (value) => el("input", { value, maxlength: 200 }) });

// One of some: `options` are pairs of a value and its words.
export const choice = (name, word, options, required = false) => ({ name, word, required, first: options[0]?.[0], make: (value) =>
  el("select", {}, options.map(([code, words]) =>
    el("option", { value: code, selected: code === value }, plain(words)))) });

export const moment = (name, word) => ({ name, word, required: false, read: (value) => momentOf(value),
  make: (value) => el("input", { type: "datetime-local", value, max: wallOf(new Date().toISOString()) }) });

// Yes or no, each in words of its own; `changed` is told which.
export const eitherOr = (name, word, options) => ({ name, word, required: true, isGroup: true, options, read: (value) => value === "true" });

export function fieldOf(one, value, changed) {
  if (one.isGroup) return group(one, value, changed);
  const input = one.make(value ?? NOTHING);
  input.name = one.name;
  input.required = one.required;
  input.addEventListener("input", () => changed(input.value));
  input.addEventListener("change", () => changed(input.value));
  return field(t(one.word), input);
}

function group(one, value, changed) {
  return el("fieldset", {}, el("legend", {}, t(one.word)), one.options.map(([code, words]) => {
    const input = el("input", { type: "radio", name: one.name, value: code, checked: value === code });
    input.addEventListener("change", () => changed(code));
    return el("label", { class: "tick", "data-choice": code }, input, el("span", {}, both(words)));
  }));
}

// As the server takes it: what was left empty is not said.
export function bodyOf(fields, values) {
  const body = {};
  for (const one of fields) {
    const value = (values[one.name] ?? NOTHING).trim();
    if (value !== NOTHING) body[one.name] = one.read ? one.read(value) : value;
  }
  return body;
}

export const APPROVED = [["true", WORDS.approve], ["false", WORDS.refuse]];
