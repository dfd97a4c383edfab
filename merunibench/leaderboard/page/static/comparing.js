// Compare the selected rows pairwise: which is better on what, in the words that the build wrote.
"use strict";
window.mub = window.mub ?? {};

mub.MOST_PICKED = 5;

/** The rows named by a state, in table order. */
mub.picked = (table, state) => {
  const ids = state.pick.split(" ").filter(Boolean);
  return table.rows.filter((row) => row.ranked && ids.includes(row.id)).slice(0, mub.MOST_PICKED);
};

/** Show the sentences of the selected rows on a board; `names` are their names. */
mub.showCompared = (table, state) => {
  const section = document.getElementById("compared");
  const rows = mub.picked(table, state);
  for (const row of table.rows) {
    const box = row.tr.cells[0].querySelector(".pick");
    if (!box) continue;
    box.checked = rows.includes(row);
    box.disabled = !box.checked && rows.length >= mub.MOST_PICKED;
  }
  section.hidden = rows.length === 0;
  if (!rows.length) return;
  const board = table.columns.find((column) => column.kind && column.role === table.by && table.inView(column))?.board;
  const known = board && mub.pairsOf(board, () => mub.showCompared(table, state));
  if (!known) return;
  const figures = (i, j) => mub.figuresOf(board, known, i, j, () => mub.showCompared(table, state));
  section.querySelector(".said").replaceChildren(...mub.sentences(rows, known, `${table.by} scores`, figures));
};

/** A paragraph for each pair: the names of A and B, and the sentence; `figures` returns the packed figures of two rows. */
mub.sentences = (rows, known, scores, figures) => {
  const paragraph = (...parts) => {
    const made = document.createElement("p");
    made.append(...parts);
    return made;
  };
  if (rows.length < 2) return [paragraph("Tick another row to compare it with this one.")];
  const said = [];
  for (const [index, row] of rows.entries()) {
    for (const other of rows.slice(index + 1)) {
      const [i, j] = [known.ids.indexOf(row.id), known.ids.indexOf(other.id)];
      const turned = known.said[`${j} ${i}`];
      const [a, b] = turned ? [other, row] : [row, other];
      const text = known.said[`${i} ${j}`] ?? turned ?? mub.sentenceOf(known, i, j, figures(i, j));
      const head = Object.assign(document.createElement("b"), { textContent: `A = ${a.label}, B = ${b.label}` });
      said.push(paragraph(head, ` (${scores}). ${text}`));
    }
  }
  return said;
};

const RUN = "Run merunibench compare on their predictions to test them.";
const SAID = ["not significant", "p < 0.05", "p < 0.01", "p < 0.001"];

/** The sentence of two rows without a stored one: from their packed figures, otherwise from the tests of the board. */
mub.sentenceOf = (known, i, j, figures) => {
  if (figures === undefined) return "…";
  const ofSets = figures.filter(([column]) => !MEANS.includes(column));
  return ofSets.length ? mub.byFigures(known, i, j, figures) : mub.byBoardTests(known, i, j);
};

const MEANS = ["basic", "fine-grained", "sentiment", "mean"];
const ALPHA = 500;
const signed = (points) => `${points < 0 ? "" : "+"}${points.toFixed(2)}`;

/** The sentence that follows from packed figures, in the words of `merunibench compare`. */
mub.byFigures = (known, i, j, figures) => {
  const better = { A: [], B: [] };
  let [sets, mean, alone] = [0, "", ""];
  for (const [column, low, high, p] of figures) {
    const [title, scores] = known.scores[column];
    const points = 100 * (scores[i] - scores[j]);
    const interval = `95 % CI ${signed(low / 100)} to ${signed(high / 100)}`;
    const verdict = `p ${(p / 1e4).toFixed(4)}, ${p < ALPHA ? "significant" : "not significant"}`;
    const full = `A - B is ${signed(points)} points (${interval}, ${verdict})`;
    if (MEANS.includes(column)) {
      mean = `; in ${column === "mean" ? "the mean of nine" : `the mean, ${title},`} ${full}`;
      continue;
    }
    sets += 1;
    alone = sets === 1 ? `; on ${title} ${full}` : "";
    if (p >= ALPHA) continue;
    const ends = (points > 0 ? [low, high] : [-high, -low]).map((end) => (end / 100).toFixed(2));
    better[points > 0 ? "A" : "B"].push(`${title} by ${Math.abs(points).toFixed(2)} [${ends.join(", ")}]`);
  }
  return `${mub.whoIsBetter(better, sets, ", ")}${mean || alone}; by the paired bootstrap alone.`;
};

/** On which of the tested data sets each side is better; `apart` separates them. */
mub.whoIsBetter = (better, tested, apart) => {
  const of = (sets) => (tested === 1 ? "the one data set tested" : `${sets} of ${tested} data sets`);
  const sides = Object.entries(better).filter(([, sets]) => sets.length);
  const wins = sides.map(([side, sets]) => `${side} is better on ${of(sets.length)} (${sets.join(apart)})`);
  return wins.join(", ") || `Neither is better on ${of("any")}`;
};

/** The sentence of two rows by the board's tests: that of `merunibench leaderboard show`. */
mub.byBoardTests = (known, i, j) => {
  if (i < 0 || j < 0) return `There are no tests of these two rows. ${RUN}`;
  const [better, counts] = [{ A: [], B: [] }, { tested: 0, shared: 0 }];
  for (const [name, [title, scores]] of Object.entries(known.scores)) {
    if (MEANS.includes(name) || scores[i] === null || scores[j] === null) continue;
    const [level, difference] = [mub.levelBetween(known.columns[name], i, j), scores[i] - scores[j]];
    counts.shared += 1;
    counts.tested += level === null ? 0 : 1;
    if (level) better[difference > 0 ? "A" : "B"].push(`${title} by ${(100 * Math.abs(difference)).toFixed(2)}, ${SAID[level]}`);
  }
  const { tested, shared } = counts;
  const untested = tested < shared ? `, ${shared - tested} more were not tested` : "";
  const found = tested ? mub.whoIsBetter(better, tested, "; ") : "Nothing was tested";
  const last = tested ? "By the tests of the board, adjusted for all its pairs." : RUN;
  return `${found}${untested}${mub.meanBetween(known, i, j)}. ${last}`;
};

/** The part about the mean of nine; empty if one of the two rows has none. */
mub.meanBetween = (known, i, j) => {
  const [, means] = known.scores.mean;
  if (means[i] === null || means[j] === null) return "";
  const [level, points] = [mub.levelBetween(known.columns.mean, i, j), 100 * (means[i] - means[j])];
  return `; in the mean of nine A - B is ${signed(points)} points (${level === null ? "not tested" : SAID[level]})`;
};

/** The level of the difference between two rows in a column, 0 to 3; null if they were not tested. */
mub.levelBetween = (column, i, j) => {
  const [p, q] = [column?.rows.indexOf(i) ?? -1, column?.rows.indexOf(j) ?? -1];
  return p < 0 || q < 0 ? null : mub.levelOf(column.levels, p, q);
};
