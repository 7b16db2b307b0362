// A server of this process's own: started, waited for, ended with it.
"use strict";

const { spawn } = require("node:child_process");
const { randomBytes } = require("node:crypto");
const { findBinary } = require("./binary.js");
const { ControlError, Shop } = require("./shop.js");

const STOP_MS = 5000;
const LOG_CHARACTERS = 2000;
/** The checkpoint that each test begins with. */
const PREPARED = "prepared for each test";

const OPTIONS = ["seed", "bridge", "flavor", "wsi", "now", "user", "key", "listen", "args", "prepare", "startMs"];

class StartError extends Error {
  name = "StartError";
}

class ServerDied extends Error {
  name = "ServerDied";
}

class Server {
  #process = null;
  #ended = null;
  #said = "";
  #shop = null;
  #arguments;
  #user;
  #key;
  #startMs;
  #prepare;

  constructor(options = {}) {
    const { seed, bridge, flavor, wsi, now, user = "tester", key, listen = "127.0.0.1:0", args = [], prepare, startMs = 20000, ...unknown } = options;
    for (const name of Object.keys(unknown)) throw new StartError(`there is no option \`${name}\`; known are ${OPTIONS.join(", ")}`);
    const named = Object.entries({ seed, bridge, flavor, now }).filter(([, value]) => value !== undefined);
    this.#arguments = ["serve", "--listen", listen, "--user", user, "--log-format", "json", "--die-with-parent"];
    this.#arguments.push(...named.flatMap(([name, value]) => [`--${name}`, String(value)]), ...(wsi ? ["--wsi"] : []), ...args);
    this.#user = user;
    this.#key = key ?? randomBytes(8).toString("hex");
    this.#startMs = startMs;
    this.#prepare = prepare;
  }

  get shop() {
    if (!this.#shop) throw new StartError("the server is not started; await start() first");
    return this.#shop;
  }

  get pid() {
    return this.#process?.pid;
  }

  get isRunning() {
    return this.#process !== null && this.#process.exitCode === null && this.#process.signalCode === null;
  }

  async start() {
    await this.stop();
    const binary = findBinary();
    // Its standard input is a pipe to us: it closes when this process is gone, which ends the server.
    const child = spawn(binary, this.#arguments, {
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...process.env, MOCKGENTO_API_KEY: this.#key, NO_COLOR: "1" },
    });
    this.#process = child;
    this.#said = "";
    child.stdin.on("error", () => {});
    child.stderr.setEncoding("utf8").on("data", (text) => {
      this.#said = (this.#said + text).slice(-LOG_CHARACTERS);
    });
    this.#ended = new Promise((resolve) => {
      child.on("error", (error) => resolve(`cannot start ${binary}: ${error.message}`));
      child.on("close", (code, signal) => resolve(signal ? `was ended by ${signal}` : `ended with exit code ${code}`));
    });
    try {
      const { url, wsdl } = await this.#ready(child);
      // Neither the process nor its pipes keep a test runner waiting.
      for (const held of [child, child.stdin, child.stdout, child.stderr]) held.unref();
      this.#shop = new Shop({ url, wsdl, user: this.#user, key: this.#key, watch: (error) => this.#explain(child, error) });
      if (this.#prepare) {
        await this.#prepare(this.#shop);
        await this.#shop.saveCheckpoint(PREPARED);
        await this.#shop.forgetRequests();
      }
    } catch (error) {
      // Whoever tries again is told the same.
      await this.stop();
      throw error;
    }
    return this.#shop;
  }

  /** The shop as it was started and prepared: put back, or started again where it died or lost its seed. */
  async fresh() {
    if (!this.isRunning || this.shop.hasOtherSeed) await this.start();
    try {
      await this.#putBack();
    } catch (error) {
      // It was dying when we looked.
      if (!(error instanceof ServerDied)) throw error;
      await this.start();
      await this.#putBack();
    }
    return this.shop;
  }

  /** A new one too: what is saved from here on is a test's own. */
  async #putBack() {
    await this.shop.reset();
    if (this.#prepare) await this.shop.restoreCheckpoint(PREPARED);
  }

  async stop() {
    const child = this.#process;
    const ended = this.#ended;
    this.#process = this.#shop = this.#ended = null;
    if (!child) return;
    child.ref();
    child.stdin.end();
    child.kill("SIGTERM");
    const patience = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
    await ended;
    clearTimeout(patience);
  }

  async [Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose")]() {
    await this.stop();
  }

  /** What the server prints once clients can call it. */
  #ready(child) {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new StartError(this.#told(`was not ready after ${this.#startMs} ms`))), this.#startMs);
      let line = "";
      child.stdout.setEncoding("utf8").on("data", (text) => {
        if (line.includes("\n")) return;
        line += text;
        if (!line.includes("\n")) return;
        clearTimeout(late);
        try {
          resolve(JSON.parse(line));
        } catch {
          reject(new StartError(`${child.spawnfile} is no mockgento of this release; it printed: ${line}`));
        }
      });
      this.#ended.then((how) => {
        clearTimeout(late);
        reject(new StartError(how.startsWith("cannot") ? how : this.#told(`${how} before it was ready`)));
      });
    });
  }

  #told(what) {
    return `mockgento serve ${what}; it said:\n${plain(this.#said)}`;
  }

  /** What a failed request to the control API means. */
  async #explain(child, error) {
    if (this.#process !== child) return new ServerDied("the server was stopped; this shop belongs to one that is gone");
    // A process that just broke a connection may take a moment to be gone.
    const how = await Promise.race([this.#ended, new Promise((resolve) => setTimeout(resolve, 500))]);
    if (how) return new ServerDied(this.#told(`${how} in the middle of a test`));
    return new ControlError(`the shop does not answer: ${error.message}`);
  }
}

/** The messages of a log in JSON; other lines as they are. */
function plain(log) {
  const message = (line) => {
    try {
      const { message, ...fields } = JSON.parse(line).fields;
      const rest = Object.entries(fields).map(([name, value]) => `${name}=${value}`);
      return [message, ...rest].join(" ");
    } catch {
      return line;
    }
  };
  return log.trim().split("\n").map(message).join("\n") || "nothing";
}

module.exports = { Server, ServerDied, StartError };
