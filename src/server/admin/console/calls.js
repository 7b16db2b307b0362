// What clients asked and were answered, live.

const ROWS_MAX = 1000;
const calls = { last: 0, rows: new Map(), chosen: 0 };

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
    element("td", {}, call.at.replace("T", " ").replace(/(\.\d+)?Z$/, "")),
    element("td", {}, call.operation, ...chips),
    element("td", { class: "number" }, String(call.http_status)),
    element("td", { class: "answer" }, answered(call.outcome)));
}

function showCalls() {
  const rows = [...calls.rows.values()].filter(({ call }) => wanted(call)).map(({ row }) => row).reverse();
  const body = byId("calls-rows");
  const focused = document.activeElement;
  body.replaceChildren(...rows);
  if (focused && body.contains(focused)) focused.focus();
  byId("calls-count").textContent = calls.last || "";
  byId("calls-empty").hidden = rows.length > 0;
  byId("calls-empty").textContent = calls.rows.size ? "No call passes the filter." : "No call yet. Point a client at the WSDL in Settings.";
}

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

views.calls = async ([number]) => {
  if (number && !calls.rows.size) await pollCalls();
  await showCall(Number(number) || 0);
};

choosable(byId("calls-rows"), (row, quietly) => {
  if (quietly) history.replaceState(null, "", `#calls/${row.dataset.number}`);
  else location.hash = `#calls/${row.dataset.number}`;
  if (quietly) route();
});
when("calls-filter", "input", showCalls);
when("calls-filter", "submit", showCalls);
when("calls-forget", "click", async () => {
  await api("DELETE", "/requests");
  calls.rows.clear();
  showCalls();
  location.hash = "#calls";
});
