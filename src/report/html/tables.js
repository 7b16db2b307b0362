// Tables before and after a step, made of the changes that the steps tell.

const NAMED_BY = ["originId", "email", "incrementId", "increment_id", "code", "name", "username", "connector", "entity", "firstName", "firstname", "lastName", "lastname"];
const byKey = (one, other) => one.localeCompare(other, "en", { numeric: true });

/** All changes of a table up to a step, as rows by key. */
function rowsAfter(timeline, last, side, shop, table) {
  const rows = new Map();
  for (const step of timeline.steps.slice(0, last + 1)) {
    for (const change of step[side]) {
      if (change.t === table && (change.shop || "") === shop) change.rows.forEach((row) => applied(rows, row));
    }
  }
  return rows;
}

function applied(rows, row) {
  if (row.a) rows.set(row.k, row.a);
  else if (!row.d) rows.delete(row.k);
  else {
    const cells = { ...(rows.get(row.k) || row.b) };
    for (const [column, , now] of row.d) {
      if (now === null) delete cells[column];
      else cells[column] = now;
    }
    rows.set(row.k, cells);
  }
}

/** How many rows of a table were added, changed and removed. */
function counted(change) {
  const kinds = { "+": 0, "~": 0, "-": 0 };
  for (const row of change.rows) kinds[row.a ? "+" : row.d ? "~" : "-"] += 1;
  const texts = Object.entries(kinds).filter(([, count]) => count).map(([kind, count]) => kind + count);
  return change.left_out ? [...texts, `and ${change.left_out} more`] : texts;
}

/** The tables a step changed, and those of the CRM it left as they were. */
function tablesAt(timeline, index) {
  const step = timeline.steps[index];
  const of = (side, change) => ({ side, shop: change.shop || "", table: change.t, change });
  const changed = [...step.shop.map((change) => of("shop", change)), ...step.crm.map((change) => of("crm", change))];
  const known = new Map();
  for (const before of timeline.steps.slice(0, index)) {
    for (const change of before.crm) known.set(change.t, { ...of("crm", change), change: null, count: change.count });
  }
  for (const { side, table } of changed) if (side === "crm") known.delete(table);
  return [...changed, ...[...known.values()].filter(({ count }) => count)];
}

function tableName({ side, shop, table }) {
  return `${side === "crm" ? "CRM" : shop || "Shop"} ${table}`;
}

/** The panel of a step's tables; `wanted` is the one to show first. */
function tablesPanel(timeline, index, wanted) {
  const tables = tablesAt(timeline, index);
  const panel = element("div", { class: "panel tables" });
  if (!tables.length) {
    panel.append(element("p", { class: "empty" }, "Nothing is in the CRM yet, and this step changed nothing in the shop."));
    return panel;
  }
  const table = tables.find((one) => wanted && tableName(one) === wanted) || (tables[0].change ? tables[0] : asked(tables, timeline.steps[index]));
  const state = { table, view: table.change ? "changes" : "after" };
  const draw = () => {
    const pressed = (is) => ({ type: "button", "aria-pressed": String(is) });
    const tabs = tables.map((one) => element("button",
      { ...pressed(one === state.table), class: one.change ? "" : "same", click: () => { state.table = one; draw(); } },
      tableName(one), one.change && element("span", { class: "marks" }, marks(one.change))));
    const views = [["changes", "Changes"], ["before", "Before"], ["after", "After"]].map(([view, label]) =>
      element("button", { ...pressed(view === state.view), click: () => { state.view = view; draw(); } }, label));
    const had = panel.contains(document.activeElement) && [...panel.querySelectorAll("button")].indexOf(document.activeElement);
    panel.replaceChildren(
      element("div", { class: "tabs", role: "group", "aria-label": "Table" }, tabs),
      element("div", { class: "views", role: "group", "aria-label": "What is shown" }, views),
      tableOf(timeline, index, state.table, state.view));
    if (had !== false && had >= 0) panel.querySelectorAll("button")[had].focus();
  };
  draw();
  return panel;
}

/** The table an expectation looks at, or else the one most is about. */
function asked(tables, step) {
  const names = [...step.source.matchAll(/\brows: *([\w]+)/g)].map(([, name]) => name);
  return tables.find(({ table }) => names.includes(table)) || tables.find(({ table }) => table === "customer") || tables[0];
}

const marks = (change) => counted(change).map((text) => element("span", { class: `mark ${{ "+": "added", "~": "changed", "-": "removed" }[text[0]] || ""}` }, text));

function tableOf(timeline, index, { side, shop, table, change }, view) {
  const before = rowsAfter(timeline, index - 1, side, shop, table);
  const after = rowsAfter(timeline, index, side, shop, table);
  const changes = new Map((change ? change.rows : []).map((row) => [row.k, row]));
  // A row nobody told of before was there all the same.
  for (const row of changes.values()) if (row.b) before.set(row.k, row.b);
  if (view === "changes" && !changes.size) return element("p", { class: "empty" }, `No row of ${table} changed in this step.`);
  const keys = { changes: [...changes.keys()], before: [...before.keys()], after: [...after.keys()] }[view].sort(byKey);
  if (!keys.length) return element("p", { class: "empty" }, `No row is in ${table} ${view === "before" ? "before" : "after"} this step.`);
  const differs = new Set([...changes.values()].flatMap((row) => row.d ? row.d.map(([column]) => column) : []));
  const columns = columnsOf(keys.map((key) => ({ ...before.get(key), ...after.get(key) })), differs);
  const rows = keys.map((key) => rowOf(key, columns, before.get(key), after.get(key), changes.get(key), view));
  const total = change ? change.count : null;
  const notes = [];
  if (change && change.left_out) notes.push(`${plural(change.left_out, "more row")} changed; ${run.limits.rows} of a table are kept for a step.`);
  if (view !== "changes" && side === "shop") notes.push("Of a shop's tables only rows that the scenario has changed so far are shown.");
  else if (view === "after" && total !== null && total > keys.length) notes.push(`${total} rows in all; ${keys.length} are shown.`);
  return element("div", {},
    element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `${table}, ${view}` },
      element("table", {},
        element("thead", {}, element("tr", {}, element("th", { scope: "col" }, "row"), columns.map((column) => element("th", { scope: "col", class: differs.has(column) ? "changed" : "" }, column)))),
        element("tbody", {}, rows))),
    notes.map((note) => element("p", { class: "hint" }, note)));
}

/** What names a row, then what changed, then the rest. */
function columnsOf(rows, differs) {
  const all = new Set(rows.flatMap((row) => Object.keys(row)));
  const first = NAMED_BY.filter((column) => all.has(column));
  const second = [...all].filter((column) => differs.has(column));
  return [...new Set([...first, ...second, ...all])];
}

function rowOf(key, columns, before, after, change, view) {
  const kind = !change ? "" : change.a ? "added" : change.d ? "changed" : "removed";
  const mark = { added: "+", changed: "~", removed: "-" }[kind] || "";
  const cell = (column) => {
    const [was, is] = [before && before[column], after && after[column]];
    const differs = kind === "changed" && was !== is;
    if (view !== "changes" || !differs) {
      const text = view === "before" ? was : view === "after" ? is : is === undefined ? was : is;
      return element("td", { class: differs ? "changed" : "" }, differs && text !== undefined ? `~ ${text}` : text === undefined ? "" : text);
    }
    return element("td", { class: "changed" },
      was === undefined ? null : element("del", {}, `- ${was}`), was === undefined || is === undefined ? null : " ",
      is === undefined ? null : element("ins", {}, `+ ${is}`));
  };
  return element("tr", { class: kind }, element("th", { scope: "row" }, mark && element("span", { class: `mark ${kind}` }, mark), ` ${key}`), columns.map(cell));
}
