// A step as a form (办理表单): nothing that was written is lost by a refusal or a dead line, and a double touch is one step.

import { alertBox, both, button, el, plain, show, t } from "./dom.js";
import { INTAKE } from "./desk.js";
import { again, change, draftOf, draftsOf, drop, write } from "./drafts.js";
import { bodyOf, fieldOf, markWrong, together } from "./fields.js";
import { Refused, SignedOut } from "./net.js";
import { dropPhotos, photoField, photosOf, sendPhotos } from "./photos.js";
import { said } from "./sign.js";

// After these the case is another than the one on the page, or is seen no more.
const OTHERWISE = [403, 404, 409, 412];

// `step`: {name, words, path, version, fields, caseId, photos, against, shownWhen}. `name` is that of its draft.
export function stepForm(desk, step) {
  const draft = draftOf(step.name);
  // What a chooser shows first is chosen, as far as anybody sees.
  const first = step.fields.filter((one) => one.first).map((one) => [one.name, one.first]);
  const values = { ...Object.fromEntries(first), ...draft.values };
  const told = el("div", { class: "told", "aria-live": "assertive" }, draft.refused && alertBox(draft.refused));
  const fields = el("div");
  const body = () => bodyOf(shown(), values);
  const shown = () => step.fields.filter((one) => !one.when || one.when(values));
  const drawFields = () => show(fields, together(shown(), (one) => fieldOf(one, values[one.name], (value) => {
    values[one.name] = value;
    change(step.name, { values });
    // Whoever decides one way is asked for other things than who decides the other.
    if (one.isGroup) {
      drawFields();
      form.querySelector(`[name="${one.name}"]:checked`)?.focus();
    }
  })));
  const submit = el("button", { "data-send": true }, both(step.words));
  const form = el("form", { novalidate: true }, step.against && el("p", { class: "hint" }, t("not_now"), both(step.against)),
    fields, step.photos && photoField(step.name), told, submit);
  let busy = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    submit.disabled = true;
    show(told);
    markWrong(form, []);
    try {
      await sendPhotos(desk.session, step.name, `${INTAKE}/cases/${step.caseId}/attachments`);
      const version = step.latest ? await step.latest() : step.version;
      await write(desk.session, step.name, step.path, version, body());
      dropPhotos(step.name);
      await desk.say(t("done_now", { what: plain(step.words) }));
    } catch (error) {
      await refused(desk, step.name, error, form, told);
    } finally {
      busy = false;
      submit.disabled = false;
    }
  });
  drawFields();
  const isBegun = Object.values(draft.values).some(Boolean) || draft.refused || photosOf(step.name).length;
  return el("details", { class: "step", "data-step": step.name.split("/").slice(1).join("/"), open: Boolean(isBegun) || step.open },
    el("summary", {}, el("span", {}, both(step.words), step.about && [" · ", step.about])), form);
}

async function refused(desk, name, error, form, told) {
  if (error instanceof SignedOut) return desk.told(told, error);
  if (error instanceof Refused && OTHERWISE.includes(error.status)) {
    // The page shows how it stands by now, and what was written with why it was refused.
    if (Object.values(draftOf(name).values).some(Boolean)) change(name, { refused: error.words });
    else drop(name);
    return desk.reread(name, error.words);
  }
  const wrong = error.problem?.fields ?? [];
  const elsewhere = markWrong(form, wrong);
  // What stands beside its field is not said twice.
  const isBeside = wrong.length && !elsewhere.length;
  show(told, alertBox(isBeside ? error.problem.title : said(error)));
  (form.querySelector("[aria-invalid]") ?? told).focus();
  return null;
}

// What was written for steps that are not to be had any more: to be read, sent once more where it may have arrived, or
// thrown away.
export function leftOver(desk, caseId, offered) {
  const left = draftsOf(caseId).filter(([name]) => !offered.includes(name));
  if (!left.length) return null;
  return el("section", { id: "left" }, el("h2", {}, t("left_here")), el("p", { class: "hint" }, t("left_hint")),
    left.map(([name, draft]) => leftDraft(desk, name, draft)));
}

function leftDraft(desk, name, { values, attempt, refused: why }) {
  const told = el("div", { "aria-live": "assertive" }, why && alertBox(why));
  const resend = async () => {
    try {
      await again(desk.session, name);
      dropPhotos(name);
      await desk.say(t("done_now", { what: name.split("/")[1] }));
    } catch (error) {
      if (error instanceof SignedOut) desk.told(told, error);
      else show(told, alertBox(said(error)));
    }
  };
  const discard = async () => {
    drop(name);
    dropPhotos(name);
    await desk.draw();
  };
  return el("div", { class: "decision", "data-left": name }, Object.values(values).filter(Boolean).map((text) =>
    el("p", { class: "written" }, text)), told,
  attempt && button("send_again", resend), button("discard", discard, { class: "bad" }));
}
