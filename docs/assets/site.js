// What the theme makes in the browser: each block of code is a landmark and gets a name of its own, and wide tables can be
// scrolled by keyboard.
const named = () => {
  document.querySelectorAll(".md-code__nav").forEach((nav, i) => {
    if (!nav.ariaLabel) nav.setAttribute("aria-label", `Code block ${i + 1}`);
  });
  document.querySelectorAll(".md-typeset__scrollwrap:not([tabindex])").forEach((table) => table.setAttribute("tabindex", "0"));
};
new MutationObserver(named).observe(document.body, { childList: true, subtree: true });
named();
