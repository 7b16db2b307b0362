// One server for a test file, a shop as new for each test: the same for every runner that has these three hooks.
"use strict";

const { Server } = require("./server.js");

/** Registers the hooks, and returns what stands for the shop from the first hook on. */
function useShop({ before, beforeEach, after }, options) {
  const server = new Server(options);
  before(async () => {
    await server.start();
  });
  beforeEach(async () => {
    await server.fresh();
  });
  after(() => server.stop());
  return new Proxy(
    {},
    {
      get(_, name) {
        const { shop } = server;
        const value = shop[name];
        return typeof value === "function" ? value.bind(shop) : value;
      },
    },
  );
}

module.exports = { useShop };
