// Pictures to keep: an SVG as a file of its own, in the colors that it has now.

const kept = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray", "stroke-linejoin",
  "font-family", "font-size", "font-weight", "text-anchor", "dominant-baseline", "opacity", "display"];

// saveSVG saves a drawing with its title above it and the legend below.
const saveSVG = (drawing, title, legend) => {
  const width = drawing.clientWidth, height = drawing.clientHeight;
  const inline = (from, to) => {
    const style = getComputedStyle(from);
    for (const name of kept) to.setAttribute(name, style.getPropertyValue(name));
    [...from.children].forEach((child, i) => inline(child, to.children[i]));
    for (const name of ["class", "style"]) to.removeAttribute(name);
  };
  const copied = drawing.cloneNode(true);
  inline(drawing, copied);
  copied.querySelectorAll("[data-cursor]").forEach((c) => c.remove());
  const page = getComputedStyle(document.documentElement);
  const ink = page.getPropertyValue("--ink"), paper = page.getPropertyValue("--panel"), family = "system-ui, sans-serif";
  const all = svg("svg", { xmlns: "http://www.w3.org/2000/svg" });
  let x = 8, y = 32 + height + 16;
  const words = legend.map(({ name, color, dashed }) => {
    const wide = 26 + 7.2 * name.length;
    if (x + wide > width && x > 8) [x, y] = [8, y + 18];
    const g = svg("g", {},
      svg("path", { d: `M${x} ${y - 4}h14`, stroke: color, "stroke-width": 2, "stroke-dasharray": dashed ? "4 3" : null }),
      svg("text", { x: x + 18, y, fill: ink, "font-size": 12, "font-family": family }, name));
    x += wide;
    return g;
  });
  const total = y + 14;
  all.append(
    svg("rect", { width, height: total, fill: paper }),
    svg("text", { x: 8, y: 22, fill: ink, "font-size": 14, "font-weight": 600, "font-family": family }, title),
    svg("g", { transform: "translate(0 32)" }, ...copied.childNodes), ...words);
  for (const [name, value] of Object.entries({ viewBox: `0 0 ${width} ${total}`, width, height: total })) all.setAttribute(name, value);
  save(slug(title) + ".svg", "image/svg+xml", new XMLSerializer().serializeToString(all));
};
