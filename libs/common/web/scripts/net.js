// Asking the server (访问接口): with the access token of whoever is signed in, which is renewed once it has ended.

import { language } from "./looks.js";
import { withMoments } from "./moments.js";

export class Offline extends Error {}
export class SignedOut extends Error {}
// The server said no, and why.
export class Refused extends Error {
  constructor(status, problem) {
    super(problem.title ?? String(status));
    this.status = status;
    this.code = (problem.type ?? "").split(":").pop();
    this.problem = problem;
  }

  // Why, in the words of the server.
  get words() {
    const { title, detail, fields: wrong } = this.problem;
    const first = wrong?.[0];
    // What is wrong of the whole has no field to be named.
    const fields = first && (first.field === "body" ? first.message : `${first.field}: ${first.message}`);
    return withMoments([title ?? `HTTP ${this.status}`, detail, fields].filter(Boolean).join(" · "));
  }
}

const ACCOUNTS = "/dispatch/v1/accounts";
const PATIENCE = 30_000;
const BUSY = [502, 503, 504];

async function send(method, path, { token, body, headers = {} } = {}) {
  const isJson = body !== undefined && !(body instanceof Blob);
  const all = { "Accept-Language": language.chosen() === "en" ? "en, zh-CN;q=0.5" : "zh-CN, en;q=0.5", ...headers };
  if (token) all.Authorization = `Bearer ${token}`;
  if (isJson) all["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(path, {
      method, headers: all, body: isJson ? JSON.stringify(body) : body, cache: "no-store", credentials: "omit",
      signal: AbortSignal.timeout(PATIENCE),
    });
  } catch (error) {
    throw new Offline(String(error));
  }
  if (BUSY.includes(answer.status)) throw new Offline(`HTTP ${answer.status}`);
  const text = await answer.text().catch((error) => { throw new Offline(String(error)); });
  const isJsonBack = (answer.headers.get("content-type") ?? "").includes("json");
  const value = text && isJsonBack ? JSON.parse(text) : {};
  if (!answer.ok) throw new Refused(answer.status, value);
  return value;
}

// Signing in, step by step; each answers how far it got, as `POST /dispatch/v1/accounts/sign-in` says.
export const signIn = (name, password) => send("POST", `${ACCOUNTS}/sign-in`, { body: { name, password } });
export const showCode = (session_token, code) =>
  send("POST", `${ACCOUNTS}/sign-in/code`, { body: { session_token, code } });
export const chooseUnit = (session_token, unit_code) =>
  send("POST", `${ACCOUNTS}/token`, { body: { session_token, unit_code } });
export const signOut = (session_token) => send("POST", `${ACCOUNTS}/sign-out`, { body: { session_token } });

export const withToken = (token, method, path, body, headers) => send(method, path, { token, body, headers });

// Whoever is signed in. `keeper` reads and writes the session: {access_token, session_token}.
export class Session {
  constructor(keeper) {
    this.keeper = keeper;
  }

  async ask(method, path, body, headers) {
    const { access_token: token } = (await this.keeper.read()) ?? {};
    try {
      return await send(method, path, { token: token ?? await this.renewed(null), body, headers });
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 401) throw error;
    }
    try {
      return await send(method, path, { token: await this.renewed(token), body, headers });
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 401) throw error;
      throw new SignedOut();
    }
  }

  // Another access token than the one that has ended. A session's token is good once: windows take turns.
  renewed(ended) {
    return navigator.locks.request("huiyin-renew", async () => {
      const session = await this.keeper.read();
      if (session?.access_token && session.access_token !== ended) return session.access_token;
      if (!session?.session_token) throw new SignedOut();
      let entered;
      try {
        entered = await chooseUnit(session.session_token, session.unit_code ?? null);
      } catch (error) {
        if (!(error instanceof Refused) || error.status >= 500 || error.status === 429) throw error;
        throw new SignedOut();
      }
      if (entered.step !== "done") throw new SignedOut();
      await this.keeper.write(sessionOf(entered, session));
      return entered.access_token;
    });
  }
}

export function sessionOf(entered, before = {}) {
  return {
    access_token: entered.access_token,
    session_token: entered.session_token ?? before.session_token,
    unit_code: entered.unit_code,
  };
}
