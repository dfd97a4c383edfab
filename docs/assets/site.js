// The theme adds a landmark without a name to every block of code; each gets one of its own.
const named = () => document.querySelectorAll(".md-code__nav:not([aria-label])").forEach((nav) => {
  const number = [...document.querySelectorAll(".md-code__nav")].indexOf(nav) + 1;
  nav.setAttribute("aria-label", `Code block ${number}`);
});
new MutationObserver(named).observe(document.body, { childList: true, subtree: true });
named();
