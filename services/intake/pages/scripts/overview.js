// The page of whoever oversees visits (走访督导): how far rounds have come, who is silent, what waits for a decision, who is
// late. By the public interface alone; it keeps nothing on the machine but the session, until the window is closed.

import { daysAgo, today } from "./clock.js";
import { both, button, el, field, show, t } from "./dom.js";
import { apply } from "./looks.js";
import { told } from "./moments.js";
import { Office } from "./office.js";
import { conflict } from "./sent.js";
import { classOf, WORDS } from "./words.js";

const INTAKE = "/intake/v1";
const SESSION = "huiyin-overview";
const SILENT_DAYS = 3;
const LATE_DAYS = 14;
const DAY = 86_400_000;
const main = document.getElementById("main");

const office = new Office(main, SESSION, draw);
const ask = (path, query) => office.ask(`${INTAKE}${path}`, query);
const paged = (place, path, query, line) => office.paged(place, `${INTAKE}${path}`, query, line);

async function draw() {
  if (!office.isSignedIn) return office.signedOut();
  return show(main, el("h1", {}, t("overview")),
    el("p", {}, button("reload", draw), " ", button("sign_out", () => office.leave(), { class: "quiet" })),
    office.part("rounds", t("rounds"), rounds),
    office.part("decisions", t("decisions"), decisions),
    office.part("devices", t("devices", { days: SILENT_DAYS }), devices),
    office.part("late", t("late"), late));
}

async function rounds(place) {
  const { items } = await ask("/rounds", { status: "open", limit: 50 });
  if (!items.length) return show(place, el("p", { class: "hint" }, t("no_rounds")));
  const chooser = el("select", { id: "round" }, items.map((round) =>
    el("option", { value: round.round_id }, `${round.name} · ${round.area_name} · ${round.begins_on} – ${round.ends_on}`)));
  const shown = el("div");
  const choose = async () => {
    try {
      await coverage(shown, chooser.value);
    } catch (error) {
      office.told(shown, error);
    }
  };
  chooser.addEventListener("change", choose);
  show(place, field(t("rounds"), chooser), shown);
  return coverage(shown, chooser.value);
}

async function coverage(place, round) {
  const rows = [];
  let cursor = null;
  let whole = null;
  do {
    const answer = await ask(`/rounds/${round}/coverage`, { by: "area", cursor });
    ({ whole, next_cursor: cursor } = answer);
    rows.push(...answer.rows);
  } while (cursor);
  const line = (row, name, attributes = {}) => el("tr", attributes, el("th", { scope: "row" }, name),
    el("td", { class: "n" }, `${row.visited} / ${row.households}`), el("td", { class: "n" }, row.visited_share));
  const gaps = el("div", { id: "gaps" });
  show(place, el("table", {}, el("caption", {}, t("by_area")),
    el("thead", {}, el("tr", {}, ["area", "visited", "share"].map((word) => el("th", { scope: "col" }, t(word))))),
    el("tbody", {}, line(whole, "∑", { id: "whole" }), rows.map((row) => line(row, row.name ?? row.of ?? "—")))),
  el("h3", {}, t("gaps")), gaps);
  await paged(gaps, `/rounds/${round}/gaps`, {}, gapLine);
}

const gapLine = (gap) => el("li", { class: "decision", "data-household": gap.household_id },
  el("strong", {}, gap.area_code), " ", both(classOf(gap.household_class)), gap.key_household && [" · ", t("key")],
  el("div", { class: "hint" }, [t("contact"), ` ${gap.contact_staff_id ?? "—"} · `,
    gap.last_visited_on ? t("last_visit", { day: gap.last_visited_on }) : t("never"), " · ", t("tries", { count: gap.tries })]));

const devices = (place) => paged(place, "/devices", { silent_days: SILENT_DAYS }, (device) =>
  el("li", { class: "decision", "data-device": device.device_id }, el("strong", {}, device.staff_name ?? device.staff_id), ` · ${device.name}`,
    device.lost_at && [" · ", t("lost_phone")],
    el("div", { class: "hint" }, device.last_sync_at
      ? t("silent", { days: device.silent_days, count: device.unsent ?? "—" }) : t("never_synced"))));

async function decisions(place) {
  const [held, refused] = [el("div", { id: "held" }), el("div", { id: "refused" })];
  show(place, el("h3", {}, t("held")), held, el("h3", {}, t("refused_item")), refused);
  await paged(held, "/devices/items", { outcome: "held" }, itemLine);
  await paged(refused, "/devices/items", { outcome: "refused" }, itemLine);
}

function itemLine(item) {
  const why = el("input", { maxlength: 200, name: "why" });
  const answer = el("p", { "aria-live": "polite" });
  const decide = (decision) => async () => {
    try {
      const path = `${INTAKE}/devices/${item.device_id}/items/${item.seq}/decision`;
      await office.session.ask("POST", path, { decision, reason: why.value.trim(), item_id: item.item_id });
      show(line, el("strong", {}, `${item.staff_id} · ${item.seq}`), " ", t("decided"));
      line.dataset.state = "decided";
    } catch (error) {
      office.told(answer, error);
    }
  };
  const line = el("li", { class: "decision", "data-item": item.item_id },
    el("strong", {}, `${item.staff_name ?? item.staff_id} · ${item.seq}`),
    el("div", { class: "hint" }, saidOf(item)),
    item.text && el("p", {}, both([item.text.zh, item.text.en])),
    item.conflicts.map((one) => el("p", { class: "hint" }, conflict(one))),
    field(t("decide_why"), why), answer,
    button("decide_apply", decide("apply"), { "data-decision": "apply" }),
    button("decide_drop", decide("drop"), { class: "bad", "data-decision": "drop" }));
  return line;
}

function saidOf({ said: visit, begun_at: begun, came_at: came }) {
  const outcome = visit && WORDS[visit.outcome] ? [t(visit.outcome), " · "] : "";
  return [outcome, t("begun_at"), ` ${told(begun)} · `, t("came_at"), ` ${told(came)}`];
}

// Teams that went out on days of which nobody told who was there (考勤).
async function late(place) {
  const [from, until] = [daysAgo(LATE_DAYS), today()];
  await paged(place, "/teams", { from_day: from, until_day: until }, (team) => teamLine(team, from, until));
  for (const line of place.querySelectorAll("li:not([data-late])")) line.remove();
  if (!place.querySelector("li") && !place.querySelector(".more")) show(place, el("p", { class: "hint" }, t("nothing")));
}

function teamLine(team, from, until) {
  const known = new Set(team.attendance.map((one) => one.on_day));
  const last = [team.until_day, team.dissolved_from && before(team.dissolved_from), before(until)].filter(Boolean).sort()[0];
  const missing = [];
  for (let on = team.from_day > from ? team.from_day : from; on <= last; on = after(on)) if (!known.has(on)) missing.push(on);
  return el("li", { class: "decision", "data-team": team.team_id, "data-late": missing.length || null },
    el("strong", {}, team.area_name ?? team.area_code), ` · ${team.rule_name ?? team.rule}`,
    el("div", { class: "hint" }, t("late_days", { days: missing.join("、") })),
    el("div", { class: "hint" }, team.members.map((seat) => seat.name ?? seat.staff_id).join("、")));
}

const shifted = (on, by) => new Date(Date.parse(`${on}T00:00:00Z`) + by * DAY).toISOString().slice(0, 10);
const after = (on) => shifted(on, 1);
const before = (on) => shifted(on, -1);

apply();
await draw();
