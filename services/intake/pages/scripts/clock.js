// The server's time by this phone's clock (校时): a phone that goes wrong would enter visits of tomorrow.

import { keep, kept } from "./store.js";

const ZONE = "Asia/Shanghai";
const DAY = 86_400_000;
const LARGEST_SLIP = 120_000;
// The country has one clock.
const AHEAD = 8 * 3_600_000;

let offset = 0;

export async function recall() {
  offset = (await kept("offset")) ?? 0;
}

// What the server says it is now.
export async function learn(asOf) {
  offset = Date.parse(asOf) - Date.now();
  await keep({ offset });
}

export const now = () => new Date(Date.now() + offset);
export const stamp = () => now().toISOString();
export const isWrong = () => Math.abs(offset) > LARGEST_SLIP;
export const dayOf = (moment) => new Intl.DateTimeFormat("sv-SE", { timeZone: ZONE }).format(new Date(moment));

// As a clock on the wall of the place shows it, and back; null where it is no time.
export const wallOf = (moment) => new Date(Date.parse(moment) + AHEAD).toISOString().slice(0, 16);
export function momentOf(wall) {
  const read = Date.parse(`${wall}Z`);
  return Number.isNaN(read) ? null : new Date(read - AHEAD).toISOString();
}

export const today = () => dayOf(now());
export const after = (moment, days) => new Date(Date.parse(moment) + days * DAY).toISOString();
export const daysAgo = (days) => dayOf(now().getTime() - days * DAY);

// Month and day, then the time: 03-04 18:05.
export const told = (moment) => moment ? wallOf(moment).slice(5).replace("T", " ") : "—";
