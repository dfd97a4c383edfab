// The state of the page, as text after `#`, so that every view has a link. Initial values are omitted.
"use strict";
window.mub = window.mub ?? {};

mub.START = Object.freeze({
  tab: "errors", q: "", deep: "", dataset: "", truth: "", sector: "", model: "", score: "", differ: "", unknown: "",
  failed: "", axis: "", true: "", said: "", sort: "cost", open: "",
});

/** The state in an address; values that it does not contain are initial ones. */
mub.readHash = (hash) => {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  const state = { ...mub.START };
  for (const key of Object.keys(state)) if (given.has(key)) state[key] = given.get(key);
  if (given.has("open") && !given.has("tab")) state.tab = "samples";
  return state;
};

/** The address of a state. */
mub.writeHash = (state) => {
  const said = new URLSearchParams();
  for (const [key, value] of Object.entries(state)) if (value !== mub.START[key]) said.set(key, value);
  return `#${said}`;
};
