#!/usr/bin/env node
// Makes the packages to publish, as tarballs: the main one, and one a platform that has the program and nothing else.
//
//   node platforms.js OUT linux-x64=PATH [darwin-arm64=PATH …]
//
// All have the version and the repository of Cargo.toml; npm publishes with provenance only what names where it was built.
"use strict";

const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");

const cargo = fs.readFileSync(path.join(__dirname, "../../Cargo.toml"), "utf8");
const version = /^version = "(.*)"/m.exec(cargo)[1];
const repository = { type: "git", url: /^repository = "(.*)"/m.exec(cargo)[1] };
const main = JSON.parse(fs.readFileSync(path.join(__dirname, "package.json"), "utf8"));
const known = Object.keys(main.optionalDependencies).map((name) => name.split("/")[1]);

function pack(folder, out) {
  execFileSync("npm", ["pack", "--silent", "--pack-destination", out], { cwd: folder, stdio: ["ignore", "inherit", "inherit"] });
}

function platform(name, binary, out) {
  if (!known.includes(name)) throw new Error(`${name} is no platform; there are ${known.join(", ")}`);
  const [system, cpu] = name.split("-");
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "mockgento-npm-"));
  const program = path.join(folder, "bin", system === "win32" ? "mockgento.exe" : "mockgento");
  fs.mkdirSync(path.dirname(program));
  fs.copyFileSync(binary, program);
  fs.chmodSync(program, 0o755);
  const { license } = main;
  const about = { name: `@mockgento/${name}`, version, description: `The program mockgento for ${name}`, license, repository };
  fs.writeFileSync(path.join(folder, "package.json"), JSON.stringify({ ...about, os: [system], cpu: [cpu], files: ["bin"] }, null, 2));
  pack(folder, out);
  fs.rmSync(folder, { recursive: true });
}

function packMain(out) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "mockgento-npm-"));
  for (const file of main.files) fs.cpSync(path.join(__dirname, file), path.join(folder, file), { recursive: true });
  fs.writeFileSync(path.join(folder, "package.json"), JSON.stringify({ ...main, version, repository }, null, 2));
  pack(folder, out);
  fs.rmSync(folder, { recursive: true });
}

const [out, ...binaries] = process.argv.slice(2);
if (!out || binaries.length === 0) {
  console.error("usage: platforms.js OUT PLATFORM=PATH …");
  process.exit(2);
}
fs.mkdirSync(out, { recursive: true });
for (const given of binaries) platform(...given.split("=", 2), path.resolve(out));
packMain(path.resolve(out));
