// The page of a model: buttons that copy what stands in a listing.
"use strict";
for (const button of document.querySelectorAll(".listing button")) {
  const say = (text) => {
    document.getElementById("announce").textContent = text;
    button.textContent = "Copied";
  };
  button.addEventListener("click", () => mub.copy(button.parentElement.querySelector("pre").textContent, say, button.dataset.what));
}
