
"use strict";
(() => {
  const sample = document.body.dataset.sample;
  const store = `merunibench-review-${sample}`;
  const columns = ["speaks", "right", "emotions"];
  const cards = [...document.querySelectorAll(".card")];
  const chooser = document.getElementById("reviewer");
  const progress = document.getElementById("progress");
  const control = (name) => document.getElementById(name);
  let said = {}; // reviewer -> clip -> question -> answer
  let unsaved = false;
  let at = 0;

  // A browser may not store data of local pages; then answers are kept only while the page is open.
  try { said = JSON.parse(localStorage.getItem(store)) || {}; } catch { said = {}; }
  const keep = () => { try { localStorage.setItem(store, JSON.stringify(said)); } catch { /* see above */ } };

  const reviewer = () => (chooser ? chooser.value : "1");
  const mine = () => cards.filter((card) => card.dataset.reviewers.split(" ").includes(reviewer()));
  const answers = (card) => (said[reviewer()] || {})[card.dataset.name] || {};
  const complete = (card) => Boolean(answers(card).speaks && answers(card).right);

  function show(place, focus) {
    const own = mine();
    at = Math.max(0, Math.min(place, own.length - 1));
    for (const card of cards) {
      const current = card === own[at];
      card.classList.toggle("current", current);
      if (!current) for (const video of card.querySelectorAll("video")) video.pause();
    }
    fill(own[at]);
    own[at].querySelector("h2").textContent = `Clip ${at + 1} of ${own.length}`;
    control("previous").disabled = at === 0;
    control("next").disabled = at === own.length - 1;
    if (focus) { window.scrollTo(0, 0); own[at].querySelector("h2").focus({ preventScroll: true }); }
    count();
  }

  function fill(card) {
    const given = answers(card);
    for (const input of card.querySelectorAll("input[data-question]")) {
      const value = given[input.dataset.question] || "";
      if (input.type === "radio") input.checked = input.value === value;
      else input.value = value;
    }
  }

  function count() {
    const own = mine();
    const done = own.filter(complete).length;
    progress.textContent = `${done} of ${own.length} answered`;
    control("open").disabled = done === own.length;
  }

  function take(input) {
    const card = input.closest(".card");
    const own = (said[reviewer()] ||= {});
    (own[card.dataset.name] ||= {})[input.dataset.question] = input.value;
    unsaved = true;
    keep();
    count();
  }

  function nextOpen() {
    const own = mine();
    const order = own.map((_, step) => (at + 1 + step) % own.length);
    const open = order.find((place) => !complete(own[place]));
    if (open !== undefined) show(open, true);
  }

  // A spreadsheet would evaluate text that begins like a formula.
  function cell(text) {
    const plain = text.replace(/[\u0000-\u001f\u007f]+/g, " ");
    const safe = /^ *[=+\-@＝＋－＠]/.test(plain) ? `'${plain}` : plain;
    return `"${safe.replaceAll('"', '""')}"`;
  }

  function save() {
    const lines = [["sample", "reviewer", "name", ...columns].join(",")];
    for (const card of mine()) {
      const given = answers(card);
      if (!columns.some((column) => given[column])) continue;
      // Names are already escaped as in the sheet.
      const name = `"${card.dataset.name.replaceAll('"', '""')}"`;
      lines.push([sample, reviewer(), name, ...columns.map((column) => cell(given[column] || ""))].join(","));
    }
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([`${lines.join("\n")}\n`], { type: "text/csv" }));
    link.download = `answers-${sample}-${reviewer()}.csv`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    unsaved = false;
  }

  function play(card) {
    const video = card.querySelector("video");
    if (!video) return;
    if (video.paused) video.play().catch(() => {});
    else video.pause();
  }

  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const card = mine()[at];
    const text = card.querySelector('[data-question="emotions"]');
    if (event.target === text) {
      if (event.key === "Enter") show(at + 1, true);
      else if (event.key === "Escape") text.blur();
      return;
    }
    if (!control("keys").checked || event.target.closest("select")) return;
    const key = event.key.toLowerCase();
    const radio = card.querySelector(`input[data-key="${CSS.escape(key)}"]`);
    if (radio) radio.click();
    else if (key === "e") text.focus();
    else if (key === "j") show(at + 1, true);
    else if (key === "k") show(at - 1, true);
    else if (key === "p") play(card);
    else return;
    event.preventDefault();
  }

  for (const card of cards) {
    for (const input of card.querySelectorAll("input[data-question]")) {
      input.addEventListener("input", () => take(input));
    }
    for (const video of card.querySelectorAll("video")) {
      video.addEventListener("error", () => { video.hidden = true; video.nextElementSibling.hidden = false; });
    }
  }
  control("previous").addEventListener("click", () => show(at - 1, true));
  control("next").addEventListener("click", () => show(at + 1, true));
  control("open").addEventListener("click", nextOpen);
  control("save").addEventListener("click", save);
  if (chooser) chooser.addEventListener("change", () => show(0, false));
  document.addEventListener("keydown", onKey);
  window.addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });
  document.documentElement.classList.add("scripted");
  show(0, false);
})();
