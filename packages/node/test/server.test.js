// What the package promises, against the real program.
"use strict";

const assert = require("node:assert");
const { execFileSync, spawn, spawnSync } = require("node:child_process");
const fs = require("node:fs");
const http = require("node:http");
const net = require("node:net");
const os = require("node:os");
const path = require("node:path");
const { describe, test } = require("node:test");

const mockgento = require("..");
const { ROUTES } = require("../lib/shop.js");
const { useShop } = require("../lib/node-test.js");
const { gone, isAlive, login } = require("./support.js");

const { BinaryNotFound, ControlError, Server, ServerDied, Shop, StartError } = mockgento;

/** Runs a script that may require this package; what it prints. */
function script(text, env = {}, cwd = path.join(__dirname, "..")) {
  const run = spawnSync(process.execPath, ["-e", text], {
    cwd,
    encoding: "utf8",
    env: { ...process.env, ...env },
  });
  return run.stdout + run.stderr;
}

describe("a shop for each test", () => {
  const shop = useShop();

  test("every route is one of the server's", async () => {
    const document = await (await fetch(`${shop.url}__admin/openapi.json`)).json();
    const served = Object.entries(document.paths).flatMap(([route, item]) =>
      Object.keys(item).filter((method) => method !== "parameters").map((method) => `${method.toUpperCase()} ${route.slice(8)}`),
    );
    const pages = ["GET /openapi.json", "GET /ui", "POST /seed"];
    const ours = Object.values(ROUTES).map((route) => route.join(" "));
    assert.deepStrictEqual(ours.sort(), served.filter((route) => !pages.includes(route)).sort());
  });

  test("every disruption of the document has a type", async () => {
    const { components } = await (await fetch(`${shop.url}__admin/openapi.json`)).json();
    const kinds = components.schemas.Disruption.oneOf;
    const names = kinds.flatMap((kind) => kind.enum ?? (kind.const ? [kind.const] : []));
    const objects = kinds.flatMap((kind) => Object.keys(kind.properties ?? {}));
    assert.ok(names.length > 20 && objects.length > 5);
    const types = fs.readFileSync(path.join(__dirname, "../lib/index.d.ts"), "utf8");
    const declared = /export type Disruption =([^;]|;(?! *\n\n))*/.exec(types)[0];
    for (const name of names) assert.ok(declared.includes(`"${name}"`), name);
    for (const name of objects) {
      assert.ok(declared.includes(`| { ${name.includes("-") ? `"${name}"` : name}: `), name);
    }
  });

  test("every method reaches the server", async () => {
    assert.strictEqual((await shop.health()).wsdl, shop.wsdl);
    const ann = await shop.create("customer", { email: "ann@example.com", firstname: "Ann", lastname: "Lee" });
    await shop.update("customer", ann, { lastname: "Byron" });
    const row = (await shop.rows("customer")).find(({ email }) => email === "ann@example.com");
    assert.strictEqual(row.lastname, "Byron");
    const found = await shop.state("customer", { containing: "ann@example.com", offset: 0, limit: 1 });
    assert.deepStrictEqual(found.customer, [row]);
    assert.ok((await shop.tables()).some(({ name, key }) => name === "customer" && key === "entity_id"));
    await shop.delete("customer", ann);
    assert.ok(!(await shop.rows("customer")).some(({ email }) => email === "ann@example.com"));
    await shop.configure("general/locale/timezone", "Europe/Berlin");
    assert.strictEqual((await shop.settings()).configuration["general/locale/timezone"], "Europe/Berlin");
    assert.strictEqual((await shop.changeSettings({ bridge: "none", wsi: true })).bridge, "none");
    await shop.changeSettings({ wsi: false });
    const stands = { now: "2026-01-31T09:00:00Z", runs: false };
    assert.deepStrictEqual(await shop.setClock(stands), stands);
    await shop.advance("2 days");
    assert.strictEqual((await shop.clock()).now, "2026-02-02T09:00:00Z");
    const first = await shop.disrupt({ status: 503 }, { times: 2, operation: "login" });
    await shop.disrupt("expire-sessions");
    assert.strictEqual((await shop.disruptions())[0].id, first);
    await shop.disarm(first);
    assert.strictEqual((await shop.disruptions()).length, 1);
    await shop.clearDisruptions();
    assert.deepStrictEqual(await shop.disruptions(), []);
    const stub = await shop.stub("login", { when: { username: "nobody" }, fault: { code: 101, string: "No luck" } });
    assert.deepStrictEqual((await shop.stubs()).map(({ id }) => id), [stub]);
    await shop.removeStub(stub);
    await shop.stub("login", { answer: "a-session" });
    await shop.clearStubs();
    assert.deepStrictEqual(await shop.stubs(), []);
    await shop.saveCheckpoint("here");
    await shop.create("customer", { email: "late@example.com", firstname: "L", lastname: "A" });
    await shop.restoreCheckpoint("here");
    assert.deepStrictEqual((await shop.state("customer", { containing: "late@example.com" })).customer, []);
    assert.deepStrictEqual((await shop.checkpoints()).map(({ name }) => name), ["here"]);
    await shop.deleteCheckpoint("here");
    await shop.saveCheckpoint("zwei Wörter");
    await shop.deleteCheckpoint("zwei Wörter");
    assert.deepStrictEqual(await shop.modules(), { operations: [] });
    await assert.rejects(shop.installModule("Acme_Broken", { "api.xml": "<no xml" }), /POST \/__admin\/modules/);
    await login(shop, "wrong-key");
    const [{ number }] = await shop.requests({ operation: "login", outcome: "fault", after: 0, limit: 1 });
    assert.match((await shop.request(number)).why, /is not the one of/);
    await shop.forgetRequests();
    assert.deepStrictEqual(await shop.requests(), []);
    const other = await Shop.at(shop.url, { user: shop.user, key: shop.key });
    assert.strictEqual(other.wsdl, shop.wsdl);
    await shop.loadSeed({});
    await shop.reset();
  });

  test("a shop is as new", async () => {
    assert.deepStrictEqual(await shop.requests(), []);
    await shop.create("customer", { email: "left@example.com", firstname: "L", lastname: "O" });
  });

  test("what a test left is not there for the next", async () => {
    assert.deepStrictEqual((await shop.state("customer", { containing: "left@example.com" })).customer, []);
  });

  test("a subtest is a part of its test, whose shop it finds", async (t) => {
    const left = async () => (await shop.state("customer", { containing: "part@example.com" })).customer.length;
    await shop.create("customer", { email: "part@example.com", firstname: "P", lastname: "A" });
    await login(shop, "wrong-key");
    await t.test("step", async (step) => {
      assert.strictEqual(await left(), 1);
      await step.test("of a step", async () => assert.strictEqual(await left(), 1));
    });
    await t.test("another step", async () => assert.strictEqual(await left(), 1));
    assert.strictEqual((await shop.requests()).length, 1);
  });

  test("and the next test has a new one", async () => {
    assert.deepStrictEqual((await shop.state("customer", { containing: "part@example.com" })).customer, []);
    assert.deepStrictEqual(await shop.requests(), []);
    await shop.saveCheckpoint("mine");
  });

  test("without what the last one saved", async () => {
    assert.deepStrictEqual(await shop.checkpoints(), []);
  });

  test("an edit that is refused says why", async () => {
    await assert.rejects(shop.create("no_such_table", { a: 1 }), (error) => {
      assert.ok(error instanceof ControlError && error.problem.status === 409, error);
      assert.match(error.message, /POST \/__admin\/edits: .*no_such_table/);
      return true;
    });
    await assert.rejects(shop.assertCalled("logim"), /no operation logim; did you mean login\?/);
    await assert.rejects(shop.assertCalled("login", { with: { store: 1 } }), /login has no argument store/);
    await assert.rejects(shop.request(999), /__admin\/requests\/999/);
  });

  test("assertions tell of the calls that come nearest", async () => {
    await assert.rejects(shop.assertCalled("login"), /0 calls of login, expected at least one/);
    await login(shop, shop.key);
    await login(shop, "wrong-key");
    await shop.assertCalled("login");
    await shop.assertCalled("login", { times: 2 });
    await shop.assertCalled("login", { with: { username: shop.user } });
    await shop.assertCalled("login", { with: { username: { regex: "^test" } } });
    await shop.assertNotCalled("customerCustomerList");
    const counts = await shop.verify([{ to: "login" }, { to: "login", count: { "at most": 2 } }], { nothingElse: true });
    assert.deepStrictEqual(counts, [2, 2]);
    for (const [operation, wanted, expected] of [
      ["login", { times: 3 }, "2 calls of login, expected 3"],
      ["login", { with: { username: "joe" } }, `nearly is one: username is "${shop.user}", expected "joe"`],
      ["customerCustomerInfo", {}, "0 calls of customerCustomerInfo"],
      ["login", { times: 0 }, "2 calls of login, expected 0"],
    ]) {
      await assert.rejects(shop.assertCalled(operation, wanted), (error) => {
        assert.strictEqual(error.code, "ERR_ASSERTION");
        assert.ok(error.message.includes(expected), error.message);
        assert.ok(!error.message.includes(shop.key) && !error.message.includes("wrong-key"), error.message);
        return true;
      });
    }
    await assert.rejects(shop.assertNoFaults(), /1 call\(s\) failed:\n.*fault 2 Access denied.*the apiKey is not the one of/);
  });
});

test("a server that dies in a test says so, and the next test has another", async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "mockgento-test-"));
  const file = path.join(folder, "dies.test.js");
  const package_ = JSON.stringify(path.join(__dirname, ".."));
  fs.writeFileSync(
    file,
    `const test = require("node:test");
     const shop = require(${package_} + "/lib/node-test.js").useShop();
     test("dies", async () => {
       const pid = require("node:fs").readFileSync("/proc/thread-self/children", "utf8").trim().split(" ")[0];
       process.kill(Number(pid), "SIGKILL");
       await shop.rows("customer");
     });
     test("next", async () => { if (!(await shop.rows("customer_group")).length) throw new Error("empty"); });`,
  );
  // A runner inside a runner would report to the outer one.
  const { NODE_TEST_CONTEXT, ...env } = process.env;
  const run = spawnSync(process.execPath, ["--test", file], { encoding: "utf8", env });
  fs.rmSync(folder, { recursive: true });
  assert.match(run.stdout, /pass 1\n/, run.stdout);
  assert.match(run.stdout, /mockgento serve was ended by SIGKILL in the middle of a test/);
});

test("nothing is left when the program that started it is killed", async () => {
  const text = 'const s = new (require(".").Server)(); s.start().then(() => { console.log(s.pid); setInterval(() => {}, 1000); });';
  const parent = spawn(process.execPath, ["-e", text], { cwd: path.join(__dirname, ".."), stdio: ["ignore", "pipe", "inherit"] });
  const pid = Number(await new Promise((resolve) => parent.stdout.once("data", resolve)));
  assert.ok(isAlive(pid));
  parent.kill("SIGKILL");
  assert.ok(await gone(pid));
});

test("what is prepared is there for each test and for a new server", async () => {
  const server = new Server({ prepare: (shop) => shop.create("customer", { email: "ann@example.com", firstname: "A", lastname: "L" }) });
  for (const ends of [false, true, false]) {
    const shop = await server.fresh();
    const { customer } = await shop.state("customer", { containing: "ann@example.com" });
    assert.strictEqual(customer.length, 1);
    assert.deepStrictEqual(await shop.requests(), []);
    await shop.delete("customer", Number(customer[0].entity_id));
    if (ends) process.kill(server.pid, "SIGKILL");
  }
  await server.stop();
});

test("what fails to prepare says why every time, and leaves no server", async () => {
  const server = new Server({
    prepare: () => {
      throw new RangeError("my own reason");
    },
  });
  for (let tries = 0; tries < 2; tries += 1) {
    await assert.rejects(server.fresh(), (error) => error instanceof RangeError && error.message === "my own reason");
    assert.ok(!server.isRunning);
  }
});

test("a shop that is asked before the tests run says when it is there", () => {
  const said = script('const shop = require("./lib/node-test.js").useShop(); try { shop.wsdl; } catch (error) { console.log(error.message); }');
  assert.match(said, /there is no shop\.wsdl here; the server runs while the tests of this file do: ask in a test, or in a hook/);
});

test("a program that forgets to stop the server ends all the same", async () => {
  const said = script('const s = new (require(".").Server)(); s.start().then((shop) => console.log(s.pid));');
  assert.ok(await gone(Number(said)), said);
});

test("a stopped server is gone and says so", async () => {
  const server = new Server();
  const shop = await server.start();
  const { pid } = server;
  await server.stop();
  assert.ok(await gone(pid));
  await assert.rejects(shop.reset(), (error) => error instanceof ServerDied && /was stopped/.test(error.message));
  assert.throws(() => server.shop, StartError);
  await server.stop();
});

test("servers at once are apart", async () => {
  const servers = [new Server(), new Server({ bridge: "none", now: "2026-01-31T09:00:00Z" })];
  const [one, other] = await Promise.all(servers.map((server) => server.start()));
  await one.create("customer", { email: "ann@example.com", firstname: "Ann", lastname: "Lee" });
  assert.notStrictEqual(one.url, other.url);
  assert.strictEqual((await one.rows("customer")).length, (await other.rows("customer")).length + 1);
  assert.strictEqual((await other.settings()).bridge, "none");
  assert.deepStrictEqual(await other.clock(), { now: "2026-01-31T09:00:00Z", runs: false });
  await Promise.all(servers.map((server) => server.stop()));
});

test("the token of a shop elsewhere is sent", async () => {
  const seen = [];
  const elsewhere = http.createServer((request, answer) => {
    seen.push(request.headers.authorization);
    answer.end('{"wsdl": "http://127.0.0.1:8085/api/v2_soap/?wsdl=1"}');
  });
  await new Promise((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${elsewhere.address().port}/`;
  // It is asked by its mapped port, and so is the WSDL.
  assert.strictEqual((await Shop.at(url)).wsdl, `${url}api/v2_soap/?wsdl=1`);
  assert.strictEqual((await Shop.at(url, { token: "a-token-of-the-test" })).url, url);
  assert.deepStrictEqual(seen, [undefined, "Bearer a-token-of-the-test"]);
  elsewhere.close();
});

test("what hinders the start is told", async () => {
  const taken = net.createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => taken.once("listening", resolve));
  const listen = `127.0.0.1:${taken.address().port}`;
  await assert.rejects(new Server({ listen }).start(), (error) => {
    assert.ok(error instanceof StartError && error.message.includes(`cannot listen on ${listen}`), error);
    return true;
  });
  taken.close();
  await assert.rejects(new Server({ seed: "no-such-seed.yaml" }).start(), /no-such-seed/);
  assert.throws(() => new Server({ sede: "big" }), /there is no option `sede`; known are seed, /);
});

test("a missing program is told", () => {
  const start = 'new (require(".").Server)().start().catch((error) => console.log(error.name + ": " + error.message));';
  assert.match(script(start, { MOCKGENTO_BIN: "/no/such" }), /BinaryNotFound: MOCKGENTO_BIN is \/no\/such, and there is no such file/);
  // Where no package of a platform is beside it.
  const alone = fs.mkdtempSync(path.join(os.tmpdir(), "mockgento-test-"));
  fs.cpSync(path.join(__dirname, "../lib"), alone, { recursive: true });
  const said = script(start, { MOCKGENTO_BIN: "", PATH: "/nowhere" }, alone);
  fs.rmSync(alone, { recursive: true });
  assert.match(said, new RegExp(`BinaryNotFound: no mockgento program .*@mockgento/${process.platform}-${process.arch} is not installed`));
  assert.ok(new BinaryNotFound("x") instanceof Error);
});

test("npx runs the program", () => {
  const said = execFileSync(process.execPath, [path.join(__dirname, "../bin/mockgento.js"), "--version"], { encoding: "utf8" });
  assert.match(said, /^mockgento /);
});
