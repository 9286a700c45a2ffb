// Signing in (登录): password, second factor, unit; or a token where an office has no own accounts.

import { alertBox, el, field, show, t } from "./dom.js";
import { chooseUnit, Offline, sessionOf, showCode, SignedOut, signIn } from "./net.js";

// `enter(session, staffId)` is called once somebody has an access token. `notice` says why one is asked.
export function signInView(main, enter, notice = null) {
  const told = el("div", { "aria-live": "assertive" });
  const form = el("div");
  show(main, el("section", { id: "sign-in" }, el("h1", {}, t("sign_in")), notice && alertBox(notice), told, form));

  const attempt = async (act) => {
    show(told);
    try {
      await act();
    } catch (error) {
      show(told, alertBox(said(error)));
    }
  };
  const onward = (entered) => {
    if (entered.step === "done") return enter(sessionOf(entered), entered.staff_id);
    if (entered.step === "code") return show(form, codeForm(entered));
    if (entered.step === "unit") return show(form, unitForm(entered));
    const to = `/dispatch/account/sign-in?to=${encodeURIComponent(location.pathname)}`;
    return show(form, el("p", {}, el("a", { href: to, class: "big" }, t("first_steps"))));
  };
  const submitting = (act, ...children) => {
    const made = el("form", { novalidate: true }, children);
    made.addEventListener("submit", (event) => {
      event.preventDefault();
      const submit = made.querySelector("button");
      submit.disabled = true;
      attempt(act).finally(() => { submit.disabled = false; });
    });
    return made;
  };
  const codeForm = (entered) => {
    const code = el("input", { name: "code", autocomplete: "one-time-code", inputmode: "numeric", required: true });
    return submitting(async () => onward(await showCode(entered.session_token, code.value.trim())),
      field(t("code"), code), el("button", {}, t("go_on")));
  };
  const unitForm = (entered) => el("div", {}, el("p", {}, t("choose_unit")), entered.units.map((unit) =>
    el("button", { type: "button", class: "wide", onclick: () => attempt(async () =>
      onward(await chooseUnit(entered.session_token, unit.unit_code))) }, unit.name)));

  const name = el("input", { name: "name", autocomplete: "username", autocapitalize: "none", required: true });
  const password = el("input", { name: "password", type: "password", autocomplete: "current-password", required: true });
  const token = el("input", { name: "token", type: "password", autocomplete: "off", spellcheck: "false" });
  show(form,
    submitting(async () => onward(await signIn(name.value.trim(), password.value)),
      field(t("name"), name), field(t("password"), password), el("button", { id: "enter" }, t("sign_in"))),
    el("details", {}, el("summary", {}, t("by_token")),
      submitting(() => enter({ access_token: token.value.trim() }, null),
        field(t("token"), token), el("button", { id: "enter-token" }, t("sign_in")))));
}

// What went wrong, for a person.
export function said(error) {
  if (error.words) return error.words;
  if (error instanceof Offline) return t("needs_network");
  if (error instanceof SignedOut) return t("signed_out");
  console.error(error);
  return t("broken", { why: String(error) });
}

