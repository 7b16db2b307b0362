// Whether what was received is what a test wants, and which calls come nearest when it is not.
"use strict";

const SHOWN_MAX = 5;
const VALUE_CHARACTERS_MAX = 120;

/** Why the calls are not those wanted, or undefined. */
function missing(requests, operation, times, args) {
  const ofIt = requests.filter((request) => request.operation === operation);
  const matching = ofIt.filter((request) => differences(args, request.arguments).length === 0);
  if (times === undefined ? matching.length > 0 : matching.length === times) return undefined;
  const expected = times === undefined ? "at least once" : times === 0 ? "never" : times > 1 ? `${times} times` : "once";
  const lines = [`expected ${call(operation, args)} ${expected}, but it was called ${count(matching.length)}`];
  lines.push(...matching.slice(0, SHOWN_MAX).map((request) => `  #${request.number} ${call(operation, request.arguments)}${outcome(request)}`));
  const near = ofIt.filter((request) => !matching.includes(request));
  if (near.length > 0 && times !== 0) {
    near.sort((one, other) => differences(args, one.arguments).length - differences(args, other.arguments).length);
    lines.push(`${near.length} call(s) of ${operation} had other arguments, the nearest first:`);
    for (const request of near.slice(0, SHOWN_MAX)) {
      lines.push(`  #${request.number} ${differences(args, request.arguments).join("; ")}${outcome(request)}`);
    }
  } else if (ofIt.length === 0 && times !== 0) {
    lines.push(others(requests));
  }
  return lines.join("\n");
}

/** The calls that failed, or undefined. */
function failures(requests) {
  const failed = requests.filter((request) => request.http_status >= 400 || request.outcome.fault);
  if (failed.length === 0) return undefined;
  const line = (request) => {
    const why = request.why ? `: ${request.why}` : "";
    return `  #${request.number} ${call(request.operation, request.arguments)}${outcome(request)}${why}`;
  };
  return [`${failed.length} call(s) failed:`, ...failed.slice(0, SHOWN_MAX).map(line)].join("\n");
}

function others(requests) {
  const counts = new Map();
  // What is no call has a method and a path there, or is the WSDL.
  const names = requests.map(({ operation }) => operation).filter((name) => name !== "wsdl" && !name.includes(" "));
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  if (counts.size === 0) return "no operation was called at all; does the client use this shop's WSDL?";
  return `called were: ${[...counts].map(([name, times]) => `${name} (${times})`).join(", ")}`;
}

/** Where what is wanted is not among what came; an argument counts as equal whether it came as a number or as its text. */
function differences(wanted, got, path = "") {
  return Object.entries(wanted).flatMap(([name, value]) => {
    const where = `${path}${name}`;
    if (!Object.hasOwn(got, name)) return [`${where} is missing, expected ${shown(value)}`];
    if (isRecord(value) && isRecord(got[name])) return differences(value, got[name], `${where}.`);
    return same(value, got[name]) ? [] : [`${where} is ${shown(got[name])}, expected ${shown(value)}`];
  });
}

function same(wanted, got) {
  if (Array.isArray(wanted) && Array.isArray(got)) {
    return wanted.length === got.length && wanted.every((one, at) => same(one, got[at]));
  }
  if (isRecord(wanted) && isRecord(got)) return differences(wanted, got).length === 0;
  const isPlain = (value) => typeof value === "string" || typeof value === "number";
  return isPlain(wanted) && isPlain(got) ? String(wanted) === String(got) : wanted === got;
}

const isRecord = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

function call(operation, args) {
  return `${operation}(${Object.entries(args).map(([name, value]) => `${name}=${shown(value)}`).join(", ")})`;
}

function shown(value) {
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= VALUE_CHARACTERS_MAX ? text : `${text.slice(0, VALUE_CHARACTERS_MAX)}…`;
}

function outcome({ outcome: { fault }, http_status: status }) {
  if (fault) return ` -> fault ${fault.code} ${fault.string}`;
  return status >= 400 ? ` -> HTTP ${status}` : "";
}

const count = (calls) => (calls === 0 ? "never" : calls === 1 ? "once" : `${calls} times`);

module.exports = { failures, missing };
