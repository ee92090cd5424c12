"""The flow from top to bottom: project → inputs → linked program → facts → findings → report."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from trackplan import engine, inputs, rules
from trackplan.derive import landing, needs, plans, status
from trackplan.facts.base import FactBase
from trackplan.findings import Evidence, Finding, Place, Problem, Report
from trackplan.link import askers, expand, program, reach, resolve, store, units
from trackplan.link.relations import Registry
from trackplan.tree import Tree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trackplan.inputs import Inputs
    from trackplan.project import Project

_FATAL_KINDS = frozenset({"invalid", "unreadable", "duplicate"})


def check(project: Project, today: date, select: Sequence[str] = (), ignore: Sequence[str] = ()) -> Report:
    """Build the facts of `project` and let the rules judge them.

    `select` and `ignore` are rule ids, prefixes or names. Raises `RuleError` for a broken rule.
    """
    chosen = rules.choose(rules.load(project), select, ignore)
    base = build(project, today)
    findings, skipped, count = engine.run(base, chosen, project)
    return Report(
        today=today.isoformat(),
        findings=tuple(findings),
        skipped=tuple(skipped),
        evidence=_evidence(base),
        quadrants=_quadrants(base),
        notes=tuple(str(text) for (text,) in base.fetch("SELECT text FROM note ORDER BY key")),
        rules_run=count,
        fatal=bool(_count(base, "SELECT count(*) FROM problem WHERE fatal")),
        collapsed=_collapsed(base),
        next_step=_next_step(base, findings),
    )


def build(project: Project, today: date) -> FactBase:
    """Everything that `project` says, as a frozen fact base."""
    read = inputs.read(project, Tree(project.root))
    base = FactBase.create()
    base.insert("run", _RUN, [_run(project, today)])
    for path, kind in sorted(read.files.items()):
        base.file(path, kind)
    linked, resolver, who = _link(project, read, base)
    _problems(base, read.problems + needs.store(base, read.use_cases, today, project.policy.planning_horizon_months))
    _counts(base, project, read, linked)
    _unresolved(base, read)
    status.store(base)
    _notes(base, project, who, resolver)
    base.freeze()
    return base


def _link(project: Project, read: Inputs, base: FactBase) -> tuple[program.Program, resolve.Resolver, askers.Askers]:
    registry = Registry(read.tables)
    linked = program.load(registry, units.units(registry, read.sql))
    warehouse = bool(project.warehouse)
    landings = landing.land(read.plans, project.landing, registry, project.dialect, warehouse)
    for relation in registry.relations:
        linked.relation(relation)
    expanded = expand.expand(linked)
    resolver = resolve.Resolver(linked, expanded)
    askers.wants(linked, resolver, read.consumers)
    resolver.run()
    who = askers.Askers(linked, resolver)
    who.gather(read.consumers, expanded.circular)
    closure = reach.Closure(linked, resolver)
    who.ask(closure, read.consumers)
    keys = store.store(base, linked, expanded, resolver, who, closure.run(), landings.governed)
    collected = plans.store(base, read.plans)
    plans.store_landings(base, landings, collected, linked, keys)
    return linked, resolver, who


_RUN = ("today", "dialect", "planning_end", "grace_days", "personal_needs", "minimum_coverage")


def _run(project: Project, today: date) -> tuple[str, str, str, int, str, float]:
    policy = project.policy
    end = needs.months_later(today, policy.planning_horizon_months).isoformat()
    return (
        today.isoformat(),
        project.dialect,
        end,
        policy.grace_days,
        policy.personal_data_needs,
        policy.minimum_coverage,
    )


def _problems(base: FactBase, problems: Sequence[Problem]) -> None:
    rows = [
        (key, p.kind, p.message, p.hint, int(p.kind in _FATAL_KINDS), base.place(p.place))
        for key, p in enumerate(sorted(set(problems), key=lambda p: (p.place, p.message)), 1)
    ]
    base.insert("problem", ("key", "kind", "message", "hint", "fatal", "place"), rows)


def _counts(base: FactBase, project: Project, read: Inputs, linked: program.Program) -> None:
    subjects = {
        "plans": "SELECT count(*) FROM field",
        "use_cases": "SELECT count(*) FROM use_case",
        "warehouse": 'SELECT count(*) FROM "column" c JOIN relation r ON r.key = c.relation WHERE r.raw AND c.declared',
        "models": "SELECT count(*) FROM relation WHERE NOT raw",
        "consumers": "SELECT count(*) FROM consumer WHERE kind <> 'model'",
    }
    statements: dict[str, list[int]] = {"models": [0, 0], "consumers": [0, 0]}
    for unit in linked.units:
        total = statements["models" if unit.consumer is None else "consumers"]
        total[0] += len(unit.record.statements)
    for block in linked.blocks:
        statements["models" if block.unit.consumer is None else "consumers"][1] += 1
    has_dbt = bool(project.dbt)
    configured = {
        "plans": bool(project.plans),
        "use_cases": bool(project.use_cases),
        "warehouse": bool(project.warehouse) or any(t.kind == "table" for t in read.tables),
        "models": bool(project.models) or has_dbt,
        "consumers": bool(project.consumers) or bool(read.consumers),
    }
    for kind, sql in subjects.items():
        total = statements.get(kind, [0, 0])
        row = (kind, int(configured[kind]), read.counts.get(kind, 0), _count(base, sql), *total)
        base.insert("evidence", ("kind", "configured", "files", "subjects", "statements", "understood"), [row])


def _unresolved(base: FactBase, read: Inputs) -> None:
    first = _count(base, "SELECT count(*) FROM unresolved") + 1
    rows = [(first + k, *r[:3], base.place(r[3])) for k, r in enumerate(read.unresolved)]
    rows += [
        (first + len(rows) + k, "unreadable", "", "could not be read", base.place(Place(path)))
        for k, path in enumerate(read.unreadable)
    ]
    base.insert("unresolved", ("key", "reason", "name", "detail", "place"), rows)
    for path in read.unreadable:
        base.run(
            'INSERT OR IGNORE INTO doubt ("column", reason) SELECT c.key, :reason FROM "column" c '
            "JOIN relation r ON r.key = c.relation WHERE r.raw",
            {"reason": f"{path} could not be read and may use it"},
        )


def _notes(base: FactBase, project: Project, who: askers.Askers, resolver: resolve.Resolver) -> None:
    notes: list[str] = []
    if who.as_consumers and who.consumers:
        count = len(who.consumers)
        notes.append(
            f"No consumer is declared, so the {count} model{'s' * (count != 1)} that no other model reads count as consumed."
        )
    elif who.leaves:
        count = who.leaves
        notes.append(
            f"{count} model{'s are' if count != 1 else ' is'} read by no declared consumer and no other model."
        )
    if resolver.references:
        unclear = len({(u.block.first, u.span, u.name) for u in resolver.unknowns})
        share = 100 * (1 - unclear / resolver.references)
        notes.append(f"{resolver.references:,} column references were resolved, {share:.1f} % of them without doubt.")
    if not project.landing and project.plans:
        notes.append("No landing is declared, so only fields that name their column can be followed to their use.")
    base.insert("note", ("key", "text"), list(enumerate(notes, 1)))


def _evidence(base: FactBase) -> tuple[Evidence, ...]:
    order = ["plans", "use_cases", "warehouse", "models", "consumers"]
    rows = {str(row[0]): row for row in base.fetch("SELECT * FROM evidence")}
    return tuple(Evidence(kind, bool(rows[kind][1]), *(int(str(v)) for v in rows[kind][2:])) for kind in order)


def _quadrants(base: FactBase) -> dict[str, int]:
    found = dict.fromkeys(("keep", "idle", "undeclared", "waste", "unknown", "gap"), 0)
    for name, count in base.fetch("SELECT status, count(*) FROM subject GROUP BY status"):
        found[str(name)] = int(str(count))
    found["gap"] = _count(base, "SELECT count(*) FROM gap")
    return found


def _collapsed(base: FactBase) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for event, field_ in base.fetch(
        "SELECT e.id, f.id FROM event_status s JOIN event e ON e.key = s.event JOIN field f ON f.event = e.key "
        "WHERE s.used = 0 AND s.fields > 0 AND s.waste = s.fields ORDER BY f.key"
    ):
        found.setdefault(str(event), []).append(str(field_))
    return {event: tuple(fields) for event, fields in found.items()}


def _next_step(base: FactBase, findings: Sequence[Finding]) -> str:
    """The one thing worth doing first: mend input, then make the unclear clear, then prune the largest waste."""
    rules_found = [f.rule for f in findings]
    if "TP001" in rules_found:
        return "Mend the input first: the files named above could not be read as they are."
    if "TP002" in rules_found:
        first = next(f for f in findings if f.rule == "TP002")
        return f"Make {first.place} understandable first: what it mentions stays unknown until then."
    worst = next(
        base.fetch(
            "SELECT r.id, count(*) AS n FROM subject s LEFT JOIN landing l ON s.kind = 'field' AND l.field = s.key "
            'JOIN "column" c ON c.key = coalesce(l."column", CASE WHEN s.kind = \'column\' THEN s.key END) '
            "JOIN relation r ON r.key = c.relation WHERE s.status = 'waste' GROUP BY r.id ORDER BY n DESC, r.id LIMIT 1"
        ),
        None,
    )
    if worst is not None and "TP102" in rules_found + ["TP102"] * ("TP103" in rules_found):
        return f"Prune {worst[0]!s} first: {worst[1]!s} of its columns are waste. `trackplan explain ID` shows why."
    if "TP108" in rules_found:
        first = next(f for f in findings if f.rule == "TP108")
        return (
            f"Declare what {first.subject} is used for, or stop the use. `trackplan explain {first.subject}` shows it."
        )
    return ""


def _count(base: FactBase, sql: str) -> int:
    return int(str(next(base.fetch(sql))[0]))
