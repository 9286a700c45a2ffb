// A page of the office (办公页面): by the public interface alone, signed in until its window is closed. Its parts fail each by
// itself, its lists come page by page.

import { alertBox, button, el, show, t } from "./dom.js";
import { Session, SignedOut, signOut } from "./net.js";
import { said, signInView } from "./sign.js";

const ROWS = 50;

// `draw` shows the page to whoever is signed in; `entered`, where there is one, is told first who that is.
export class Office {
  constructor(main, name, draw, entered = async () => {}) {
    this.main = main;
    this.name = name;
    this.draw = draw;
    this.entered = entered;
    this.session = new Session({
      read: async () => JSON.parse(sessionStorage.getItem(name) ?? "null"),
      write: async (session) => sessionStorage.setItem(name, JSON.stringify(session)),
    });
  }

  get isSignedIn() {
    return sessionStorage.getItem(this.name) !== null;
  }

  ask(path, query = {}) {
    const given = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== "");
    return this.session.ask("GET", `${path}${given.length ? `?${new URLSearchParams(given)}` : ""}`);
  }

  // Nobody is signed in any more; whoever comes next is asked who it is.
  signedOut(notice = null) {
    sessionStorage.removeItem(this.name);
    for (const id of ["status", "places"]) show(document.getElementById(id));
    signInView(this.main, async (session) => {
      sessionStorage.setItem(this.name, JSON.stringify(session));
      try {
        await this.entered();
      } catch (error) {
        sessionStorage.removeItem(this.name);
        throw error;
      }
      await this.draw();
    }, notice);
  }

  async leave() {
    const { session_token: token } = JSON.parse(sessionStorage.getItem(this.name) ?? "{}");
    if (token) await signOut(token).catch(() => {});
    this.signedOut();
  }

  // What went wrong, for a person; whoever is signed out by now is asked to sign in again.
  told(place, error) {
    if (error instanceof SignedOut) return this.signedOut(t("signed_out"));
    return show(place, alertBox(said(error)));
  }

  // A part of the page that may fail by itself, and says so.
  part(id, words, fill, attributes = {}) {
    const body = el("div");
    const made = el("section", { id, ...attributes }, el("h2", {}, words), body);
    Promise.resolve().then(() => fill(body)).then(() => { made.dataset.state = "shown"; }, (error) => {
      made.dataset.state = "failed";
      this.told(body, error);
    });
    return made;
  }

  // A list page by page, each row by `line`.
  async paged(place, path, query, line, attributes = {}) {
    const list = el("ol", attributes);
    show(place, list);
    const more = async (cursor) => {
      const page = await this.ask(path, { ...query, cursor, limit: ROWS });
      list.append(...page.items.map(line).filter(Boolean));
      place.querySelector(".more")?.remove();
      if (page.next_cursor) place.append(this.following(place, () => more(page.next_cursor)));
      if (!list.children.length) show(place, el("p", { class: "hint" }, t("nothing")));
    };
    await more(null);
  }

  // The button for the next page. What is there stays when that one does not come.
  following(place, more) {
    const told = el("span", { "aria-live": "polite" });
    return el("div", { class: "more" }, told, button("show_more", async () => {
      show(told);
      await Promise.resolve(more()).catch((error) => this.told(told, error));
    }, { class: "quiet" }));
  }
}
