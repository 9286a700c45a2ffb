// The server's time by this phone's clock (校时): a phone that goes wrong would enter visits of tomorrow.

import { after, dayOf } from "./moments.js";
import { keep, kept } from "./store.js";

const LARGEST_SLIP = 120_000;

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
export const today = () => dayOf(now());
export const daysAgo = (days) => dayOf(after(stamp(), -days));
