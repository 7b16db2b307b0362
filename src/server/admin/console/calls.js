// What clients asked and were answered, live.

const ROWS_MAX = 1000;
/** So many equal calls in a row stand in one line. */
const GROUPED_FROM = 4;
const calls = { last: 0, rows: new Map(), chosen: 0, opened: new Set() };

const failed = (call) => Boolean(call.why) || "fault" in call.outcome || call.http_status >= 400;

function answered(outcome) {
  const [kind, value] = typeof outcome === "string" ? [outcome, ""] : Object.entries(outcome)[0];
  switch (kind) {
    case "rows": return `${value} row${value === 1 ? "" : "s"}`;
    case "record": return `a record of ${value} members`;
    case "scalar": return value;
    case "fault": return `fault ${value.code}: ${value.string}`;
    case "wsdl": return `the WSDL, ${value} bytes`;
    default: return `a page of ${value} bytes`;
  }
}

function wanted(call) {
  const form = byId("calls-filter").elements;
  const operation = form.operation.value.trim().toLowerCase();
  const kind = Object.keys(call.outcome)[0];
  const outcomes = { failed: failed(call), fault: kind === "fault", wsdl: kind === "wsdl", page: kind === "page",
    value: ["rows", "record", "scalar"].includes(kind) };
  return call.operation.toLowerCase().includes(operation) && (!form.outcome.value || outcomes[form.outcome.value]);
}

function callRow(call) {
  const chips = (call.disruptions || []).map((name) => element("span", { class: "chip", title: "a disruption struck" }, name));
  return element("tr", { tabindex: "0", class: failed(call) ? "failed" : "", "data-number": String(call.number), title: call.why || "" },
    element("td", { class: "number" }, String(call.number)),
    element("td", { class: "optional" }, call.at.replace("T", " ").replace(/(\.\d+)?Z$/, "")),
    element("td", {}, call.operation, ...chips),
    element("td", { class: "number optional" }, String(call.http_status)),
    element("td", { class: "answer" }, answered(call.outcome)));
}

/** Many equal calls in one line, by the number of the first. */
function groupRow(group) {
  const [last, first] = [group[0].call.number, group[group.length - 1].call.number];
  return element("tr", { tabindex: "0", class: "group", "data-group": String(first), title: "Show each call" },
    element("td", { class: "number" }, `${first}–${last}`), element("td", { class: "optional" }),
    element("td", {}, group[0].call.operation, element("span", { class: "times" }, `${group.length} ×`)),
    element("td", { class: "optional" }), element("td", { class: "answer" }));
}

/** The rows to show, the newest first; equal calls that follow each other are one, unless somebody opened them. */
function lines(shown) {
  if (!byId("calls-filter").elements.group.checked) return shown.map(({ row }) => row);
  const groups = [];
  for (const one of shown) {
    const last = groups[groups.length - 1];
    const stands = failed(one.call) || Boolean(one.call.disruptions) || one.call.number === calls.chosen;
    if (last && !stands && !last.stands && last.operation === one.call.operation) last.members.push(one);
    else groups.push({ operation: one.call.operation, stands, members: [one] });
  }
  return groups.flatMap(({ members }) => {
    const first = members[members.length - 1].call.number;
    return members.length < GROUPED_FROM || calls.opened.has(first) ? members.map(({ row }) => row) : [groupRow(members)];
  });
}

function showCalls() {
  const shown = [...calls.rows.values()].filter(({ call }) => wanted(call)).reverse();
  const body = byId("calls-rows");
  const focused = document.activeElement;
  const group = focused && focused.dataset ? focused.dataset.group : undefined;
  body.replaceChildren(...lines(shown));
  if (group) { const same = body.querySelector(`[data-group="${group}"], [data-number="${group}"]`); if (same) same.focus(); }
  else if (focused && body.contains(focused)) focused.focus();
  byId("calls-count").textContent = calls.last || "";
  byId("calls-shown").textContent = calls.rows.size < calls.last ? `the latest ${calls.rows.size} of ${calls.last}` : "";
  byId("calls-empty").hidden = shown.length > 0;
  byId("calls-empty").textContent = calls.rows.size ? "No call passes the filter." : "No call yet. Point a client at the WSDL in Settings.";
}

// The filter is a part of the address, so that a link and the Back button keep it.

const FILTERS = ["operation", "outcome"];

function filterQuery() {
  const query = new URLSearchParams();
  for (const name of FILTERS) {
    const value = byId("calls-filter").elements[name].value.trim();
    if (value) query.set(name, value);
  }
  return query.size ? `?${query}` : "";
}

const callLink = (number) => `#calls${number ? `/${number}` : ""}${filterQuery()}`;

async function pollCalls() {
  const news = await api("GET", `/requests?after=${calls.last}&limit=${ROWS_MAX}`);
  if (news.last_number < calls.last || (!news.requests.length && news.last_number === calls.last)) {
    if (news.last_number < calls.last) { calls.last = 0; calls.rows.clear(); showCalls(); }
    return;
  }
  for (const call of news.requests) calls.rows.set(call.number, { call, row: callRow(call) });
  for (const number of calls.rows.keys()) {
    if (calls.rows.size <= ROWS_MAX) break;
    calls.rows.delete(number);
  }
  calls.last = news.last_number;
  offerOperations(news.requests.map((call) => call.operation));
  showCalls();
}

async function showCall(number) {
  calls.chosen = number;
  for (const { row, call } of calls.rows.values()) row.setAttribute("aria-selected", String(call.number === number));
  const panel = byId("call");
  if (!number) {
    panel.replaceChildren(element("p", { class: "empty" }, "Choose a call to see what was sent and why it failed."));
    return;
  }
  const call = await api("GET", `/requests/${number}`);
  const block = (title, text) => [element("h3", {}, title), element("pre", { tabindex: "0" }, text)];
  panel.replaceChildren(
    element("h2", {}, `${call.number} ${call.operation}`),
    element("p", {}, `${call.at.replace(/\.\d+Z$/, "Z")}, HTTP ${call.http_status}, ${answered(call.outcome)}`),
    ...(call.disruptions ? [element("p", {}, "Struck by ", ...call.disruptions.map((name) => element("span", { class: "chip" }, name)))] : []),
    ...(call.why ? [element("p", { class: "why" }, call.why)] : []),
    ...block("Arguments", JSON.stringify(call.arguments, null, 2)),
    ...(call.request === undefined ? [element("p", { class: "hint" }, "The messages of the latest 256 calls are kept; this one's are gone.")]
      : [...block("Request", call.request), ...block("Answer", call.answer)]));
}

views.calls = async ([number], query) => {
  for (const name of FILTERS) {
    const field = byId("calls-filter").elements[name];
    if ((query.get(name) || "") !== field.value.trim()) field.value = query.get(name) || "";
  }
  showCalls();
  if (number && !calls.rows.size) await pollCalls();
  await showCall(Number(number) || 0);
};

choosable(byId("calls-rows"), (row, quietly) => {
  if (row.dataset.group) {
    if (!quietly) { calls.opened.add(Number(row.dataset.group)); showCalls(); }
    return;
  }
  if (quietly) history.replaceState(null, "", callLink(row.dataset.number));
  else location.hash = callLink(row.dataset.number);
  if (quietly) route();
});
when("calls-filter", "input", () => { history.replaceState(null, "", callLink(calls.chosen)); showCalls(); });
when("calls-filter", "submit", showCalls);
when("calls-forget", "click", async () => {
  await api("DELETE", "/requests");
  calls.rows.clear();
  calls.opened.clear();
  showCalls();
  location.hash = callLink(0);
});
