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
  const known = board && mub.pairsOf(board, () => mub.showCompared(table, state), "said");
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
      const [a, b, text] = known.said[`${i} ${j}`] ? [row, other, known.said[`${i} ${j}`]] : [other, row, known.said[`${j} ${i}`]];
      const head = Object.assign(document.createElement("b"), { textContent: `A = ${a.label}, B = ${b.label}` });
      said.push(paragraph(head, ` (${scores}). ${text ?? "This pair was not compared in this build."}`));
    }
  }
  return said;
};
