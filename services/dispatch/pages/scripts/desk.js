// The desk (工作台): who sits at this window, what they may do, and what codes of the server mean.

import { both, el, filled } from "./dom.js";
import { belongTo, wipe } from "./drafts.js";
import { Office } from "./office.js";
import { forgetPhotos } from "./photos.js";
import { WORDS } from "./words.js";

export const DISPATCH = "/dispatch/v1";
export const INTAKE = "/intake/v1";
const MOST = 200;

export class Desk extends Office {
  constructor(main, draw) {
    super(main, "huiyin-units", draw, () => this.come());
    this.who = null;
    this.notice = null;
    this.units = new Map();
    this.terms = {};
  }

  // Who it is, and the words that the office uses.
  async come() {
    const who = await this.ask(`${DISPATCH}/desk`);
    if (!belongTo(who.subject)) forgetPhotos();
    if (this.may("dispatch.directory.read", who)) {
      this.terms = (await this.ask(`${DISPATCH}/directory/terms`)).lists;
      for (const unit of await this.every(`${DISPATCH}/directory/units`)) this.units.set(unit.code, unit);
    }
    this.who = who;
  }

  async leave() {
    wipe();
    forgetPhotos();
    this.who = null;
    await super.leave();
  }

  may(right, who = this.who) {
    return who.rights.includes(right);
  }

  // A whole list, where it is short.
  async every(path, query = {}) {
    const items = [];
    let cursor = null;
    do {
      const page = await this.ask(path, { ...query, cursor, limit: MOST });
      items.push(...page.items);
      cursor = page.next_cursor;
    } while (cursor);
    return items;
  }

  pairOfUnit(code) {
    const unit = this.units.get(code);
    return unit ? [unit.name, unit.name_en] : [code ?? "—", ""];
  }

  pairOf(list, code) {
    const term = this.terms[list]?.find((one) => one.code === code);
    return term ? [term.zh, term.en] : [code ?? "—", ""];
  }

  // Words that name a unit, each language by the name that it has there.
  withUnit(word, code, values = {}) {
    const [chinese, english] = this.pairOfUnit(code);
    const pair = WORDS[word];
    return both([filled(pair[0], { unit: chinese, ...values }), filled(pair[1], { unit: english || chinese, ...values })]);
  }

  // What an area is called; its code where that is not known.
  async areaOf(code) {
    if (!this.may("dispatch.directory.read")) return [code, ""];
    const [area] = (await this.ask(`${DISPATCH}/directory/areas`, { area_code: code, limit: 1 })).items;
    return area?.code === code ? [area.name, area.name_en] : [code, ""];
  }

  unit(code) {
    return el("span", { "data-unit": code }, both(this.pairOfUnit(code)));
  }

  term(list, code) {
    return both(this.pairOf(list, code));
  }
}
