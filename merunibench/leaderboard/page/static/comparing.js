// Rows that are ticked, two by two: who is better on what, in the words that the build wrote.
"use strict";
window.mub = window.mub ?? {};

mub.MOST_PICKED = 5;

/** The rows that a state names, in the order of the table. */
mub.picked = (table, state) => {
  const ids = state.pick.split(" ").filter(Boolean);
  return table.rows.filter((row) => row.ranked && ids.includes(row.id)).slice(0, mub.MOST_PICKED);
};

/** Show the sentences of the picked rows on a board, `names` being theirs. */
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
  section.querySelector(".said").replaceChildren(...mub.sentences(rows, known, `${table.by} scores`));
};

/** A paragraph for each pair: who A and B are, and the sentence. */
mub.sentences = (rows, known, scores) => {
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
      const text = known.said[`${i} ${j}`] ?? turned ?? mub.byBoardTests(known, i, j);
      const head = Object.assign(document.createElement("b"), { textContent: `A = ${a.label}, B = ${b.label}` });
      said.push(paragraph(head, ` (${scores}). ${text}`));
    }
  }
  return said;
};

const RUN = "merunibench compare, run on their predictions, tests them.";
const SAID = ["not significant", "p < 0.05", "p < 0.01", "p < 0.001"];

/** The sentence of two rows of which the build wrote none, by the board's tests: that of `merunibench leaderboard show`. */
mub.byBoardTests = (known, i, j) => {
  if (i < 0 || j < 0) return `The tests of these two rows are not here. ${RUN}`;
  const [better, counts] = [{ A: [], B: [] }, { tested: 0, shared: 0 }];
  for (const [name, [title, scores]] of Object.entries(known.scores)) {
    if (name === "mean" || scores[i] === null || scores[j] === null) continue;
    const [level, difference] = [mub.levelBetween(known.columns[name], i, j), scores[i] - scores[j]];
    counts.shared += 1;
    counts.tested += level === null ? 0 : 1;
    if (level) better[difference > 0 ? "A" : "B"].push(`${title} by ${(100 * Math.abs(difference)).toFixed(2)}, ${SAID[level]}`);
  }
  const { tested, shared } = counts;
  const of = (sets) => (tested === 1 ? "the one data set tested" : `${sets} of ${tested} data sets`);
  const sides = Object.entries(better).filter(([, sets]) => sets.length);
  const wins = sides.map(([side, sets]) => `${side} is better on ${of(sets.length)} (${sets.join("; ")})`).join(", ");
  const untested = tested < shared ? `, ${shared - tested} more were not tested` : "";
  const nobody = tested ? `Neither is better on ${of("any")}` : "Nothing was tested";
  const last = tested ? "By the tests of the board, adjusted for all its pairs." : RUN;
  return `${wins || nobody}${untested}${mub.meanBetween(known, i, j)}. ${last}`;
};

/** What that sentence says of the mean of nine; nothing where one of the two rows has none. */
mub.meanBetween = (known, i, j) => {
  const [, means] = known.scores.mean;
  if (means[i] === null || means[j] === null) return "";
  const [level, points] = [mub.levelBetween(known.columns.mean, i, j), 100 * (means[i] - means[j])];
  const signed = `${points < 0 ? "" : "+"}${points.toFixed(2)}`;
  return `; in the mean of nine A - B is ${signed} points (${level === null ? "not tested" : SAID[level]})`;
};

/** The level of the difference of two rows in a column, 0 to 3; null where they were not tested. */
mub.levelBetween = (column, i, j) => {
  const [p, q] = [column?.rows.indexOf(i) ?? -1, column?.rows.indexOf(j) ?? -1];
  return p < 0 || q < 0 ? null : mub.levelOf(column.levels, p, q);
};
