// Hooks for node:test.
"use strict";

const { after, afterEach, before, beforeEach } = require("node:test");
const { useShop } = require("./hooks.js");

/** Runs a hook before each test. node:test has it run before the parts of a test, its subtests, too: in the middle of the test. */
function beforeEachTest(hook) {
  const running = new Set();
  // Names begin with those of what is around; where a release of Node does not say them, one test runs at a time.
  const isPart = ({ fullName }) => (fullName === undefined ? running.size > 0 : [...running].some((test) => fullName.startsWith(`${test} > `)));
  const nameOf = ({ fullName, name }) => fullName ?? name;
  beforeEach(async (test) => {
    if (isPart(test)) return;
    running.add(nameOf(test));
    try {
      await hook();
    } catch (error) {
      running.delete(nameOf(test));
      throw error;
    }
  });
  afterEach((test) => {
    running.delete(nameOf(test));
  });
}

module.exports = { useShop: (options) => useShop({ before, beforeEach: beforeEachTest, after }, options) };
