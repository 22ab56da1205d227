// Charts: curves with axes, a read-out under the pointer, zoom by drag.

const palette = 8;
const dashes = [null, "5 3", "2 2", "8 3 2 3"];

// The page's one smoothing slider tells all charts that are noisy.
const smoothing = { value: 0, charts: new Set() };

// paint is the color of series i of n.
const paint = (body, i) => {
  const s = body.series[i], n = body.series.length;
  if (body.ordered && n > 2) {
    const part = i / (n - 1) * 4, k = Math.min(3, Math.floor(part));
    return `color-mix(in oklab, var(--scale${k + 1}) ${Math.round(100 * (part - k))}%, var(--scale${k}))`;
  }
  return `var(--series${((s.color || i + 1) - 1) % palette + 1})`;
};

const dash = (body, i) => {
  const s = body.series[i];
  if (s.dashed) return dashes[1];
  return !body.ordered && !s.color ? dashes[Math.floor(i / palette) % dashes.length] : null;
};

const margin = { right: 14, top: 10, bottom: 40 };

// chart draws a chart. It may have tools before its own, and be saved under a
// name that changes.
const chart = (initial, title, before = [], named = () => title) => {
  let body = initial;
  const state = { logX: !!body.x.log, logY: !!body.y.log, zoom: null, off: new Set(), data: false, cursor: null };
  const drawing = svg("svg", { class: "plot", tabindex: 0, role: "img", "aria-label": `${title}; arrow keys read values, plus and minus zoom, 0 shows all` });
  const readout = el("div", { class: "readout", role: "status", "aria-live": "polite" });
  const legend = el("div", { class: "legend" });
  const data = el("div", { class: "data", hidden: true });
  const reset = button("reset zoom", () => { zoomTo(null); drawing.focus(); }, { hidden: true });
  const tools = el("div", { class: "tools" },
    ...before,
    reset,
    toggle("log x", state.logX, (on) => { state.logX = on; state.zoom = null; draw(); }),
    toggle("log y", state.logY, (on) => { state.logY = on; draw(); }),
    toggle("data", false, (on) => { state.data = on; data.hidden = !on; drawData(); }),
    button("save SVG", () => saveSVG(drawing, named(), shown().map((i) => ({ name: body.series[i].name, color: colorOf(i), dashed: dash(body, i) }))), { "aria-label": "save " + title + " as SVG" }));
  const node = el("div", { class: "chart" }, tools, el("div", { class: "frame" }, drawing, readout), legend, data);

  const shown = () => body.series.map((_, i) => i).filter((i) => !state.off.has(body.series[i].name));
  const colorOf = (i) => {
    const swatch = legend.children[i]?.querySelector("i");
    return swatch ? getComputedStyle(swatch).borderTopColor : "#888";
  };
  const zoomTo = (range) => { state.zoom = range; state.cursor = null; draw(); };

  let sx, sy, left, lines = []; // of the last drawing

  // curve is what is drawn of series i: its points, smoothed where that is asked for.
  const curve = (i) => {
    const s = body.series[i];
    const ys = body.smooth && smoothing.value > 0 && !s.points ? smooth(s.ys, smoothing.value) : s.ys;
    return { i, s, xs: s.xs, ys, raw: ys === s.ys ? null : s.ys };
  };

  // path draws the points that are inside, in at most a few a pixel.
  const path = (xs, ys) => {
    let d = "", pen = false, column = NaN, low, high, last;
    const put = (x, y) => {
      d += (pen ? "L" : "M") + x.toFixed(1) + " " + y.toFixed(1);
      pen = true;
    };
    const flush = () => {
      if (low !== undefined && low !== high) { put(column, low); put(column, high); }
      if (last !== undefined) put(column, last);
      low = high = last = undefined;
    };
    const dense = xs.length > 4 * drawing.clientWidth;
    xs.forEach((x, k) => {
      const y = ys[k];
      if (y == null || sy.log && y <= 0 || sx.log && x <= 0) {
        flush();
        pen = false;
        return;
      }
      const px = sx(x), py = sy(y);
      if (px < -1e4 || px > 1e5) return;
      if (!dense) { put(px, py); return; }
      if (Math.round(px) !== column) { flush(); column = Math.round(px); low = high = py; }
      low = Math.min(low, py);
      high = Math.max(high, py);
      last = py;
    });
    flush();
    return d;
  };

  const dots = (xs, ys) => {
    const list = [];
    xs.forEach((x, k) => {
      const y = ys[k];
      if (y == null || sy.log && y <= 0 || sx.log && x <= 0 || x < sx.low || x > sx.high) return;
      list.push([sx(x), sy(y)]);
    });
    return list;
  };

  const draw = () => {
    const width = node.clientWidth || 560, height = width < 480 ? 230 : 270;
    drawing.setAttribute("viewBox", `0 0 ${width} ${height}`);
    drawing.setAttribute("height", height);
    lines = shown().map(curve);
    const all = (pick) => lines.flatMap(pick);
    let xr = state.zoom || extent(all((l) => l.xs).concat((body.marks || []).map((m) => m.x)), state.logX);
    if (!xr) xr = [state.logX ? 1 : 0, 10];
    if (xr[0] === xr[1]) xr = widen(xr, 0.1, state.logX);
    const inside = (l, ys) => (ys || []).filter((_, k) => l.xs[k] >= xr[0] && l.xs[k] <= xr[1]);
    const yr = extent(all((l) => [...inside(l, l.ys), ...inside(l, l.s.low), ...inside(l, l.s.high)]), state.logY);
    const points = lines.some((l) => l.s.points);
    sy = scale(...widen(yr || [state.logY ? 0.1 : 0, 1], 0.06, state.logY), height - margin.bottom, margin.top, state.logY);
    const levels = ticks(sy, height < 250 ? 4 : 5);
    left = 30 + Math.round(6.8 * Math.max(2, ...levels.map((t) => t.label.length)));
    sx = scale(...(points && !state.zoom ? widen(xr, 0.03, state.logX) : xr), left, width - margin.right, state.logX);
    const clip = "clip-" + slug(title) + "-" + (drawing.dataset.id ||= String(++charts));
    const below = height - margin.bottom, right = width - margin.right;
    drawing.replaceChildren(
      svg("clipPath", { id: clip }, svg("rect", { x: left, y: margin.top - 2, width: right - left, height: below - margin.top + 4 })),
      svg("g", { class: "axis" },
        ...levels.map((t) => svg("g", {},
          svg("path", { class: "grid", d: `M${left} ${sy(t.value).toFixed(1)}H${right}` }),
          svg("text", { x: left - 7, y: (sy(t.value) + 4).toFixed(1), "text-anchor": "end" }, t.label))),
        ...ticks(sx, Math.max(2, Math.floor(width / 85))).map((t) => svg("g", {},
          svg("path", { class: "tick", d: `M${sx(t.value).toFixed(1)} ${below}v4` }),
          svg("text", { x: Math.min(sx(t.value), width - 3.5 * t.label.length).toFixed(1), y: below + 17, "text-anchor": "middle" }, t.label))),
        svg("path", { class: "base", d: `M${left} ${below}H${right}` }),
        svg("text", { class: "label", x: (left + right) / 2, y: height - 5, "text-anchor": "middle" }, body.x.label),
        svg("text", { class: "label", transform: `translate(12 ${(margin.top + below) / 2}) rotate(-90)`, "text-anchor": "middle" }, body.y.label)),
      svg("g", { "clip-path": `url(#${clip})` },
        ...(body.marks || []).map((m) => svg("g", { class: "mark" },
          svg("path", { d: `M${sx(m.x)} ${margin.top}V${below}` }),
          svg("text", sx(m.x) > width * 0.6 ? { x: sx(m.x) - 5, y: margin.top + 12, "text-anchor": "end" } : { x: sx(m.x) + 5, y: margin.top + 12 }, m.label))),
        ...lines.flatMap(drawLine)),
      svg("g", { "data-cursor": true }));
    reset.hidden = !state.zoom;
    drawCursor();
  };

  const drawLine = (l) => {
    const color = paint(body, l.i), parts = [];
    if (l.s.low && l.s.high) {
      const edge = path(l.xs, l.s.high), back = path([...l.xs].reverse(), [...l.s.low].reverse());
      if (edge && back) parts.push(svg("path", { class: "band", d: edge + back.replaceAll("M", "L") + "Z", style: `fill:${color}` }));
    }
    if (l.s.points || l.xs.length < 2) {
      return [...parts, ...dots(l.xs, l.ys).map(([x, y]) => svg("circle", { cx: x.toFixed(1), cy: y.toFixed(1), r: 3.2, style: `fill:${color}` }))];
    }
    if (l.raw) parts.push(svg("path", { class: "raw", d: path(l.xs, l.raw), style: `stroke:${color}` }));
    parts.push(svg("path", { class: "line", d: path(l.xs, l.ys), style: `stroke:${color}`, "stroke-dasharray": dash(body, l.i) }));
    return parts;
  };

  const drawCursor = () => {
    const layer = drawing.querySelector("[data-cursor]");
    if (state.cursor == null || !lines.some((l) => l.xs.length)) {
      layer.replaceChildren();
      readout.hidden = true;
      return;
    }
    const found = lines.filter((l) => l.xs.length).map((l) => {
      const k = l.s.points ? closest(l, state.cursor) : nearest(l.xs, state.cursor);
      return { l, x: l.xs[k], y: l.ys[k] };
    }).filter((f) => f.y != null && !(sy.log && f.y <= 0));
    if (!found.length) return;
    const at = found.reduce((a, b) => (Math.abs(b.x - state.cursor) < Math.abs(a.x - state.cursor) ? b : a)).x;
    const px = sx(at);
    const digits = Math.max(5, Math.ceil(Math.log10(Math.max(Math.abs(sy.low), Math.abs(sy.high)) / (sy.high - sy.low || 1))) + 3); // that tell curves apart
    layer.replaceChildren(
      svg("path", { class: "cursor", d: `M${px.toFixed(1)} ${margin.top}V${drawing.clientHeight - margin.bottom}` }),
      ...found.map((f) => svg("circle", { cx: sx(f.x).toFixed(1), cy: sy(f.y).toFixed(1), r: 3.5, class: "dot", style: `fill:${paint(body, f.l.i)}` })));
    const most = 12, sorted = [...found].sort((a, b) => b.y - a.y);
    readout.replaceChildren(el("div", { class: "at" }, `${body.x.label} ${number(at, 6)}`),
      ...sorted.slice(0, most).map((f) => el("div", {}, el("i", { style: `background:${paint(body, f.l.i)}` }),
        el("span", {}, f.l.s.name), el("b", {}, number(f.y, Math.min(digits, 17)) + (f.x === at ? "" : ` at ${number(f.x, 6)}`)))),
      ...(sorted.length > most ? [el("div", { class: "note" }, `and ${sorted.length - most} more`)] : []));
    readout.hidden = false;
    const wide = readout.offsetWidth, room = drawing.clientWidth;
    readout.style.left = Math.max(0, px + 14 + wide < room ? px + 14 : px - wide - 14) + "px";
    readout.style.top = margin.top + "px";
  };
  const closest = (l, x) => l.xs.reduce((best, v, k) => (Math.abs(v - x) < Math.abs(l.xs[best] - x) ? k : best), 0);

  const drawLegend = () => {
    legend.hidden = body.series.length < 2;
    legend.replaceChildren(...body.series.map((s, i) => toggle(
      [el("i", { class: s.points ? "point" : s.dashed || dash(body, i) ? "dashed" : "", style: `border-color:${paint(body, i)}` }), s.name],
      !state.off.has(s.name),
      (on) => { state.off[on ? "delete" : "add"](s.name); draw(); drawData(); })));
  };

  // drawData lists the values that are drawn, by x.
  const drawData = () => {
    if (!state.data) return;
    const at = new Map();
    const list = shown().map((i) => body.series[i]);
    list.forEach((s, c) => s.xs.forEach((x, k) => {
      if (!at.has(x)) at.set(x, Array(list.length).fill(null));
      at.get(x)[c] = s.ys[k];
    }));
    data.replaceChildren(table({
      columns: [body.x.label, ...list.map((s) => s.name)],
      rows: [...at].sort((a, b) => a[0] - b[0]).map(([x, ys]) => [x, ...ys]),
    }).node);
  };

  pointer(drawing, {
    hover: (px) => { state.cursor = px == null ? null : sx.invert(px); drawCursor(); },
    range: () => [left, drawing.clientWidth - margin.right, margin.top, drawing.clientHeight - margin.bottom],
    zoom: (a, b) => zoomTo([sx.invert(a), sx.invert(b)]),
    reset: () => zoomTo(null),
  });
  drawing.addEventListener("keydown", (e) => {
    const line = lines.find((l) => l.xs.length);
    if (!line) return;
    const k = state.cursor == null ? nearest(line.xs, sx.low) : nearest(line.xs, state.cursor);
    const hop = e.shiftKey ? 10 : 1;
    const at = line.xs[k], a = sx(at);
    const around = (part) => [sx.low, sx.high].map((end) => sx.invert(a + (sx(end) - a) * part));
    const keys = {
      ArrowLeft: () => { state.cursor = line.xs[Math.max(0, k - hop)]; drawCursor(); },
      ArrowRight: () => { state.cursor = line.xs[Math.min(line.xs.length - 1, k + (state.cursor == null ? 0 : hop))]; drawCursor(); },
      "+": () => { state.zoom = around(0.5); state.cursor = at; draw(); },
      "-": () => { const all = around(2); zoomTo(all[0] <= extent(line.xs, state.logX)[0] ? null : all); },
      0: () => zoomTo(null),
      Escape: () => zoomTo(null),
    };
    keys["="] = keys["+"];
    if (!keys[e.key] || e.ctrlKey || e.metaKey || e.altKey) return;
    keys[e.key]();
    e.preventDefault();
  });
  drawing.addEventListener("blur", () => { state.cursor = null; drawCursor(); });

  onResize(node, draw);
  if (body.smooth) smoothing.charts.add(draw);
  drawLegend();
  return {
    node,
    update: (b) => {
      body = b;
      drawLegend();
      draw();
      drawData();
    },
  };
};

let charts = 0;

// pointer turns what a pointer does over a drawing into hovering and ranges of x.
const pointer = (drawing, { hover, range, zoom, reset }) => {
  let from = null, box = null;
  const at = (e) => {
    const [left, right] = range();
    return Math.min(right, Math.max(left, e.clientX - drawing.getBoundingClientRect().left));
  };
  const drop = () => { from = null; box?.remove(); box = null; };
  drawing.addEventListener("pointerdown", (e) => {
    if (e.button === 0 && e.pointerType !== "touch") {
      from = at(e);
      drawing.setPointerCapture(e.pointerId);
    } else hover(at(e));
  });
  drawing.addEventListener("pointermove", (e) => {
    hover(at(e));
    if (from == null || Math.abs(at(e) - from) < 4) return;
    const [, , top, below] = range();
    box ||= drawing.appendChild(svg("rect", { class: "box", "data-cursor": "box" }));
    const a = Math.min(from, at(e)), b = Math.max(from, at(e));
    fill(box, { x: a, y: top, width: b - a, height: below - top }, []);
  });
  drawing.addEventListener("pointerup", (e) => {
    if (from != null && Math.abs(at(e) - from) >= 8) zoom(Math.min(from, at(e)), Math.max(from, at(e)));
    drop();
  });
  drawing.addEventListener("pointercancel", drop);
  drawing.addEventListener("pointerleave", () => { if (from == null) hover(null); });
  drawing.addEventListener("dblclick", reset);
};
