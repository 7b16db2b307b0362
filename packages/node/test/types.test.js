// The types are those of the server's own document, and those of the classes that are there.
"use strict";

const assert = require("node:assert");
const path = require("node:path");
const { before, after, describe, test } = require("node:test");
const ts = require("typescript");

const { Server, Shop } = require("mockgento");

/** Interfaces, and where the document has the same. */
const INTERFACES = {
  Problem: (schemas) => schemas.Problem,
  Request: (schemas) => schemas.Request,
  Clock: (schemas) => schemas.Clock,
  Settings: (schemas) => schemas.Settings,
  SettingsChange: (schemas) => schemas.SettingsChange,
  When: (schemas) => schemas.When,
  Armed: (schemas) => schemas.Armed,
  Stub: (schemas) => schemas.Stub,
  KnownStub: (schemas) => schemas.Stubs.properties.stubs.items,
  WantedCalls: (schemas) => schemas.Calls,
};
/** Members that the document has and a caller does not write: they are arguments of the method. */
const ARGUMENTS = { Stub: ["operation"] };

describe("the types", () => {
  const file = path.join(path.dirname(require.resolve("mockgento/package.json")), "lib/index.d.ts");
  const program = ts.createProgram([file], { strict: true, lib: ["lib.esnext.d.ts"], types: [] });
  const checker = program.getTypeChecker();
  const exported = new Map(checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(file))).map((it) => [it.name, it]));
  const server = new Server();
  let schemas;
  before(async () => {
    const { url } = await server.start();
    schemas = (await (await fetch(`${url}__admin/openapi.json`)).json()).components.schemas;
  });
  after(() => server.stop());

  /** Which kinds of JSON a schema takes; nothing may be left out, so null does not count. */
  function kindsOfSchema(schema) {
    if (schema.$ref) return kindsOfSchema(schemas[schema.$ref.split("/").pop()]);
    if (schema.enum || "const" in schema) return new Set((schema.enum ?? [schema.const]).map((value) => typeof value));
    const parts = schema.anyOf ?? schema.oneOf;
    if (parts) return new Set(parts.flatMap((part) => [...kindsOfSchema(part)]).filter((kind) => kind !== "null"));
    if (!schema.type) return new Set(["string", "number", "boolean", "object", "array"]);
    return new Set([schema.type].flat().map((kind) => (kind === "integer" ? "number" : kind)).filter((kind) => kind !== "null"));
  }

  function kindsOfType(type) {
    if (type.isUnion()) return new Set(type.types.flatMap((part) => [...kindsOfType(part)]));
    const { flags } = type;
    if (flags & (ts.TypeFlags.Null | ts.TypeFlags.Undefined)) return new Set();
    if (flags & ts.TypeFlags.StringLike) return new Set(["string"]);
    if (flags & ts.TypeFlags.NumberLike) return new Set(["number"]);
    if (flags & ts.TypeFlags.BooleanLike) return new Set(["boolean"]);
    return new Set([checker.isArrayType(type) ? "array" : "object"]);
  }

  function same(where, type, schema) {
    assert.deepStrictEqual([...kindsOfType(type)].sort(), [...kindsOfSchema(schema)].sort(), where);
    const values = schema.additionalProperties;
    const index = checker.getIndexTypeOfType(checker.getNonNullableType(type), ts.IndexKind.String);
    if (index && values && typeof values === "object") same(`${where}[]`, index, values);
  }

  for (const [name, of] of Object.entries(INTERFACES)) {
    test(name, () => {
      const schema = of(schemas);
      const type = checker.getDeclaredTypeOfSymbol(exported.get(name));
      const members = new Map(checker.getPropertiesOfType(type).map((member) => [member.name, checker.getTypeOfSymbol(member)]));
      const documented = Object.keys(schema.properties).filter((member) => !ARGUMENTS[name]?.includes(member));
      // What is armed says how often it was to strike, which `disrupt` was told.
      const left = name === "Armed" ? ["times"] : [];
      assert.deepStrictEqual([...members.keys()].sort(), documented.filter((member) => !left.includes(member)).sort());
      for (const [member, of] of members) same(`${name}.${member}`, of, schema.properties[member]);
    });
  }

  for (const [name, of] of Object.entries({ Server, Shop })) {
    test(`the members of ${name}`, () => {
      const declared = checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(exported.get(name))).map((member) => member.name);
      const known = declared.map((member) => (member.startsWith("__@asyncDispose") ? "asyncDispose" : member));
      const there = Reflect.ownKeys(of.prototype).map((member) => (typeof member === "symbol" ? "asyncDispose" : member));
      for (const member of there.filter((member) => member !== "constructor")) assert.ok(known.includes(member), `${name}.${member} has no type`);
      const instance = name === "Shop" ? new Shop({ url: "http://127.0.0.1/", wsdl: "w" }) : server;
      for (const member of known.filter((member) => member !== "asyncDispose")) assert.ok(member in instance, `${name} has no ${member}`);
    });
  }
});
