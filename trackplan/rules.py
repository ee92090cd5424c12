"""`rules/*.sql` and the project's own rule folders → Rule: a checked YAML header and one SELECT."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from trackplan import documents, resources
from trackplan.documents.base import did_you_mean
from trackplan.errors import InputError, ProjectError, RuleError, TrackplanError
from trackplan.findings import Place, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from trackplan.project import Project

OptionValue = str | int | float

PLACEHOLDER = re.compile(r"\{([a-z_][a-z0-9_]*)\}")
_HEADER = re.compile(r"\s*/\*(.*?)\*/", re.DOTALL)
_LONGEST_FILE = 200_000


@dataclass(frozen=True, slots=True)
class Option:
    """A setting of a rule, bound in its query as `:name`; `values` are the ones to choose from, if any."""

    name: str
    default: OptionValue
    description: str
    values: tuple[OptionValue, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: what its header says, and its query.

    `requires` holds groups of evidence kinds; one kind of each group must have been read.
    `path` is its file: `rules/…` for ours, below the project folder for a project's own.
    """

    id: str
    name: str
    title: str
    message: str
    severity: Severity
    category: str
    cause: str
    requires: tuple[tuple[str, ...], ...]
    why: str
    fix: str
    references: tuple[str, ...]
    options: tuple[Option, ...]
    retired: bool
    shipped: bool
    path: str
    sql: str = field(repr=False)

    @property
    def values(self) -> tuple[str, ...]:
        """The columns that the message names, beside `subject` and `detail`, in the message's order."""
        names = dict.fromkeys(PLACEHOLDER.findall(self.message))
        return tuple(n for n in names if n not in ("subject", "detail"))


def load(project: Project) -> tuple[Rule, ...]:
    """All rules, ours and the project's, sorted by id; retired ones too.

    Raises `RuleError` for a broken rule or a double id or name, `ProjectError` (everything at once) where the
    project's settings name a rule, an option, a value or a folder that is not there.
    """
    rules = [*shipped(), *_extensions(project)]
    seen: dict[str, Rule] = {}
    for rule in rules:
        for word in (rule.id, rule.name):
            other = seen.setdefault(word, rule)
            if other is not rule:
                raise RuleError(f"{rule.path}: {word} is already taken by {other.path}", "Choose another one.")
    problems = list(_setting_problems(project, rules))
    if problems:
        raise ProjectError(problems)
    return tuple(sorted(rules, key=lambda rule: rule.id))


def shipped() -> tuple[Rule, ...]:
    """The rules that come with trackplan, sorted by file name."""
    files = sorted(resources.folder("rules").glob("*.sql"))
    return tuple(parse(file.read_text(encoding="utf-8"), f"rules/{file.name}", shipped=True) for file in files)


def parse(text: str, path: str, *, shipped: bool = False) -> Rule:
    """The rule in `text`. Raises `RuleError` that lists what is wrong with its header."""
    match = _HEADER.match(text)
    if match is None:
        raise RuleError(f"{path}: the file does not begin with a header", "Open it with /* … */ that holds YAML.")
    # Blank lines in front keep the header's places those of the file.
    header = "\n" * text.count("\n", 0, match.start(1)) + match.group(1)
    try:
        node = documents.read_yaml(header, path)
        problems = documents.check(node, "rule-header")
    except InputError as error:
        problems = list(error.problems)
    if problems:
        raise RuleError("\n".join(f"{p.place}: {p.message}" for p in problems), problems[0].hint)
    data = documents.plain(node)
    if not isinstance(data, dict):
        raise RuleError(f"{path}: the header is not a mapping")
    rule = _rule(data, text[match.end() :], path, shipped)
    _check(rule)
    return rule


def choose(rules: Sequence[Rule], select: Iterable[str] = (), ignore: Iterable[str] = ()) -> tuple[Rule, ...]:
    """The active rules that `select` names (all, where it is empty) without those that `ignore` names.

    A word is an id, the beginning of ids, or a name. Raises `TrackplanError` for a word that names no rule.
    """
    selected, ignored = list(select), list(ignore)
    chosen = _named(rules, selected) if selected else {rule.id for rule in rules}
    chosen -= _named(rules, ignored)
    return tuple(rule for rule in rules if rule.id in chosen and not rule.retired)


def find(rules: Iterable[Rule], word: str) -> Rule | None:
    """The rule whose id (in any case) or name is `word`."""
    return next((rule for rule in rules if word.upper() == rule.id or word.lower() == rule.name), None)


def settings(rule: Rule, project: Project) -> dict[str, OptionValue]:
    """The rule's options as the project sets them, the defaults for the rest."""
    given = _given(rule, project.rules.options)
    return {option.name: given.get(option.name, option.default) for option in rule.options}


def _named(rules: Sequence[Rule], words: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for word in words:
        ids = {r.id for r in rules if word and (r.id.startswith(word.upper()) or r.name == word.lower())}
        if not ids:
            raise TrackplanError(f"no rule is called {word!r}", _similar(word, rules))
        found |= ids
    return found


def _extensions(project: Project) -> Iterator[Rule]:
    tree = project.tree
    for folder in project.rules.extend:
        try:
            paths = tree.glob(f"{folder.rstrip('/')}/*.sql")
        except InputError as error:
            raise ProjectError(error.problems) from error
        if not paths:
            message = f"rules.extend names {folder!r}, which holds no rule (*.sql) of this project"
            raise ProjectError([Problem(Place(project.path), message, kind="no-match")])
        for path in paths:
            text = tree.read_text(path)
            if len(text) > _LONGEST_FILE:
                raise RuleError(f"{path}: longer than {_LONGEST_FILE:,} characters")
            yield parse(text, path)


def _rule(data: Mapping[str, object], sql: str, path: str, shipped: bool) -> Rule:
    """The header as a Rule; the schema has been checked, so the kinds of values are known."""

    def text(key: str) -> str:
        return " ".join(str(data[key]).split())

    def words(key: str) -> tuple[str, ...]:
        value = data.get(key)
        return tuple(str(v) for v in value) if isinstance(value, list) else ()

    options = data.get("options")
    return Rule(
        id=text("id"),
        name=text("name"),
        title=text("title"),
        message=text("message"),
        severity=Severity.parse(text("severity")),
        category=text("category"),
        cause=text("cause"),
        requires=tuple(tuple(group.split("|")) for group in words("requires")),
        why=text("why"),
        fix=text("fix"),
        references=words("references"),
        options=tuple(_option(n, o) for n, o in options.items()) if isinstance(options, dict) else (),
        retired=data.get("status") == "retired",
        shipped=shipped,
        path=path,
        sql=sql,
    )


def _option(name: str, data: Mapping[str, OptionValue | list[OptionValue]]) -> Option:
    default, values = data["default"], data.get("values", [])
    if isinstance(default, list) or not isinstance(values, list):
        raise TypeError(name)  # the schema has ruled this out
    return Option(name, default, " ".join(str(data["description"]).split()), tuple(values))


def _check(rule: Rule) -> None:
    """What a schema cannot say about one header."""
    stem = f"{rule.id}_{rule.name.replace('-', '_')}"
    file = rule.path.rpartition("/")[2]
    if file != f"{stem}.sql":
        raise RuleError(f"{rule.path}: the file of {rule.id} ({rule.name}) must be called {stem}.sql")
    if set(PLACEHOLDER.sub("", rule.message)) & set("{}"):
        raise RuleError(f"{rule.path}: a brace in the message is not part of a {{name}}")
    for option in rule.options:
        if option.values and option.default not in option.values:
            raise RuleError(f"{rule.path}: the default of {option.name} is not one of its values")


def _given(rule: Rule, options: Mapping[str, Mapping[str, OptionValue]]) -> dict[str, OptionValue]:
    return {**options.get(rule.name, {}), **options.get(rule.id, {})}


def _setting_problems(project: Project, rules: Sequence[Rule]) -> Iterator[Problem]:
    """What `rules.severity` and `rules.options` name that does not exist."""
    place = Place(project.path)
    known = {word: rule for rule in rules for word in (rule.id, rule.name)}
    for key, words in (("severity", project.rules.severity), ("options", project.rules.options)):
        for word in words:
            if word not in known:
                yield Problem(place, f"rules.{key}: no rule is called {word!r}", _similar(word, rules), "reference")
    for word, given in project.rules.options.items():
        rule = known.get(word)
        options = {option.name: option for option in rule.options} if rule else {}
        for name, value in given.items() if rule else ():
            where = f"rules.options.{word}"
            if name not in options:
                hint = did_you_mean(name, options) or f"{word} has no options"
                yield Problem(place, f"{where}: there is no option {name!r}", hint, "reference")
            elif message := _value_problem(options[name], value):
                yield Problem(place, f"{where}.{name}: {message}", "", "invalid")


def _value_problem(option: Option, value: OptionValue) -> str:
    if option.values and value not in option.values:
        return f"{value!r} is not one of {', '.join(str(v) for v in option.values)}"
    if isinstance(value, str) != isinstance(option.default, str):
        return f"a {'text' if isinstance(option.default, str) else 'number'} is expected, not {value!r}"
    return ""


def _similar(word: str, rules: Iterable[Rule]) -> str:
    return did_you_mean(word, [w for rule in rules for w in (rule.id, rule.name)])
