// The first view: how the models score, and the largest losses, one sentence each; clicking a loss lists its samples.
"use strict";
{
  const MOST = 30;

  const scores = () => {
    const { models, datasets } = mub.index;
    const body = datasets.map((dataset) => mub.el("tr", {}, mub.el("th", { scope: "row" }, dataset.title),
      dataset.scores.map((score) => mub.el("td", { class: "n" }, score === null ? "–" : `${(100 * score.score).toFixed(2)} `,
        score === null ? null : mub.el("span", { class: "dim" }, `chance ${(100 * score.chance).toFixed(2)}`)))));
    return mub.el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Scores" }, mub.el("table", {},
      mub.el("thead", {}, mub.el("tr", {}, mub.el("th", { scope: "col" }, "Data set"), models.map((model) => mub.el("th", { scope: "col", class: "n" }, model)))),
      mub.el("tbody", {}, body)));
  };

  const loss = (one, model) => {
    const dataset = mub.index.datasets.find((each) => each.id === one.dataset);
    const state = { ...mub.START, tab: "samples", dataset: one.dataset, model: String(model), axis: String(one.axis), true: one.true, said: one.said };
    const sentence = one.sentence[0].toUpperCase() + one.sentence.slice(1);
    return mub.el("li", {}, mub.el("a", { href: mub.writeHash(state) }, sentence), " ", mub.el("span", { class: "dim" }, `${dataset.title}, ${(100 * one.of_samples).toFixed(1)} % of its samples`));
  };

  mub.drawErrors = () => {
    const box = document.getElementById("losses");
    const { models, losses, warnings } = mub.index;
    box.replaceChildren(
      scores(),
      ...warnings.map((warning) => mub.el("p", { class: "note" }, warning)),
      ...models.flatMap((model, at) => [
        mub.el("h2", {}, model),
        losses[at] === null
          ? mub.el("p", { class: "note" }, "A per-sample file contains no labels; give predictions and --data-root to see confusions.")
          : losses[at].length === 0
            ? mub.el("p", { class: "note" }, "No errors.")
            : mub.el("ol", { class: "losses" }, losses[at].slice(0, MOST).map((one) => loss(one, at))),
      ]));
  };
}
