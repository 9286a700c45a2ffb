// The list of households (走访单): tonight's plan as it is walked, then one's own by need.

import { today } from "./clock.js";
import { both, el, field, show, t } from "./dom.js";
import { begunDrafts } from "./items.js";
import { byNeed, isDone, isTooSoon, tonight } from "./order.js";
import { all, kept } from "./store.js";
import { classOf } from "./words.js";

export async function listView(main) {
  const [households, items, drafts] = [await all("households"), await all("items"), await begunDrafts()];
  const [rounds, day] = [(await kept("rounds")) ?? [], today()];
  const gap = Math.max(0, ...rounds.map((round) => round.gap_days ?? 0));
  const begun = new Set(drafts.filter((draft) => !draft.corrects).map((draft) => draft.household_id));
  const done = (household) => isDone(household, items);
  const card = (household) => homeCard(household, {
    done: done(household), draft: begun.has(household.household_id), soon: isTooSoon(household, day, gap),
  });
  const places = el("div");
  const draw = (sought) => {
    const found = households.filter((one) => !sought || wordsOf(one).includes(sought));
    const [planned, own] = [tonight(found, day), byNeed(found, day, rounds, done)];
    show(places,
      planned.length ? el("section", { id: "planned" }, el("h2", {}, t("planned")), el("ol", {}, planned.map(card))) : null,
      own.length ? el("section", { id: "own" }, el("h2", {}, t("own")), el("ol", {}, own.map(card))) : null,
      found.length ? null : el("p", { class: "hint" }, t("nobody")));
  };
  const search = el("input", { type: "search", id: "search", autocomplete: "off" });
  search.addEventListener("input", () => draw(search.value.trim()));
  const left = await kept("left_out");
  show(main, el("h1", {}, t("visits")), left > 0 && el("p", { class: "alert" }, t("left_out", { count: left, most: (await kept("most_households")) ?? "—" })),
    field(t("search"), search), places);
  draw("");
}

const wordsOf = (one) => [one.household_no, one.head, one.door, one.phone].filter(Boolean).join(" ");

function homeCard(household, { done, draft, soon }) {
  const { household_id: id, household_no: number, head, door, kinds, last_visited_on: last } = household;
  const marks = [
    done && ["recorded_here", "fine"], draft && ["draft", "waits"], kinds?.length && ["key", "waits"], soon && ["too_soon", ""],
  ].filter(Boolean);
  return el("li", {}, el("a", { class: "home", href: `#visit/${id}`, "data-household": id },
    el("strong", {}, [door, head].filter(Boolean).join(" · ") || number || id.slice(0, 8)),
    el("span", { class: "hint" }, [number, " ", both(classOf(household.class)), " · ",
      last ? t("last_visit", { day: last }) : t("never")]),
    el("span", { class: "marks" }, marks.map(([word, kind]) => el("span", { class: `mark-${kind || "plain"}` }, t(word))))));
}
