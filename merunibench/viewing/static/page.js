// Assembles the page: filters, tabs, keys, and the address.
"use strict";
{
  let state = { ...mub.START };
  mub.opened = -1;

  const byId = (id) => document.getElementById(id);

  const field = (label, control) => mub.el("label", { class: "field" }, mub.el("span", {}, label), control);
  const choice = (name, entries) => mub.el("select", { name }, entries.map(([value, text]) => mub.el("option", { value }, text)));
  const tick = (name, label) => mub.el("label", { class: "tick" }, mub.el("input", { type: "checkbox", name }), label);

  const sectorChoice = () => {
    const { datasets } = mub.index;
    const groups = new Map();
    for (const dataset of datasets) {
      dataset.axes.forEach((axis, number) => {
        const title = axis.title === "Answer" ? `Answer, ${dataset.title}` : axis.title;
        const names = groups.get(title) ?? { number, names: new Set() };
        axis.names.forEach((name) => names.names.add(name));
        groups.set(title, names);
      });
    }
    const select = choice("sector", [["", "any"]]);
    for (const [title, { number, names }] of groups) {
      select.append(mub.el("optgroup", { label: title }, [...names].map((name) => mub.el("option", { value: `${number}:${name}` }, name))));
    }
    return select;
  };

  const truthChoice = () => {
    const { words, columns } = mub.index;
    const used = new Set(columns.truth.flat());
    return choice("truth", [["", "any"], ...[...used].map((word) => [words[word], words[word]]).sort(([a], [b]) => (a < b ? -1 : 1))]);
  };

  const drawFilters = () => {
    const { models, datasets } = mub.index;
    const form = byId("filters");
    form.replaceChildren(
      field("Search", mub.el("input", { type: "search", name: "q", placeholder: "name, label" })),
      tick("deep", "in answers and subtitles"),
      field("Data set", choice("dataset", [["", "all"], ...datasets.map((each) => [each.id, each.title])])),
      field("Truth", truthChoice()),
      field("Predicted sector", sectorChoice()),
      field("Model", choice("model", [["", "any"], ...models.map((name, at) => [String(at), name])])),
      field("Score", choice("score", [["", "any"], ["zero", "0"], ["half", "below 50"], ["full", "100"], ["none", "not scored"]])),
      field("Sort by", choice("sort", [["cost", "highest cost"], ["score", "lowest score"], ["differ", "score difference"], ["name", "name"], ["order", "order of the labels"]])),
      models.length > 1 ? tick("differ", "models disagree") : "",
      tick("unknown", "unknown words"),
      tick("failed", "failed or missing"),
      mub.el("button", { type: "button", class: "plain", id: "csv", onclick: download }, "CSV of the list"));
    form.addEventListener("input", (event) => {
      const { name, type, value, checked } = event.target;
      go({ [name]: type === "checkbox" ? (checked ? "1" : "") : value }, true);
    });
    form.addEventListener("submit", (event) => event.preventDefault());
  };

  const download = () => {
    const link = mub.el("a", { download: "samples.csv" });
    link.href = URL.createObjectURL(new Blob([mub.csv()], { type: "text/csv" }));
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  };

  /** Change the state and the address. */
  const go = (change, replaces = false) => {
    const next = mub.writeHash({ ...state, ...change });
    if (replaces) {
      history.replaceState(null, "", next);
      show();
    } else if (location.hash !== next) {
      location.hash = next;
      show(); // now: the event of the new address comes later, possibly after the next key
    }
  };

  /** Open the sample with this index. */
  mub.open = (place) => {
    if (place === undefined) return;
    const { columns, datasets } = mub.index;
    go({ tab: "samples", open: `${datasets[columns.dataset[place]].id}/${columns.name[place]}` }, true);
  };

  const placeOf = (open) => {
    const { columns, datasets } = mub.index;
    const cut = open.indexOf("/");
    const dataset = datasets.findIndex((each) => each.id === open.slice(0, cut));
    const name = open.slice(cut + 1);
    return columns.name.findIndex((each, at) => each === name && columns.dataset[at] === dataset);
  };

  const LISTING = Object.keys(mub.START).filter((key) => key !== "open" && key !== "tab");
  let listed = null;

  const showControls = () => {
    for (const control of byId("filters").elements) {
      if (!(control.name in mub.START)) continue;
      if (control.type === "checkbox") control.checked = state[control.name] !== "";
      else if (control.value !== state[control.name]) control.value = state[control.name];
    }
    const pair = byId("pair");
    pair.hidden = state.true === "";
    const axis = mub.index.datasets.find((each) => each.id === state.dataset)?.axes[Number(state.axis)];
    pair.querySelector("span").textContent = mub.visible(
      `${axis?.title ?? "Answer"}: ${state.true} is true, ${state.said === "" ? "missed without a wrong prediction" : `${state.said} was predicted`}.`);
  };

  const show = () => {
    state = mub.readHash(location.hash);
    for (const tab of ["errors", "samples"]) {
      byId(tab).hidden = (state.tab === "samples" ? "samples" : "errors") !== tab;
      if ((state.tab === "samples") === (tab === "samples")) byId(`tab-${tab}`).setAttribute("aria-current", "page");
      else byId(`tab-${tab}`).removeAttribute("aria-current");
    }
    if (state.tab !== "samples") return;
    showControls();
    const asked = JSON.stringify(LISTING.map((key) => state[key]));
    const before = mub.opened;
    mub.opened = state.open === "" ? -1 : placeOf(state.open);
    if (asked !== listed) {
      listed = asked;
      mub.filter(state);
      byId("count").textContent = `${mub.listed().length.toLocaleString("en")} of ${mub.plural(mub.index.columns.name.length, "sample")}`;
      if (state.deep !== "" && state.q !== "") searchDeep(asked);
    }
    if (mub.opened >= 0 && mub.opened !== before) mub.drawSample(mub.opened);
    else if (mub.opened < 0) byId("sample").replaceChildren(mub.el("p", { class: "note" }, state.open === "" ? "Choose a sample; j and k move, space plays." : `There is no sample ${state.open}.`));
    mub.reveal();
    mub.drawRows();
  };

  /** Search the answers after they are loaded. */
  const searchDeep = async (asked) => {
    try {
      await mub.loadTexts();
    } catch (error) {
      byId("count").textContent = error.message;
      return;
    }
    if (asked !== listed) return;
    mub.filter(state);
    byId("count").textContent = `${mub.listed().length.toLocaleString("en")} of ${mub.plural(mub.index.columns.name.length, "sample")}, answers searched`;
  };

  const onKey = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || byId("samples").hidden) return;
    if (event.target.closest("input, select, textarea, video, audio, summary, button, a")) {
      if (event.key === " " || event.target.closest("input, select, textarea")) return;
    }
    if (event.key === "j" || (event.key === "ArrowDown" && event.target === byId("list"))) mub.open(mub.neighbour(1));
    else if (event.key === "k" || (event.key === "ArrowUp" && event.target === byId("list"))) mub.open(mub.neighbour(-1));
    else if (event.key === " ") {
      const player = byId("player");
      if (!player) return;
      if (player.paused) player.play().catch(() => {});
      else player.pause();
    } else return;
    event.preventDefault();
  };

  const start = async () => {
    try {
      mub.index = await mub.load("index");
    } catch (error) {
      byId("main").append(mub.el("p", {}, error.message));
      return;
    }
    document.title = `${mub.visible(mub.index.models.join(", "))}: samples`;
    drawFilters();
    mub.drawErrors();
    for (const tab of document.querySelectorAll('a[id^="tab-"]')) {
      tab.addEventListener("click", (event) => {
        event.preventDefault();
        location.hash = tab.hash;
        show(); // as in `go`
      });
    }
    byId("list").addEventListener("scroll", () => mub.drawRows(), { passive: true });
    byId("pair").querySelector("button").addEventListener("click", () => go({ true: "", said: "", axis: "" }));
    addEventListener("resize", () => mub.drawRows());
    addEventListener("hashchange", show);
    addEventListener("keydown", onKey);
    show();
    document.documentElement.dataset.ready = "1";
  };

  start();
}
