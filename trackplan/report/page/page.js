/**
 * What the address asks for: rows of the inventory, one field, or just a place of the page; and light or dark.
 */
const USED = {"-1": "nobody can say", 0: "no", 1: "yes"};

function showField(id) {
  const row = rowOf(id);
  $("field").hidden = false;
  $("field-title").textContent = row === undefined ? "One field" : id;
  if (row === undefined) {
    $("field-body").replaceChildren(make("p", {}, `There is no ${id} in this report.`));
    return;
  }
  const facts = make("dl", {class: "facts"});
  const tell = (title, ...said) => {
    const parts = said.flat().filter((part) => part !== "" && part !== null && part !== undefined);
    if (parts.length) facts.append(make("div", {}, make("dt", {}, title), make("dd", {}, ...parts)));
  };
  const many = (name, to) => list(name, row).flatMap((word, n) => [n ? ", " : "", make("a", {href: link("inventory", {[to]: word})}, word)]);
  const titles = new Map(data.cases), owners = new Map(data.consumers.map(([who, , owner]) => [who, owner]));
  tell("Status", badge(text("status", row)), ` ${text("reason", row)}`);
  tell("Used", USED[data.used[row]]);
  tell("What it is", text("description", row));
  tell("Data on people", people(row) ? people(row) + (text("evidence", row) ? ` (${text("evidence", row)})` : "") : "no");
  tell("Less would do", text("less", row));
  tell("Purposes", list("use_cases", row).flatMap((id_, n) => [n ? ", " : "", make("a", {href: link("inventory", {use_case: id_})}, id_), titles.get(id_) ? `: ${titles.get(id_)}` : ""]));
  tell("Used by", list("consumers", row).flatMap((who, n) => [n ? ", " : "", make("a", {href: link("inventory", {consumer: who})}, who), owners.get(who) ? ` (${owners.get(who)})` : ""]));
  tell("Goes to", many("destinations", "destination"));
  tell("Part of", make("a", {href: link("inventory", {group: text("group", row)})}, text("group", row)));
  tell("Stored in", text("kind", row) === "field" ? landingOf(row).join(", ") || "no column is known" : "");
  tell("Carried by", many("models", "model"));
  tell("Owner", text("owner", row) || "nobody is named");
  tell("Type", text("type", row));
  tell("Since", text("introduced", row));
  tell("Until", text("expires", row));
  tell("Volume", data.volume[row] === undefined ? "" : `${plain(data.volume[row])} a month`);
  tell("Findings", many("rules", "rule"));
  tell("Proposal", text("proposal", row) ? make("a", {href: link("inventory", {proposal: text("proposal", row)})}, text("proposal", row)) : "");
  tell("Written in", cell("place", row));
  const parts = [facts];
  if (startsOf(row).length) {
    parts.push(make("h3", {}, "Its way"), make("div", {class: "wide", tabindex: "0", role: "region", "aria-label": "The way of the field, as a picture"}, picture(row)),
      make("p", {class: "note"}, "Whole lines: the value goes on. Dashed lines: it decides which rows are there."),
      make("details", {}, make("summary", {}, "The same in words"), inWords(row)));
  }
  $("field-body").replaceChildren(...parts);
}

function go(first = false) {
  const [part, query = ""] = location.hash.slice(1).split(/\?(.*)/s);
  if (part === "inventory") {
    showInventory(new URLSearchParams(query));
    if (!first || query) $("inventory").scrollIntoView();
    return;
  }
  if (first) showInventory(new URLSearchParams());
  if (part === "field") {
    showField(new URLSearchParams(query).get("id") ?? "");
    $("field").scrollIntoView();
    $("field-title").focus({preventScroll: true});
  }
}

function theme(chosen) {
  const dark = chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  if (chosen) document.documentElement.dataset.theme = chosen;
  $("theme").setAttribute("aria-pressed", String(dark));
  return dark;
}

for (const element of document.querySelectorAll(".script")) element.hidden = false;
makeForm();
let chosen = null;
try { chosen = localStorage.getItem("trackplan-theme"); } catch { /* not every browser keeps things for a file */ }
theme(chosen);
$("theme").addEventListener("click", () => {
  const next = theme(document.documentElement.dataset.theme) ? "light" : "dark";
  theme(next);
  try { localStorage.setItem("trackplan-theme", next); } catch { /* the same */ }
});
let opened = [];
addEventListener("beforeprint", () => {
  printing = true;
  opened = [...document.querySelectorAll("details:not([open])")].filter((each) => !each.closest(".filters"));
  for (const each of opened) each.open = true;
  drawRows();
});
addEventListener("afterprint", () => {
  printing = false;
  for (const each of opened) each.open = false;
  drawRows();
});
addEventListener("hashchange", () => go());
addEventListener("popstate", () => { if (location.hash.startsWith("#inventory")) showInventory(new URLSearchParams(location.hash.split(/\?(.*)/s)[1] ?? "")); });
go(true);
