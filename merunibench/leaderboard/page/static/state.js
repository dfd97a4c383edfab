// The state of the page as text after `#`, so that every view has a link; only what differs from the start is written.
"use strict";
window.mub = window.mub ?? {};

mub.START = Object.freeze({
  sort: "", q: "", task: "", mod: "", size: "", lexicon: "", by: "", sets: "",
  complete: "", baselines: "1", reported: "paper", cols: "", show: "", open: "", pick: "",
});

/** The state that an address names; what it does not name is as at the start. */
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

/** Whether the part after `#` names a state, and not a place on the page. */
mub.isState = (hash) => hash === "" || hash === "#" || hash.includes("=");
