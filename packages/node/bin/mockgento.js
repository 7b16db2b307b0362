#!/usr/bin/env node
// The program itself, for `npx mockgento`.
"use strict";

const { spawn } = require("node:child_process");
const { findBinary, BinaryNotFound } = require("../lib/binary.js");

try {
  const child = spawn(findBinary(), process.argv.slice(2), { stdio: "inherit" });
  // Ctrl-C reaches the child too; it says when it is done.
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => {
    console.error(`cannot start ${child.spawnfile}: ${error.message}`);
    process.exitCode = 2;
  });
  child.on("exit", (code, signal) => {
    process.exitCode = signal ? 1 : code;
  });
} catch (error) {
  if (!(error instanceof BinaryNotFound)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
