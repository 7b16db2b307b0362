// Hooks for node:test.
"use strict";

const { after, before, beforeEach } = require("node:test");
const { useShop } = require("./hooks.js");

module.exports = { useShop: (options) => useShop({ before, beforeEach, after }, options) };
