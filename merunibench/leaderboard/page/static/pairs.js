// Paired tests of a board and the figures of its rows, loaded when rows are first compared.
"use strict";
window.mub = window.mub ?? {};

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";
const pairs = new Map();
const waiting = new Map();

/** Called by `pairs/<board>.js` with the ids of the rows and, for each column, the compared rows and packed levels. */
mub.takePairs = (board, content) => {
  pairs.set(board, content);
  waiting.get(board)?.();
};

/** 16-bit integers in Base64, as numbers. */
const integers = (text) => {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Array.from({ length: bytes.length / 2 }, (_, at) => view.getInt16(2 * at, true));
};

/** Called by `pairs/<board>/<part>.js` with the figures of the pairs of each of its rows. */
mub.takeFigures = (name, texts) => {
  pairs.set(name, texts.map(integers));
  waiting.get(name)?.();
};

/** The data that `pairs/<name>.js` provides, or undefined until loaded; `then` is called after loading. */
const loaded = (name, then, absent) => {
  if (!waiting.has(name)) {
    const script = document.createElement("script");
    script.onerror = absent;
    script.src = `pairs/${name.split("/").map(encodeURIComponent).join("/")}.js`;
    document.head.append(script);
  }
  waiting.set(name, then);
  return pairs.get(name);
};

/** The comparisons of a board, or undefined until loaded; `then` is called after loading. */
mub.pairsOf = (board, then) =>
  loaded(board, then, () => mub.takePairs(board, { ids: [], columns: {}, said: {}, scores: {} }));

const FIGURES = 3;

/**
 * The packed figures of the rows at places i and j: [column, low, high, p] for each column that both were compared in,
 * the ends of the interval of the score of i less that of j in hundredths of a point, p in ten-thousandths. None of
 * rows that have none; undefined until they are there.
 */
mub.figuresOf = (board, known, i, j, then) => {
  const [p, q] = [i, j].map((place) => known.packed?.rows.indexOf(place) ?? -1);
  if (i < 0 || j < 0 || p < 0 || q < 0 || p === q) return [];
  const { columns, together } = known.packed;
  const name = `${board}/${Math.floor(Math.max(p, q) / together)}`;
  const rows = loaded(name, then, () => mub.takeFigures(name, []));
  const figures = rows && (rows[Math.max(p, q) % together] ?? []);
  return figures && columns.flatMap((column, at) => {
    const start = FIGURES * (columns.length * Math.min(p, q) + at);
    const [low, high, level] = figures.slice(start, start + FIGURES);
    if (!(level >= 0)) return [];
    return [p > q ? [column, low, high, level] : [column, -high, -low, level]];
  });
};

/** Level of the difference between the rows with indices p and q of a column: 0 none, 1 to 3 for p < 0.05, 0.01, 0.001. */
mub.levelOf = (levels, p, q) => {
  const [i, j] = p > q ? [p, q] : [q, p];
  const at = (i * (i - 1)) / 2 + j;
  return (ALPHABET.indexOf(levels[Math.floor(at / 3)]) >> (2 * (at % 3))) & 3;
};
