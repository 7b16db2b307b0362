// A fake Magento 1 / OpenMage shop for tests: a server to start, a client of its control API.
"use strict";

const { BinaryNotFound, findBinary } = require("./binary.js");
const { Server, ServerDied, StartError } = require("./server.js");
const { ControlError, Shop } = require("./shop.js");

module.exports = { BinaryNotFound, ControlError, Server, ServerDied, Shop, StartError, findBinary };
