// Export the table in its current state as LaTeX, Markdown or CSV: the rows and columns shown, with names escaped.
"use strict";
window.mub = window.mub ?? {};

const LATEX = {
  "\\": "\\textbackslash{}", "&": "\\&", "%": "\\%", $: "\\$", "#": "\\#", _: "\\_",
  "{": "\\{", "}": "\\}", "~": "\\textasciitilde{}", "^": "\\textasciicircum{}",
  "<": "\\textless{}", ">": "\\textgreater{}", "|": "\\textbar{}", "−": "$-$",
};
const oneLine = (text) => text.replace(/\s+/gu, " ").trim();

mub.escapes = {
  // A leading bracket would be parsed as an option of the previous line.
  latex: (text) => oneLine(text).replace(/[\\&%$#_{}~^<>|−]/g, (character) => LATEX[character]).replace(/^\[/, "{[}"),
  markdown: (text) => oneLine(text).replace(/[\\`*_{}[\]<>()#+!|~&]/g, "\\$&"),
  // Spreadsheets treat a cell that begins with one of these as a formula.
  csv: (text, numeric) => {
    const safe = numeric ? text.replaceAll("−", "-").replace(/^–$/, "") : oneLine(text).replace(/^[=+\-@＝＋－＠]/, "'$&");
    return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  },
};

/** Indices of the cells with the best score of their column among the ranked rows. */
mub.best = (table, columns, rows) => {
  const best = new Set();
  for (const [at, column] of columns.entries()) {
    if (!column.kind) continue;
    const values = rows.map((row) => (row.ranked ? table.value(row, column) : null));
    const most = Math.max(...values.filter((value) => value !== null));
    for (const [line, value] of values.entries()) if (value === most) best.add(`${line} ${at}`);
  }
  return best;
};

/** Titles, and the text of every cell shown, without the interval plot. */
mub.shownCells = (table, rows = table.shown) => {
  const columns = table.columns.filter((column) => column.shown && column.key !== "strip");
  const cells = rows.map((row) =>
    columns.map((column) => {
      if (column.key === "model") return row.origin === "computed" ? row.full : `${row.name} (${row.origin})`;
      if (column.key === "rank") return [...row.tr.cells[0].childNodes].find((node) => node.nodeType === 3)?.textContent.trim() ?? "";
      return row.tr.cells[column.index].firstChild?.textContent.trim() ?? "";
    }),
  );
  return { columns, titles: columns.map((column) => (column.kind === "mean" || column.kind === "" ? column.title : `${column.title} (${column.role})`)), cells };
};

const GROUPS = { mean: "Mean of nine", task: "Mean of a task", basic: "Basic", "fine-grained": "Fine-grained", sentiment: "Sentiment" };

/** LaTeX: group headings above neighbouring columns, with rules below; empty without score columns. */
mub.groupedHeads = (columns) => {
  const [cells, rules] = [[], []];
  for (let from = 0, to; from < columns.length; from = to) {
    const { kind } = columns[from];
    to = from + 1;
    while (kind && columns[to]?.kind === kind) to += 1;
    cells.push(kind ? `\\multicolumn{${to - from}}{c}{${GROUPS[kind] ?? mub.escapes.latex(kind)}}` : "");
    if (kind) rules.push(`\\cmidrule(lr){${from + 1}-${to}}`);
  }
  return rules.length ? [`${cells.join(" & ")} \\\\`, rules.join("")] : [];
};

/** Protocol and lexicon of the score shown, or else of the official mean; no lexicon if the source states none. */
mub.boardOf = (table, row) => {
  const official = table.column("official");
  const column = [table.focus, official].find((each) => each?.board && table.value(row, each) !== null);
  if (!column) return ["", ""];
  const [protocol, ...lexicon] = column.board.split("-");
  return [protocol, row.unstated ? "" : lexicon.join("-")];
};

mub.formats = {
  latex: (table, rows = table.shown, intervals = false) => {
    const { columns, titles, cells } = mub.shownCells(table, rows);
    const line = (row) => `${row.join(" & ")} \\\\`;
    const best = mub.best(table, columns, rows);
    const withInterval = intervals || table.table.classList.contains("show-ci");
    const written = cells.map((row, at) =>
      row.map((text, index) => {
        const bold = best.has(`${at} ${index}`) ? `\\textbf{${mub.escapes.latex(text)}}` : mub.escapes.latex(text);
        const { ci } = rows[at].tr.cells[columns[index].index].dataset;
        return withInterval && ci ? `${bold} {\\scriptsize [${mub.escapes.latex(ci).replace("–", "--")}]}` : bold;
      }),
    );
    return [
      "% needs \\usepackage{booktabs}",
      "\\begin{table*}", "\\centering",
      `\\caption{${mub.escapes.latex(table.caption)}}`,
      `\\label{tab:mer-unibench-${table.focus.board || table.by}}`,
      `\\begin{tabular}{${columns.map((column) => (column.numeric ? "r" : "l")).join("")}}`,
      "\\toprule", ...mub.groupedHeads(columns), line(titles.map(mub.escapes.latex)), "\\midrule", ...written.map(line),
      "\\bottomrule", "\\end{tabular}", "\\end{table*}", "",
    ].join("\n");
  },
  markdown: (table) => {
    const { columns, titles, cells } = mub.shownCells(table);
    const line = (row) => `| ${row.join(" | ")} |`;
    const best = mub.best(table, columns, table.shown);
    const withInterval = table.table.classList.contains("show-ci");
    const written = cells.map((row, at) =>
      row.map((text, index) => {
        const bold = best.has(`${at} ${index}`) ? `**${mub.escapes.markdown(text)}**` : mub.escapes.markdown(text);
        const { ci } = table.shown[at].tr.cells[columns[index].index].dataset;
        return withInterval && ci ? `${bold} \\[${mub.escapes.markdown(ci)}\\]` : bold;
      }),
    );
    return [
      mub.escapes.markdown(table.caption), "",
      line(titles.map(mub.escapes.markdown)),
      line(columns.map((column) => (column.numeric ? "---:" : "---"))),
      ...written.map(line), "",
    ].join("\n");
  },
  csv: (table) => {
    const { columns, titles, cells } = mub.shownCells(table);
    const board = ["Protocol", "Lexicon"];
    const line = (row, at) =>
      [...row.map((text, index) => mub.escapes.csv(text, columns[index].numeric)), ...mub.boardOf(table, table.shown[at]).map((text) => mub.escapes.csv(text, false))].join(",");
    return [[...titles, ...board].map((title) => mub.escapes.csv(title, false)).join(","), ...cells.map(line), ""].join("\n");
  },
};

/** Copy text to the clipboard; if the browser forbids that, show it selected. */
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
