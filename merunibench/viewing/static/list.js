// The list of samples: selection, order, and rendering of the visible rows.
"use strict";
{
  const ROW = 58;
  let order = [];
  let haystacks = null;
  let texts = null;

  const list = () => document.getElementById("list");
  const column = () => mub.index.columns;

  /** The indices of the listed samples, in order. */
  mub.listed = () => order;

  const haystack = (place) => {
    if (!haystacks) {
      const { words, datasets, columns } = mub.index;
      const say = (labels) => (labels ?? []).map((word) => words[word]).join(" ");
      haystacks = columns.name.map((name, at) =>
        [name, datasets[columns.dataset[at]].title, say(columns.truth[at]), ...columns.models.map((model) => say(model.labels[at]))]
          .join("\n").toLowerCase());
    }
    return haystacks[place];
  };

  /** Load the answers for searching. */
  mub.loadTexts = async () => {
    if (texts) return;
    const { part, columns } = mub.index;
    const parts = Array.from({ length: Math.ceil(columns.name.length / part) }, (_, number) => `samples-${number}`);
    const found = [];
    for (const name of parts) {
      for (const sample of await mub.load(name)) {
        found.push([sample.subtitle, ...sample.models.map((model) => model?.answer?.text)].filter(Boolean).join("\n").toLowerCase());
      }
    }
    texts = found;
  };

  const has = (set, sector) => mub.index.sets[set].includes(sector);

  /** Whether an answer is part of a confusion: `said` predicted wrongly while `true` was missed; "" for no wrong prediction. */
  const isConfused = (truth, said, pair) => {
    if (!has(truth, pair.true) || has(said, pair.true)) return false;
    const wrong = mub.index.sets[said].filter((sector) => !has(truth, sector));
    return pair.said < 0 ? wrong.length === 0 : wrong.includes(pair.said);
  };

  /** Turn a state into a predicate on samples. */
  const question = (state) => {
    const { sectors, words, datasets, columns } = mub.index;
    const wanted = datasets.findIndex((dataset) => dataset.id === state.dataset);
    const truth = words.indexOf(state.truth);
    const models = state.model === "" ? columns.models : [columns.models[Number(state.model)]].filter(Boolean);
    const [axis, ...rest] = state.sector.split(":");
    const sector = sectors.indexOf(rest.join(":"));
    const pair = state.true === "" ? null : { axis: Number(state.axis) || 0, true: sectors.indexOf(state.true), said: state.said === "" ? -1 : sectors.indexOf(state.said) };
    const q = state.q.toLowerCase().trim();
    const inScore = { zero: (score) => score === 0, half: (score) => score !== null && score < 0.5, full: (score) => score === 1, none: (score) => score === null };
    const fits = inScore[state.score];
    return (at) =>
      (state.dataset === "" || columns.dataset[at] === wanted) &&
      (state.truth === "" || columns.truth[at].includes(truth)) &&
      (!fits || models.some((model) => model.state[at] !== null && fits(model.score[at]))) &&
      (state.sector === "" || models.some((model) => has(model.sectors[at][axis] ?? 0, sector))) &&
      (!pair || models.some((model) => model.state[at] !== null && isConfused(columns.sectors[at][pair.axis], model.sectors[at][pair.axis], pair))) &&
      (state.unknown === "" || models.some((model) => model.unknown[at] > 0)) &&
      (state.failed === "" || models.some((model) => model.state[at] > 0)) &&
      (state.differ === "" || disagrees(at)) &&
      (q === "" || haystack(at).includes(q) || (state.deep !== "" && texts !== null && texts[at].includes(q)));
  };

  /** Whether the models predict different sectors. */
  const disagrees = (at) => {
    const said = column().models.filter((model) => model.state[at] !== null).map((model) => model.sectors[at].join());
    return said.some((sets) => sets !== said[0]);
  };

  const extreme = (at, key, best, start) => {
    let found = start;
    for (const model of column().models) if (model[key][at] !== null) found = best(found, model[key][at]);
    return found;
  };
  const spread = (at) => extreme(at, "score", Math.max, 0) - extreme(at, "score", Math.min, 1);

  const KEYS = {
    cost: (at) => -extreme(at, "cost", Math.max, -1e9),
    score: (at) => extreme(at, "score", Math.min, 2),
    differ: (at) => -spread(at),
    name: (at) => column().name[at],
    order: (at) => at,
  };

  /** List the samples that match a state. */
  mub.filter = (state) => {
    const asks = question(state);
    const key = KEYS[state.sort] ?? KEYS.cost;
    const found = [];
    for (let at = 0; at < column().name.length; at += 1) if (asks(at)) found.push([key(at), at]);
    found.sort(([a, i], [b, j]) => (a < b ? -1 : a > b ? 1 : i - j));
    order = found.map(([, at]) => at);
    document.getElementById("rows").style.height = `${order.length * ROW}px`;
    mub.drawRows(true);
  };

  const labelsOf = (at, model) => {
    const { words, columns, states } = mub.index;
    const given = columns.models[model];
    if (given.state[at] === null) return "not in these predictions";
    if (given.state[at] > 0) return states[given.state[at]];
    // Polarities and classes are sets of one name on one axis; they are shown if there are no labels.
    const sets = given.sectors[at];
    const name = sets.length === 1 ? mub.index.sets[sets[0]].map((sector) => mub.index.sectors[sector]).join(", ") : "";
    return given.labels[at]?.map((word) => words[word]).join(", ") || name || "–";
  };

  const row = (number) => {
    const { words, datasets, columns } = mub.index;
    const at = order[number];
    const isOpen = at === mub.opened;
    const scores = columns.models.map((model) => mub.el("span", { class: model.score[at] === 0 ? "score zero" : "score" }, mub.percent(model.score[at])));
    const said = columns.models.map((_, model) => labelsOf(at, model)).join(" | ");
    const element = mub.el("div", { role: "option", id: `row-${at}`, "aria-selected": String(isOpen), "aria-posinset": number + 1, "aria-setsize": order.length, onclick: () => mub.open(at) },
      mub.el("div", { class: "first" }, mub.el("b", {}, columns.name[at]), mub.el("span", { class: "dim" }, datasets[columns.dataset[at]].title), mub.el("span", { class: "scores" }, scores)),
      mub.el("div", { class: "second" }, mub.el("span", { class: "dim" }, "true "), columns.truth[at].map((word) => words[word]).join(", ") || "–", mub.el("span", { class: "dim" }, " said "), said));
    element.style.top = `${number * ROW}px`;
    return element;
  };

  /** Draw the visible rows, and a few more. */
  mub.drawRows = () => {
    const box = list();
    const first = Math.max(0, Math.floor(box.scrollTop / ROW) - 5);
    const last = Math.min(order.length, Math.ceil((box.scrollTop + box.clientHeight) / ROW) + 5);
    const rows = [];
    for (let number = first; number < last; number += 1) rows.push(row(number));
    document.getElementById("rows").replaceChildren(...rows);
    const isSeen = rows.some((element) => element.id === `row-${mub.opened}`);
    if (isSeen) box.setAttribute("aria-activedescendant", `row-${mub.opened}`);
    else box.removeAttribute("aria-activedescendant");
  };

  /** Scroll the open sample into view. */
  mub.reveal = () => {
    const number = order.indexOf(mub.opened);
    const box = list();
    if (number < 0) return;
    const top = number * ROW;
    if (top < box.scrollTop) box.scrollTop = top;
    else if (top + ROW > box.scrollTop + box.clientHeight) box.scrollTop = top + ROW - box.clientHeight;
  };

  /** The sample this many positions further in the list; the first if none of them is open. */
  mub.neighbour = (step) => {
    const number = order.indexOf(mub.opened);
    return number < 0 ? order[0] : order[Math.min(Math.max(number + step, 0), order.length - 1)];
  };

  const cell = (value) => {
    const text = String(value ?? "");
    const safe = /^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text; // untrusted text must not become a formula
    return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };

  /** The list as CSV. */
  mub.csv = () => {
    const { words, datasets, columns, models, states } = mub.index;
    const heads = models.flatMap((model) => [`${model}: labels`, `${model}: score`, `${model}: cost`, `${model}: unknown words`, `${model}: state`]);
    const lines = order.map((at) => [
      datasets[columns.dataset[at]].id, columns.name[at], columns.truth[at].map((word) => words[word]).join("; "),
      ...columns.models.flatMap((model) => [
        model.labels[at]?.map((word) => words[word]).join("; "), model.score[at], model.cost[at], model.unknown[at], states[model.state[at]] ?? "",
      ]),
    ]);
    return [["dataset", "name", "truth", ...heads], ...lines].map((line) => line.map(cell).join(",")).join("\r\n") + "\r\n";
  };
}
