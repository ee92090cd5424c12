/**
 * The inventory: filter, search, sort, choose columns, page. What is asked for is in the address, so that links keep it.
 */
const COLUMNS = {
  id: "Field or column", status: "Status", category: "Data on people", description: "Description", owner: "Owner",
  consumers: "Used by", use_cases: "Purposes", destinations: "Goes to", type: "Type", reason: "Why", group: "Event or table",
  landing: "Stored in", models: "Carried by", less: "Less would do", volume: "Volume", introduced: "Since", expires: "Until",
  rules: "Findings", proposal: "Proposal", place: "Written in",
};
const USUAL = ["id", "status", "category", "owner", "consumers", "use_cases"];
const STATUSES = Object.keys(SIGNS);
const LISTED = {use_case: "use_cases", destination: "destinations", consumer: "consumers", model: "models", rule: "rules"};
const EXACT = ["kind", "owner", "group", "proposal", "sensitivity"];
const SELECTS = {category: "Any", use_case: "Any", destination: "Anywhere", owner: "Anybody"};
const SIZE = 50;
const SEARCHED = ["group", "name", "description", "category", "owner", "status", "sensitivity", "type", "proposal"];
const SEARCHED_LISTS = ["consumers", "use_cases", "destinations"];
let ranks = {}, asked = new URLSearchParams(), found = [], printing = false;
const $ = (id) => document.getElementById(id);

/** Whether a word is in any text of a row. Each text is looked at once, not once for each row that has it. */
function mentions(word) {
  const has = (said) => said.toLowerCase().includes(word);
  const made = [...SEARCHED.map((name) => among(name, has)), ...SEARCHED_LISTS.map((name) => holds(name, has))];
  if (word.includes(".")) made.push((row) => has(idOf(row)));
  return (row) => made.some((test) => test(row));
}

/** For a column of texts: which of its texts are wanted, as one test for each row. */
function among(name, wanted) {
  const [words, at] = data.texts[name], yes = words.map(wanted);
  return (row) => yes[at[row]];
}

/** For a column of lists: whether one of the wanted texts is in it. */
function holds(name, wanted) {
  const [words, lists, at] = data.lists[name], yes = words.map(wanted), any = lists.map((each) => each.some((n) => yes[n]));
  return (row) => any[at[row]];
}

function tests(wanted) {
  const made = [];
  const statuses = wanted.getAll("status").flatMap((s) => s.split(","));
  if (statuses.length) made.push(among("status", (word) => statuses.includes(word)));
  for (const name of EXACT) if (wanted.has(name)) made.push(among(name, (word) => word === wanted.get(name)));
  if (wanted.has("category")) {
    const above = wanted.get("category");
    made.push(among("category", (word) => word === above || (above !== "" && word.startsWith(`${above}.`))));
  }
  for (const [name, column] of Object.entries(LISTED)) if (wanted.has(name)) made.push(holds(column, (word) => word === wanted.get(name)));
  if (wanted.has("class")) {
    const kinds = new Map(data.consumers.map(([id, kind]) => [id, kind]));
    made.push(holds("consumers", (word) => kinds.get(word) === wanted.get("class")));
  }
  for (const name of ["personal", "shadow", "star_only"]) if (wanted.get(name) === "1") made.push((row) => flags[name][row] === 1);
  if (wanted.get("less") === "1") made.push(among("less", (word) => word !== ""));
  const words = (wanted.get("q") ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  made.push(...words.map(mentions));
  return made;
}

function filtered(wanted) {
  const made = tests(wanted), rows = [];
  for (let row = 0; row < data.rows; row++) if (made.every((test) => test(row))) rows.push(row);
  return sorted(rows, wanted.get("sort") ?? "");
}

/** What a row is sorted by in a column, as numbers, made once. */
function rank(name) {
  if (ranks[name]) return ranks[name];
  const at = new Float64Array(data.rows);
  if (name in data.lists) for (let row = 0; row < data.rows; row++) at[row] = data.lists[name][1][data.lists[name][2][row]].length;
  else if (name === "volume") for (let row = 0; row < data.rows; row++) at[row] = data.volume[row] ?? -1;
  else if (name === "status") for (let row = 0; row < data.rows; row++) at[row] = STATUSES.indexOf(text("status", row));
  else if (name in data.texts) at.set(data.texts[name][1]);
  else if (name === "place") for (let row = 0; row < data.rows; row++) at[row] = data.texts.file[1][row] * 1e7 + data.line[row];
  else for (let row = 0; row < data.rows; row++) at[row] = name === "landing" ? startsOf(row).length : row;
  return (ranks[name] = at);
}

function sorted(rows, by) {
  const name = by.replace(/^-/, "");
  if (!(name in COLUMNS)) return rows;
  const at = rank(name), way = by.startsWith("-") ? -1 : 1;
  return rows.sort((a, b) => way * (at[a] - at[b]) || a - b);
}

function cell(name, row) {
  const few = (words) => words.slice(0, 2).join(", ") + (words.length > 2 ? ` and ${plain(words.length - 2)} more` : "");
  switch (name) {
    case "id": return make("a", {class: "id", href: link("field", {id: idOf(row)})}, ...breakable(idOf(row)));
    case "status": return badge(text("status", row));
    case "category": return people(row);
    case "landing": return few(landingOf(row));
    case "volume": return data.volume[row] === undefined ? "" : plain(data.volume[row]);
    case "place": return data.line[row] ? `${text("file", row)}:${data.line[row]}` : text("file", row);
    case "proposal": return text(name, row) ? make("a", {href: link("inventory", {proposal: text(name, row)})}, text(name, row)) : "";
    default: return name in data.lists ? few(list(name, row)) : text(name, row);
  }
}

/** What of people a row holds: surely, perhaps, or nothing that anybody knows of. */
function people(row) {
  const said = text("category", row) || text("sensitivity", row);
  if (flags.personal[row]) return said;
  return text("category", row).startsWith("user.") && !["none", "internal"].includes(text("sensitivity", row)) ? `perhaps ${said}` : "";
}

/** Whether any row has something in a column. */
function filled(name) {
  return name in data.lists ? data.lists[name][0].length > 0 : !(name in data.texts) || data.texts[name][0].some((word) => word !== "");
}

function columns() {
  const chosen = (asked.get("cols") ?? "").split(",").filter((name) => name in COLUMNS);
  return chosen.length ? chosen : USUAL.filter(filled);
}

function drawRows() {
  // On paper, what somebody chose is there as a whole; of what nobody chose, a page.
  const chosen = [...asked.keys()].some((name) => !["sort", "cols", "page"].includes(name));
  const size = printing && chosen ? 500 : SIZE, pages = Math.max(1, Math.ceil(found.length / size));
  const page = printing ? 0 : Math.min(Math.max(Number(asked.get("page") ?? 1) || 1, 1), pages) - 1;
  const names = columns(), body = document.createDocumentFragment();
  for (const row of found.slice(page * size, (page + 1) * size)) {
    body.append(make("tr", {}, ...names.map((name) => make(name === "id" ? "th" : "td", name === "id" ? {scope: "row"} : name === "volume" ? {class: "n"} : {}, cell(name, row)))));
  }
  if (!found.length) body.append(make("tr", {}, make("td", {colspan: names.length}, "Nothing is like that. Take a filter away.")));
  $("rows").tBodies[0].replaceChildren(body);
  const first = found.length ? page * size + 1 : 0, last = Math.min((page + 1) * size, found.length);
  $("count").textContent = `${plain(found.length)} of ${plain(data.rows)} rows${pages > 1 ? `, here ${plain(first)} to ${plain(last)}` : ""}.`;
  drawPages(page + 1, pages);
}

function drawPages(page, pages) {
  const to = (n, words, label) => make("a", {href: link("inventory", changed({page: n > 1 ? n : null})), "aria-label": label, "aria-current": n === page ? "page" : null}, words);
  const near = [...new Set([1, page - 1, page, page + 1, pages])].filter((n) => n >= 1 && n <= pages);
  $("pages").hidden = pages < 2;
  $("pages").replaceChildren(...near.map((n) => to(n, plain(n), `Page ${n} of ${pages}`)));
}

function drawHead() {
  const by = asked.get("sort") ?? "";
  $("rows").tHead.rows[0].replaceChildren(...columns().map((name) => {
    const now = by === name ? "ascending" : by === `-${name}` ? "descending" : "none";
    const button = make("button", {type: "button", "data-sort": name}, COLUMNS[name], make("span", {"aria-hidden": "true"}, {ascending: " ▲", descending: " ▼", none: ""}[now]));
    return make("th", {scope: "col", "aria-sort": now}, button);
  }));
}

function changed(values) {
  const next = new URLSearchParams(asked);
  for (const [name, value] of Object.entries(values)) value === null || value === "" ? next.delete(name) : next.set(name, value);
  return next;
}

/** Asks for something else: the address follows, without a step back for each letter that is typed. */
function ask(values, quietly = false) {
  const wanted = changed({page: null, ...values}), address = link("inventory", wanted);
  quietly ? history.replaceState(null, "", address) : history.pushState(null, "", address);
  showInventory(wanted);
}

function showInventory(wanted) {
  const focused = document.activeElement?.dataset?.sort;
  asked = wanted;
  found = filtered(asked);
  drawHead();
  drawRows();
  fillForm();
  if (focused) document.querySelector(`[data-sort="${focused}"]`)?.focus();
}

function fillForm() {
  const form = $("filters");
  if (form.q.value !== (asked.get("q") ?? "")) form.q.value = asked.get("q") ?? "";
  for (const name of Object.keys(SELECTS)) {
    const value = asked.has(name) ? `=${asked.get(name)}` : "";
    if (value && ![...form[name].options].some((option) => option.value === value)) form[name].append(new Option(value.slice(1), value));
    form[name].value = value;
  }
  form.personal.checked = asked.get("personal") === "1";
  const statuses = asked.getAll("status").flatMap((s) => s.split(","));
  for (const box of $("statuses").querySelectorAll("input")) box.checked = statuses.includes(box.value);
  for (const box of $("columns").querySelectorAll("input")) box.checked = columns().includes(box.value);
  const known = new Set(["q", "status", "personal", "sort", "page", "cols", ...Object.keys(SELECTS)]);
  const others = [...asked.entries()].filter(([name]) => !known.has(name));
  $("others").replaceChildren(...others.map(([name, value]) => make("button", {type: "button", class: "chip", "data-drop": name, "aria-label": `Without ${name} ${value}`}, `${name.replace("_", " ")}: ${value === "1" ? "yes" : value} ×`)));
}

/** What can be chosen in a select, with how many rows have it. */
function options(name) {
  const counts = new Map(), count = (word) => counts.set(word, (counts.get(word) ?? 0) + 1);
  for (let row = 0; row < data.rows; row++) {
    if (name in LISTED) list(LISTED[name], row).forEach(count);
    else if (name !== "category") count(text(name, row));
    else if (flags.personal[row]) text("category", row).split(".").forEach((_, n, parts) => count(parts.slice(0, n + 1).join(".")));
  }
  counts.delete("");
  return [...counts].sort((a, b) => (a[0] < b[0] ? -1 : 1)).map(([word, n]) => new Option(`${word} (${plain(n)})`, `=${word}`));
}

function makeForm() {
  const form = $("filters");
  for (const [name, none] of Object.entries(SELECTS)) {
    const made = options(name);
    form[name].replaceChildren(new Option(none, ""), ...made);
    form[name].parentElement.hidden = made.length === 0;
    form[name].addEventListener("change", () => ask({[name]: form[name].value.slice(1)}));
  }
  const counts = {};
  for (let row = 0; row < data.rows; row++) counts[text("status", row)] = (counts[text("status", row)] ?? 0) + 1;
  $("statuses").append(...STATUSES.map((name) => make("label", {class: "check"}, make("input", {type: "checkbox", value: name}), " ", badge(name), ` ${plain(counts[name] ?? 0)}`)));
  $("statuses").addEventListener("change", () => ask({status: [...$("statuses").querySelectorAll(":checked")].map((box) => box.value).join(",")}));
  $("columns").append(...Object.entries(COLUMNS).map(([name, title]) => make("label", {class: "check"}, make("input", {type: "checkbox", value: name, disabled: name === "id"}), ` ${title}`)));
  $("columns").addEventListener("change", () => {
    const chosen = [...$("columns").querySelectorAll(":checked")].map((box) => box.value).join(",");
    ask({cols: chosen === USUAL.filter(filled).join(",") ? "" : chosen, page: asked.get("page")});
  });
  form.q.addEventListener("input", () => ask({q: form.q.value}, true));
  form.personal.addEventListener("change", () => ask({personal: form.personal.checked ? "1" : ""}));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    const kept = new URLSearchParams([...asked].filter(([name]) => name === "cols"));
    history.pushState(null, "", link("inventory", kept));
    showInventory(kept);
  });
  form.addEventListener("click", (event) => {
    const name = event.target.dataset?.drop;
    if (name) ask({[name]: null});
  });
  $("rows").tHead.addEventListener("click", (event) => {
    const name = event.target.closest("button")?.dataset.sort;
    if (name) ask({sort: asked.get("sort") === name ? `-${name}` : asked.get("sort") === `-${name}` ? "" : name});
  });
}
