// Interval plots of the table. Python draws the plot of the first column and determines the scale of every column.
// When the table is sorted by another column, this script moves the marks. Plots of all columns would be most of the
// page, and on one common scale the intervals would be too short to see.
"use strict";
window.mub = window.mub ?? {};

/** Set the scale of the interval plots, the same for all rows, and write it in the column heading. */
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

/** Show rank and interval plot of the current column in some of the rows. */
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

/** The text of an interval plot, as a tooltip and for screen readers. */
mub.inFigures = ({ value, low, high, chance }) => {
  const parts = [figure(value)];
  if (low !== null) parts.push(`95 % interval ${figure(low)} to ${figure(high)}`);
  if (chance !== null) parts.push(`chance ${figure(chance)}`);
  return parts.join(", ");
};

/** A copy of the plot that Python drew, with its marks moved. */
mub.stripOf = ({ value, low, high }, table) => {
  const picture = table.pattern.cloneNode(true);
  picture.querySelector(".dot").setAttribute("cx", table.stripPlace(value));
  const whisker = picture.querySelector(".whisker");
  if (low === null) whisker.remove();
  else for (const [name, end] of [["x1", low], ["x2", high]]) whisker.setAttribute(name, table.stripPlace(end));
  return picture;
};
