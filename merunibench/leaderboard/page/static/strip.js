// The score with its interval, drawn in the row it belongs to: for the mean, or for the data set the table is sorted by.
"use strict";
window.mub = window.mub ?? {};

mub.WIDE = 200;

/** Draw the strips of the rows shown, all on one scale, and the scale in the column's head. */
mub.drawStrips = (table) => {
  const strip = table.column("strip");
  const { focus } = table;
  if (!strip?.shown || !focus) return;
  const drawn = table.shown.map((row) => [row, table.score(row, focus)]);
  const values = drawn.flatMap(([, score]) =>
    score ? [score.value, score.low, score.high, score.chance].filter((each) => each !== null) : [],
  );
  const ticks = mub.ticks(values.length ? values : [0, 100], 4);
  const x = mub.scale([ticks[0], ticks.at(-1)], [6, mub.WIDE - 6]);
  const same = `${focus.key} ${ticks.join()}`;
  if (table.stripScale !== same) {
    table.stripScale = same;
    for (const row of table.rows) row.strip = null;
    mub.drawAxis(strip.th, focus, ticks, x);
  }
  for (const [row, score] of drawn) {
    if (row.strip) continue;
    row.strip = mub.stripOf(row, score, focus, ticks, x);
    row.tr.cells[strip.index].replaceChildren(row.strip);
  }
};

mub.drawAxis = (th, focus, ticks, x) => {
  const axis = mub.svg("svg", { class: "axis", viewBox: `0 0 ${mub.WIDE} 16`, "aria-hidden": "true" });
  for (const [index, tick] of ticks.entries()) {
    const anchor = index === 0 ? "start" : index === ticks.length - 1 ? "end" : "middle";
    axis.append(mub.svg("text", { x: index === 0 ? 0 : index === ticks.length - 1 ? mub.WIDE : x(tick), y: 12, "text-anchor": anchor }, String(tick).replace("-", "−")));
  }
  const title = document.createElement("span");
  title.textContent = focus.key === "mean" ? "Mean, 95 % interval" : `${focus.title}, 95 % interval`;
  th.replaceChildren(title, axis);
};

mub.stripOf = (row, score, focus, ticks, x) => {
  const picture = mub.svg("svg", { viewBox: `0 0 ${mub.WIDE} 32`, "aria-hidden": "true" });
  const path = ticks.map((tick) => `M${x(tick)} 0V32`).join("");
  picture.append(mub.svg("path", { class: "grid", d: path }));
  if (!score) return picture;
  if (score.chance !== null) picture.append(mub.svg("path", { class: "chance-mark", d: `M${x(score.chance)} 10V22` }));
  if (score.low !== null) picture.append(mub.svg("path", { class: "whisker", d: `M${x(score.low)} 16H${x(score.high)}` }));
  picture.append(mub.svg("circle", { class: "dot", cx: x(score.value), cy: 16, r: 4.25 }));
  return picture;
};
