// Histograms over time: a ridge for each moment, the latest in front.

const mostRidges = 24;

const histograms = (initial, title) => {
  let body = initial, at = 0, cursor = null;
  const drawing = svg("svg", { class: "plot", role: "img", tabindex: 0, "aria-label": title + "; arrow up and down read one moment after the other" });
  const readout = el("div", { class: "readout", hidden: true, role: "status", "aria-live": "polite" });
  const select = el("select", { "aria-label": "layer of " + title, onchange: () => { at = select.selectedIndex; cursor = null; draw(); drawData(); } });
  const data = el("div", { class: "data", hidden: true });
  const node = el("div", { class: "chart" },
    el("div", { class: "tools" }, select,
      toggle("data", false, (on) => { data.hidden = !on; drawData(); }),
      button("save SVG", () => saveSVG(drawing, `${title}: ${body.layers[at].name}`, []), { "aria-label": "save " + title + " as SVG" })),
    el("div", { class: "frame" }, drawing, readout), data);

  let ridges = [];
  const draw = () => {
    const layer = body.layers[at];
    if (!layer) return;
    const width = node.clientWidth || 560, height = width < 480 ? 260 : 300;
    const left = 14, right = width - 64, top = 58, below = height - 34;
    drawing.setAttribute("viewBox", `0 0 ${width} ${height}`);
    drawing.setAttribute("height", height);
    const every = Math.ceil(layer.spreads.length / mostRidges);
    const spreads = layer.spreads.filter((_, i) => (layer.spreads.length - 1 - i) % every === 0);
    const range = extent(spreads.flatMap((s) => [s.low, s.high])) || [0, 1];
    const sx = scale(...(range[0] === range[1] ? widen(range, 0.1) : range), left, right, false);
    const gap = (below - top) / Math.max(1, spreads.length - 1), tall = Math.min(54, Math.max(46, gap * 1.6));
    ridges = spreads.map((s, i) => {
      const base = spreads.length > 1 ? top + i * gap : below;
      const most = Math.max(...s.counts, 1), step = (s.high - s.low) / s.counts.length;
      const points = s.counts.map((c, k) => [sx(s.low + (k + 0.5) * step), base - c / most * tall]);
      const first = sx(s.low), last = sx(s.high);
      const line = `M${first.toFixed(1)} ${base.toFixed(1)}` + points.map(([x, y]) => `L${x.toFixed(1)} ${y.toFixed(1)}`).join("") + `L${last.toFixed(1)} ${base.toFixed(1)}`;
      return { s, base, line, part: spreads.length > 1 ? i / (spreads.length - 1) : 1 };
    });
    const named = Math.ceil(ridges.length / Math.max(2, Math.floor((below - top) / 16)));
    drawing.replaceChildren(
      ...ridges.map((r, i) => svg("g", { class: "ridge" + (i === cursor ? " here" : "") },
        svg("path", { class: "floor", d: `M${left} ${r.base.toFixed(1)}H${right}` }),
        svg("path", { class: "hill", d: r.line, style: `fill:${tone(r.part)}` }),
        (ridges.length - 1 - i) % named === 0 ? svg("text", { x: right + 6, y: (r.base + 4).toFixed(1) }, number(r.s.at)) : null)),
      svg("g", { class: "axis" }, ...ticks(sx, Math.max(2, Math.floor(width / 110))).map((t) => svg("g", {},
        svg("path", { class: "tick", d: `M${sx(t.value).toFixed(1)} ${below + 2}v4` }),
        svg("text", { x: sx(t.value).toFixed(1), y: below + 19, "text-anchor": "middle" }, t.label))),
        svg("text", { class: "label", x: right + 6, y: below + 19 }, body.x)));
    const r = ridges[cursor];
    readout.hidden = !r;
    if (r) {
      const { low, high, counts } = r.s, step = (high - low) / counts.length, k = counts.indexOf(Math.max(...counts));
      readout.replaceChildren(
        el("div", { class: "at" }, `${body.x} ${number(r.s.at)}`),
        el("div", {}, el("span", {}, "from"), el("b", {}, number(low))),
        el("div", {}, el("span", {}, "to"), el("b", {}, number(high))),
        el("div", {}, el("span", {}, "most at"), el("b", {}, number(low + (k + 0.5) * step, 3))));
      readout.style.left = left + "px";
      readout.style.top = "4px";
    }
  };
  const tone = (part) => {
    const k = Math.min(3, Math.floor(part * 4));
    return `color-mix(in oklab, var(--scale${k + 1}) ${Math.round(100 * (part * 4 - k))}%, var(--scale${k}))`;
  };
  const drawData = () => {
    if (data.hidden || !body.layers[at]) return;
    data.replaceChildren(table({
      columns: [body.x, "low", "high", "counts"],
      rows: body.layers[at].spreads.map((s) => [s.at, s.low, s.high, s.counts.join(" ")]),
    }).node);
  };
  const point = (k) => {
    if (k === cursor) return;
    cursor = k;
    draw();
  };
  drawing.addEventListener("pointermove", (e) => {
    const y = e.clientY - drawing.getBoundingClientRect().top;
    point(ridges.reduce((best, r, i) => (Math.abs(r.base - 10 - y) < Math.abs(ridges[best].base - 10 - y) ? i : best), 0));
  });
  drawing.addEventListener("pointerleave", () => point(null));
  drawing.addEventListener("blur", () => point(null));
  drawing.addEventListener("keydown", (e) => {
    const hop = { ArrowUp: -1, ArrowDown: 1 }[e.key];
    if (!hop || !ridges.length) return;
    point(Math.min(ridges.length - 1, Math.max(0, (cursor ?? (hop > 0 ? -1 : ridges.length)) + hop)));
    e.preventDefault();
  });
  const list = () => {
    at = Math.min(at, Math.max(0, body.layers.length - 1));
    select.replaceChildren(...body.layers.map((l, i) => el("option", { selected: i === at }, l.name)));
    select.selectedIndex = at;
  };
  list();
  onResize(node, draw);
  return {
    node,
    update: (b) => {
      const same = b.layers.length === body.layers.length;
      body = b;
      if (!same) list();
      draw();
      drawData();
    },
  };
};
