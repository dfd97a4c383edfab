// The leaderboard's page: controls -> state -> address, table and figures. The state is stored only in the address.
"use strict";
(() => {
  const form = document.getElementById("controls");
  const announce = document.getElementById("announce");
  const count = document.getElementById("count");
  const fold = document.getElementById("fold");
  const scroll = document.querySelector("#board .scroll");
  const ROW = 40; // at least so many pixels high
  const screenful = () => Math.ceil(innerHeight / ROW);
  const table = new mub.Table(document.getElementById("board"));
  let state;

  // A button in the heading of every sortable column.
  for (const column of table.columns.filter((each) => each.sortable)) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...column.th.childNodes);
    button.addEventListener("click", () => sortBy(column));
    column.th.append(button);
  }

  const sortBy = (column) => {
    const now = column.th.getAttribute("aria-sort");
    const descending = now === "none" ? !column.ascending : now === "ascending";
    change({ sort: `${descending ? "-" : ""}${column.key}` });
  };

  /** Each view is a history entry; consecutive letters typed into the search form one view. */
  const change = (changes) => {
    const before = mub.writeHash(state);
    state = { ...state, ...changes };
    const hash = mub.writeHash(state);
    if (hash !== before) {
      const former = mub.readHash(before);
      const typed = former.q && state.q && mub.writeHash({ ...state, q: former.q }) === before;
      history[typed ? "replaceState" : "pushState"](null, "", hash ? `#${hash}` : location.pathname + location.search);
    }
    apply();
  };

  /** Update the page to show the state. */
  const apply = () => {
    table.choose(state);
    const order = table.sort(state);
    const shown = table.filter(state);
    const first = shown.slice(0, screenful());
    table.place(scroll.scrollTop > 0 ? table.rows : first);
    table.narrow(state);
    mub.scaleStrips(table);
    mub.decorate(table, first);
    const total = table.rows.length;
    count.textContent = `${shown.length === total ? total : `${shown.length} of ${total}`} ${total === 1 ? "row" : "rows"}, ${order}`;
    announce.textContent = `${count.textContent}.`;
    const open = state.open.split(" ");
    for (const button of table.table.querySelectorAll("[data-open]")) button.setAttribute("aria-expanded", String(open.includes(button.dataset.open)));
    mub.showCompared(table, state);
    fill();
    later();
  };

  let waiting = 0;
  /** After the first rows are shown, the others are sorted and get ranks and interval plots. */
  const later = () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      table.place(table.rows);
      mub.decorate(table, table.shown);
      table.sayGaps();
      standBack();
    }, 120);
  };

  /** Rows that are filtered out are dimmed in the figures; nothing is redrawn, so the scales stay the same. */
  const standBack = () => {
    const shown = new Set(table.shown.map((row) => row.id));
    for (const element of document.querySelectorAll("#figures [data-id]")) element.classList.toggle("back", !shown.has(element.dataset.id));
    for (const panel of document.querySelectorAll("#panels [data-kind]")) panel.hidden = Boolean(state.task) && panel.dataset.kind !== state.task;
  };

  /** Update the controls to show the state. */
  const fill = () => {
    for (const control of form.elements) {
      const { name, type, value } = control;
      if (name === "cols") control.checked = table.column(value)?.shown ?? false;
      else if (name === "show") control.checked = state.show.split(" ").includes(value);
      else if (type === "checkbox") control.checked = state[name] === value;
      else if (name === "lexicon") control.value = state.lexicon || control.options[0]?.value;
      else if (name in state && control.value !== state[name]) control.value = state[name];
    }
  };

  /** The state of the controls; columns are included only if they differ from the initial ones. */
  const read = (changed) => {
    const data = new FormData(form);
    const said = {};
    for (const key of ["q", "mod", "size", "task", "reported", "by", "sets"]) said[key] = data.get(key) ?? "";
    said.lexicon = form.elements.lexicon.selectedIndex > 0 ? data.get("lexicon") : "";
    said.complete = data.get("complete") ?? "";
    said.baselines = data.get("baselines") ?? "";
    said.show = data.getAll("show").join(" ");
    if (changed.name === "cols") {
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
    change({ ...mub.START, lexicon: state.lexicon });
  });
  addEventListener("hashchange", () => {
    if (!mub.isState(location.hash)) return;
    state = mub.readHash(location.hash);
    apply();
  });
  fold.addEventListener("click", () => fold.setAttribute("aria-expanded", String(!form.classList.toggle("folded"))));
  table.table.addEventListener("change", (event) => {
    if (!event.target.matches(".pick")) return;
    const { id } = event.target.closest("tr").dataset;
    const others = state.pick.split(" ").filter((each) => each && each !== id);
    change({ pick: (event.target.checked ? [...others, id] : others).join(" ") });
  });
  document.getElementById("unpick").addEventListener("click", () => change({ pick: "" }));
  table.table.addEventListener("click", (event) => {
    const model = event.target.closest("[data-open]")?.dataset.open;
    if (!model) return;
    const open = state.open.split(" ").filter(Boolean);
    change({ open: (open.includes(model) ? open.filter((each) => each !== model) : [...open, model]).join(" ") });
  });
  // The skip link must not replace the state in the address.
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
      mub.decorate(table, table.shown);
      if (name === "link") return mub.copy(location.href, say, "the address of this view");
      const rows = name === "picked" ? mub.picked(table, state) : table.shown;
      const format = mub.formats[name === "picked" ? "latex" : name];
      mub.copy(format(table, rows, name === "picked"), say, `${rows.length} rows as ${name === "picked" ? "LaTeX" : button.textContent.trim()}`);
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
  document.documentElement.classList.remove("waiting");
})();
