// What somebody wrote and the server has not taken yet (草稿): kept in this window until it is sent, or thrown away. A write
// that may have arrived keeps its key, so that sending it again counts once.

import { Refused } from "./net.js";

const KEY = "huiyin-units-drafts";
const TOO_MANY = 429;
const FAULT = 500;

const all = () => JSON.parse(sessionStorage.getItem(KEY) ?? "{}");
const keep = (drafts) => sessionStorage.setItem(KEY, JSON.stringify(drafts));

export const draftOf = (name) => ({ values: {}, attempt: null, refused: null, ...all()[name] });
export const change = (name, changes) => keep({ ...all(), [name]: { ...draftOf(name), ...changes } });

export function drop(name) {
  const { [name]: _, ...others } = all();
  keep(others);
}

// The drafts that hold something, by name, of one case.
export const draftsOf = (caseId) => Object.entries(all()).filter(([name, { values, attempt }]) =>
  name.startsWith(`${caseId}/`) && (attempt || Object.values(values).some(Boolean)));

// They are one person's: whoever comes next begins with none.
export function belongTo(subject) {
  const { "": before } = all();
  if (before !== subject) keep({ "": subject });
  return before === subject;
}

export const wipe = () => sessionStorage.removeItem(KEY);

// Send it. The same said once more, after a line that went dead, is the same request on the same version.
export function write(session, name, path, version, body) {
  const said = JSON.stringify([path, body]);
  const before = draftOf(name).attempt;
  const attempt = before?.said === said ? before : { said, version, key: crypto.randomUUID() };
  change(name, { attempt });
  return send(session, name, attempt);
}

// What may have arrived, once more.
export const again = (session, name) => send(session, name, draftOf(name).attempt);

async function send(session, name, { said, version, key }) {
  const [path, body] = JSON.parse(said);
  try {
    const answer = await session.ask("POST", path, body, { "Idempotency-Key": key, "If-Match": `"${version}"` });
    drop(name);
    return answer;
  } catch (error) {
    const isAnswer = error instanceof Refused && error.status < FAULT && error.status !== TOO_MANY;
    if (isAnswer) change(name, { attempt: null, refused: error.words });
    throw error;
  }
}
