// The units' pages (单位办理): online only, by the public interface alone; what somebody may not do is not there to touch.

import { alertBox, button, chooser, el, show, t } from "./dom.js";
import { callView } from "./calls.js";
import { caseView } from "./case.js";
import { Desk } from "./desk.js";
import { listView } from "./list.js";
import { lettersView, letterView } from "./letters.js";
import { apply, language, theme } from "./looks.js";
import { mediationsView, mediationView } from "./mediations.js";
import { SignedOut } from "./net.js";
import { decideView } from "./requests.js";
import { risksView } from "./risks.js";
import { said } from "./sign.js";
import { whistlesView } from "./whistles.js";

const main = document.getElementById("main");
const status = document.getElementById("status");
const places = document.getElementById("places");
const VIEWS = { list: listView, case: caseView, whistles: whistlesView, call: callView, letters: lettersView, letter: letterView,
  mediations: mediationsView, mediation: mediationView, risks: risksView, decide: decideView, more: moreView };
// Each place with its word, and the right without which it is not there.
const PLACES = [
  ["list", "work", "dispatch.work.read"], ["whistles", "whistles", "dispatch.whistles.read"],
  ["letters", "letters", "dispatch.letters.read"], ["mediations", "mediations", "dispatch.mediations.hold"],
  ["risks", "risks", "dispatch.risks.acknowledge"], ["decide", "to_decide", "dispatch.requests.decide"], ["more", "more", null],
];
const UNDER = { case: "list", call: "whistles", letter: "letters", mediation: "mediations" };

const desk = new Desk(main, draw);
// After a step: said on top, and read out; the page shows how it stands now.
desk.say = async (words) => {
  desk.notice = [words, "fine"];
  await draw();
  main.focus({ preventScroll: true });
  scrollTo(0, 0);
};
// A refusal: the page shows how it stands now, and leads back to what was written.
desk.reread = async (name, words) => {
  desk.notice = [words, "alert"];
  await draw();
  const form = [...document.querySelectorAll("[data-step], [data-left]")].find((one) =>
    name.endsWith(`/${one.dataset.step}`) || one.dataset.left === name);
  form?.querySelector(".alert")?.scrollIntoView({ block: "center" });
};

const own = () => PLACES.filter(([, , right]) => right === null || desk.may(right));

function where() {
  const [view, ...about] = location.hash.slice(1).split("/");
  return VIEWS[view] ? [view, ...about] : [own()[0][0]];
}

let drawing = Promise.resolve();

// One after the other: a view that is slow never stands over a later one.
function draw() {
  drawing = drawing.then(drawn);
  return drawing;
}

async function drawn() {
  if (!desk.isSignedIn) {
    return desk.signedOut();
  }
  try {
    if (!desk.who) await desk.come();
    const [view, ...about] = where();
    show(places, own().map(([place, word]) =>
      el("a", { href: `#${place}`, "aria-current": place === (UNDER[view] ?? view) ? "page" : null }, t(word))));
    await VIEWS[view](desk, ...about);
    // Last: what was done is told once the page shows it.
    drawStatus();
  } catch (error) {
    if (error instanceof SignedOut) return desk.told(main, error);
    if (desk.who) drawStatus();
    show(main, alertBox(said(error)), button("reload", draw, { id: "reload" }));
  }
  return null;
}

function drawStatus() {
  const { unit_name: unit, unit_code: code, name, staff_id: staffId, subject } = desk.who;
  show(status, el("p", { id: "who" }, unit ?? code ?? t("no_unit"), " · ", name ?? staffId ?? subject),
    desk.notice && el("p", { id: "notice", class: desk.notice[1] }, desk.notice[0]));
  desk.notice = null;
}

async function moreView() {
  const { unit_name: unit, unit_code: code, name, staff_id: staffId, subject } = desk.who;
  show(main, el("h1", {}, t("more")),
    own().length === 1 && el("p", { class: "hint" }, t("nothing_here")),
    el("section", {}, chooser(theme), chooser(language, draw)),
    el("section", {}, el("h2", {}, t("account")), el("p", {}, [unit ?? code, name ?? staffId ?? subject].filter(Boolean).join(" · ")),
      el("p", { class: "hint" }, t("sign_out_hint")), button("sign_out", () => desk.leave(), { id: "sign-out" })));
}

window.addEventListener("hashchange", async () => {
  await draw();
  // Whoever has the page read out hears the new view from its beginning.
  main.focus();
  scrollTo(0, 0);
});
for (const kind of ["unhandledrejection", "error"]) {
  window.addEventListener(kind, (event) => show(status, alertBox(said(event.reason ?? event.error ?? event.message))));
}

apply();
await draw();
