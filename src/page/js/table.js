// A table that sorts at its heads and draws as many rows as are asked for.
const sortings = new Map();

/**
 * Columns are {key, name, value(row), cell(row), type: "text" | "number", wide, note}; a column without `value`
 * does not sort. Rows without a value stand last, whichever way it goes.
 */
const sortable = (id, caption, columns, rows, more = 150) => {
  const state = sortings.get(id) ?? { key: null, down: false };
  let shown = more;
  const body = h("tbody");
  const rest = h("button", { type: "button", class: "quiet", onclick: () => { shown += more; fill(); } });
  const compare = (column) => (a, b) => {
    const [x, y] = [column.value(a), column.value(b)];
    const [none, nothing] = [x === null || x === undefined || x === "", y === null || y === undefined || y === ""];
    if (none || nothing) return none - nothing;
    const order = typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y), "en", { numeric: true });
    return state.down ? -order : order;
  };
  const heads = columns.map((column) => {
    const name = column.value
      ? [h("button", { type: "button", onclick: () => sortBy(column) }, column.name, h("span", { class: "arrow", "aria-hidden": "true" })),
        // On the pages after the first, browsers print heads without their buttons.
        h("span", { class: "printed", "aria-hidden": "true" }, column.name)]
      : column.name;
    return h("th", { scope: "col", class: `${column.type ?? "text"}${column.wide ? " wide" : ""}` }, name, column.note && h("small", null, column.note));
  });
  const sortBy = (column) => {
    state.down = state.key === column.key ? !state.down : column.type === "number";
    state.key = column.key;
    sortings.set(id, state);
    fill();
  };
  const fill = () => {
    const column = columns.find((column) => column.key === state.key);
    const sorted = column ? [...rows].sort(compare(column)) : rows;
    columns.forEach((each, i) => {
      if (each.value) heads[i].setAttribute("aria-sort", each !== column ? "none" : state.down ? "descending" : "ascending");
    });
    body.replaceChildren(...sorted.slice(0, shown).map((row) =>
      h("tr", null, columns.map((column, i) =>
        h(i ? "td" : "th", { scope: i ? null : "row", class: `${column.type ?? "text"}${column.wide ? " wide" : ""}` }, column.cell(row))))));
    rest.hidden = sorted.length <= shown;
    rest.textContent = `Show ${Math.min(more, sorted.length - shown)} more of ${sorted.length - shown}`;
  };
  fill();
  const table = h("table", { id, class: "list" }, h("caption", { class: "hidden" }, caption), h("thead", null, h("tr", null, heads)), body);
  return { element: h("div", null, table, rest), show: (chosen) => { rows = chosen; shown = more; fill(); } };
};

/** A search field. */
const finder = (label, value, change) =>
  h("label", { class: "field" }, h("span", null, label), h("input", { type: "search", value, autocomplete: "off", spellcheck: "false", oninput: (event) => change(event.target.value) }));
/** A choice. */
const chooser = (label, options, value, change) => {
  const select = h("select", { onchange: (event) => change(event.target.value) }, options.map(([value, name]) => h("option", { value }, name)));
  select.value = value;
  return h("label", { class: "field" }, h("span", null, label), select);
};
