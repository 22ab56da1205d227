// Confusion matrices: a row an actual class, a column a prediction.

const mostClasses = 40; // drawn as a matrix; beyond, the worst confusions are listed

const confusion = (initial) => {
  let body = initial, shares = false;
  const node = el("div");
  const draw = () => {
    const { classes, counts } = body;
    const sum = (list) => list.reduce((a, b) => a + b, 0);
    const rows = counts.map(sum), columns = classes.map((_, j) => sum(counts.map((r) => r[j])));
    const percent = (n, of) => (of ? (100 * n / of).toFixed(1) + " %" : "–");
    const grid = {
      columns: ["actual", ...classes, "rows", "recall"],
      rows: counts.map((r, i) => [classes[i], ...r, rows[i], rows[i] ? r[i] / rows[i] : null]),
    };
    if (classes.length > mostClasses) {
      const pairs = [];
      counts.forEach((r, i) => r.forEach((n, j) => { if (i !== j && n) pairs.push([classes[i], classes[j], n, n / rows[i]]); }));
      pairs.sort((a, b) => b[2] - a[2]);
      node.replaceChildren(
        el("p", { class: "note" }, `${classes.length} classes: the most frequent confusions, then every class.`),
        table({ columns: ["actual", "predicted", "rows", "share"], rows: pairs.slice(0, 50) }).node,
        table({ columns: ["class", "rows", "recall", "precision"], rows: classes.map((c, i) => [c, rows[i], rows[i] ? counts[i][i] / rows[i] : null, columns[i] ? counts[i][i] / columns[i] : null]) }).node);
      return;
    }
    const cell = (n, i, j) => {
      const share = rows[i] ? n / rows[i] : 0;
      // A wrong cell is strong at a tenth of the row, a right one at all of it.
      const strength = i === j ? 12 + 58 * share : n ? 14 + 60 * Math.min(1, share * 6) : 0;
      return el("td", {
        class: i === j ? "right" : n ? "wrong" : "none",
        style: strength ? `--share:${strength.toFixed(1)}%` : null,
        title: `${classes[i]} taken for ${classes[j]}: ${n} of ${rows[i]}`,
      }, n === 0 ? "·" : shares ? (100 * share).toFixed(1) : n.toLocaleString("en-US"));
    };
    node.replaceChildren(
      el("div", { class: "tools" },
        toggle("% of the row", shares, (on) => { shares = on; draw(); node.querySelector("button").focus(); }),
        copyButton(() => asTSV(grid), "copy table")),
      el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "confusion matrix" },
        el("table", { class: "confusion" },
          el("thead", {},
            el("tr", {}, el("td"), el("th", { colspan: classes.length, scope: "colgroup" }, "predicted"), el("td")),
            el("tr", {}, el("th", { scope: "col", class: "corner" }, "actual"), classes.map((c) => el("th", { scope: "col" }, c)), el("th", { scope: "col" }, "recall"))),
          el("tbody", {}, counts.map((r, i) => el("tr", {}, el("th", { scope: "row" }, classes[i]), r.map((n, j) => cell(n, i, j)),
            el("td", { class: "rate" }, percent(r[i], rows[i]))))),
          el("tfoot", {}, el("tr", {}, el("th", { scope: "row" }, "precision"), columns.map((n, j) => el("td", { class: "rate" }, percent(counts[j][j], n))), el("td"))))));
  };
  draw();
  return { node, update: (b) => { body = b; draw(); } };
};
