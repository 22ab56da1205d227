// Elements, names and copying: what all parts of the page use.

const fill = (node, attrs, children) => {
  for (const [name, value] of Object.entries(attrs)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children.flat().filter((c) => c != null));
  return node;
};

const el = (tag, attrs = {}, ...children) => fill(document.createElement(tag), attrs, children);

const svg = (tag, attrs = {}, ...children) =>
  fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attrs, children);

// slug makes a name for files and anchors of a title.
const slug = (text) =>
  text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-+|-+$/g, "") || "x";

const button = (label, onclick, attrs = {}) => el("button", { type: "button", onclick, ...attrs }, label);

// toggle is a button that is on or off; set tells of a change.
const toggle = (label, on, set, attrs = {}) => {
  const b = button(label, () => {
    on = !on;
    b.setAttribute("aria-pressed", on);
    set(on);
  }, { "aria-pressed": on, ...attrs });
  return b;
};

// copyButton copies what text() returns, and says so.
const copyButton = (text, label = "copy", attrs = {}) => {
  const b = button(label, async () => {
    await copy(text());
    b.textContent = "copied";
    setTimeout(() => { b.textContent = label; }, 1200);
  }, attrs);
  return b;
};

const copy = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
  } catch { // pages that are not from a secure origin have no clipboard
    const area = el("textarea", { readonly: true, "aria-hidden": "true", class: "offscreen" });
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
};

// save hands the reader a file.
const save = (name, type, text) => {
  const url = URL.createObjectURL(new Blob([text], { type }));
  el("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
};

// onResize calls draw when node has a new width, the first time included.
const onResize = (node, draw) => {
  let width = 0;
  new ResizeObserver(() => requestAnimationFrame(() => {
    if (node.clientWidth !== width) {
      width = node.clientWidth;
      draw();
    }
  })).observe(node);
};
