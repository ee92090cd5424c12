/**
 * The data of the page: columns of numbers that stand for texts, and how to read a row of them.
 */
const data = JSON.parse(document.getElementById("data").textContent);
const text = (name, row) => data.texts[name][0][data.texts[name][1][row]];
const list = (name, row) => {
  const [words, lists, at] = data.lists[name];
  return lists[at[row]].map((n) => words[n]);
};
const idOf = (row) => data.ids[row] ?? `${text("group", row)}.${text("name", row)}`;
const flags = {};
for (const name of Object.keys(data.flags)) {
  flags[name] = new Uint8Array(data.rows);
  for (const row of data.flags[name]) flags[name][row] = 1;
}
let rowsById = null;
const rowOf = (id) => {
  if (!rowsById) {
    rowsById = new Map();
    for (let row = 0; row < data.rows; row++) rowsById.set(idOf(row), row);
  }
  return rowsById.get(id);
};
const SIGNS = {keep: "✓", idle: "◔", undeclared: "!", waste: "✕", unknown: "?", gap: "○"};
const plain = (n) => n.toLocaleString("en-US");

/** Makes an element: attributes by name, children as texts or elements. Texts are never read as HTML. */
function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== null && child !== ""));
  return element;
}

/** A long name that may be broken where its parts meet. */
function breakable(name) {
  return name.split(/(?<=[._/])/).flatMap((part, n) => (n ? [document.createElement("wbr"), part] : [part]));
}

function link(part, wanted) {
  return `#${part}?${new URLSearchParams(wanted)}`;
}

function badge(status) {
  return make("span", {class: `status ${status}`}, make("span", {"aria-hidden": "true"}, SIGNS[status] ?? ""), ` ${status}`);
}
