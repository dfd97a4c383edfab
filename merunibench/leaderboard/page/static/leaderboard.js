// The leaderboard's page: controls -> state -> address and table -> figures. The address is the only memory.
"use strict";
(() => {
  const form = document.getElementById("controls");
  const announce = document.getElementById("announce");
  const count = document.getElementById("count");
  const tables = new Map([...document.querySelectorAll("section.board")].map((section) => [section.dataset.board, section]));
  const built = new Map();
  const SCREENFUL = 40;
  const first = tables.keys().next().value;
  let state;

  const tableOf = (key) => {
    const name = tables.has(key) ? key : first;
    if (!built.has(name)) built.set(name, prepare(new mub.Table(tables.get(name))));
    return built.get(name);
  };

  /** Put a button into the head of every column that can be sorted. */
  const prepare = (table) => {
    for (const column of table.columns.filter((each) => each.sortable)) {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...column.th.childNodes);
      button.addEventListener("click", () => sortBy(table, column));
      column.th.append(button);
    }
    return table;
  };

  const sortBy = (table, column) => {
    const now = column.th.getAttribute("aria-sort");
    const descending = now === "none" ? !column.ascending : now === "ascending";
    change({ sort: `${descending ? "-" : ""}${column.key}` });
  };

  const change = (changes) => {
    state = { ...state, ...changes };
    const hash = mub.writeHash(state);
    history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search);
    apply();
  };

  /** Make the page show the state. */
  const apply = () => {
    const table = tableOf(state.table);
    for (const [key, section] of tables) section.hidden = key !== table.key;
    const order = table.sort(state.sort);
    const shown = table.filter(state);
    table.narrow(state);
    mub.scaleStrips(table);
    mub.decorate(table, shown.slice(0, SCREENFUL));
    const total = table.rows.length;
    count.textContent = `${shown.length === total ? total : `${shown.length} of ${total}`} ${total === 1 ? "row" : "rows"}${order ? `, ${order}` : ""}`;
    announce.textContent = `${table.title}: ${count.textContent}.`;
    fill(table);
    later(table);
  };

  let waiting = 0;
  /** When the first rows stand, the others get their ranks and strips, and the figures are drawn. */
  const later = (table) => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      mub.decorate(table, table.shown);
      for (const [name, draw] of [["scatter", mub.drawScatter], ["multiples", mub.drawMultiples], ["matrix", mub.drawMatrix]]) {
        draw(document.getElementById(name), table);
      }
    }, 120);
  };

  /** Controls show the state. */
  const fill = (table) => {
    for (const control of form.elements) {
      const { name, type, value } = control;
      if (name === "cols") control.checked = table.column(value)?.shown ?? false;
      else if (name === "show") control.checked = state.show.split(" ").includes(value);
      else if (name === "table") control.checked = value === table.key;
      else if (type === "checkbox") control.checked = state[name] === value;
      else if (name in state && control.value !== state[name]) control.value = state[name];
    }
  };

  /** The state that the controls say; columns are named only where they differ from those shown at the start. */
  const read = (changed) => {
    const data = new FormData(form);
    const said = {};
    for (const key of ["q", "mod", "size", "task", "reported"]) said[key] = data.get(key) ?? "";
    said.complete = data.get("complete") ?? "";
    said.baselines = data.get("baselines") ?? "";
    said.show = data.getAll("show").join(" ");
    said.table = data.get("table") === first ? "" : data.get("table");
    if (changed.name === "cols") {
      const table = tableOf(state.table);
      const start = table.shownAtStart.filter((key) => key !== "model");
      const chosen = data.getAll("cols").join(" ");
      said.cols = chosen === start.join(" ") ? "" : chosen || "model";
    }
    return said;
  };

  form.addEventListener("input", (event) => change(read(event.target)));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    change({ ...mub.START, table: state.table });
  });
  addEventListener("hashchange", () => {
    if (!mub.isState(location.hash)) return;
    state = mub.readHash(location.hash);
    apply();
  });
  // The skip link must not take the place of the state in the address.
  document.querySelector(".skip").addEventListener("click", (event) => {
    event.preventDefault();
    document.getElementById("main").focus();
  });
  for (const button of document.querySelectorAll("[data-copy]")) {
    const name = button.dataset.copy;
    const say = (text) => {
      announce.textContent = text;
      count.textContent = text;
    };
    button.addEventListener("click", () => {
      const table = tableOf(state.table);
      mub.decorate(table, table.shown);
      const text = name === "link" ? location.href : mub.formats[name](table);
      mub.copy(text, say, name === "link" ? "the address of this view" : `${table.shown.length} rows as ${button.textContent.trim()}`);
    });
  }
  for (const menu of document.querySelectorAll("details.menu")) {
    document.addEventListener("click", (event) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  }

  state = mub.readHash(location.hash);
  apply();
})();
