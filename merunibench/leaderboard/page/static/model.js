// The page of a model: its errors for the chosen table and data set; buttons that copy a listing.
"use strict";
(() => {
  const announce = document.getElementById("announce");
  for (const button of document.querySelectorAll(".listing button")) {
    const say = (text) => {
      announce.textContent = text;
      button.textContent = "Copied";
    };
    button.addEventListener("click", () => mub.copy(button.parentElement.querySelector("pre").textContent, say, button.dataset.what));
  }

  const form = document.getElementById("part");
  if (!form) return;
  const parts = window.mub?.parts; // of `<model>.js`, next to the page

  const element = (name, properties, ...children) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  };

  const table = (caption, heads, rows) => {
    const head = heads.map((text, index) => element("th", { scope: "col", className: index ? "n" : "", textContent: text }));
    const body = rows.map(([first, ...rest]) =>
      element("tr", {}, element("th", { scope: "row", textContent: first }), ...rest.map((text) => element("td", { className: "n", textContent: text }))),
    );
    const made = element("table", { className: "sheet" }, element("caption", { className: "quiet", textContent: caption }), element("thead", {}, element("tr", {}, ...head)), element("tbody", {}, ...body));
    const scroll = element("div", { className: "scroll", tabIndex: 0 }, made);
    scroll.setAttribute("role", "region");
    scroll.setAttribute("aria-label", caption);
    return scroll;
  };

  /** The largest confusions of a wheel: true and predicted, samples, share of the true ones. */
  const largest = ({ rows, columns, counts }, most) =>
    rows
      .flatMap((name, row) => {
        const total = counts[row].reduce((sum, count) => sum + count, 0) || 1;
        return columns.map((said, column) => ({ name, said, count: counts[row][column], share: counts[row][column] / total }));
      })
      .filter(({ name, said, count }) => said !== name && count > 0)
      .sort((a, b) => b.count - a.count)
      .slice(0, most)
      .map(({ name, said, count, share }) => [`${name} → ${said}`, String(Math.round(count)), `${Math.round(100 * share)} %`]);

  const confusion = (each) => {
    const name = each.wheel === null ? "Polarity" : `Wheel ${each.wheel}`;
    const counts = each.rows.map((row, index) => [row, ...each.counts[index].map((count) => String(Math.round(count)))]);
    return element(
      "section", {},
      element("h4", { textContent: name }),
      table(`Most frequent errors, ${name.toLowerCase()}`, ["True → predicted", "Samples", "Of true"], largest(each, 5)),
      element("details", {}, element("summary", { textContent: "All counts" }), table(`Counts, ${name.toLowerCase()}`, ["true", ...each.columns], counts)),
    );
  };

  const oneDecimal = (count) => String(Math.round(10 * count) / 10);

  const words = (title, head, list) => {
    if (!list.length) return [];
    const rows = list.map(({ word, count, total }) => [word, oneDecimal(count), oneDecimal(total)]);
    return [element("section", {}, element("h4", { textContent: title }), table(title, ["Word", head, "Of"], rows))];
  };

  const show = () => {
    const { board, dataset } = Object.fromEntries(new FormData(form));
    const part = parts?.find((each) => each.board === board && each.dataset === dataset);
    const note = document.getElementById("part-note");
    for (const id of ["confusions", "words"]) document.getElementById(id).replaceChildren();
    if (!part) {
      note.textContent = parts ? "Not scored." : "These data could not be loaded.";
      return;
    }
    note.textContent = Object.keys(part.checkpoints).length > 1 ? `Checkpoint ${part.checkpoint}.` : "";
    const title = form.elements.dataset.selectedOptions[0].textContent;
    const { wrong = [], missed = [], unknown = [] } = part.words ?? {};
    document.getElementById("confusions").append(...part.losses.confusions.map(confusion));
    document.getElementById("words").append(
      ...words("Wrong words", "Wrong in", wrong),
      ...words("Missed words", "Missed in", missed),
      ...words("Words not in the lexicon", "Predicted in", unknown),
      ...(Object.keys(part.checkpoints).length > 1
        ? [element("section", {}, element("h4", { textContent: "Every checkpoint" }), table("Every checkpoint", ["Checkpoint", "Score"], Object.entries(part.checkpoints).map(([name, score]) => [name, (100 * score).toFixed(2).replace("-", "−")])))]
        : []),
    );
    announce.textContent = `Errors on ${title}.`;
  };

  const remember = () => history.replaceState(null, "", `#${new URLSearchParams(new FormData(form))}`);
  const recall = () => {
    const said = new URLSearchParams(location.hash.slice(1));
    for (const select of form.elements) {
      const value = said.get(select.name);
      if ([...select.options].some((option) => option.value === value)) select.value = value;
    }
    show();
  };
  form.addEventListener("input", () => {
    remember();
    show();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("hashchange", recall);
  recall();
})();
