// The control API of a running shop, as /__admin/openapi.json describes it: one method a route.
"use strict";

const http = require("node:http");
const assert = require("node:assert");
const calls = require("./calls.js");

/** Every route this client uses, compared with the document of the server by a test. */
const ROUTES = {
  health: ["GET", "/health"],
  requests: ["GET", "/requests"],
  request: ["GET", "/requests/{number}"],
  forgetRequests: ["DELETE", "/requests"],
  verify: ["POST", "/requests/verify"],
  reset: ["POST", "/reset"],
  loadSeed: ["PUT", "/seed"],
  state: ["GET", "/state"],
  tables: ["GET", "/tables"],
  edit: ["POST", "/edits"],
  clock: ["GET", "/clock"],
  setClock: ["PUT", "/clock"],
  disruptions: ["GET", "/disruptions"],
  disrupt: ["POST", "/disruptions"],
  clearDisruptions: ["DELETE", "/disruptions"],
  disarm: ["DELETE", "/disruptions/{id}"],
  stubs: ["GET", "/stubs"],
  stub: ["POST", "/stubs"],
  clearStubs: ["DELETE", "/stubs"],
  removeStub: ["DELETE", "/stubs/{id}"],
  modules: ["GET", "/modules"],
  installModule: ["POST", "/modules"],
  checkpoints: ["GET", "/checkpoints"],
  checkpoint: ["POST", "/checkpoints"],
  deleteCheckpoint: ["DELETE", "/checkpoints/{name}"],
  settings: ["GET", "/settings"],
  changeSettings: ["PUT", "/settings"],
};

const TIMEOUT_MS = 30000;

class ControlError extends Error {
  name = "ControlError";

  constructor(message, problem) {
    super(message);
    this.problem = problem;
  }
}

class Shop {
  #watch;
  #headers;

  constructor({ url, wsdl, user = "", key = "", token, watch }) {
    this.url = url.endsWith("/") ? url : `${url}/`;
    this.wsdl = wsdl;
    this.user = user;
    this.key = key;
    /** Whether resets go back to another seed than the one it was started on. */
    this.hasOtherSeed = false;
    this.#headers = token === undefined ? {} : { Authorization: `Bearer ${token}` };
    this.#watch = watch ?? (async (error) => new ControlError(`${this.url} does not answer: ${error.message}`));
  }

  /** A shop that somebody else started. */
  static async at(url, { user, key, token } = {}) {
    const shop = new Shop({ url, user, key, token });
    // A shop in a container knows itself by another host and port than we do.
    const told = new URL((await shop.health()).wsdl);
    shop.wsdl = new URL(told.pathname + told.search, shop.url).href;
    return shop;
  }

  health() {
    return this.#ask("health");
  }

  async requests(filter = {}) {
    return (await this.#ask("requests", { query: filter })).requests;
  }

  request(number) {
    return this.#ask("request", { path: { number } });
  }

  forgetRequests() {
    return this.#ask("forgetRequests");
  }

  async verify(list, { inOrder = false, nothingElse = false, after = 0 } = {}) {
    const body = { calls: list, "in order": inOrder, "nothing else": nothingElse, after };
    try {
      return (await this.#ask("verify", { body })).counts;
    } catch (error) {
      if (error.problem?.unmet) return this.#fail(calls.told(error.problem.unmet));
      throw error;
    }
  }

  async assertCalled(operation, { times, with: conditions = {} } = {}) {
    await this.verify([{ to: operation, with: conditions, ...(times === undefined ? {} : { count: times }) }]);
  }

  assertNotCalled(operation, { with: args } = {}) {
    return this.assertCalled(operation, { times: 0, with: args });
  }

  async assertNoFaults() {
    this.#fail(calls.failures(await this.requests()));
  }

  state(...tables) {
    const options = typeof tables.at(-1) === "object" ? tables.pop() : {};
    return this.#ask("state", { query: { table: tables, ...options } });
  }

  async rows(table) {
    return (await this.state(table))[table];
  }

  async tables() {
    return (await this.#ask("tables")).tables;
  }

  async edit(edit) {
    return (await this.#ask("edit", { body: edit })).id;
  }

  create(table, fields) {
    return this.edit({ create: { table, fields } });
  }

  async update(table, id, fields) {
    await this.edit({ update: { table, id, fields } });
  }

  async delete(table, id) {
    await this.edit({ delete: { table, id } });
  }

  async configure(path, value) {
    await this.edit({ configure: { path, value } });
  }

  reset() {
    return this.#ask("reset", { body: {} });
  }

  async loadSeed(seed) {
    await this.#ask("loadSeed", { body: seed });
    this.hasOtherSeed = true;
  }

  saveCheckpoint(name) {
    return this.#ask("checkpoint", { body: { save: name } });
  }

  restoreCheckpoint(name) {
    return this.#ask("checkpoint", { body: { restore: name } });
  }

  async checkpoints() {
    return (await this.#ask("checkpoints")).checkpoints;
  }

  deleteCheckpoint(name) {
    return this.#ask("deleteCheckpoint", { path: { name } });
  }

  async stub(operation, stub) {
    return (await this.#ask("stub", { body: { operation, ...stub } })).stubs.at(-1).id;
  }

  async stubs() {
    return (await this.#ask("stubs")).stubs;
  }

  removeStub(id) {
    return this.#ask("removeStub", { path: { id } });
  }

  clearStubs() {
    return this.#ask("clearStubs");
  }

  installModule(name, files) {
    return this.#ask("installModule", { body: { name, ...files } });
  }

  modules() {
    return this.#ask("modules");
  }

  async disrupt(disruption, { times = 1, ...when } = {}) {
    return (await this.#ask("disrupt", { body: { disruption, when, times } })).id;
  }

  async disruptions() {
    return (await this.#ask("disruptions")).disruptions;
  }

  disarm(id) {
    return this.#ask("disarm", { path: { id } });
  }

  clearDisruptions() {
    return this.#ask("clearDisruptions");
  }

  clock() {
    return this.#ask("clock");
  }

  setClock(change) {
    return this.#ask("setClock", { body: change });
  }

  async advance(by) {
    await this.setClock({ advance: by });
  }

  settings() {
    return this.#ask("settings");
  }

  changeSettings(settings) {
    return this.#ask("changeSettings", { body: settings });
  }

  #fail(problem) {
    if (problem) throw new assert.AssertionError({ message: problem, stackStartFn: this.#fail });
  }

  async #ask(name, { query = {}, path = {}, body } = {}) {
    const [method, pattern] = ROUTES[name];
    const target = `/__admin${pattern.replace(/{(\w+)}/, (_, key) => encodeURIComponent(path[key]))}${queryOf(query)}`;
    let answer;
    try {
      answer = await send(method, new URL(target, this.url), this.#headers, body);
    } catch (error) {
      throw await this.#watch(error);
    }
    if (answer.status === 204) return undefined;
    if (answer.status < 300) return JSON.parse(answer.text);
    throw refused(method, target, answer);
  }
}

function queryOf(parameters) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined) query.append(name, String(one));
  }
  const text = query.toString();
  return text && `?${text}`;
}

/** Over node:http, not fetch: test environments such as jsdom have none, or mock it. A connection of its own each, so that
 *  nothing keeps the process. */
function send(method, url, always, body) {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers = text === undefined ? always : { ...always, "Content-Type": "application/json", "Content-Length": Buffer.byteLength(text) };
    const request = http.request(url, { method, headers, agent: false, timeout: TIMEOUT_MS }, (response) => {
      let all = "";
      response.setEncoding("utf8");
      response.on("data", (part) => (all += part));
      response.on("end", () => resolve({ status: response.statusCode, text: all }));
      response.on("error", reject);
    });
    request.on("timeout", () => request.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)));
    request.on("error", reject);
    request.end(text);
  });
}

function refused(method, target, { status, text }) {
  try {
    const problem = JSON.parse(text);
    if (problem.title) {
      return new ControlError(`${method} ${target}: ${problem.title}: ${problem.detail}; ${problem.remedy}`, problem);
    }
  } catch {
    // No problem document, so no control API.
  }
  return new ControlError(`${method} ${target}: HTTP ${status}, which is no answer of a control API; is this a Mockgento?`);
}

module.exports = { ControlError, ROUTES, Shop };
