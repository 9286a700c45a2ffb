// Elements of the page, made of text alone: nothing that was written by anybody is ever read as HTML.

import { language } from "./looks.js";
import { WORDS } from "./words.js";

export function el(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (key === "value" || key === "checked") made[key] = value;
    else made.setAttribute(key, value === true ? "" : String(value));
  }
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

// Chinese, and English smaller beside it. `values` stand for {name} in both.
export function both(pair, values = {}) {
  const [chinese, english] = pair.map((text) => filled(text, values));
  if (!english || english === chinese) return [chinese];
  return [el("span", { class: "zh" }, chinese), " ", el("span", { lang: "en" }, english)];
}

export const t = (word, values) => both(WORDS[word], values);

// The same as one text, for what holds no elements: an option, a title, a label that is read out.
export function plain(pair, values = {}) {
  const [chinese, english] = pair;
  const texts = { zh: [chinese], en: [english || chinese], both: [chinese, english] }[language.chosen()];
  return texts.filter(Boolean).map((text) => filled(text, values)).join(" ");
}

export const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));

export function show(place, ...children) {
  place.replaceChildren(...children.flat(Infinity).filter(Boolean));
}

export function button(word, act, attributes = {}) {
  const made = el("button", { type: "button", ...attributes }, t(word));
  made.addEventListener("click", async () => {
    // One touch is one act, however often it is touched.
    if (made.disabled) return;
    made.disabled = true;
    try {
      await act();
    } finally {
      made.disabled = false;
    }
  });
  return made;
}

export function field(words, input, hint = null) {
  return el("label", { class: "field" }, el("span", {}, words), input, hint && el("span", { class: "hint" }, hint));
}

export function alertBox(...children) {
  return el("p", { class: "alert", role: "alert" }, children);
}

// One of the settings of `looks.js`; `changed` is called once it is another.
export function chooser(setting, changed = () => {}) {
  const made = el("select", { id: setting.name }, setting.values.map((value) =>
    el("option", { value, selected: value === setting.chosen() }, plain(WORDS[`${setting.name}_${value}`]))));
  made.addEventListener("change", () => {
    setting.choose(made.value);
    changed();
  });
  return field(t(setting.name), made);
}
