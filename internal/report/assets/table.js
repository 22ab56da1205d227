// Tables: sorted by a click on a heading, copied as tab-separated text.

const mostRows = 500; // that are drawn; copying takes all

// plainCell is a cell without the text that a number may be read as.
const plainCell = (c) => c?.text == null ? c : c.value;

const asTSV = ({ columns, rows }) =>
  [columns, ...rows].map((row) => row.map((c) => plainCell(c) ?? "").join("\t")).join("\n") + "\n";

// table draws {columns, rows}.
const table = (initial) => {
  let body = initial, by = -1, down = false;
  const node = el("div", { class: "table" });
  const sorted = () => {
    if (by < 0) return body.rows;
    const infinite = { "+Inf": Infinity, "-Inf": -Infinity };
    const order = (a, b) => {
      [a, b] = [infinite[a] ?? a, infinite[b] ?? b];
      if (a == null || b == null) return (a == null) - (b == null);
      const d = typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), "en", { numeric: true });
      return down ? -d : d;
    };
    return [...body.rows].sort((a, b) => order(plainCell(a[by]), plainCell(b[by])));
  };
  const cell = (c) => typeof plainCell(c) === "number"
    ? el("td", { class: "number", title: plainCell(c) }, c.text ?? number(c, 5))
    : el("td", {}, c == null ? "" : String(c));
  const draw = () => {
    const numeric = (i) => body.rows.some((r) => typeof plainCell(r[i]) === "number");
    const head = body.columns.map((name, i) => el("th", {
      scope: "col", class: numeric(i) && "number", "aria-sort": i === by ? (down ? "descending" : "ascending") : "none",
    }, button(name, () => {
      [by, down] = [i, i === by && !down];
      draw();
      node.querySelectorAll("th button")[i].focus();
    }, { title: "sort by " + name })));
    const rows = sorted();
    node.replaceChildren(
      el("div", { class: "tools" }, copyButton(() => asTSV(body), "copy table")),
      el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "table" },
        el("table", {}, el("thead", {}, el("tr", {}, head)),
          el("tbody", {}, rows.slice(0, mostRows).map((r) => el("tr", {}, r.map(cell)))))),
      ...(rows.length > mostRows ? [el("p", { class: "note" }, `The first ${mostRows} of ${number(rows.length)} rows; copying takes all.`)] : []),
    );
  };
  draw();
  return { node, update: (b) => { body = b; draw(); } };
};
