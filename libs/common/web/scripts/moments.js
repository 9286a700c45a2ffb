// Days and times as a clock on the wall of the place shows them (时间). The country has one clock.

const ZONE = "Asia/Shanghai";
const AHEAD = 8 * 3_600_000;
const DAY = 86_400_000;

export const dayOf = (moment) => new Intl.DateTimeFormat("sv-SE", { timeZone: ZONE }).format(new Date(moment));

// As a clock on the wall of the place shows it, and back; null where it is no time.
export const wallOf = (moment) => new Date(Date.parse(moment) + AHEAD).toISOString().slice(0, 16);
export function momentOf(wall) {
  const read = Date.parse(`${wall}Z`);
  return Number.isNaN(read) ? null : new Date(read - AHEAD).toISOString();
}

export const after = (moment, days) => new Date(Date.parse(moment) + days * DAY).toISOString();

// Month and day, then the time: 03-04 18:05.
export const told = (moment) => moment ? wallOf(moment).slice(5).replace("T", " ") : "—";

// A text of the interface, with each moment in it as that clock shows it.
const MOMENT = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)/g;
export const withMoments = (text) => text?.replace(MOMENT, told);
