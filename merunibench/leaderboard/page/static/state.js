// The state of the page, as text after `#`, so that every view has a link. Initial values are omitted.
"use strict";
window.mub = window.mub ?? {};

mub.START = Object.freeze({
  sort: "", q: "", task: "", mod: "", size: "", lexicon: "", by: "", sets: "",
  complete: "", baselines: "1", reported: "paper", cols: "", show: "", open: "", pick: "",
});

/** The state in an address; values that it does not contain are initial ones. */
mub.readHash = (hash) => {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  const state = { ...mub.START };
  for (const key of Object.keys(state)) if (given.has(key)) state[key] = given.get(key);
  return state;
};

/** The address of a state. */
mub.writeHash = (state) => {
  const said = new URLSearchParams();
  for (const [key, value] of Object.entries(state)) if (value !== mub.START[key]) said.set(key, value);
  return said.toString();
};

/** Whether the part after `#` is a state rather than an anchor on the page. */
mub.isState = (hash) => hash === "" || hash === "#" || hash.includes("=");
