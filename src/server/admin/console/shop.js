// The shop's tables: look, search, change a row, delete it.

const PAGE = 50;
const shown = { table: "customer", key: "", offset: 0, rows: [] };

async function showTables() {
  const { tables } = await api("GET", "/tables");
  const filled = (table) => table.rows > 0;
  const sorted = [...tables.filter(filled), ...tables.filter((table) => !filled(table))];
  byId("tables").replaceChildren(...sorted.map((table) => element("a",
    { href: `#shop/${table.name}`, class: filled(table) ? "" : "none", ...(table.name === shown.table ? { "aria-current": "true" } : {}) },
    element("span", {}, table.name), element("span", { class: "number" }, String(table.rows)))));
  shown.key = (tables.find((table) => table.name === shown.table) || { key: "" }).key;
}

async function showRows() {
  const containing = byId("rows-filter").elements.containing.value.trim();
  const query = new URLSearchParams({ table: shown.table, containing, offset: shown.offset, limit: PAGE + 1 });
  const found = (await api("GET", `/state?${query}`))[shown.table];
  const more = found.length > PAGE;
  shown.rows = found.slice(0, PAGE);
  const columns = [...new Set([shown.key, ...shown.rows.flatMap((row) => Object.keys(row))])].filter((column) => column && shown.rows.length);
  const cell = (value) => element("td", { class: value === undefined ? "null" : "", title: String(value ?? "null") }, value === undefined ? "null" : String(value));
  byId("rows").replaceChildren(
    element("thead", {}, element("tr", {}, ...columns.map((column) => element("th", {}, column)))),
    element("tbody", { id: "rows-body" }, ...shown.rows.map((row, index) =>
      element("tr", { tabindex: "0", "data-index": String(index) }, ...columns.map((column) => cell(row[column]))))));
  byId("table-name").textContent = shown.table;
  byId("rows-range").textContent = shown.rows.length ? `${shown.offset + 1} to ${shown.offset + shown.rows.length}` : "no rows";
  byId("rows-before").disabled = shown.offset === 0;
  byId("rows-after").disabled = !more;
}

/** A row as a form; without a key it can only be looked at. */
function openRow(row) {
  const dialog = byId("row");
  const id = Number(row[shown.key]);
  const editable = Boolean(shown.key) && Number.isInteger(id);
  byId("row-title").textContent = editable ? `${shown.table} ${id}` : shown.table;
  byId("row-fields").replaceChildren(...Object.entries(row).flatMap(([column, value], index) => [
    element("label", { for: `field-${index}` }, column),
    element("input", { id: `field-${index}`, name: column, value: String(value), ...(editable && column !== shown.key ? {} : { readonly: "" }) })]));
  for (const button of dialog.querySelectorAll("button[value=save], button[value=delete]")) button.hidden = !editable;
  dialog.returnValue = "";
  dialog.onclose = () => finishRow(row, id, dialog.returnValue).catch((error) => console.warn(error));
  dialog.showModal();
}

async function finishRow(row, id, chosen) {
  const table = shown.table;
  if (chosen === "delete") {
    await api("POST", "/edits", { delete: { table, id } });
    notice(`${table} ${id} was deleted.`, true);
  } else if (chosen === "save") {
    const inputs = [...byId("row-fields").querySelectorAll("input:not([readonly])")];
    const fields = Object.fromEntries(inputs.filter((input) => input.value !== String(row[input.name])).map((input) => [input.name, input.value]));
    if (!Object.keys(fields).length) return;
    await api("POST", "/edits", { update: { table, id, fields } });
    notice(`${table} ${id} was changed.`, true);
  } else {
    return;
  }
  await Promise.all([showTables(), showRows()]);
}

views.shop = async ([table]) => {
  if (table && table !== shown.table) Object.assign(shown, { table, offset: 0 });
  await showTables();
  await showRows();
};

choosable(byId("rows"), (row, quietly) => quietly || openRow(shown.rows[Number(row.dataset.index)]));
when("rows-filter", "input", () => { shown.offset = 0; return showRows(); });
when("rows-filter", "submit", showRows);
when("rows-before", "click", () => { shown.offset = Math.max(0, shown.offset - PAGE); return showRows(); });
when("rows-after", "click", () => { shown.offset += PAGE; return showRows(); });
