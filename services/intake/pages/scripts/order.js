// In what order the households are visited (走访顺序): tonight's list as it is walked, then one's own by need.

const DAY = 86_400_000;

export function isDone(household, items) {
  return items.some((item) => item.household_id === household.household_id && item.state !== "refused" && item.state !== "dropped");
}

// Rounds of the household in which nobody was reached yet, or a purpose is left.
export const openRounds = (household) =>
  (household.rounds ?? []).filter((round) => !round.reached || (round.purposes_left ?? []).length);

export function tonight(households, day) {
  return households
    .filter((one) => one.planned && one.planned.on <= day)
    .sort((a, b) => a.planned.on.localeCompare(b.planned.on) || a.planned.order - b.planned.order);
}

// Who was visited on this phone comes last. Whom a round still waits for comes first, key households before others, then those not visited for longest.
export function byNeed(households, day, rounds, done) {
  const gap = Math.max(0, ...rounds.map((round) => round.gap_days ?? 0));
  const rank = (one) => [
    done(one) ? 1 : 0,
    isTooSoon(one, day, gap) ? 1 : 0,
    openRounds(one).some((round) => !round.reached) ? 0 : 1,
    one.kinds?.length ? 0 : 1,
    one.last_visited_on ?? "",
    one.household_no ?? "",
    one.household_id,
  ];
  return households
    .filter((one) => !one.planned || one.planned.on > day)
    .map((one) => [rank(one), one])
    .sort(([a], [b]) => compared(a, b))
    .map(([, one]) => one);
}

// Visited within the gap: nobody is to come again yet.
export const isTooSoon = (household, day, gap) =>
  Boolean(household.last_visited_on) && Date.parse(day) - Date.parse(household.last_visited_on) < gap * DAY;

function compared(a, b) {
  for (const [place, value] of a.entries()) {
    if (value !== b[place]) return value < b[place] ? -1 : 1;
  }
  return 0;
}
