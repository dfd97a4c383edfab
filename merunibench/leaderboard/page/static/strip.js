// The score with its interval in the row it belongs to. Python draws that of the first column, and settles the scale of
// every column; here the marks are moved where the table is sorted by another. Strips of all columns would be most of
// the page, and on one scale for all of them intervals would be too short to see.
"use strict";
window.mub = window.mub ?? {};

/** Settle the scale of the strips, one for all rows, and write it in the column's head. */
mub.scaleStrips = (table) => {
  const { focus } = table;
  if ((table.stripFocus ?? table.first) === focus) return;
  table.stripFocus = focus;
  const [low, high] = [focus.ticks[0], focus.ticks.at(-1)];
  table.stripHolds = (value) => low <= value && value <= high;
  table.stripPlace = (value) => `${Math.round(10 * Math.min(98, Math.max(2, 2 + (96 * (value - low)) / (high - low)))) / 10}%`;
  const axis = table.column("strip").th.querySelector("svg");
  const label = axis.firstElementChild;
  axis.replaceChildren(
    ...focus.ticks.map((tick) => {
      const text = label.cloneNode();
      text.setAttribute("x", table.stripPlace(tick));
      text.textContent = String(tick).replace("-", "−");
      return text;
    }),
  );
};

/** Show place and strip of the column in view in some of the rows. */
mub.decorate = (table, rows) => {
  const { index } = table.column("strip");
  for (const row of rows) {
    table.showPlace(row);
    const cell = row.tr.cells[index];
    const score = table.score(row, table.focus);
    cell.title = score ? mub.inFigures(score) : "";
    if (row.stripFocus === table.stripFocus) continue;
    row.stripFocus = table.stripFocus;
    cell.replaceChildren(...(score && table.stripHolds(score.value) ? [mub.stripOf(score, table)] : []));
  }
};

const figure = (value) => value.toFixed(2).replace("-", "−");

/** What a strip shows, for those who point at it and those who cannot see it. */
mub.inFigures = ({ value, low, high, chance }) => {
  const parts = [figure(value)];
  if (low !== null) parts.push(`95 % interval ${figure(low)} to ${figure(high)}`);
  if (chance !== null) parts.push(`chance ${figure(chance)}`);
  return parts.join(", ");
};

/** A copy of the strip that Python drew, its marks moved. */
mub.stripOf = ({ value, low, high }, table) => {
  const picture = table.pattern.cloneNode(true);
  picture.querySelector(".dot").setAttribute("cx", table.stripPlace(value));
  const whisker = picture.querySelector(".whisker");
  if (low === null) whisker.remove();
  else for (const [name, end] of [["x1", low], ["x2", high]]) whisker.setAttribute(name, table.stripPlace(end));
  return picture;
};
