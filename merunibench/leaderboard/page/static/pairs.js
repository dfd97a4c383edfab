// The paired tests of a board, loaded when rows are first compared.
"use strict";
window.mub = window.mub ?? {};

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";
const pairs = new Map();
const waiting = new Map();

/** Called by `pairs/<board>.js` with the ids of the rows and, for each column, who was compared and the packed levels. */
mub.takePairs = (board, content) => {
  pairs.set(board, content);
  waiting.get(board)?.();
};

/** The comparisons of a board, or undefined until they are there; `then` is called when they are. */
mub.pairsOf = (board, then) => {
  if (!waiting.has(board)) {
    const script = document.createElement("script");
    script.onerror = () => mub.takePairs(board, { ids: [], columns: {}, said: {}, scores: {} });
    script.src = `pairs/${encodeURIComponent(board)}.js`;
    document.head.append(script);
  }
  waiting.set(board, then);
  return pairs.get(board);
};

/** Level of the difference of the rows at places p and q of a column: 0 none, 1 to 3 for p < 0.05, 0.01, 0.001. */
mub.levelOf = (levels, p, q) => {
  const [i, j] = p > q ? [p, q] : [q, p];
  const at = (i * (i - 1)) / 2 + j;
  return (ALPHABET.indexOf(levels[Math.floor(at / 3)]) >> (2 * (at % 3))) & 3;
};
