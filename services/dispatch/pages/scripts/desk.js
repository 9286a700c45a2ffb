// The desk (工作台): who sits at this window, what they may do, and what codes of the server mean.

import { both, el, filled } from "./dom.js";
import { belongTo, wipe } from "./drafts.js";
import { Office } from "./office.js";
import { forgetPhotos } from "./photos.js";
import { WORDS } from "./words.js";

export const DISPATCH = "/dispatch/v1";
export const INTAKE = "/intake/v1";
const MOST = 200;

// Words with a name in them that is another in each language.
export function naming(word, name, [chinese, english], values = {}) {
  const [zh, en] = WORDS[word];
  return [filled(zh, { [name]: chinese, ...values }), filled(en, { [name]: english || chinese, ...values })];
}

export class Desk extends Office {
  constructor(main, draw) {
    super(main, "huiyin-units", draw, () => this.come());
    this.who = null;
    this.notice = null;
    this.units = new Map();
    this.terms = {};
    this.most = {};
    this.must = [];
  }

  // Who it is, and the words that the office uses.
  async come() {
    const who = await this.ask(`${DISPATCH}/desk`);
    if (!belongTo(who.subject)) forgetPhotos();
    if (this.may("dispatch.directory.read", who)) {
      const { lists, most_points: most, must_be_met: must } = await this.ask(`${DISPATCH}/directory/terms`);
      [this.terms, this.most, this.must] = [lists, most, must];
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

  // People of the own unit who are in office.
  async colleagues() {
    const { unit_code: unit } = this.who;
    return unit ? this.every(`${DISPATCH}/staff`, { unit_code: unit, in_office: true }) : [];
  }

  // Units to choose from: each with its names.
  unitsBut(...left) {
    return [...this.units.keys()].filter((code) => !left.includes(code)).map((code) => [code, this.pairOfUnit(code)]);
  }

  // The units below one, at any depth.
  unitsBelow(code) {
    const isBelow = ({ parent }) => parent && (parent === code || isBelow(this.units.get(parent) ?? {}));
    return [...this.units.values()].filter(isBelow).map((unit) => [unit.code, this.pairOfUnit(unit.code)]);
  }

  // The words of one of the pack's lists: each with its code.
  choices(list) {
    return (this.terms[list] ?? []).map((one) => [one.code, [one.zh, one.en]]);
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
    return both(naming(word, "unit", this.pairOfUnit(code), values));
  }

  // What an area is called; its code where that is not known.
  async areaOf(code) {
    if (!this.may("dispatch.directory.read")) return [code, ""];
    const [area] = (await this.ask(`${DISPATCH}/directory/areas`, { area_code: code, limit: 1 })).items;
    return area?.code === code ? [area.name, area.name_en] : [code, ""];
  }

  // An area and those inside it, to choose from.
  async areasIn(code) {
    const found = this.may("dispatch.directory.read") ? await this.every(`${DISPATCH}/directory/areas`, { area_code: code }) : [];
    const areas = found.map((area) => [area.code, [area.name, area.name_en]]);
    return areas.length ? areas : [[code, [code, ""]]];
  }

  unit(code) {
    return el("span", { "data-unit": code }, both(this.pairOfUnit(code)));
  }

  term(list, code) {
    return both(this.pairOf(list, code));
  }
}
