// One table: what its cells say, and how it is sorted, filtered and narrowed. Ranks come with the page; none is computed.
"use strict";
window.mub = window.mub ?? {};

/** The first number in a text, `−1.20` as well as `55.65`; NaN if there is none. */
mub.number = (text) => parseFloat(String(text).replaceAll("−", "-").replace(/^[^\d-]+/, ""));

/** All numbers in a text such as `53.41–57.96` or `−1.20 to 3.40`. */
mub.numbers = (text) => (String(text).replaceAll("−", "-").match(/-?\d+(\.\d+)?/g) ?? []).map(Number);

mub.order = new Intl.Collator("en").compare;

mub.Table = class {
  constructor(section) {
    this.section = section;
    this.key = section.dataset.board;
    this.corrected = Boolean(section.dataset.corrected);
    this.title = section.querySelector("h2").textContent;
    this.caption = section.querySelector("caption").textContent.trim();
    this.table = section.querySelector("table.results");
    this.heads = [...this.table.tHead.rows[this.table.tHead.rows.length - 1].cells];
    this.columns = this.heads.map((th, index) => ({
      index,
      th,
      key: th.dataset.col,
      title: th.textContent.trim(),
      kind: th.dataset.kind ?? "",
      numeric: th.dataset.sort === "number",
      ascending: th.dataset.sort !== "number",
      sortable: Boolean(th.dataset.sort),
      shown: !th.hidden,
    }));
    this.shownAtStart = this.columns.filter((column) => column.shown).map((column) => column.key);
    this.bodies = [...this.table.tBodies];
    this.body = Object.fromEntries(this.bodies.map((body) => [body.dataset.group, body]));
    this.rows = this.bodies.flatMap((body) => [...body.rows].filter((tr) => tr.dataset.id).map((tr) => this.row(tr, body)));
    this.natural = [...this.rows];
    this.tellApart();
    this.giveRoles();
    this.first = this.column(this.table.dataset.focus);
    this.focus = this.first;
    for (const row of this.rows) row.ranked = this.first;
  }

  row(tr, body) {
    const { id, origin, later, complete, modalities, params } = tr.dataset;
    const name = tr.querySelector(".name").textContent;
    const words = `${name} ${tr.dataset.words ?? ""}`.toLowerCase();
    return {
      tr, body, id, origin, name, words, modalities,
      later: later === "1", complete: complete === "1", params: parseFloat(params), values: [],
    };
  }

  /** Where several rows bear one name, figures call them by how the checkpoint was chosen too. */
  tellApart() {
    const { index } = this.column("selection");
    const often = (name) => this.rows.filter((row) => row.name === name).length > 1;
    for (const row of this.rows) {
      const how = row.origin === "reported" ? "published" : row.tr.cells[index].textContent;
      row.label = often(row.name) ? `${mub.cut(row.name, 14)}, ${how}` : row.name;
    }
  }

  column(key) {
    return this.columns.find((column) => column.key === key);
  }

  /** What a cell is sorted by: a number, or text in lower case; null where there is nothing. */
  value(row, column) {
    if (!(column.index in row.values)) {
      const text = row.tr.cells[column.index].firstChild?.textContent.trim() ?? "";
      const value = column.numeric ? mub.number(text) : text.toLowerCase();
      row.values[column.index] = value === "" || value === "–" || Number.isNaN(value) ? null : value;
    }
    return row.values[column.index];
  }

  /** Score, interval and chance level of a cell, in percent; null without a score. */
  score(row, column) {
    const value = this.value(row, column);
    if (value === null) return null;
    const cell = row.tr.cells[column.index];
    const [low = null, high = null] = mub.numbers(cell.dataset.ci ?? "");
    const said = mub.numbers(cell.dataset.chance ?? "")[0] ?? null;
    const chance = this.corrected && said !== null ? 0 : said; // what is corrected for chance has its chance level at 0
    return { value, low, high, chance };
  }

  /** Columns that hold scores: the mean and the data sets. */
  scores() {
    return this.columns.filter((column) => column.kind);
  }

  /**
   * Order the rows by a column, empty cells last; `sort` is a key, with `-` before it for descending. The score that
   * the table is sorted by is the one whose ranks and intervals it shows; rows without that score stand apart.
   */
  sort(sort) {
    const asked = this.column(sort.replace(/^-/, ""));
    const column = asked?.sortable ? asked : this.first;
    const descending = column === asked ? sort.startsWith("-") : !column.ascending;
    const focus = column.kind ? column : this.first;
    this.focus = focus;
    this.rows = this.ordered(column, descending);
    for (const row of this.rows) {
      if (row.origin !== "reported") row.body = this.value(row, focus) === null ? this.body.others : this.body.scored;
    }
    for (const body of this.bodies) body.append(...this.rows.filter((row) => row.body === body).map((row) => row.tr));
    const direction = descending ? "descending" : "ascending";
    for (const each of this.columns) {
      if (each.sortable) each.th.setAttribute("aria-sort", each === column ? direction : "none");
    }
    return `sorted by ${column.title}, ${direction}`;
  }

  /** The rank of a row in the column in view, as the page brings it: place, interval of places, marks of groups. */
  showRank(row) {
    if (row.ranked === this.focus) return;
    const [place = "", span = "", mark = ""] = (row.tr.cells[this.focus.index].dataset.r ?? "").split("|");
    const parts = [place];
    for (const [name, text] of [["sup", mark], ["small", span]]) {
      if (text) parts.push(Object.assign(document.createElement(name), { textContent: text }));
    }
    row.tr.cells[this.column("rank").index].replaceChildren(...parts);
    row.tr.cells[row.ranked.index].classList.remove("focus");
    row.tr.cells[this.focus.index].classList.add("focus");
    row.ranked = this.focus;
  }

  ordered(column, descending) {
    const sign = descending ? -1 : 1;
    const compare = (a, b) => {
      const [x, y] = [this.value(a, column), this.value(b, column)];
      if (x === null || y === null) return (x === null) - (y === null);
      return sign * (column.numeric ? x - y : mub.order(x, y)) || mub.order(a.name, b.name);
    };
    return [...this.natural].sort(compare);
  }

  /** Hide the rows that a state leaves out; a body without rows goes too. Returns the rows that stay. */
  filter(state) {
    const words = state.q.toLowerCase().split(/\s+/).filter(Boolean);
    const stays = (row) =>
      words.every((word) => row.words.includes(word)) &&
      (!state.mod || row.modalities === state.mod) &&
      (!state.size || mub.inSize(row.params, state.size)) &&
      (!state.complete || row.complete) &&
      (row.origin !== "baseline" || state.baselines === "1") &&
      (row.origin !== "reported" || state.reported === "all" || (state.reported === "paper" && !row.later));
    for (const row of this.rows) row.tr.hidden = !stays(row);
    this.shown = this.bodies.flatMap((body) => this.rows.filter((row) => row.body === body && !row.tr.hidden));
    for (const body of this.bodies) body.hidden = !this.shown.some((row) => row.body === body);
    this.body.empty.hidden = this.shown.length > 0;
    return this.shown;
  }

  /** Show the columns of a state: those it names, or those shown at the start; data sets of one kind of task alone. */
  narrow(state) {
    const wanted = state.cols ? state.cols.split(" ") : this.shownAtStart;
    const last = this.table.tHead.rows.length - 1;
    const rows = [this.table.tHead.rows[last], ...this.rows.map((row) => row.tr)];
    for (const column of this.columns) {
      const kind = !state.task || ["", "mean", state.task].includes(column.kind);
      const shown = column.key === "model" || (wanted.includes(column.key) && kind);
      if (column.shown === shown && column.applied) continue;
      Object.assign(column, { shown, applied: true });
      for (const tr of rows) tr.cells[column.index].hidden = !shown;
    }
    this.span(Boolean(state.show));
    this.table.classList.toggle("show-ci", state.show.includes("ci"));
    this.table.classList.toggle("show-chance", state.show.includes("chance"));
  }

  /** The columns of every row, and how many of them the heads of groups of columns span. */
  span(detailed) {
    const shown = this.columns.filter((column) => column.shown);
    const widths = shown.map((column) => mub.widthOf(column, detailed));
    this.table.style.setProperty("--columns", widths.map((width) => `minmax(${width}rem, ${width}fr)`).join(" "));
    this.table.style.setProperty("--least", `${widths.reduce((sum, width) => sum + width, 0)}rem`);
    for (const cell of this.table.querySelectorAll("[data-spans]")) {
      const keys = cell.dataset.spans.split(" ");
      const wide = shown.filter((column) => keys.includes(column.key) || keys.includes(column.kind)).length;
      cell.hidden = wide === 0;
      cell.colSpan = Math.max(wide, 1);
      cell.style.gridColumn = `span ${cell.colSpan}`;
    }
  }

  /** Rows that are laid out as grids are still rows of a table to those who cannot see them. */
  giveRoles() {
    const roles = { TABLE: "table", THEAD: "rowgroup", TBODY: "rowgroup", TR: "row", TD: "cell" };
    const role = (element) => roles[element.tagName] ?? (element.scope.startsWith("col") ? "columnheader" : "rowheader");
    this.table.setAttribute("role", "table");
    for (const element of this.table.querySelectorAll("thead, tbody, tr, th, td")) element.setAttribute("role", role(element));
  }
};

const WIDTHS = { rank: 3.25, model: 11, strip: 7.5, lift: 3.75, labels: 3.75, selection: 6.25, extractor: 9, signature: 30 };
const NARROW = { rank: 3.5, model: 9.5, strip: 9 };

/** Least width of a column in rem; wider columns take more of what room is left. */
mub.widthOf = ({ key, kind, title }, detailed) => {
  if (kind) return Math.max(detailed ? 5.9 : 4.2, kind === "fine-grained" ? 6.1 : 0, 0.5 * title.length + 1.1);
  return (matchMedia("(max-width: 44rem)").matches && NARROW[key]) || WIDTHS[key] || 7.5;
};

/** Whether a number of parameters, in billions, lies in a range such as `2-8`, `-2` or `8-`; `unknown` is one too. */
mub.inSize = (billions, range) => {
  if (range === "unknown") return Number.isNaN(billions);
  const [from, to] = range.split("-");
  return billions >= Number(from || 0) && billions < Number(to || Infinity);
};
