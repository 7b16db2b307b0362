// Hooks for Jest, whose functions are global while a test file runs.
"use strict";

const { useShop } = require("./hooks.js");

module.exports = {
  useShop(options) {
    const { beforeAll, beforeEach, afterAll } = globalThis;
    if (!beforeAll || !afterAll) {
      throw new Error("mockgento/jest works in a test file of Jest with its global functions (injectGlobals: true)");
    }
    return useShop({ before: beforeAll, beforeEach, after: afterAll }, options);
  },
};
