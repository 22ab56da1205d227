// Charts of layers: one of several, as the reader chooses.

const layers = (initial, title) => {
  let body = initial, at = 0;
  const select = el("select", { "aria-label": "layer of " + title, onchange: () => { at = select.selectedIndex; inner.update(body[at].chart); } });
  const inner = chart(body[at].chart, title, [select], () => `${title}: ${body[at].name}`);
  const list = () => {
    at = Math.min(at, body.length - 1);
    select.replaceChildren(...body.map((l, i) => el("option", { selected: i === at }, l.name)));
    select.selectedIndex = at;
  };
  list();
  return {
    node: inner.node,
    update: (b) => {
      const same = b.length === body.length;
      body = b;
      if (!same) list();
      inner.update(body[at].chart);
    },
  };
};
