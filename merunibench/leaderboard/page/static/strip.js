// The score with its interval in the row it belongs to. Python draws that of the first column; here it follows the sorting.
"use strict";
window.mub = window.mub ?? {};

/** Settle the scale of the strips, one for all rows, and draw it in the column's head. */
mub.scaleStrips = (table) => {
  const { focus } = table;
  if (table.stripFocus === focus || (!table.stripFocus && focus === table.first)) return;
  table.stripFocus = focus;
  const scored = table.rows.filter((row) => table.score(row, focus));
  const own = scored.filter((row) => row.origin === "computed");
  const scores = (own.length ? own : scored).map((row) => table.score(row, focus));
  const values = scores.flatMap((score) => [score.value, score.low, score.high]).filter((each) => each !== null);
  const ticks = mub.ticks(values.length ? values : [0, 100], 4);
  table.stripEnds = [ticks[0], ticks.at(-1)];
  table.stripPlace = mub.scale(table.stripEnds, [2, 98]);
  const labels = ticks.map((tick) => mub.svg("text", { x: `${table.stripPlace(tick)}%`, y: 12, "text-anchor": "middle" }, mub.plain(tick)));
  table.column("strip").th.querySelector("svg").replaceChildren(...labels);
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
    const drawn = score && score.value >= table.stripEnds[0] && score.value <= table.stripEnds[1];
    cell.replaceChildren(...(drawn ? [mub.stripOf(score, table.stripPlace)] : []));
  }
};

/** What a strip shows, for those who point at it and those who cannot see it. */
mub.inFigures = ({ value, low, high, chance }) => {
  const parts = [mub.shown(value)];
  if (low !== null) parts.push(`95 % interval ${mub.shown(low)} to ${mub.shown(high)}`);
  if (chance !== null) parts.push(`chance ${mub.shown(chance)}`);
  return parts.join(", ");
};

/** Marks at percents of the cell's width, so that the picture takes whatever room the column has. */
mub.stripOf = (score, x) => {
  const picture = mub.svg("svg", { class: "dots", "aria-hidden": "true" });
  if (score.low !== null) {
    picture.append(mub.svg("line", { class: "whisker", x1: `${x(score.low)}%`, x2: `${x(score.high)}%`, y1: "50%", y2: "50%" }));
  }
  picture.append(mub.svg("circle", { class: "dot", cx: `${x(score.value)}%`, cy: "50%", r: 2.5 }));
  return picture;
};
