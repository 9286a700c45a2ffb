// What became of each record (发送情况): not sent, taken, held and why and until when, refused and who decides.

import { both, el, show, t } from "./dom.js";
import { begunDrafts, isCorrectable, WAITING } from "./items.js";
import { after, told } from "./moments.js";
import { all, kept } from "./store.js";
import { fieldOf } from "./words.js";

const TITLES = { waiting: "waiting", applied: "applied", duplicate: "duplicate", held: "held", refused: "refused_item", dropped: "dropped" };
const KINDS = { waiting: "waits", held: "waits", refused: "bad" };

export async function sentView(main) {
  const [items, households, photos] = [await all("items"), await all("households"), await all("photos")];
  const homes = new Map(households.map((one) => [one.household_id, one]));
  const oldest = await kept("oldest_days");
  const begun = new Set((await begunDrafts()).map((draft) => draft.corrects));
  const cards = items.sort((a, b) => b.seq - a.seq).map((item) => itemCard(item, { home: homes.get(item.household_id), oldest, begun }));
  const unwanted = photos.filter((photo) => photo.refused);
  show(main, el("h1", {}, t("sent")),
    cards.length ? el("ol", { id: "items", class: "plain" }, cards) : el("p", { class: "hint" }, t("nothing_sent")),
    unwanted.map((photo) => el("p", { class: "alert" }, t("photo_refused", { why: photo.refused }))));
}

function itemCard(item, { home, oldest, begun }) {
  const { receipt, state } = item;
  const who = home ? [home.door, home.head].filter(Boolean).join(" · ") || home.household_no : item.household_no;
  return el("li", { class: "item", "data-seq": item.seq, "data-state": state },
    el("strong", {}, item.corrects && [t("correction"), " · "], who || t("unknown_household")),
    el("span", { class: "hint" }, told(item.made_at)),
    el("span", { class: `mark-${KINDS[state] ?? "fine"}` }, t(TITLES[state] ?? "held")),
    state === WAITING && oldest && el("p", { class: "hint" }, t("send_by", { when: told(after(item.made_at, oldest)) })),
    receipt && !["applied", "duplicate"].includes(state) ? why(receipt) : null,
    isCorrectable(item) && el("a", { class: "big", href: `#correct/${item.item_id}` },
      begun.has(item.item_id) ? t("correction_begun") : t("correct_it")));
}

function why(receipt) {
  const { text, until, who_decides: decides, conflicts } = receipt;
  return el("div", { class: "why" },
    text && el("p", {}, text.zh, " ", el("span", { lang: "en" }, text.en)),
    until && el("p", {}, t("until", { when: told(until) })),
    decides && el("p", {}, decides === "supervisor" ? t("decides_supervisor") : t("decides", { who: decides })),
    conflicts.map((one) => el("p", {}, conflict(one))));
}

export const conflict = ({ field, at_base, now, yours }) =>
  [both(fieldOf(field)), "：", t("conflict", { before: inWords(at_base), now: inWords(now), yours: inWords(yours) })];

const inWords = (value) => value === null || value === undefined ? "—" : typeof value === "object" ? JSON.stringify(value) : value;
