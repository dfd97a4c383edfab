// The figures below the table: they show the rows and the score that the table shows.
"use strict";
window.mub = window.mub ?? {};

const hollow = (row) => (row.origin === "computed" ? "dot" : "hollow");

/** Score against labels per sample: does a longer answer buy the score? */
mub.drawScatter = (place, table) => {
  const labels = table.column("labels");
  const { focus } = table;
  const points = table.shown
    .map((row) => ({ row, score: table.score(row, focus), labels: table.value(row, labels) }))
    .filter((point) => point.score && point.labels !== null);
  if (!points.length) return mub.nothing(place, "No row shown has both a score and labels to count.");
  const [width, height] = [Math.min(place.clientWidth, 640), 400];
  const across = mub.labelTicks(Math.max(...points.map((point) => point.labels)));
  const up = mub.ticks(points.flatMap(({ score }) => [score.value, score.chance ?? score.value]));
  const along = mub.scale([0, Math.log1p(across.at(-1))], [48, width - 14]);
  const x = (count) => along(Math.log1p(count));
  const y = mub.scale([up[0], up.at(-1)], [height - 48, 16]);
  const picture = mub.picture(width, height, `${focus.title} against labels per sample`, `${points.length} models; the numbers are in the table.`);
  for (const tick of up) {
    picture.append(mub.svg("path", { class: "grid", d: `M48 ${y(tick)}H${width - 14}` }));
    picture.append(mub.svg("text", { x: 40, y: y(tick) + 4, "text-anchor": "end" }, mub.plain(tick)));
  }
  for (const tick of across) picture.append(mub.svg("text", { x: x(tick), y: height - 28, "text-anchor": "middle" }, mub.plain(tick)));
  picture.append(mub.svg("path", { class: "axis", d: `M48 ${y(up[0])}H${width - 14}` }));
  picture.append(mub.svg("text", { x: width - 14, y: height - 8, "text-anchor": "end" }, "labels per sample"));
  picture.append(mub.svg("text", { x: 48, y: 10, class: "label" }, `${focus.title}, ${focus.under}`));
  const tells = new Set(points.map(({ score }) => score.chance)).size > 1; // 0 for all where scores are corrected for it
  for (const { row, score, labels: count } of points) {
    const tip = `${row.label}: ${mub.shown(score.value)} at ${count} labels per sample`;
    const group = mub.svg("g", {}, mub.svg("title", {}, tip));
    if (tells && score.chance !== null) {
      group.append(mub.svg("path", { class: "grid", d: `M${x(count)} ${y(score.value)}V${y(score.chance)}` }));
      group.append(mub.svg("path", { class: "chance-mark", d: `M${x(count) - 5} ${y(score.chance)}h10` }));
    }
    group.append(mub.svg("circle", { class: hollow(row), cx: x(count), cy: y(score.value), r: 5 }));
    picture.append(group);
  }
  mub.nameSome(picture, points.map(({ row, score, labels: count }) => ({ name: row.label, x: x(count), y: y(score.value) })), width);
  place.replaceChildren(picture);
};

/** Ticks of a logarithmic scale of counts that begins with 0: stuffing names a hundred words where models name three. */
mub.labelTicks = (most) => {
  const ticks = [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];
  return ticks.slice(0, Math.max(3, ticks.findIndex((tick) => tick >= most) + 1 || ticks.length));
};

/** Names beside points, as many as stand clear of each other and of the points. */
mub.nameSome = (picture, points, width) => {
  const taken = points.map((point) => ({ left: point.x - 6, right: point.x + 6, top: point.y - 6, bottom: point.y + 6 }));
  for (const point of points) {
    const name = mub.cut(point.name, 32);
    const wide = 6.4 * name.length;
    const end = point.x + 10 + wide > width;
    const left = end ? point.x - 10 - wide : point.x + 10;
    const box = { left, right: left + wide, top: point.y - 8, bottom: point.y + 7 };
    const clash = (other) => box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom;
    if (left < 48 || taken.some(clash)) continue;
    taken.push(box);
    picture.append(mub.svg("text", { class: "label", x: end ? point.x - 10 : left, y: point.y + 4, "text-anchor": end ? "end" : "start" }, name));
  }
};

/** Small multiples: the first rows of the table on every data set, each on the scale of 0 to 100 or wider. */
mub.drawMultiples = (place, table) => {
  const own = table.shown.filter((row) => row.origin !== "reported");
  const scored = (column) => (own.length ? own : table.shown).some((row) => table.score(row, column));
  const sets = table.sets().filter((column) => (!table.task || column.kind === table.task) && scored(column));
  const rows = table.shown.filter((row) => sets.some((column) => table.score(row, column))).slice(0, place.clientWidth < 600 ? 8 : 12);
  if (!rows.length) return mub.nothing(place, "No row shown has a score.");
  const [line, top, names] = [20, 30, place.clientWidth < 600 ? 116 : 180];
  const perLine = Math.max(1, Math.min(sets.length, Math.floor((place.clientWidth - names) / 220)));
  const panel = Math.floor((place.clientWidth - names) / perLine);
  const tall = top + line * rows.length + 26;
  const lines = Math.ceil(sets.length / perLine);
  const picture = mub.picture(
    names + perLine * panel, lines * (tall + 14), "Scores on each data set",
    `${rows.length} models on ${sets.length} data sets, with 95 % intervals and chance levels; the numbers are in the table.`,
  );
  const values = rows.flatMap((row) => sets.flatMap((column) => Object.values(table.score(row, column) ?? {}))).filter((each) => each !== null);
  const ticks = mub.ticks([0, 100, ...values], 4);
  for (const [index, column] of sets.entries()) {
    const left = names + (index % perLine) * panel;
    const above = Math.floor(index / perLine) * (tall + 14);
    const x = mub.scale([ticks[0], ticks.at(-1)], [left + 10, left + panel - 34]);
    picture.append(mub.svg("text", { class: "head", x: left + 10, y: above + 14 }, column.title));
    for (const tick of ticks) {
      picture.append(mub.svg("path", { class: "grid", d: `M${x(tick)} ${above + top - 6}V${above + tall - 20}` }));
      picture.append(mub.svg("text", { x: x(tick), y: above + tall - 5, "text-anchor": "middle" }, mub.plain(tick)));
    }
    for (const [order, row] of rows.entries()) {
      const y = above + top + line * order + 6;
      if (index % perLine === 0) picture.append(mub.svg("text", { class: "label", x: names - 6, y: y + 4, "text-anchor": "end" }, mub.cut(row.label, names > 120 ? 26 : 16)));
      mub.drawPoint(picture, table.score(row, column), row, x, y, column.title);
    }
  }
  place.replaceChildren(picture);
};

mub.drawPoint = (picture, score, row, x, y, title) => {
  if (!score) return;
  const group = mub.svg("g", {}, mub.svg("title", {}, `${row.label}, ${title}: ${mub.shown(score.value)}`));
  if (score.chance !== null) group.append(mub.svg("path", { class: "chance-mark", d: `M${x(score.chance)} ${y - 5}v10` }));
  if (score.low !== null) group.append(mub.svg("path", { class: "whisker", d: `M${x(score.low)} ${y}H${x(score.high)}` }));
  group.append(mub.svg("circle", { class: hollow(row), cx: x(score.value), cy: y, r: 4 }));
  picture.append(group);
};

/** A sentence in the place of a figure. */
mub.nothing = (place, sentence) => {
  const paragraph = document.createElement("p");
  paragraph.className = "none";
  paragraph.textContent = sentence;
  place.replaceChildren(paragraph);
};
