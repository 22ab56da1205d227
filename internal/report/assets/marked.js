// Marked texts: parts speak for something, on a whole line, or against it, on a broken one.

const marked = plain((body) => {
  const mark = (text, weight, note) => el("span", {
    class: weight > 0 ? "for" : "against", style: `--size:${Math.abs(weight).toFixed(3)}`, title: note,
  }, text);
  return [
    el("p", { class: "note" }, mark(body.for, 1), " ", mark(body.against, -1)),
    el("p", { class: "marked", dir: "auto", tabindex: 0 },
      (body.parts || []).map((p) => (p.weight ? mark(p.text, p.weight, p.note) : p.text))),
  ];
});
