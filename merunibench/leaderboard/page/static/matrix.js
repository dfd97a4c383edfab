// Who can be told from whom: the paired tests of the column in view, loaded when a table is first shown.
"use strict";
window.mub = window.mub ?? {};

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";
const pairs = new Map();
const waiting = new Map();

/** Called by `pairs/<table>.js` with the ids of the rows and, for each column, who was compared and the packed levels. */
mub.takePairs = (table, content) => {
  pairs.set(table, content);
  for (const then of waiting.get(table)?.values() ?? []) then();
};

/** The comparisons of a table, or undefined until they are there; `then` is called when they are. */
mub.pairsOf = (table, then, who = "matrix") => {
  if (!waiting.has(table)) {
    waiting.set(table, new Map());
    const script = document.createElement("script");
    script.onerror = () => mub.takePairs(table, { ids: [], columns: {}, said: {}, scores: {} });
    script.src = `pairs/${encodeURIComponent(table)}.js`;
    document.head.append(script);
  }
  waiting.get(table).set(who, then);
  return pairs.get(table);
};

/** Level of the difference of the rows at places p and q of a column: 0 none, 1 to 3 for p < 0.05, 0.01, 0.001. */
mub.levelOf = (levels, p, q) => {
  const [i, j] = p > q ? [p, q] : [q, p];
  const at = (i * (i - 1)) / 2 + j;
  return (ALPHABET.indexOf(levels[Math.floor(at / 3)]) >> (2 * (at % 3))) & 3;
};

const LEVELS = ["cannot be told from", "p < 0.05", "p < 0.01", "p < 0.001"];

mub.drawMatrix = (place, table) => {
  const known = table.focus.board ? mub.pairsOf(table.focus.board, () => mub.drawMatrix(place, table)) : { columns: {} };
  if (!known) return;
  const column = known.columns[table.focus.source] ?? { rows: [], levels: "" };
  const places = new Map(column.rows.map((index, position) => [known.ids[index], position]));
  const rows = table.shown.filter((row) => places.has(row.id)).slice(0, 30);
  if (rows.length < 2) {
    mub.nothing(place, "Fewer than two of the rows shown have been compared.");
    return;
  }
  const level = (a, b) => mub.levelOf(column.levels, places.get(a.id), places.get(b.id));
  const better = (a, b) => level(a, b) > 0 && places.get(a.id) < places.get(b.id);
  const names = place.clientWidth < 500 ? 124 : 210;
  const size = Math.min(30, (Math.min(place.clientWidth, 640) - names - 4) / rows.length);
  const side = names + size * rows.length;
  const said = rows.map((row) => `${row.label} is better than ${rows.filter((other) => better(row, other)).length}`);
  const picture = mub.picture(side + 2, side - names + 26, `Paired tests, ${table.focus.title}`, `Of ${rows.length} rows, ${said.join("; ")}.`);
  for (const [i, row] of rows.entries()) {
    const y = 24 + i * size;
    picture.append(mub.svg("text", { class: "label", x: names - 8, y: y + size / 2 + 4, "text-anchor": "end" }, `${mub.cut(row.label, names > 150 ? 28 : 14)}  ${i + 1}`));
    picture.append(mub.svg("text", { x: names + (i + 0.5) * size, y: 16, "text-anchor": "middle" }, String(i + 1)));
    for (const [j, other] of rows.entries()) {
      if (i === j) continue;
      const strength = level(row, other);
      const kind = !strength ? "same" : better(row, other) ? "better" : "worse";
      const says = strength ? `is ${kind} than ${other.label}, ${LEVELS[strength]}` : `${LEVELS[0]} ${other.label}`;
      const box = { class: `${kind} level${strength}`, x: names + j * size + 1, y: y + 1, width: size - 2, height: size - 2, rx: 1.5 };
      picture.append(mub.svg("g", {}, mub.svg("title", {}, `${row.label} ${says}`), mub.svg("rect", box)));
    }
  }
  place.replaceChildren(picture);
};
