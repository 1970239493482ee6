// Elements. Words only ever become text nodes, so nothing in them is read as markup.
const build = (element, attributes, children) => {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(9).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
};
const h = (tag, attributes, ...children) => build(document.createElement(tag), attributes, children);
const s = (tag, attributes, ...children) =>
  build(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

/** Words of a session: kept apart from the page in direction and in look. */
const said = (text) => h("bdi", { class: "said" }, text);
const link = (to, ...children) => h("a", { href: `#/${to}` }, ...children);

/** A drawing that says in words what it shows. */
const picture = (width, height, title, attributes, ...children) =>
  s("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": title, ...attributes }, ...children);

/** The largest rate to draw, on a scale that ends at a round number. */
const roundUp = (value) => {
  const steps = [1, 2, 4, 5, 10, 20, 30, 40, 50, 60, 80, 100, 150, 200];
  return steps.find((step) => step >= value) ?? Math.ceil(value / 100) * 100;
};
const median = (values) => {
  const sorted = values.filter((value) => value !== null).sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};
/** A path through points; a point without a value parts it. */
const through = (points) => {
  let pen = "M";
  let path = "";
  for (const [x, y] of points) {
    if (y === null) pen = "M";
    else {
      path += `${pen}${x.toFixed(1)},${y.toFixed(1)}`;
      pen = "L";
    }
  }
  return path;
};
const isNarrow = () => document.getElementById("main").clientWidth < 680;
const roomFor = (most) => Math.max(280, Math.min(most, document.getElementById("main").clientWidth));
