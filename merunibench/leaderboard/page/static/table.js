// The table: cell texts, sorting, filters and columns. Ranks are part of the page; none is computed here.
"use strict";
window.mub = window.mub ?? {};

/** The first number in a text, `−1.20` as well as `55.65`; NaN if there is none. */
mub.number = (text) => parseFloat(String(text).replaceAll("−", "-").replace(/^[^\d-]+/, ""));

/** All numbers in a text such as `53.41–57.96` or `−1.20 to 3.40`. */
mub.numbers = (text) => (String(text).replaceAll("−", "-").match(/-?\d+(\.\d+)?/g) ?? []).map(Number);

/** Shorten text to about this many characters; Chinese characters count twice, capitals slightly more. */
mub.cut = (text, most) => {
  let room = most;
  let kept = 0;
  for (const letter of text) {
    room -= /[\u1100-\uffdc]/u.test(letter) ? 2 : /[MWmw@%]/.test(letter) ? 1.5 : /[A-Z]/.test(letter) ? 1.2 : 1;
    if (room < 0) return `${text.slice(0, Math.max(1, kept - 1)).trimEnd()}…`;
    kept += letter.length;
  }
  return text;
};

mub.order = new Intl.Collator("en").compare;

const SETS = ["basic", "fine-grained", "sentiment"];

mub.Table = class {
  constructor(section) {
    this.section = section;
    this.title = section.querySelector("h2").textContent;
    this.table = section.querySelector("table.results");
    this.columns = [...this.table.tHead.rows[0].cells].map((th, index) => ({
      index,
      th,
      key: th.dataset.col,
      title: th.querySelector(".head").textContent.trim(),
      under: th.querySelector("small")?.textContent.trim() ?? "",
      kind: th.dataset.group ?? "",
      board: th.dataset.board ?? "",
      role: th.dataset.role ?? "",
      ticks: (th.dataset.ticks ?? "").split(" ").map(Number),
      numeric: th.dataset.sort === "number",
      ascending: th.dataset.sort !== "number",
      sortable: Boolean(th.dataset.sort),
      shown: !th.hidden,
    }));
    this.strict = this.columns.some((column) => column.role === "strict");
    this.official = this.columns.find((column) => column.key === "official")?.board ?? "";
    this.by = this.strict ? "strict" : "official";
    this.shownAtStart = [...new Set(this.columns.filter((column) => column.shown).map((column) => column.key))];
    this.bodies = [...this.table.tBodies];
    this.body = Object.fromEntries(this.bodies.map((body) => [body.dataset.group, body]));
    this.rows = this.bodies.flatMap((body) => [...body.rows].filter((tr) => tr.dataset.id).map((tr) => this.row(tr, body)));
    this.natural = [...this.rows];
    this.pattern = section.querySelector("template").content.firstElementChild;
    this.tellApart();
    this.giveRoles();
    this.first = this.column(section.dataset.focus) ?? this.column("official") ?? this.columns[1];
    this.focus = this.first;
    for (const row of this.rows) row.placed = this.first;
  }

  row(tr, body) {
    const { id, origin, ranked, later, unstated, complete, modalities, params, parent = "" } = tr.dataset;
    const name = tr.querySelector(".name").textContent;
    const words = `${name} ${tr.dataset.words ?? ""}`.toLowerCase();
    return {
      tr, body, id, origin, name, words, modalities, parent,
      ranked: ranked === "1", later: later === "1", unstated: unstated === "1", complete: complete === "1", params: parseFloat(params), values: [],
    };
  }

/** Rows that share a name are also named by how the checkpoint was chosen, if there was a choice. */
  tellApart() {
    const { index } = this.columns.find((column) => column.key === "selection");
    const often = (name) => this.rows.filter((row) => row.name === name).length > 1;
    const own = (name) => this.rows.filter((row) => row.name === name && row.origin !== "reported").length;
    for (const row of this.rows) {
      const chosen = row.tr.cells[index].textContent;
      const how = row.origin === "reported" ? "published" : chosen === "single" && own(row.name) === 1 ? "" : chosen;
      row.full = how && often(row.name) && row.origin === "computed" ? `${row.name}, ${how}` : row.name;
      row.label = how && often(row.name) ? `${mub.cut(row.name, 14)}, ${how}` : row.name;
    }
  }

/** Whether a column's board is shown: for official boards, that of the lexicon; otherwise, that of the protocol. */
  inView(column) {
    if (!column.board || (column.kind === "mean" && column.role === "strict")) return true;
    if (column.role === "official" && column.board !== this.official) return false;
    return column.kind === "mean" || column.role === this.by;
  }

  column(key) {
    return this.columns.find((column) => column.key === key && this.inView(column));
  }

  /** Choose the boards whose scores are shown. */
  choose(state) {
    const said = document.querySelector(`select[name=lexicon] option[value="${CSS.escape(state.lexicon)}"]`);
    this.official = said?.dataset.board ?? this.columns.find((column) => column.key === "official")?.board ?? "";
    this.by = state.by === "official" || !this.strict ? "official" : "strict";
  }

  /** The sort key of a cell: a number, or text in lower case; null if empty. */
  value(row, column) {
    if (!(column.index in row.values)) {
      const cell = row.tr.cells[column.index];
      const text = (column.key === "model" ? row.name : cell.firstChild?.textContent.trim()) ?? "";
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
    return { value, low, high, chance: mub.numbers(cell.dataset.chance ?? "")[0] ?? null };
  }

  /** Describe the scores shown in a sentence. */
  get caption() {
    const strict = this.columns.find((column) => column.role === "strict");
    const official = this.column("official");
    const parts = [strict && `strict scores (${strict.board.replace("strict-", "lexicon ")})`, official && `official scores (lexicon ${official.under})`];
    const tasks = this.columns.some((column) => column.shown && column.kind !== "mean" && column.kind) ? `; tasks and data sets: ${this.by}` : "";
    return `MER-UniBench, ${parts.filter(Boolean).join(" and ")}, percent${tasks}. Only rows with a place are ranked.`;
  }

  /** The data sets under the current protocol. */
  sets() {
    return this.columns.filter((column) => SETS.includes(column.kind) && this.inView(column));
  }

  /**
   * Order the rows by a column, empty cells last; `sort` is a key, with `-` before it for descending. The score that
   * the table is sorted by is the one whose places and intervals it shows; rows without that score stand apart.
   */
  sort({ sort, task }) {
    const start = (task && this.column(task)) || this.column(this.first.key) || this.first;
    const asked = this.column(sort.replace(/^-/, ""));
    const column = asked?.sortable ? asked : start;
    const descending = column === asked ? sort.startsWith("-") : !column.ascending;
    this.focus = column.kind ? column : start;
    this.rows = this.ordered(column, descending);
    for (const row of this.rows) row.body = this.value(row, this.focus) === null ? this.body.others : this.body.scored;
    const direction = descending ? "descending" : "ascending";
    for (const each of this.columns) {
      if (each.sortable) each.th.setAttribute("aria-sort", each === column ? direction : "none");
    }
    return `by ${column.title}${column.under ? ` (${column.under})` : ""}, ${direction}`;
  }

  /**
   * Put rows first in their bodies, in their order, where they are not yet. A row that is moved is styled anew, all of
   * it: therefore those in sight come first, and with them what stands in a wrong body.
   */
  place(rows) {
    const astray = this.rows.filter((row) => row.tr.parentNode !== row.body && !rows.includes(row));
    for (const body of [this.body.scored, this.body.others]) {
      const own = [...rows, ...astray].filter((row) => row.body === body).map((row) => row.tr);
      const from = body.rows[0]?.dataset.id ? 0 : 1;
      if (own.every((tr, index) => body.rows[from + index] === tr)) continue;
      if (from && body.rows.length) body.rows[0].after(...own);
      else body.prepend(...own);
    }
  }

  /** The rank of a row in the current column, from the page: rank, and ranks that the tests cannot exclude. */
  showPlace(row) {
    if (row.placed === this.focus) return;
    const [place = "", span = "", band = "0"] = (row.tr.cells[this.focus.index].dataset.r ?? "").split("|");
    const cell = row.tr.cells[0];
    const small = span ? [Object.assign(document.createElement("small"), { textContent: span })] : [];
    cell.replaceChildren(...[...cell.querySelectorAll("input")], place, ...small);
    row.tr.classList.toggle("band", band % 2 === 1);
    row.tr.cells[row.placed.index].classList.remove("focus");
    row.tr.cells[this.focus.index].classList.add("focus");
    row.placed = this.focus;
  }

  /** Set the tooltip of each cell in the current column to its distance from the row above. */
  sayGaps() {
    for (const cell of this.gaps ?? []) cell.removeAttribute("title");
    this.gaps = [];
    for (const [index, row] of this.shown.entries()) {
      const [own, above] = [row, this.shown[index - 1]].map((each) => each && this.value(each, this.focus));
      if (own == null || above == null) continue;
      const gap = (own - above).toFixed(2);
      const cell = row.tr.cells[this.focus.index];
      cell.title = `${own < above ? gap.replace("-", "−") : `+${gap}`} to the row above`;
      this.gaps.push(cell);
    }
  }

  ordered(column, descending) {
    const sign = descending ? -1 : 1;
    const key = new Map(this.natural.map((row) => [row, this.value(row, column)]));
    const place = new Map(this.natural.map((row, index) => [row, index]));
    return [...this.natural].sort((a, b) => {
      const [x, y] = [key.get(a), key.get(b)];
      if (x === null || y === null) return (x === null) - (y === null) || place.get(a) - place.get(b);
      return sign * (column.numeric ? x - y : mub.order(x, y)) || place.get(a) - place.get(b);
    });
  }

  /** Hide the rows that a state filters out, and empty table bodies. Return the remaining rows. */
  filter(state) {
    const words = state.q.toLowerCase().split(/\s+/).filter(Boolean);
    const open = state.open.split(" ");
    const copied = (row) =>
      state.reported === "all" ||
      (state.reported === "paper" && (row.parent ? open.includes(row.parent) : !row.later));
    const stays = (row) =>
      words.every((word) => row.words.includes(word)) &&
      (!state.mod || row.modalities === state.mod) &&
      (!state.size || mub.inSize(row.params, state.size)) &&
      (!state.complete || row.complete) &&
      (row.origin !== "baseline" || state.baselines === "1") &&
      (row.origin !== "reported" || copied(row)) &&
      (row.origin !== "computed" || !row.parent || state.reported === "all" || open.includes(row.parent));
    for (const row of this.rows) row.tr.hidden = !stays(row);
    this.shown = this.bodies.flatMap((body) => this.rows.filter((row) => row.body === body && !row.tr.hidden));
    for (const body of this.bodies) body.hidden = !this.shown.some((row) => row.body === body);
    this.body.empty.hidden = this.shown.length > 0;
    return this.shown;
  }

  /** Show the columns of a state: those it names or the initial ones, for the current boards, perhaps for one task. */
  narrow(state) {
    const wanted = new Set(state.cols ? state.cols.split(" ") : this.shownAtStart);
    const rows = [this.table.tHead.rows[0], ...this.rows.map((row) => row.tr)];
    for (const column of this.columns) {
      const set = SETS.includes(column.kind);
      const asked = wanted.has(column.key) || (set && (state.sets === "1" || (!state.cols && column.kind === state.task)));
      const ofTask = !state.task || (set ? column.kind === state.task : column.kind !== "task" || column.key === state.task);
      const shown = column.key === "model" || (asked && ofTask && this.inView(column));
      if (column.shown === shown) continue;
      column.shown = shown;
      for (const tr of rows) tr.cells[column.index].hidden = !shown;
    }
    this.table.classList.toggle("show-ci", state.show.includes("ci"));
    this.table.classList.toggle("show-chance", state.show.includes("chance"));
  }

  /** Rows laid out as boxes keep the table roles for screen readers. */
  giveRoles() {
    const roles = { TABLE: "table", THEAD: "rowgroup", TBODY: "rowgroup", TR: "row", TD: "cell" };
    const role = (element) => roles[element.tagName] ?? (element.scope.startsWith("col") ? "columnheader" : "rowheader");
    this.table.setAttribute("role", "table");
    for (const element of this.table.querySelectorAll("thead, tbody, tr, th, td")) element.setAttribute("role", role(element));
  }
};

/** Whether a number of parameters, in billions, is in a range such as `2-8`, `-2` or `8-`, or matches `unknown`. */
mub.inSize = (billions, range) => {
  if (range === "unknown") return Number.isNaN(billions);
  const [from, to] = range.split("-");
  return billions >= Number(from || 0) && billions < Number(to || Infinity);
};
