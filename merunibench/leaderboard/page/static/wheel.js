// A confusion on a wheel: a sector's arc says what became of its samples, threads lead to what was said instead.
"use strict";
window.mub = window.mub ?? {};

const [CENTRE_X, CENTRE_Y, NEAR, FAR] = [230, 180, 108, 128];
const THREADS = 8;

const at = (angle, radius) => [CENTRE_X + radius * Math.sin(angle), CENTRE_Y - radius * Math.cos(angle)].map((each) => each.toFixed(1));

const arc = (from, to, near, far) => {
  const large = to - from > Math.PI ? 1 : 0;
  return `M${at(from, far)}A${far} ${far} 0 ${large} 1 ${at(to, far)}L${at(to, near)}A${near} ${near} 0 ${large} 0 ${at(from, near)}Z`;
};

const percent = (share) => `${Math.round(100 * share)} %`;

/** Rows of a confusion with their totals and shares: hit, said something else, said nothing. */
mub.outcomes = ({ rows, columns, counts }) =>
  rows.map((name, index) => {
    const total = counts[index].reduce((sum, count) => sum + count, 0) || 1;
    const hit = counts[index][columns.indexOf(name)] / total;
    const nothing = counts[index][columns.length - 1] / total;
    return { name, total, hit, nothing, other: Math.max(0, 1 - hit - nothing) };
  });

/** The largest confusions: true, said, count, share of the row. */
mub.largest = ({ rows, columns, counts }, most) =>
  rows
    .flatMap((name, row) => {
      const total = counts[row].reduce((sum, count) => sum + count, 0) || 1;
      return columns.map((said, column) => ({ name, said, count: counts[row][column], share: counts[row][column] / total }));
    })
    .filter(({ name, said, count }) => said !== name && count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, most);

mub.drawWheel = (confusion, title) => {
  const outcomes = mub.outcomes(confusion);
  const names = [...new Set([...confusion.rows, ...confusion.columns.slice(0, -1)])];
  const all = outcomes.reduce((sum, { total }) => sum + total, 0);
  const gap = 0.05;
  const least = 0.3;
  const room = 2 * Math.PI - names.length * (gap + least);
  const places = new Map();
  let angle = 0;
  for (const name of names) {
    const wide = least + (room * (outcomes.find((each) => each.name === name)?.total ?? 0)) / all;
    places.set(name, { from: angle, to: angle + wide, middle: angle + wide / 2 });
    angle += wide + gap;
  }
  const largest = mub.largest(confusion, 40).filter(({ said }) => places.has(said)).slice(0, THREADS);
  const told = outcomes.map(({ name, hit }) => `${name} hit ${percent(hit)}`).join(", ");
  const picture = mub.picture(460, 360, title, `${told}.`);
  picture.setAttribute("class", "wheel");
  for (const thread of [...largest].reverse()) picture.append(mub.threadOf(thread, places, largest[0].count));
  for (const name of names) mub.sector(picture, name, places.get(name), outcomes.find((each) => each.name === name));
  return picture;
};

mub.threadOf = ({ name, said, count, share }, places, most) => {
  const [from, to] = [places.get(name).middle, places.get(said).middle];
  const wide = Math.max(1, (10 * count) / most);
  const d = `M${at(from, NEAR - 2)}Q${CENTRE_X} ${CENTRE_Y} ${at(to, NEAR - 8)}`;
  const end = mub.svg("circle", { class: "end", cx: at(to, NEAR - 8)[0], cy: at(to, NEAR - 8)[1], r: Math.max(3, wide / 2 + 1.5) });
  const tip = mub.svg("title", {}, `true ${name}, said ${said}: ${percent(share)}, ${Math.round(count)} samples`);
  return mub.svg("g", { class: "thread" }, tip, mub.svg("path", { class: "chord", d, "stroke-width": wide.toFixed(1) }), end);
};

mub.sector = (picture, name, { from, to, middle }, outcome) => {
  const parts = outcome ? [["hit", outcome.hit], ["other", outcome.other], ["nothing", outcome.nothing]] : [["never", 1]];
  let start = from;
  const group = mub.svg("g", {});
  if (outcome) group.append(mub.svg("title", {}, `${name}: hit ${percent(outcome.hit)}, something else ${percent(outcome.other)}, nothing on this wheel ${percent(outcome.nothing)}`));
  for (const [kind, share] of parts) {
    const end = start + (to - from) * share;
    if (share > 0) group.append(mub.svg("path", { class: kind, d: arc(start, end, NEAR, FAR) }));
    start = end;
  }
  const side = Math.sin(middle);
  const anchor = side > 0.25 ? "start" : side < -0.25 ? "end" : "middle";
  const [x, y] = at(middle, FAR + 12).map(Number);
  const lower = Math.cos(middle) < -0.6 ? 12 : Math.cos(middle) > 0.6 ? -8 : 0;
  group.append(mub.svg("text", { x, y: y + lower, "text-anchor": anchor }, mub.cut(name, 16)));
  if (outcome) group.append(mub.svg("text", { class: "share", x, y: y + lower + 14, "text-anchor": anchor }, percent(outcome.hit)));
  picture.append(group);
};
