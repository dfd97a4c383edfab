// The score with its interval, drawn in the row it belongs to: for the mean, or for the data set the table is sorted by.
"use strict";
window.mub = window.mub ?? {};

/** Settle the scale of the strips, one for all rows shown, and draw it in the column's head. */
mub.scaleStrips = (table) => {
  const { focus } = table;
  const scores = table.shown.map((row) => table.score(row, focus)).filter(Boolean);
  const values = scores.flatMap((score) => Object.values(score)).filter((each) => each !== null);
  const ticks = mub.ticks(values.length ? values : [0, 100], 4);
  const same = `${focus.key} ${ticks.join()}`;
  if (table.stripScale === same) return;
  table.stripScale = same;
  table.stripPlace = mub.scale([ticks[0], ticks.at(-1)], [2, 98]);
  table.table.style.setProperty("--step", `calc((100% - 1px) / ${ticks.length - 1})`);
  mub.drawAxis(table.column("strip").th, focus, ticks, table.stripPlace);
};

/** Show rank and strip of the column in view in some of the rows. */
mub.decorate = (table, rows) => {
  const { index } = table.column("strip");
  for (const row of rows) {
    table.showRank(row);
    if (row.stripScale === table.stripScale) continue;
    row.stripScale = table.stripScale;
    const score = table.score(row, table.focus);
    row.tr.cells[index].replaceChildren(mub.stripOf(score, table.stripPlace));
    row.tr.cells[index].title = score ? mub.inFigures(score) : "";
  }
};

/** What a strip shows, for those who point at it and those who cannot see it. */
mub.inFigures = ({ value, low, high, chance }) => {
  const parts = [mub.shown(value)];
  if (low !== null) parts.push(`95 % interval ${mub.shown(low)} to ${mub.shown(high)}`);
  if (chance !== null) parts.push(`chance ${mub.shown(chance)}`);
  return parts.join(", ");
};

mub.drawAxis = (th, focus, ticks, x) => {
  const axis = mub.svg("svg", { class: "axis", "aria-hidden": "true" });
  for (const tick of ticks) axis.append(mub.svg("text", { x: `${x(tick)}%`, y: 13, "text-anchor": "middle" }, mub.plain(tick)));
  const title = document.createElement("span");
  title.textContent = `${focus.title}, 95 % interval`;
  th.replaceChildren(title, axis);
};

/** Marks at percents of the cell's width, so that the picture takes whatever room the column has. */
mub.stripOf = (score, x) => {
  const line = (name, x1, x2, y1, y2) => mub.svg("line", { class: name, x1: `${x1}%`, x2: `${x2}%`, y1, y2 });
  const picture = mub.svg("svg", { "aria-hidden": "true" });
  if (!score) return picture;
  if (score.chance !== null) picture.append(line("chance-mark", x(score.chance), x(score.chance), "30%", "70%"));
  if (score.low !== null) picture.append(line("whisker", x(score.low), x(score.high), "50%", "50%"));
  picture.append(mub.svg("circle", { class: "dot", cx: `${x(score.value)}%`, cy: "50%", r: 3.5 }));
  return picture;
};
