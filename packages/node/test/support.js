// What the tests share.
"use strict";

const fs = require("node:fs");

/** A call as a SOAP client makes it. */
async function login(shop, key) {
  const body =
    '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><m:login xmlns:m="urn:Magento">' +
    `<username>${shop.user}</username><apiKey>${key}</apiKey></m:login></e:Body></e:Envelope>`;
  const headers = { "Content-Type": "text/xml; charset=utf-8", Connection: "close" };
  await (await fetch(`${shop.url}api/v2_soap/`, { method: "POST", headers, body })).text();
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    // A zombie is gone, whoever has not waited for it yet.
    return fs.readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1][0] !== "Z";
  } catch {
    return false;
  }
}

/** Whether a process ends within ten seconds. */
async function gone(pid) {
  for (let tries = 0; tries < 1000; tries += 1) {
    if (!isAlive(pid)) return true;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return false;
}

module.exports = { gone, isAlive, login };
