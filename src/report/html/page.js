// The list, the filter, the address and the keys.

const scenarioLink = ({ name }) => `#s/${encodeURIComponent(name)}${filterQuery()}`;
/** Failures first, each part in the order of the run. */
const ordered = [...run.scenarios.filter(isBad), ...run.scenarios.filter((scenario) => !isBad(scenario))];
let listed = ordered;
/** Settled once the chosen scenario is on the page. */
let drawing = Promise.resolve();

// The filter is a part of the address, so that a link and the Back button keep it.

const FILTERS = ["text", "status", "tag"];

function filterQuery() {
  const query = new URLSearchParams();
  for (const name of FILTERS) {
    const value = byId("filter").elements[name].value.trim();
    if (value) query.set(name, value);
  }
  return query.size ? `?${query}` : "";
}

/** The parts of the address before the filter, and the filter. */
function address() {
  const [path, query] = location.hash.slice(1).split("?");
  return [path, new URLSearchParams(query || "")];
}

function filterFromAddress() {
  const query = address()[1];
  const fields = byId("filter").elements;
  if (FILTERS.every((name) => (query.get(name) || "") === fields[name].value.trim())) return;
  for (const name of FILTERS) fields[name].value = query.get(name) || "";
  keepInLinks();
  drawList();
}

/** Links to the views keep the filter. */
function keepInLinks() {
  for (const link of document.querySelectorAll("header nav a")) {
    link.setAttribute("href", `#${link.dataset.view === "coverage" ? "coverage" : ""}${filterQuery()}`);
  }
}

function filterChanged() {
  history.replaceState(null, "", `#${address()[0]}${filterQuery()}`);
  keepInLinks();
  drawList();
}

function summarise() {
  const bad = run.scenarios.filter(isBad).length;
  const skipped = run.scenarios.filter(({ status }) => status === "skipped").length;
  const good = run.scenarios.length - bad - skipped;
  byId("summary").replaceChildren(
    element("span", { class: bad ? "sum failed" : "sum" }, `${bad ? "✗ " : ""}${bad} failed`), element("span", { class: "sum passed" }, `✓ ${good} passed`),
    skipped ? element("span", { class: "sum skipped" }, `– ${skipped} skipped`) : "",
    element("span", { class: "bar", "aria-hidden": "true" }, element("span", { class: "failed" }), element("span", { class: "passed" })),
    element("span", { class: "facts" }, `in ${seconds(wall.total)}${run.shard ? `, part ${run.shard}` : ""}, ${wall.at} UTC`));
  const [badPart, goodPart] = byId("summary").querySelectorAll(".bar span");
  badPart.style.flexGrow = bad;
  goodPart.style.flexGrow = good;
  byId("scenarios-count").textContent = run.scenarios.length;
  document.title = `${bad ? `✗ ${bad} failed` : "✓ passed"} · Mockgento report`;
  if (run.unread) notice(`${plural(run.unread, "scenario file")} cannot be read; ${run.unread === 1 ? "it stands" : "they stand"} under Failed with what is wrong.`);
  byId("coverage-tab").hidden = !run.coverage;
  const missing = (run.coverage || []).reduce((sum, { missing }) => sum + missing.length, 0);
  byId("coverage-count").textContent = missing ? `${missing} by none` : "";
  const tags = [...new Set(run.scenarios.flatMap(({ tags }) => tags || []))].sort();
  byId("filter").elements.tag.append(...tags.map((tag) => element("option", { value: tag }, tag)));
}

const kindOf = (scenario) => isBad(scenario) ? "bad" : scenario.status;

function drawList() {
  const { text, status, tag } = byId("filter").elements;
  const words = text.value.trim().toLowerCase().split(/\s+/);
  const told = ({ name, title, file, tags, failures }) => [name, title, file, ...(tags || []), ...failures.map(({ message }) => message)].join(" ").toLowerCase();
  listed = ordered.filter((scenario) => words.every((word) => told(scenario).includes(word))
    && (!status.value || status.value === kindOf(scenario)) && (!tag.value || (scenario.tags || []).includes(tag.value)));
  const group = (name, scenarios) => scenarios.length ? [element("h2", {}, `${name} `, element("span", { class: "count" }, String(scenarios.length))), element("ul", {}, scenarios.map(item))] : [];
  const item = (scenario) => element("li", {}, element("a", { href: scenarioLink(scenario), "data-name": scenario.name, "aria-current": scenario.name === byId("scenario").dataset.name ? "page" : null },
    sign(scenario.status), element("span", { class: "name" }, element("span", { class: "time" }, seconds(wall.ms[run.scenarios.indexOf(scenario)])), scenario.name), element("span", { class: "title" }, scenario.title)));
  const of = (kind) => listed.filter((scenario) => kindOf(scenario) === kind);
  byId("list").replaceChildren(...group("Failed", of("bad")), ...group("Passed", of("passed")), ...group("Skipped", of("skipped")));
  if (!listed.length) byId("list").append(element("p", { class: "empty" }, "No scenario passes the filter."));
  byId("shown").textContent = listed.length === ordered.length ? "" : `${listed.length} of ${plural(ordered.length, "scenario")}`;
}

function filterByTag(tag) {
  byId("filter").elements.tag.value = tag;
  filterChanged();
  if (listed.length) byId("list").querySelector("a").focus();
}

function markCurrent(name) {
  for (const link of byId("list").querySelectorAll("a")) {
    if (link.dataset.name === name) { link.setAttribute("aria-current", "page"); link.scrollIntoView({ block: "nearest" }); }
    else link.removeAttribute("aria-current");
  }
}

async function route() {
  filterFromAddress();
  const [view, name, step] = address()[0].split("/").map(decodeURIComponent);
  const coverage = view === "coverage" && Boolean(run.coverage);
  byId("scenarios").hidden = coverage;
  byId("coverage").hidden = !coverage;
  for (const link of document.querySelectorAll("header nav a")) {
    if ((link.dataset.view === "coverage") === coverage) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (coverage) { showCoverage(); return; }
  const chosen = view === "s" && run.scenarios.find((scenario) => scenario.name === name);
  if (view === "s" && !chosen) notice(`There is no scenario ${name} in this report.`);
  byId("scenarios").classList.toggle("chosen", Boolean(chosen));
  const scenario = chosen || ordered[0];
  if (!scenario) return;
  if (byId("scenario").dataset.name !== scenario.name) drawing = showScenario(scenario);
  markCurrent(scenario.name);
  await drawing;
  if (step !== undefined && scenario.timeline !== undefined) focusStep(await stepNumber(scenario, step));
}

/** A step by its number, or by that of a failure it has. */
async function stepNumber(scenario, text) {
  const failure = text.match(/^failure-(\d+)$/);
  if (!failure) return Number(text);
  const timeline = await unpack(`timeline-${scenario.timeline}`);
  return timeline.steps.findIndex(({ failures }) => failures.includes(Number(failure[1])));
}

// Keys

const within = (selector) => document.activeElement && document.activeElement.closest(selector);
const inSteps = () => within("#scenario .step");

function moveAmong(elements, by) {
  const all = [...elements];
  const at = all.indexOf(document.activeElement.closest ? all.find((one) => one.contains(document.activeElement)) : null);
  const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1)];
  if (next) { next.focus(); next.scrollIntoView({ block: "nearest" }); }
}

function move(by) {
  if (within("#coverage")) { moveAmong(byId("coverage").querySelectorAll(".coverage"), by); return; }
  const call = within(".call, .more");
  if (call) moveAmong(call.closest(".calls").querySelectorAll(".call, .more"), by);
  else if (within("#scenario")) moveAmong(byId("scenario").querySelectorAll(".step"), by);
  else {
    if (!within("#list")) {
      const current = byId("list").querySelector("[aria-current]") || byId("list").querySelector("a");
      if (current) current.focus();
      return;
    }
    moveAmong(byId("list").querySelectorAll("a"), by);
    const link = within("#list a");
    if (link) { history.replaceState(null, "", link.getAttribute("href")); route(); }
  }
}

/** In a narrow window the list makes room for the scenario. */
function reveal() {
  if (byId("scenarios").classList.contains("chosen")) return;
  byId("scenarios").classList.add("chosen");
  history.replaceState(null, "", scenarioLink({ name: byId("scenario").dataset.name }));
}

async function enterScenario() {
  await drawing;
  reveal();
  const steps = byId("scenario").querySelectorAll(".step");
  const first = byId("scenario").querySelector(".step.bad") || steps[1] || steps[0] || byId("scenario");
  first.focus();
  first.scrollIntoView({ block: "nearest" });
}

function inwards() {
  const step = inSteps();
  if (!step) { enterScenario(); return; }
  const call = step.querySelector(".calls .failed .call") || step.querySelector(".call") || step.querySelector(".change");
  if (call && document.activeElement === step) call.focus();
}

function outwards() {
  const step = inSteps();
  if (step && document.activeElement !== step) { step.focus(); return; }
  const current = byId("list").querySelector("[aria-current]") || byId("list").querySelector("a");
  // In a narrow window the list is another page.
  if (current && !current.offsetParent) { byId("scenarios").classList.remove("chosen"); history.replaceState(null, "", "#"); }
  if (current) current.focus();
}

async function go(scenario) {
  if (!scenario) return;
  history.replaceState(null, "", scenarioLink(scenario));
  const steps = inSteps();
  await route();
  if (steps) enterScenario();
  else byId("list").querySelector("[aria-current]")?.focus();
}

const neighbour = (by) => listed[listed.findIndex(({ name }) => name === byId("scenario").dataset.name) + by];

/** The next step that failed, in this scenario or a later one; then round again. */
async function nextFailure() {
  await drawing;
  if (byId("scenario").querySelector(".step.bad")) reveal();
  const here = [...byId("scenario").querySelectorAll(".step.bad")];
  const step = inSteps();
  const next = here.find((one) => !step || step.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING);
  if (next) { next.focus(); return; }
  const bad = run.scenarios.filter(isBad);
  const scenario = bad[(bad.findIndex(({ name }) => name === byId("scenario").dataset.name) + 1) % bad.length];
  if (!scenario) return;
  history.replaceState(null, "", scenarioLink(scenario));
  await route();
  enterScenario();
}

const KEYS = {
  j: () => move(1), ArrowDown: () => move(1), k: () => move(-1), ArrowUp: () => move(-1),
  l: inwards, ArrowRight: inwards, h: outwards, ArrowLeft: outwards,
  n: () => go(neighbour(1)), p: () => go(neighbour(-1)), f: nextFailure, t: nextTheme,
  s: () => { location.hash = byId("scenario").dataset.name ? scenarioLink({ name: byId("scenario").dataset.name }) : `#${filterQuery()}`; },
  c: () => { if (run.coverage) location.hash = `#coverage${filterQuery()}`; },
  "/": () => { if (!byId("coverage").hidden) { byId("scenarios").hidden = false; byId("coverage").hidden = true; location.hash = `#${filterQuery()}`; } byId("filter").elements.text.focus(); },
  "?": () => byId("keys").showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || byId("keys").open) return;
  const field = event.target.closest && event.target.closest("input, select, textarea");
  if (field) {
    if (event.key === "Escape" || (event.key === "Enter" && field.type === "search")) { event.preventDefault(); outwards(); }
    return;
  }
  // Panels and tables scroll with the arrows.
  if (event.key.startsWith("Arrow") && event.target.closest && event.target.closest("pre, .scroll[role]")) return;
  if (event.key === "Enter") {
    if (event.target.matches(".step")) { event.preventDefault(); toggleStep(event.target); }
    else if (event.target.matches("#list a")) { event.preventDefault(); history.pushState(null, "", event.target.getAttribute("href")); route().then(enterScenario); }
    return;
  }
  const act = KEYS[event.key];
  if (act) { event.preventDefault(); act(); }
});
byId("help").addEventListener("click", KEYS["?"]);
byId("filter").addEventListener("input", filterChanged);
byId("filter").addEventListener("submit", (event) => event.preventDefault());
addEventListener("hashchange", route);
summarise();
drawList();
route();
