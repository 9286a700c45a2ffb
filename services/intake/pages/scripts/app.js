// The phone's page (手机走访): which view is shown, and at all times what is not sent yet.

import { isWrong, recall } from "./clock.js";
import { correctView } from "./correct.js";
import { button, el, show, t } from "./dom.js";
import { counts } from "./items.js";
import { listView } from "./list.js";
import { mineView, moreView } from "./mine.js";
import { apply } from "./looks.js";
import { told } from "./moments.js";
import { Offline, Refused, SignedOut } from "./net.js";
import { sentView } from "./sent.js";
import { signInView } from "./sign.js";
import { keep, kept, onchange } from "./store.js";
import { enter, purge, synchronise } from "./sync.js";
import { leaveVisit, visitView } from "./visit.js";

const main = document.getElementById("main");
const status = document.getElementById("status");
const hints = document.getElementById("hints");
const places = document.getElementById("places");
const VIEWS = { list: listView, visit: visitView, correct: correctView, sent: sentView, mine: mineView, more: moreView };
const PLACES = ["list", "sent", "mine", "more"];
const TABS = { list: "tonight", sent: "sent", mine: "mine", more: "more" };

let trouble = null;
let busy = false;
let notice = null;

function where() {
  const [view, about] = location.hash.slice(1).split("/");
  return VIEWS[view] ? [view, about] : ["list"];
}

let drawing = Promise.resolve();

// One after the other: a view that is slow never stands over a later one.
function draw() {
  drawing = drawing.then(drawn);
  return drawing;
}

async function drawn() {
  leaveVisit();
  if (!(await kept("owner")) || !(await kept("session"))) {
    show(places);
    const why = notice ?? ((await kept("owner")) ? t("signed_out") : null);
    signInView(main, entered, why);
    await drawStatus();
    return;
  }
  const [view, about] = where();
  show(places, PLACES.map((place) =>
    el("a", { href: `#${place}`, "aria-current": place === view ? "page" : null }, t(TABS[place]))));
  await drawStatus();
  await VIEWS[view](main, about);
}

async function entered(session, staffId) {
  const agent = navigator.userAgent.match(/\(([^;)]*)/)?.[1] ?? "phone";
  await enter(session, staffId, agent.slice(0, 60));
  notice = null;
  location.hash = "#list";
  await send();
}

async function drawStatus() {
  const { unsent, held, refused, drafts, photos } = await counts();
  const owner = await kept("owner");
  const asOf = await kept("as_of");
  const parts = [
    [unsent ? t("not_sent", { count: unsent }) : t("all_sent"), unsent ? "waits" : "fine"],
    photos && [t("pictures_count", { count: photos }), "waits"],
    held && [t("held_count", { count: held }), "waits"],
    refused && [t("refused_count", { count: refused }), "bad"],
    drafts && [t("drafts_count", { count: drafts }), "waits"],
  ].filter(Boolean);
  show(status,
    el("ul", { id: "counts", "data-unsent": unsent, "data-held": held, "data-refused": refused, "data-drafts": drafts,
      "data-busy": String(busy), "data-as-of": asOf }, parts.map(([words, kind]) => el("li", { class: kind }, words))),
    owner && (busy ? el("p", { class: "hint" }, t("sending")) : button("send_now", send, { id: "send" })));
  show(hints,
    trouble && el("p", { class: "trouble", id: "trouble", role: "alert" }, trouble),
    owner && el("p", { class: "hint" }, t("last_sync", { when: told(asOf) })),
    isWrong() && el("p", { class: "hint" }, t("clock_wrong")));
}

// Send now, and say what came of it. What waits stays, whatever happens.
async function send() {
  if (busy || !(await kept("session"))) return;
  busy = true;
  trouble = null;
  await drawStatus();
  try {
    if ((await synchronise()) === "wiped") notice = t("wiped");
  } catch (error) {
    trouble = await troubleOf(error);
  } finally {
    busy = false;
  }
  if (notice || !isWriting()) await draw();
  else await drawStatus();
}

async function troubleOf(error) {
  if (error instanceof Offline) return t("offline");
  if (error instanceof Refused) return t("server_refused", { why: error.words });
  if (!(error instanceof SignedOut)) {
    console.error(error);
    return t("broken", { why: String(error) });
  }
  await keep({ session: null });
  notice = t("signed_out");
  return null;
}

// A visit that is being written is not drawn anew under whoever writes it.
const isWriting = () => ["visit", "correct"].includes(where()[0]);

onchange(async (what) => {
  if (what === "wiped") notice ??= t("wiped");
  if (what === "items" || what === "synchronised") {
    await drawStatus();
    if (!isWriting() && !busy) await draw();
  } else await draw();
});
window.addEventListener("hashchange", async () => {
  await draw();
  // Whoever has the page read out hears the new view from its beginning.
  main.focus();
});
window.addEventListener("online", send);
document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") send(); });

for (const kind of ["unhandledrejection", "error"]) {
  window.addEventListener(kind, async (event) => {
    trouble = await troubleOf(event.reason ?? event.error ?? event.message);
    await drawStatus();
  });
}

apply();
await recall();
await purge();
await draw();
if ("serviceWorker" in navigator) await navigator.serviceWorker.register("/intake/visits/sw.js", { scope: "/intake/visits" });
await navigator.storage?.persist?.();
await send();
