// One scenario: what it is, why it failed, and its steps in three lanes.

const CALLS_SHOWN = 8;
/** So many equal calls in a row stand in one line. */
const GROUPED_FROM = 4;
const LANES = { "in magento": "magento", disrupt: "wire", clear: "wire", "in crm": "crm", sync: "crm", "check connection": "crm",
  "sync data": "crm", "schedule sync": "crm", "run queue": "crm", "expire carts": "crm", run: "wire", start: "crm" };

const places = (scenario, failure) => `${failure.file || scenario.file}:${failure.line}${failure.column ? `:${failure.column}` : ""}`;

async function showScenario(scenario, stepIndex) {
  const place = byId("scenario");
  place.dataset.name = scenario.name;
  place.replaceChildren(...head(scenario));
  place.scrollTop = 0;
  if (scenario.timeline === undefined) {
    place.append(element("p", { class: "empty" }, whyNoTimeline(scenario)));
    return;
  }
  const timeline = await unpack(`timeline-${scenario.timeline}`);
  if (place.dataset.name !== scenario.name) return;
  place.append(
    element("details", { class: "setup" }, element("summary", {}, "The scenario's setting"), element("pre", { tabindex: "0" }, timeline.setup)),
    element("section", { class: "timeline", "aria-label": "Timeline" },
      element("div", { class: "lanes", "aria-hidden": "true" }, element("span", {}, "Scenario's time"), element("span", { class: "magento" }, "Magento"), element("span", { class: "wire" }, "Wire"), element("span", { class: "crm" }, "CRM")),
      timeline.steps.map((step, index) => stepRow(scenario, timeline, step, index))));
  if (stepIndex !== undefined) focusStep(stepIndex);
}

function whyNoTimeline(scenario) {
  if (!run.coverage) {
    return "This page was made of JSON reports, which hold no timelines. “mockgento run --report html=FILE” writes a page with them.";
  }
  return "There is no timeline: the scenario did not get to its end.";
}

function head(scenario) {
  const number = run.scenarios.indexOf(scenario);
  const facts = [scenario.steps ? plural(scenario.steps, "step") : "", scenario.timeline === undefined ? "" : plural(scenario.calls, "call"),
    scenario.accepted ? `${plural(scenario.accepted, "snapshot")} accepted` : "", `${seconds(wall.ms[number])} real time`];
  const failures = scenario.failures.map((failure) => element("li", {},
    element("a", { href: stepLink(scenario, failure), class: "place" }, places(scenario, failure)), " ",
    element("strong", {}, failure.step), `: ${failure.message}`));
  return [
    element("a", { class: "back", href: `#${filterQuery()}` }, "← All scenarios"),
    element("div", { class: "head" },
      element("p", { class: "meta" }, badge(scenario.status), element("code", { class: "name" }, scenario.name), element("code", {}, scenario.file)),
      element("h2", {}, scenario.title),
      scenario.description ? element("p", { class: "description" }, scenario.description) : null,
      element("p", { class: "meta" },
        (scenario.tags || []).map((tag) => element("button", { type: "button", class: "chip", title: "Only scenarios with this tag", click: () => filterByTag(tag) }, tag)),
        element("span", { class: "facts" }, facts.filter((fact) => fact).join(" · ")))),
    failures.length ? element("section", { class: "failures", "aria-label": "Why it failed" }, element("h3", {}, plural(failures.length, "failure")), element("ul", {}, failures),
      scenario.again ? element("p", { class: "again" }, "Run it again: ", element("code", {}, scenario.again)) : null,
      scenario.timeline === undefined ? scenario.failures.filter(({ detail }) => detail).map(({ detail }) => difference(detail)) : null) : null,
  ].filter((part) => part);
}

/** Failures stand behind their steps; the address knows them by their number until the timeline is unpacked. */
function stepLink(scenario, failure) {
  return `#s/${encodeURIComponent(scenario.name)}/failure-${scenario.failures.indexOf(failure)}${filterQuery()}`;
}

function duration(from, until) {
  let left = Math.round((Date.parse(until.replace(" ", "T") + "Z") - Date.parse(from.replace(" ", "T") + "Z")) / 1000);
  const parts = [];
  for (const [unit, length] of [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]]) {
    const count = Math.floor(left / length);
    left -= count * length;
    if (count) parts.push(`${count} ${unit}`);
  }
  return parts.slice(0, 2).join(" ");
}

function stepRow(scenario, timeline, step, index) {
  const before = timeline.steps[index - 1];
  const [day, time] = step.at.split(" ");
  const newDay = !before || before.at.split(" ")[0] !== day;
  const failures = step.failures.map((number) => scenario.failures[number]).filter((failure) => failure);
  const lanes = laneCells(timeline, step, index);
  const passes = duration(step.at, step.until);
  const took = (wall.steps[run.scenarios.indexOf(scenario)] || [])[index];
  const spans = ["expect", "snapshot", "advance"].includes(step.word);
  const label = `Step ${index}: ${step.word}, line ${step.line}, ${step.at}${failures.length ? `, ${plural(failures.length, "failure")}` : ""}`;
  const row = element("article", { class: `step ${step.word.replaceAll(" ", "-")}${failures.length ? " bad" : ""}`, tabindex: "-1", "aria-label": label, "data-step": index },
    element("div", { class: "when" },
      newDay ? element("span", { class: "day" }, day) : null, element("time", { datetime: step.at.replace(" ", "T") + "Z" }, time),
      passes ? element("span", { class: "passes", title: `until ${step.until}` }, `+ ${passes}`) : null,
      took === undefined || index === 0 ? null : element("span", { class: "took", title: "real time it took" }, `took ${seconds(took)}`),
      element("span", { class: "where" }, step.word === "start" ? "before the first step" : `line ${step.line}`),
      step.origin ? element("span", { class: "where", title: `${step.origin[0]}:${step.line}` }, step.origin[1]) : null),
    spans ? element("div", { class: "across" }, element("pre", { class: "source" }, step.source), verdict(step, failures)) : null,
    lanes.map(([lane, ...content]) => element("div", { class: `lane ${lane}`, "data-lane": { magento: "Magento", wire: "Wire", crm: "CRM" }[lane] }, content)),
    failures.length ? element("div", { class: "unmet" }, failures.map((failure) => [
      element("p", {}, sign("failed"), " ", element("span", { class: "place" }, places(scenario, failure)), " ", element("strong", {}, failure.step), `: ${failure.message}`),
      failure.detail ? difference(failure.detail) : null])) : null,
    element("div", { class: "opened" }));
  row.addEventListener("click", (event) => {
    if (!event.target.closest("button, a, pre, table, summary, .opened")) row.focus();
  });
  return row;
}

function verdict(step, failures) {
  if (step.word === "advance") return null;
  if (failures.length) return null;
  return element("p", { class: "verdict" }, sign("passed"), step.word === "snapshot" ? " the same" : " as expected");
}

function laneCells(timeline, step, index) {
  const own = LANES[step.word];
  const source = (lane) => own === lane ? element("pre", { class: "source" }, step.source) : null;
  const rows = (changes) => changes.length ? element("p", { class: "rows" }, changes.map((change) => {
    const side = step.crm.includes(change) ? "crm" : "shop";
    const name = tableName({ side, shop: change.shop || "", table: change.t });
    return element("button", { type: "button", class: "change", title: "Before and after", click: (event) => toggleTables(event.currentTarget, timeline, index, name) },
      change.shop ? `${change.shop} ` : "", change.t, " ", marks(change));
  })) : null;
  const cells = [["magento", source("magento"), rows(step.shop)], ["wire", source("wire"), calls(step)],
    ["crm", source("crm"), outcome(step), rows(step.crm)]];
  const filled = cells.some(([, ...content]) => content.some((part) => part));
  return filled ? cells : [];
}

/** What a sync said, without the counts that are nought. */
function outcome(step) {
  if (!step.outcome) return null;
  const [success, message] = step.outcome;
  const brief = (line) => {
    const stats = line.match(/^(.*?): (failed: )?\[IMPORT\] Stats: (.*)$/);
    if (!stats) return line;
    const counts = stats[3].replace("invalid entities:", "invalid").split(", ").map((part) => part.match(/^(\w+) \[(\d+)\](.*)$/));
    if (counts.some((count) => !count)) return line;
    const told = counts.filter(([, word, count]) => count !== "0" && word !== "processed").map(([, word, count, rest]) => `${count} ${word}${rest}`);
    return `${stats[1]}: ${stats[2] || ""}${told.join(", ") || "nothing to do"}`;
  };
  const lines = message.split("\n").filter((line) => line);
  return element("div", { class: "outcome" },
    element("p", {}, sign(success ? "passed" : "failed"), success ? " success" : " failure"),
    lines.length ? element("ul", {}, lines.map((line) => element("li", { title: line }, brief(line)))) : null);
}

/** Calls of one operation that follow each other and of which none stands out are one group. */
function grouped(all) {
  const groups = [];
  for (const call of all) {
    const last = groups[groups.length - 1];
    const stands = call.failed || call.struck;
    if (last && !stands && !last.stands && last.op === call.op && last.shop === call.shop) last.calls.push(call);
    else groups.push({ op: call.op, shop: call.shop, stands, calls: [call] });
  }
  return groups.flatMap((group) => group.calls.length >= GROUPED_FROM ? [group] : group.calls.map((call) => ({ ...group, calls: [call] })));
}

function calls(step) {
  if (!step.calls.length) return null;
  const list = element("ol", { class: "calls" });
  const groups = grouped(step.calls);
  const opened = new Set();
  const draw = (all) => {
    const visible = groups.filter((group, index) => all || groups.length <= CALLS_SHOWN + 1 || index < CALLS_SHOWN || group.stands);
    const hidden = groups.filter((group) => !visible.includes(group)).reduce((sum, group) => sum + group.calls.length, 0);
    const items = [];
    let last = null;
    for (const group of visible) {
      const first = group.calls[0];
      if (last && first.n && last.shop === first.shop && first.n > last.n + 1 && all) items.push(element("li", { class: "hint" }, `${plural(first.n - last.n - 1, "call")} in between not kept`));
      if (group.calls.length > 1 && !opened.has(group)) items.push(groupItem(group, () => { opened.add(group); draw(all); const at = list.querySelector(`[data-call="${callKey(first)}"]`); if (at) at.focus(); }));
      else items.push(...group.calls.map(callItem));
      last = group.calls[group.calls.length - 1];
      if (!last.n) last = null;
    }
    if (hidden) items.push(element("li", {}, element("button", { type: "button", class: "more", click: () => { draw(true); list.querySelectorAll("button.call")[CALLS_SHOWN].focus(); } }, `… ${plural(hidden, "more call")}`)));
    if (step.left_out) items.push(element("li", { class: "hint" }, `${plural(step.left_out, "call")} of this step not kept: the first and last ${run.limits.calls} are, and those between that failed.`));
    list.replaceChildren(...items);
  };
  draw(false);
  list.showAll = () => { groups.forEach((group) => opened.add(group)); draw(true); };
  return list;
}

/** Many equal calls in one line. */
function groupItem(group, open) {
  const [first, last] = [group.calls[0], group.calls[group.calls.length - 1]];
  const numbers = first.n && last.n ? `${first.n}–${last.n}` : "";
  return element("li", {},
    element("button", { type: "button", class: "call group", "aria-expanded": "false", title: "Show each call", click: open },
      element("span", { class: "number" }, `${group.shop ? group.shop + " " : ""}${numbers}`),
      element("span", { class: "times" }, `${group.calls.length} ×`),
      element("span", { class: "operation" }, group.op)));
}

function callItem(call) {
  const args = call.args.filter(([, value]) => value).map(([name, value]) => `${name}: ${value}`).join("; ");
  return element("li", { class: call.failed ? "failed" : "" },
    element("button", { type: "button", class: "call", "aria-expanded": "false", "data-call": callKey(call), click: (event) => toggleCall(event.currentTarget, call) },
      element("span", { class: "number" }, `${call.shop ? call.shop + " " : ""}${call.n ?? "–"}`),
      element("span", { class: "operation" }, call.op),
      element("span", { class: "answer" }, call.failed ? sign("failed") : "→", ` ${call.answer}`),
      (call.struck || []).map((name) => element("span", { class: "chip struck", title: "a disruption struck" }, `⚡ ${name}`)),
      args ? element("span", { class: "arguments", title: args }, args) : null,
      call.why ? element("span", { class: "why" }, call.why) : null));
}

/** Opens a panel below the step, or closes it. */
function togglePanel(button, key, make) {
  const place = button.closest(".step").querySelector(":scope > .opened");
  const open = [...place.children].find((panel) => panel.dataset.key === key);
  if (open) { open.remove(); return null; }
  const panel = make();
  panel.dataset.key = key;
  place.append(panel);
  return panel;
}

/** A call that never reached a shop has no number to tell it apart by, so each gets a name. */
const callKeys = new WeakMap();
let lastCallKey = 0;
function callKey(call) {
  if (!callKeys.has(call)) callKeys.set(call, `key-${lastCallKey += 1}`);
  return callKeys.get(call);
}

async function toggleCall(button, call) {
  const panel = togglePanel(button, `call ${call.shop || ""} ${call.n ?? callKey(call)}`, () => element("div", { class: "panel messages" }));
  button.setAttribute("aria-expanded", String(Boolean(panel)));
  if (!panel) return;
  const close = element("button", { type: "button", class: "close", "aria-label": "Close", click: () => { toggleCall(button, call); button.focus(); } }, "×");
  const status = call.http ? `HTTP ${call.http} · ` : "";
  const title = element("h4", {}, call.n ? `${call.n} ${call.op}` : call.op, element("span", { class: "facts" }, ` ${call.at} · ${status}${call.answer}`), close);
  const args = call.args.length ? element("dl", { class: "args" }, call.args.map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, value)))) : null;
  panel.append(title, ...[call.why ? element("p", { class: "why" }, call.why) : null, args].filter((part) => part));
  if (!call.texts) {
    panel.append(element("p", { class: "hint" }, !call.n ? "The disruption kept the client from connecting: the shop never saw this call." : call.op === "wsdl" ? "A WSDL is not kept in a report; “mockgento wsdl” prints it." : "The envelopes of the latest 256 calls of a step are kept; these are gone."));
    return;
  }
  const [request, answer] = await Promise.all(call.texts.map(async ([pack, place]) => (await unpack(`texts-${pack}`))[place]));
  panel.append(element("div", { class: "two" },
    element("div", {}, element("h5", {}, "Request"), xml(request)), element("div", {}, element("h5", {}, "Response"), answer ? xml(answer) : element("p", { class: "hint" }, "an empty body"))));
}

function toggleTables(button, timeline, index, wanted) {
  const step = button.closest(".step");
  const open = step.querySelector(":scope > .opened > .tables");
  // Another table is asked for: the panel stays and shows it.
  if (open && wanted && open.dataset.wanted !== wanted) open.remove();
  const panel = togglePanel(button, "tables", () => tablesPanel(timeline, index, wanted));
  if (panel) panel.dataset.wanted = wanted || "";
}

/** Opens or closes all there is to a step: its tables, and the calls that are not shown. */
async function toggleStep(row) {
  const scenario = run.scenarios.find(({ name }) => name === byId("scenario").dataset.name);
  const timeline = await unpack(`timeline-${scenario.timeline}`);
  const list = row.querySelector(".calls");
  if (list && list.querySelector(".more, .group")) list.showAll();
  toggleTables(row, timeline, Number(row.dataset.step));
}

function focusStep(index) {
  const row = byId("scenario").querySelector(`[data-step="${index}"]`);
  if (row) row.focus();
}
