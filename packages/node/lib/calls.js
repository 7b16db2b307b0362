// What a failed assertion on calls says.
"use strict";

const SHOWN_MAX = 5;

/** What the shop found wrong, a line each, and the calls that come nearest. */
function told(unmet) {
  const difference = ({ argument, found, expected }) => `${argument} is ${found}, expected ${expected}`;
  const nearly = ({ call, differs }) => `  call ${call} nearly is one: ${differs.map(difference).join("; ")}`;
  return unmet.flatMap(({ message, near = [] }) => [message, ...near.slice(0, SHOWN_MAX).map(nearly)]).join("\n");
}

/** The calls that failed, or undefined. */
function failures(requests) {
  const failed = requests.filter((request) => request.http_status >= 400 || request.outcome.fault);
  if (failed.length === 0) return undefined;
  const line = (request) => {
    const why = request.why ? `: ${request.why}` : "";
    return `  #${request.number} ${request.operation} ${JSON.stringify(request.arguments)}${outcome(request)}${why}`;
  };
  return [`${failed.length} call(s) failed:`, ...failed.slice(0, SHOWN_MAX).map(line)].join("\n");
}

function outcome({ outcome: { fault }, http_status: status }) {
  return fault ? ` -> fault ${fault.code} ${fault.string}` : ` -> HTTP ${status}`;
}

module.exports = { failures, told };
