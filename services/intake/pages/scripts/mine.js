// One's own figure (我的数字), as the office has it: with numerator, denominator and as-of. And what else there is (更多).

import { button, chooser, el, plain, show, t } from "./dom.js";
import { counts } from "./items.js";
import { theme } from "./looks.js";
import { told } from "./moments.js";
import { all, kept } from "./store.js";
import { leave, lose } from "./sync.js";
import { WORDS } from "./words.js";

export async function mineView(main) {
  show(main, el("h1", {}, t("mine")), official(await kept("figure")), await beside());
}

function official(figure) {
  if (!figure) return el("p", { class: "hint" }, t("figure_none"));
  if (figure.unknown) return el("p", { class: "alert", id: "unknown" }, t("figure_unknown", { why: figure.unknown }));
  return [
    el("p", { class: "hint" }, t("as_of", { when: told(figure.as_of) })),
    figure.months.map((month) => el("section", { class: "figure", "data-month": month.month },
      el("h2", {}, t("figure_of", { month: month.month })),
      el("dl", {},
        row(t("visits_made"), month.visits), row(t("households_reached"), month.households_reached),
        row(t("spot"), share(month.on_the_spot)),
        row(t("duplicates"), month.duplicates),
        month.coverage.map((one) => row([t("coverage"), ` ${one.name}`], share(one)))))),
  ];
}

const row = (words, value) => el("div", {}, el("dt", {}, words), el("dd", {}, value));

// As the office prints it: 12 / 13 (92.3 %).
const share = ({ numerator, denominator, text }) => `${numerator} / ${denominator} (${text})`;

async function beside() {
  const { unsent, held, refused } = await counts();
  return el("p", { id: "beside" }, t("beside"), el("br"), t("not_sent", { count: unsent }), el("br"),
    t("held_count", { count: held }), el("br"), t("refused_count", { count: refused }));
}

export async function moreView(main) {
  const [owner, days] = [await kept("owner"), (await kept("keep_days")) ?? "—"];
  const told = el("p", { "aria-live": "polite" });
  const homes = (await all("households")).length;
  show(main, el("h1", {}, t("more")),
    el("section", {}, chooser(theme), el("p", { class: "hint" }, t("protects", { days, homes }))),
    el("section", {}, el("p", {}, owner?.staff_id), el("p", { class: "hint" }, t("sign_out_hint")),
      button("sign_out", leave, { id: "sign-out" })),
    el("section", {}, el("p", { class: "hint" }, t("lost_hint")), told,
      button("lost", async () => {
        if (!confirm(plain(WORDS.lost_hint))) return;
        await lose(plain(WORDS.lost_reason));
        document.getElementById("send").click();
      }, { id: "lost", class: "bad" })));
}
