/**
 * The way of one field, from its event through tables to whoever uses it, as a picture and in words.
 */
const flows = data.flows;
const ways = {passes: new Map(), rows: new Map(), steers: new Map(), takes: new Map(), asks: new Map()};
for (const name of ["passes", "rows"]) for (const [from, ...to] of flows[name]) ways[name].set(from, to);
const push = (map, key, value) => (map.get(key) ?? map.set(key, []).get(key)).push(value);
for (const [relation, how, ...columns] of flows.steers) for (const column of columns) push(ways.steers, column, [relation, how]);
for (const [consumer, how, ...columns] of flows.takes) {
  for (const column of columns) {
    push(ways.takes, column, [consumer, how]);
    push(ways.asks, flows.of[column], consumer);
  }
}
const columnName = (column) => flows.names[0][flows.names[1][column]];
const startsOf = (row) => [].concat(flows.fields[row]);
const landingOf = (row) => startsOf(row).map((c) => `${flows.relations[flows.of[c]]}.${columnName(c)}`);
const raw = new Set(flows.raw);
const MOST_IN_LAYER = 12;

/** The graph of a row: nodes by their keys, edges with how data is taken; `value` where the value itself goes on. */
function graphOf(row) {
  const nodes = new Map(), edges = new Map();
  const node = (key, kind, title) => nodes.get(key) ?? nodes.set(key, {key, kind, title, parts: new Set()}).get(key);
  const edge = (from, to, how, value) => {
    if (from === to) return;
    const known = edges.get(`${from}>${to}`) ?? {from, to, hows: new Set(), value: false};
    known.hows.add(how);
    known.value ||= value;
    edges.set(`${from}>${to}`, known);
  };
  const relation = (r) => node(`r${r}`, raw.has(r) ? "table" : "model", flows.relations[r]);
  const wanted = new Set(list("consumers", row));
  const consumer = (c) => node(`c${c}`, data.consumers[c][3] ? data.consumers[c][1] : "other", data.consumers[c][0]);
  const start = text("kind", row) === "field" ? node("start", "event", text("group", row)) : null;
  if (start) start.parts.add(text("name", row));
  const seen = new Set(), steered = new Set(), columns = [...startsOf(row)];
  for (const column of columns) if (start) edge("start", relation(flows.of[column]).key, "stored", true);
  while (columns.length) {
    const column = columns.shift();
    if (seen.has(column)) continue;
    seen.add(column);
    const here = relation(flows.of[column]);
    here.parts.add(columnName(column));
    for (const next of ways.passes.get(column) ?? []) {
      edge(here.key, relation(flows.of[next]).key, "value", true);
      columns.push(next);
    }
    for (const [next, how] of ways.steers.get(column) ?? []) {
      edge(here.key, relation(next).key, how, false);
      steered.add(next);
    }
    for (const [who, how] of ways.takes.get(column) ?? []) edge(here.key, consumer(who).key, how === "output" ? "shown" : how, true);
  }
  const queue = [...steered];
  for (const next of queue) {
    for (const who of new Set(ways.asks.get(next) ?? [])) {
      if (wanted.has(data.consumers[who][0])) edge(`r${next}`, consumer(who).key, "rows", false);
    }
    for (const other of ways.rows.get(next) ?? []) {
      edge(`r${next}`, relation(other).key, "rows", false);
      if (!steered.has(other)) { steered.add(other); queue.push(other); }
    }
  }
  return trimmed(nodes, [...edges.values()]);
}

/** Without what is only there for rows and leads to nobody. */
function trimmed(nodes, edges) {
  const leads = new Set([...nodes.values()].filter((n) => n.parts.size || n.key[0] === "c").map((n) => n.key));
  for (let more = true; more;) {
    more = false;
    for (const {from, to} of edges) if (leads.has(to) && !leads.has(from)) { leads.add(from); more = true; }
  }
  return {nodes: [...nodes.values()].filter((n) => leads.has(n.key)), edges: edges.filter((e) => leads.has(e.from) && leads.has(e.to))};
}

/** Puts the nodes into layers from left to right, those of long layers together. */
function layered({nodes, edges}) {
  const depth = new Map(nodes.map((n) => [n.key, 0]));
  for (let round = 0; round < Math.min(nodes.length, 40); round++) {
    let moved = false;
    for (const {from, to} of edges) {
      if (depth.get(to) < depth.get(from) + 1 && depth.get(from) < 40) { depth.set(to, depth.get(from) + 1); moved = true; }
    }
    if (!moved) break;
  }
  const last = Math.max(0, ...nodes.map((n) => depth.get(n.key)));
  const layers = Array.from({length: last + 1}, () => []);
  for (const node of nodes) layers[node.key[0] === "c" ? last : depth.get(node.key)].push(node);
  return layers.filter((layer) => layer.length);
}

function svg(name, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

const short = (said, most) => (said.length > most ? `${said.slice(0, most - 1)}…` : said);

function picture(row) {
  const graph = graphOf(row), layers = layered(graph);
  const wide = 190, gap = 70, high = 42, space = 14;
  const places = new Map(), boxes = svg("g", {}), lines = svg("g", {});
  const tallest = Math.max(...layers.map((layer) => Math.min(layer.length, MOST_IN_LAYER + 1)));
  const height = tallest * (high + space) + space, width = layers.length * (wide + gap) - gap + 2;
  layers.forEach((layer, n) => {
    const shown = layer.slice(0, MOST_IN_LAYER), x = 1 + n * (wide + gap);
    const count = shown.length + (layer.length > shown.length ? 1 : 0);
    let y = (height - count * (high + space) + space) / 2;
    for (const node of shown) {
      places.set(node.key, [x, y]);
      boxes.append(box(node, x, y, wide, high));
      y += high + space;
    }
    if (layer.length > shown.length) boxes.append(svg("text", {x: x + 10, y: y + 20, class: "more"}, `and ${plain(layer.length - shown.length)} more`));
  });
  for (const edge of graph.edges) {
    const from = places.get(edge.from), to = places.get(edge.to);
    if (!from || !to) continue;
    const [x1, y1, x2, y2] = [from[0] + wide, from[1] + high / 2, to[0], to[1] + high / 2], bend = Math.max(30, (x2 - x1) / 2);
    lines.append(svg("path", {class: edge.value ? "value" : "rows", d: `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`},
      svg("title", {}, [...edge.hows].join(", "))));
  }
  const label = `The way of ${idOf(row)}`;
  const drawn = svg("svg", {class: "flow", viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": label}, lines, boxes);
  drawn.style.minWidth = `${Math.round(width * 0.7)}px`;
  return drawn;
}

const KINDS = {event: "event", table: "table", model: "model", dashboard: "dashboard", person: "query", export: "export", ml: "learning", other: "does not count"};

function box(node, x, y, wide, high) {
  const parts = [...node.parts], under = parts.length ? parts[0] + (parts.length > 1 ? ` +${parts.length - 1}` : "") : KINDS[node.kind] ?? node.kind;
  return svg("g", {class: `node ${node.kind}`}, svg("title", {}, `${KINDS[node.kind] ?? node.kind} ${node.title}${parts.length ? `: ${parts.join(", ")}` : ""}`),
    svg("rect", {x, y, width: wide, height: high, rx: 5}),
    svg("text", {x: x + 10, y: y + 17}, short(node.title, 27)), svg("text", {x: x + 10, y: y + 33, class: "part"}, short(under, 29)));
}

/** The same in words, for those who do not see it. */
function inWords(row) {
  const {nodes, edges} = graphOf(row), names = new Map(nodes.map((n) => [n.key, n.title]));
  const lines = edges.slice(0, 60).map((e) => make("li", {}, `${names.get(e.from)} → ${names.get(e.to)} (${[...e.hows].join(", ")})`));
  if (edges.length > lines.length) lines.push(make("li", {}, `and ${plain(edges.length - lines.length)} more steps`));
  return make("ul", {}, ...lines);
}
