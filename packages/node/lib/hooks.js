// One server for a test file, a shop as new for each test: the same for every runner that has these three hooks.
"use strict";

const { Server, StartError } = require("./server.js");

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
        if (!server.isRunning) {
          // Whoever waits for a value, or prints it, asks for these.
          if (name === "then" || typeof name === "symbol") return undefined;
          const when = "the server runs while the tests of this file do: ask in a test, or in a hook behind useShop()";
          throw new StartError(`there is no shop.${name} here; ${when}`);
        }
        const { shop } = server;
        const value = shop[name];
        return typeof value === "function" ? value.bind(shop) : value;
      },
    },
  );
}

module.exports = { useShop };
