// One sample: its clip, the truth, and for each model the marked answer, the wheels, hits, and the mapping of each word.
"use strict";
{
  const LEGEND = [
    ["taken", "a label"], ["repeated", "said again"], ["denied", "denied"], ["another person", "about another person"],
    ["cue", "only a cue"], ["dropped", "weighs too little"], ["not felt", "not a feeling"],
  ];

  const media = (sample) => {
    const { video, audio } = sample.media;
    if (!video && !audio) return mub.el("p", { class: "note" }, "No clip found for this sample; give --clips DIR or --data-root DIR.");
    const address = video ?? audio;
    const player = mub.el(video ? "video" : "audio", { src: address, controls: true, preload: "metadata", id: "player", "aria-label": "The clip" });
    const note = mub.el("p", { class: "note", role: "status" });
    player.addEventListener("error", () => { note.textContent = "This browser cannot play the file."; });
    return mub.el("div", { class: "clip" }, player, note, mub.soundOf(player, audio ?? video));
  };

  const sectorsOf = (said) => (Array.isArray(said) ? said : said === null || said === undefined ? [[]] : [[said]]);

  /** The truth on each axis; a value is a polarity. */
  const trueSectors = (row) =>
    typeof row.truth === "number" ? [[row.truth > 0 ? "positive" : row.truth < 0 ? "negative" : "neutral"]] : sectorsOf(row.truth);

  const hitsTable = (axes, row, truth, said, name) => {
    const hits = Array.isArray(row.hits) ? row.hits : [row.hits];
    const lines = axes.map((axis, number) => mub.el("tr", {},
      mub.el("th", { scope: "row" }, axis.title),
      ...[truth, said].map((sets) => mub.el("td", {}, sets[number]?.join(", ") || "–")),
      mub.el("td", { class: "n" }, hits[number] === null || hits[number] === undefined ? "not scored" : String(hits[number]))));
    return mub.el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": `Hits by wheel, ${name}` }, mub.el("table", { class: "hits" },
      mub.el("thead", {}, mub.el("tr", {}, ["", "True", "Said", "Hits"].map((head, at) => mub.el(head ? "th" : "td", { scope: head ? "col" : null, class: at === 3 ? "n" : null }, head)))),
      mub.el("tbody", {}, lines)));
  };

  const wayTable = (way) => {
    const steps = way.steps.map((step) => `${step.name}: ${step.words.join(", ") || "none"}`).join(" → ");
    const lines = way.wheels.map((path) => mub.el("tr", {},
      mub.el("th", { scope: "row" }, `Wheel ${path.wheel}`), mub.el("td", {}, path.sector ?? "none"),
      mub.el("td", {}, [path.decided_by, path.reason].filter(Boolean).join(": "))));
    const hints = way.suggestions.length ? `${way.problem}; similar spelling: ${way.suggestions.join(", ")}` : way.problem;
    return [hints ? mub.el("p", { class: "note" }, hints) : null, steps ? mub.el("p", { class: "note" }, steps) : null,
      mub.el("table", {}, mub.el("tbody", {}, lines))];
  };

  const word = (label) => {
    const body = mub.el("div", { class: "way" });
    const fold = mub.el("details", {}, mub.el("summary", {}, label), body);
    fold.addEventListener("toggle", async () => {
      if (!fold.open || body.hasChildNodes()) return;
      try {
        const way = await mub.wayOf(label);
        body.replaceChildren(...(way ? wayTable(way).filter(Boolean) : [mub.el("p", { class: "note" }, "unknown word")]));
      } catch (error) {
        body.replaceChildren(mub.el("p", { class: "note" }, error.message));
      }
    });
    return fold;
  };

  const answer = (model) => {
    if (!model.answer) return mub.el("p", { class: "note" }, "These results do not contain the text of this answer.");
    const { text, length, form, lost, labels } = model.answer;
    const notes = [];
    const shown = Array.from(text).length;
    if (length > shown) notes.push(`The first ${shown.toLocaleString("en")} of ${length.toLocaleString("en")} characters.`);
    if (lost) notes.push(`${mub.plural(lost, "word")} found by the rules could not be located in the text.`);
    if (model.labels_from === "given") notes.push(`The labels came with the predictions; the marks are what the rules find in the text: ${labels.join(", ") || "nothing"}.`);
    if (form) notes.push(`Read as ${form === "list" || form === "description" ? `a ${form}` : `text in ${form}`}.`);
    return mub.el("div", {}, mub.marked(model.answer), mub.el("p", { class: "note" }, notes.join(" ")));
  };

  const ofModel = (name, model, dataset) => {
    if (!model) return mub.el("section", { class: "model" }, mub.el("h3", {}, name), mub.el("p", { class: "note" }, "has no score on this data set"));
    const truth = trueSectors(model.row);
    const said = sectorsOf(model.row.predicted);
    const cost = model.cost === null ? "" : ` · without it the score would be ${Math.abs(100 * model.cost).toFixed(3)} points ${model.cost >= 0 ? "higher" : "lower"}`;
    const state = model.state === "ok" ? "" : ` · ${model.state}${model.error ? `: ${model.error}` : ""}`;
    const labels = model.labels ?? [];
    return mub.el("section", { class: "model" },
      mub.el("h3", {}, name),
      mub.el("p", { class: "note" }, `sample score ${mub.percent(model.score)}${cost}${state}`),
      answer(model),
      mub.el("div", { class: "looks" },
        dataset.axes.length ? mub.el("figure", {}, mub.wheels(dataset.axes, truth, said)) : null,
        mub.el("div", {}, hitsTable(dataset.axes, model.row, truth, said, name),
          labels.length ? mub.el("div", { class: "words" }, mub.el("h4", {}, "Mapping of each label"), labels.map(word)) : null)),
      mub.el("p", { class: "signature" }, mub.el("code", {}, model.row.signature)));
  };

  /** Draw a sample into the page; late results are discarded. */
  mub.drawSample = async (place) => {
    const box = document.getElementById("sample");
    let sample;
    try {
      sample = await mub.sampleAt(place);
    } catch (error) {
      if (place === mub.opened) box.replaceChildren(mub.el("p", { class: "note" }, error.message));
      return;
    }
    if (place !== mub.opened) return;
    const dataset = mub.index.datasets[mub.index.columns.dataset[place]];
    const step = (label, by) => mub.el("button", { type: "button", class: "plain", onclick: () => mub.open(mub.neighbour(by)) }, label);
    box.replaceChildren(
      mub.el("div", { class: "head" }, mub.el("h2", {}, sample.name), mub.el("span", { class: "dim" }, dataset.title), step("Previous", -1), step("Next", 1)),
      media(sample),
      sample.subtitle ? mub.el("blockquote", { dir: "auto" }, sample.subtitle) : mub.el("p", { class: "note" }, "No subtitle."),
      mub.el("p", {}, mub.el("span", { class: "dim" }, "true "), mub.el("strong", {}, sample.truth.join(", ") || "nothing")),
      ...mub.index.models.map((name, at) => ofModel(name, sample.models[at], dataset)),
      mub.el("p", { class: "legend" }, mub.el("span", { class: "dim" }, "In the text: "), LEGEND.map(([fate, words]) => [mub.el("mark", { "data-fate": fate }, words), " "])),
      mub.el("p", { class: "legend" }, mub.el("span", { class: "dim" }, "On the wheels (outer band true, inner band predicted): "),
        ["hit", "missed", "wrong"].map((kind) => mub.el("span", { class: `key ${kind}` }, kind))));
  };
}
