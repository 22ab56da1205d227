// Bars: amounts side by side, with names before them and texts behind them.

const bars = (initial, title) => {
  let body = initial;
  const drawing = svg("svg", { class: "plot", role: "img", "aria-label": title });
  const data = el("div", { class: "data", hidden: true });
  const tools = el("div", { class: "tools" },
    toggle("data", false, (on) => { data.hidden = !on; drawData(); }),
    button("save SVG", () => saveSVG(drawing, title, []), { "aria-label": "save " + title + " as SVG" }));
  const node = el("div", { class: "chart bars" }, tools, el("div", { class: "frame" }, drawing), data);
  const clip = (text, most) => (text.length > most ? text.slice(0, most - 1) + "…" : text);

  const draw = () => {
    const width = node.clientWidth || 560, high = 24, top = 6;
    const most = Math.max(8, Math.floor(width * 0.3 / 6.8));
    const letters = (pick) => Math.max(0, ...body.bars.map((b) => pick(b).length));
    const left = 14 + 6.8 * Math.min(most, letters((b) => b.name));
    const right = width - 14 - 6.6 * letters((b) => b.text || "");
    const ends = body.bars.flatMap((b) => b.span).filter((v) => v != null);
    const [low, up] = [Math.min(0, ...ends), Math.max(0, ...ends)];
    const room = 0.03 * (up - low) || 1;
    const x = scale(low < 0 ? low - room : 0, up + room, left, right, false);
    const below = top + high * body.bars.length;
    drawing.setAttribute("viewBox", `0 0 ${width} ${below + 38}`);
    drawing.setAttribute("height", below + 38);
    drawing.replaceChildren(
      svg("g", { class: "axis" }, ...ticks(x, Math.max(2, Math.floor((right - left) / 85))).map((t) => svg("g", {},
        svg("path", { class: "grid", d: `M${x(t.value).toFixed(1)} ${top}V${below}` }),
        svg("text", { x: x(t.value).toFixed(1), y: below + 15, "text-anchor": "middle" }, t.label))),
      svg("text", { class: "label", x: (left + right) / 2, y: below + 32, "text-anchor": "middle" }, body.x.label)),
      ...body.bars.map((b, i) => {
        const [value, from, to] = b.span, y = top + high * (i + 0.5);
        return svg("g", {}, svg("title", {}, `${b.name} ${b.text || ""}`),
          svg("text", { class: "name", x: left - 7, y: y + 4, "text-anchor": "end" }, clip(b.name, most)),
          svg("text", { x: right + 9, y: y + 4 }, b.text || ""),
          value == null ? null : svg("rect", { x: Math.min(x(0), x(value)), y: y - 7, width: Math.abs(x(value) - x(0)), height: 14, style: `fill:var(--series${value < 0 ? 2 : 1})` }),
          from == null || to == null ? null : svg("path", { class: "ends", d: `M${x(from)} ${y}H${x(to)}M${x(from)} ${y - 3}v6M${x(to)} ${y - 3}v6` }));
      }),
      svg("path", { class: "base", d: `M${x(0)} ${top}V${below}` }));
  };

  const drawData = () => {
    if (data.hidden) return;
    data.replaceChildren(table({
      columns: ["", body.x.label, "from", "to"],
      rows: body.bars.map((b) => [b.name, ...b.span]),
    }).node);
  };

  onResize(node, draw);
  return { node, update: (b) => { body = b; draw(); drawData(); } };
};
