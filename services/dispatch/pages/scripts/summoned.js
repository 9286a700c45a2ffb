// How a summoned unit's task stands, in words (报到任务): late or not, its times, its score, what it claims.

import { both, el, t } from "./dom.js";
import { told } from "./moments.js";

export const OPEN = ["called", "on_the_way", "arrived"];

export const lateness = (call) => call.late
  ? el("span", { class: "mark-bad" }, t(call.arrived_at ? "late" : "never_there")) : null;

export const times = (call) => [
  t("called_at", { when: told(call.called_at) }),
  call.report_due_at && t("be_there", { when: told(call.report_due_at) }),
  call.acknowledged_at && !call.arrived_at && t("left_at", { when: told(call.acknowledged_at) }),
  call.arrived_at && t("came_at", { when: told(call.arrived_at) }),
  call.due_at && t("due_by", { when: told(call.due_at) }),
].filter(Boolean);

export const scoreOf = (desk, score) => el("div", { "data-score": score.total },
  t("scored", { total: score.total, most: score.most }), " · ", desk.term("score_grade", score.grade),
  el("div", { class: "hint" }, desk.choices("score_criterion").map(([code, words]) =>
    [both(words), ` ${score.points[code] ?? "—"}/${desk.most[code]} `])), el("p", { class: "written" }, score.words));

export const claimOf = (desk, claim) => el("div", { class: "hint", "data-claim": claim.kind },
  t(`claim_${claim.kind}`), " · ", desk.term("request_state", claim.state), " — ", claim.reason, claim.note && ` — ${claim.note}`);
