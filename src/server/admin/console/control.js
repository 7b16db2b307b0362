// Trouble to come, the installation's switches, the clock, the content as a whole.

const document_ = api("GET", "/openapi.json");
const operations = new Set();

function offerOperations(names) {
  const before = operations.size;
  names.filter((name) => !name.includes(" ")).forEach((name) => operations.add(name));
  if (operations.size === before) return;
  byId("operations").replaceChildren(...[...operations].sort().map((name) => element("option", { value: name })));
}

/** Kinds of disruptions with the schema of their parameters, from the API's own description. */
async function disruptionKinds() {
  const schemas = (await document_).components.schemas;
  const kinds = schemas.Disruption.oneOf;
  const plain = kinds.flatMap((kind) => kind.enum ?? (kind.const ? [kind.const] : []));
  const given = kinds.flatMap((kind) => Object.entries(kind.properties ?? {}));
  const resolved = (schema) => schema.$ref ? schemas[schema.$ref.split("/").pop()] : schema;
  return [...plain.map((name) => [name, null]), ...given.map(([name, schema]) => [name, resolved(schema)])]
    .sort(([one], [other]) => one.localeCompare(other));
}

function parameterInputs(schema) {
  if (!schema) return [];
  const input = (name, part, required) => element("label", {}, name,
    element("input", { name: `parameter.${name}`, type: part.type === "integer" ? "number" : "text", title: part.description || "", ...(required ? { required: "" } : {}) }));
  if (schema.type !== "object") return [input("value", schema, true)];
  return Object.entries(schema.properties).map(([name, part]) => input(name, part, (schema.required || []).includes(name)));
}

function disruptionOf(form, kind, schema) {
  if (!schema) return kind;
  const inputs = [...form.querySelectorAll("[name^='parameter.']")].filter((input) => input.value !== "");
  const value = (input) => input.type === "number" ? Number(input.value) : input.value;
  if (schema.type !== "object") return { [kind]: value(inputs[0]) };
  return { [kind]: Object.fromEntries(inputs.map((input) => [input.name.slice("parameter.".length), value(input)])) };
}

function strikes(armed) {
  const when = Object.entries(armed.when || {}).filter(([name, value]) => value !== null && !(name === "seed" && value === 0));
  const conditions = when.map(([name, value]) => name === "operation" ? value : `${name} ${value}`);
  return conditions.length ? conditions.join(", ") : "the next call";
}

async function showArmed() {
  const { disruptions } = await api("GET", "/disruptions");
  byId("armed").replaceChildren(...disruptions.map((armed) => element("tr", {},
    element("td", {}, armed.name),
    element("td", {}, strikes(armed)),
    element("td", {}, armed.left === null ? "until disarmed" : String(armed.left)),
    element("td", { class: "number" }, element("button", { type: "button", "data-id": String(armed.id) }, "Disarm")))));
  byId("armed-empty").hidden = disruptions.length > 0;
  byId("disarm-all").disabled = !disruptions.length;
  byId("armed-count").textContent = disruptions.length || "";
  byId("armed-count").className = "count warn";
}

views.disruptions = async () => {
  const select = byId("arm").elements.kind;
  if (!select.options.length) {
    select.append(...(await disruptionKinds()).map(([name]) => element("option", { value: name }, name)));
    select.value = "session-expired";
  }
  await showArmed();
};
when("arm", "change", async (event) => {
  if (event.target.name !== "kind") return;
  const kinds = new Map(await disruptionKinds());
  byId("arm-parameters").replaceChildren(...parameterInputs(kinds.get(event.target.value)));
});
when("arm", "submit", async () => {
  const form = byId("arm");
  const { kind, operation, nth, page, percent, times } = form.elements;
  const schema = new Map(await disruptionKinds()).get(kind.value);
  const number = (input) => input.value === "" ? {} : { [input.name]: Number(input.value) };
  const when = { ...(operation.value ? { operation: operation.value } : {}), ...number(nth), ...number(page), ...number(percent) };
  await api("POST", "/disruptions", { disruption: disruptionOf(form, kind.value, schema), when, ...number(times) });
  notice(`${kind.value} is armed.`, true);
  await showArmed();
});
when("armed", "click", async (event) => {
  if (!event.target.dataset.id) return;
  await api("DELETE", `/disruptions/${event.target.dataset.id}`);
  await showArmed();
});
when("disarm-all", "click", async () => { await api("DELETE", "/disruptions"); await showArmed(); });

async function showInstallation(settings) {
  const now = settings || await api("GET", "/settings");
  const form = byId("installation").elements;
  const schema = (await document_).components.schemas.Settings.properties;
  for (const name of ["bridge", "flavor"]) {
    if (!form[name].options.length) form[name].append(...schema[name].enum.map((value) => element("option", { value }, value)));
    form[name].value = now[name];
  }
  form.wsi.checked = now.wsi;
  byId("installed").textContent = `${now.flavor}, ${now.wsi ? "WS-I" : "RPC"}, bridge ${now.bridge} ·`;
  const values = Object.entries(now.configuration);
  byId("values").replaceChildren(...values.map(([path, value]) => element("tr", {}, element("td", {}, element("code", {}, path)), element("td", {}, value))));
  byId("paths").replaceChildren(...values.map(([path]) => element("option", { value: path })));
}

async function showClock(clock) {
  const now = clock || await api("GET", "/clock");
  byId("time").textContent = now.now.replace("T", " ").replace(/(\.\d+)?Z$/, " UTC") + (now.runs ? "" : " (frozen)");
  byId("time").dateTime = now.now;
  byId("clock-runs").textContent = now.runs ? "Freeze" : "Run";
  byId("clock-runs").dataset.runs = String(now.runs);
}

views.settings = async () => {
  byId("wsdl").textContent = (await api("GET", "/health")).wsdl;
  await Promise.all([showInstallation(), showClock()]);
};
when("installation", "submit", async () => {
  const { wsi, bridge, flavor } = byId("installation").elements;
  await showInstallation(await api("PUT", "/settings", { wsi: wsi.checked, bridge: bridge.value, flavor: flavor.value }));
  notice("The installation was switched.", true);
});
when("configuration", "submit", async () => {
  const { path, value } = byId("configuration").elements;
  await showInstallation(await api("PUT", "/settings", { configuration: { [path.value]: value.value } }));
  notice(`${path.value} was set.`, true);
});
when("configuration", "change", (event) => {
  const row = [...byId("values").rows].find((row) => row.cells[0].textContent === event.target.value);
  if (event.target.name === "path" && row) byId("configuration").elements.value.value = row.cells[1].textContent;
});
when("clock-set", "submit", async () => showClock(await api("PUT", "/clock", { now: byId("clock-set").elements.now.value })));
when("clock-advance", "submit", async () => showClock(await api("PUT", "/clock", { advance: byId("clock-advance").elements.advance.value })));
when("clock-runs", "click", async () => showClock(await api("PUT", "/clock", { runs: byId("clock-runs").dataset.runs !== "true" })));
when("reset", "click", async () => { await api("POST", "/reset"); calls.rows.clear(); showCalls(); notice("The shop is as it was started.", true); await views.settings(); });
when("seed", "change", async (event) => {
  const [file] = event.target.files;
  if (!file) return;
  await api("PUT", "/seed", await file.text());
  notice(`${file.name} was loaded.`, true);
});

/** Follows what happens once a second while the page is looked at. */
async function follow() {
  try {
    if (!document.hidden) {
      if (byId("calls-filter").elements.follow.checked) await pollCalls();
      await showClock();
      await showArmed();
      if (byId("notice").textContent.startsWith("The shop does not answer")) notice("");
    }
  } catch (error) {
    console.warn(error);
  }
  setTimeout(follow, 1000);
}

addEventListener("hashchange", route);
showInstallation().catch((error) => console.warn(error));
pollCalls().catch((error) => console.warn(error)).then(() => { route(); follow(); });
