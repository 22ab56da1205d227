// The plain kinds of sections: facts, images, texts and commands.

// plain makes a component of a function that draws all anew.
const plain = (draw) => (body) => {
  const node = el("div");
  const update = (b) => node.replaceChildren(...[draw(b)].flat());
  update(body);
  return { node, update };
};

const facts = plain((list) => el("dl", { class: "facts" }, list.map((f) =>
  el("div", {}, el("dt", {}, f.name), el("dd", {}, f.value), f.note ? el("dd", { class: "note" }, f.note) : null))));

const images = plain((list) => el("div", { class: "images" }, list.map((i) =>
  el("figure", {},
    el("img", { src: "data:image/png;base64," + i.png, alt: (i.lines || []).join(", "), onload: (e) => e.target.classList.toggle("small", e.target.naturalWidth < 96) }),
    el("figcaption", {}, (i.lines || []).map((line, k) => el(k ? "span" : "strong", {}, line)))))));

const text = plain((value) => [
  el("div", { class: "tools" }, copyButton(() => value)),
  el("pre", { tabindex: 0 }, value),
]);

const commands = plain((list) => el("ul", { class: "commands" }, list.map((line) =>
  el("li", {}, el("code", { tabindex: 0 }, line), copyButton(() => line, "copy", { "aria-label": "copy " + line })))));
