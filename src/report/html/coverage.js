// What the scenarios exercise: a row per thing, a column per folder, and what none does.

const folderOf = (name) => name.includes("/") ? name.slice(0, name.indexOf("/")) : "·";
let coverageDrawn = false;

function showCoverage() {
  if (coverageDrawn || !run.coverage) return;
  coverageDrawn = true;
  const folders = [...new Set(run.scenarios.map(({ name }) => folderOf(name)))].sort();
  const only = element("input", { type: "checkbox", change: () => byId("coverage").classList.toggle("only-missing", only.checked) });
  byId("coverage").replaceChildren(
    element("div", { class: "head" }, element("h2", {}, "What the scenarios exercise"),
      element("p", { class: "description" }, "A number says how many scenarios of a folder exercise it; open a row to see which. What none does has a − in front."),
      element("p", {}, element("label", {}, only, " only what no scenario exercises")),
      element("p", { class: "jumps" }, run.coverage.map((section, index) => element("a", { href: "#coverage", click: (event) => { event.preventDefault(); byId(`section-${index}`).scrollIntoView(); byId(`section-${index}`).focus(); } },
        section.name, " ", element("span", { class: "count" }, `${Object.keys(section.covered).length}/${Object.keys(section.covered).length + section.missing.length}`))))),
    ...run.coverage.map((section, index) => coverageSection(section, folders, index)));
}

function coverageSection(section, folders, index) {
  const covered = Object.keys(section.covered).length;
  const all = covered + section.missing.length;
  const words = [...Object.entries(section.covered), ...section.missing.map((word) => [word, []])].sort(([one], [other]) => byKey(one, other));
  return element("section", { class: "coverage", id: `section-${index}`, tabindex: "-1", "aria-label": section.name },
    element("h3", {}, section.name, element("span", { class: "facts" }, ` ${covered} of ${all}`), element("meter", { min: 0, max: all, value: covered, "aria-label": `${covered} of ${all} exercised` })),
    element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `${section.name}, matrix` }, element("table", { class: "matrix" },
      element("thead", {}, element("tr", {}, element("th", { scope: "col" }, ""), folders.map((folder) => element("th", { scope: "col" }, element("span", {}, folder))), element("th", { scope: "col" }, element("span", {}, "all")))),
      element("tbody", {}, words.map(([word, scenarios]) => coverageRow(word, scenarios, folders))))));
}

function coverageRow(word, scenarios, folders) {
  const names = scenarios.map((number) => run.scenarios[number]);
  const inFolder = (folder) => names.filter(({ name }) => folderOf(name) === folder).length;
  const row = element("tr", { class: names.length ? "" : "none" },
    element("th", { scope: "row" }, names.length ? element("button", { type: "button", "aria-expanded": "false", click: open }, word) : `− ${word}`),
    folders.map((folder) => element("td", {}, inFolder(folder) || "")), element("td", { class: "sum" }, names.length || "none"));
  function open({ currentTarget }) {
    const next = row.nextElementSibling;
    const is = next && next.classList.contains("which");
    currentTarget.setAttribute("aria-expanded", String(!is));
    if (is) { next.remove(); return; }
    row.after(element("tr", { class: "which" }, element("td", { colspan: folders.length + 2 },
      names.map((scenario) => element("a", { href: scenarioLink(scenario) }, sign(scenario.status), ` ${scenario.name}`)))));
  }
  return row;
}
