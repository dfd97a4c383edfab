// The table in its present state as LaTeX, Markdown or CSV: rows and columns as shown, names escaped for each.
"use strict";
window.mub = window.mub ?? {};

const LATEX = {
  "\\": "\\textbackslash{}", "&": "\\&", "%": "\\%", $: "\\$", "#": "\\#", _: "\\_",
  "{": "\\{", "}": "\\}", "~": "\\textasciitilde{}", "^": "\\textasciicircum{}",
};
const oneLine = (text) => text.replace(/\s+/gu, " ").trim();

mub.escapes = {
  latex: (text) => oneLine(text).replace(/[\\&%$#_{}~^]/g, (character) => LATEX[character]).replaceAll("−", "$-$"),
  markdown: (text) => oneLine(text).replace(/[\\`*_{}[\]<>()#+!|~&]/g, "\\$&"),
  // A spreadsheet takes a cell that begins with one of these for a formula.
  csv: (text, numeric) => {
    const safe = numeric ? text.replaceAll("−", "-").replace(/^–$/, "") : oneLine(text).replace(/^[=+\-@＝＋－＠]/, "'$&");
    return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  },
};

/** Titles, and the text of every cell shown; the picture of the interval is left out. */
mub.shownCells = (table) => {
  const columns = table.columns.filter((column) => column.shown && column.key !== "strip");
  const cells = table.shown.map((row) =>
    columns.map((column) => {
      if (column.key === "model") return row.origin === "computed" ? row.name : `${row.name} (${row.origin})`;
      return row.tr.cells[column.index].firstChild?.textContent.trim() ?? "";
    }),
  );
  return { columns, titles: columns.map((column) => column.title), cells };
};

mub.formats = {
  latex: (table) => {
    const { columns, titles, cells } = mub.shownCells(table);
    const line = (row) => `${row.map(mub.escapes.latex).join(" & ")} \\\\`;
    return [
      `% ${oneLine(table.caption)}`,
      "% needs \\usepackage{booktabs}",
      `\\begin{tabular}{${columns.map((column) => (column.numeric ? "r" : "l")).join("")}}`,
      "\\toprule", line(titles), "\\midrule", ...cells.map(line), "\\bottomrule", "\\end{tabular}", "",
    ].join("\n");
  },
  markdown: (table) => {
    const { columns, titles, cells } = mub.shownCells(table);
    const line = (row) => `| ${row.join(" | ")} |`;
    return [
      mub.escapes.markdown(table.caption), "",
      line(titles.map(mub.escapes.markdown)),
      line(columns.map((column) => (column.numeric ? "---:" : "---"))),
      ...cells.map((row) => line(row.map(mub.escapes.markdown))), "",
    ].join("\n");
  },
  csv: (table) => {
    const { columns, titles, cells } = mub.shownCells(table);
    const line = (row) => row.map((text, index) => mub.escapes.csv(text, columns[index].numeric)).join(",");
    return [titles.map((title) => mub.escapes.csv(title, false)).join(","), ...cells.map(line), ""].join("\n");
  },
};

/** Put text where it can be pasted from; where the browser forbids that, show it selected. */
mub.copy = async (text, say, what) => {
  try {
    await navigator.clipboard.writeText(text);
    say(`Copied ${what}.`);
  } catch {
    const dialog = document.getElementById("copy-dialog");
    const area = dialog.querySelector("textarea");
    area.value = text;
    dialog.showModal();
    area.select();
  }
};
