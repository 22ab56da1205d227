// The page: a heading, links to the groups, and a component for each section,
// which stays when newer data come.

const kinds = { facts, chart, layers, bars, table, histograms, confusion, images, text, marked, commands };

const title = el("h1"), lead = el("p", { class: "lead" }), nav = el("nav", { "aria-label": "groups" }), main = el("main");
const slider = el("input", { type: "range", min: 0, max: 0.99, step: 0.01, value: 0, id: "smoothing" });
const level = el("output", { for: "smoothing" }, "0");
const smoother = el("div", { class: "smoother" }, el("label", { for: "smoothing" }, "smoothing"), slider, level);
slider.addEventListener("input", () => {
  smoothing.value = Number(slider.value);
  level.textContent = slider.value;
  for (const draw of smoothing.charts) draw();
});
document.body.append(
  el("header", {}, el("div", {}, title, lead)),
  el("div", { class: "bar" }, nav, smoother), main);

const built = new Map(); // by group and title: what was made of a section

const build = (s) => {
  const part = kinds[s.kind](s.body, s.title);
  const note = el("p", { class: "note" }), source = el("footer");
  const node = el("section", { class: "of-" + s.kind, "aria-label": s.title || s.group },
    s.title ? el("h3", {}, s.title) : null, note, part.node, source);
  return { kind: s.kind, node, note, source, part, fresh: true };
};

const render = (doc) => {
  document.title = title.textContent = doc.title;
  lead.textContent = doc.note || "";
  const groups = [], used = new Set();
  for (const s of doc.sections || []) {
    const key = `${s.group || ""}\n${s.title}\n${s.kind}`;
    used.add(key);
    if (!built.has(key)) built.set(key, build(s));
    const b = built.get(key);
    if (!b.fresh) b.part.update(s.body);
    b.fresh = false;
    b.note.textContent = s.note || "";
    b.note.hidden = !s.note;
    b.source.textContent = s.source ? "from " + s.source : "";
    b.source.hidden = !s.source;
    b.node.classList.toggle("wide", !!s.wide || !["chart", "layers", "histograms"].includes(s.kind));
    if (groups.at(-1)?.name !== (s.group || "")) groups.push({ name: s.group || "", nodes: [] });
    groups.at(-1).nodes.push(b.node);
  }
  for (const key of built.keys()) if (!used.has(key)) built.delete(key);
  place(groups);
  smoother.hidden = smoothing.charts.size === 0;
};

// place puts the sections under the headings of their groups. What has the
// focus keeps it.
const place = (groups) => {
  const wanted = groups.map((g) => g.name + "\n" + g.nodes.length).join("\n\n");
  if (main.dataset.order === wanted) return;
  main.dataset.order = wanted;
  const focused = document.activeElement;
  main.replaceChildren(...groups.map((g) => el("div", { class: "group", id: slug(g.name) },
    g.name ? el("h2", {}, g.name) : null, el("div", { class: "grid" }, g.nodes))));
  if (focused !== document.body) focused.focus({ preventScroll: true });
  nav.replaceChildren(...groups.filter((g) => g.name).map((g) => el("a", { href: "#" + slug(g.name) }, g.name)));
};

render(JSON.parse(document.getElementById("data").textContent));

// A page of a run that still goes on is told of newer data.
const address = document.body.dataset.events;
if (address) {
  const status = el("p", { class: "status", role: "status" }, "running");
  document.querySelector("header").append(status);
  const events = new EventSource(address);
  const say = (word) => { status.textContent = word; status.dataset.state = word; };
  events.addEventListener("open", () => say("running"));
  events.addEventListener("message", (e) => render(JSON.parse(e.data)));
  events.addEventListener("end", () => { say("ended"); events.close(); });
  events.addEventListener("error", () => say("not connected"));
}
