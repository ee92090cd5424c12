"""The flow from top to bottom: project → inputs → linked program → facts → findings → report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from trackplan import compilation, engine, evidence, inputs, rules, summary
from trackplan.cache.pack import Means
from trackplan.derive import landing, needs, plans, status
from trackplan.facts.base import FactBase
from trackplan.findings import Report
from trackplan.link import askers, expand, gaps, program, reach, resolve, store, units
from trackplan.link.relations import Registry
from trackplan.tree import Tree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trackplan.inputs import Inputs
    from trackplan.project import Project


def check(
    project: Project,
    today: date,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    means: Means | None = None,
) -> Report:
    """Build the facts of `project` and let the rules judge them.

    `select` and `ignore` are rule ids, prefixes or names. Raises `RuleError` for a broken rule.
    """
    chosen = rules.choose(rules.load(project), select, ignore)
    base = build(project, today, means)
    findings, skipped, count = engine.run(base, chosen, project)
    return summary.report(base, findings, skipped, count)


def build(project: Project, today: date, means: Means | None = None) -> FactBase:
    """Everything that `project` says, as a frozen fact base."""
    means = means or Means()
    with compilation.few_collections():
        base = _build(project, today, means)
    means.pack.save()
    return base


def _build(project: Project, today: date, means: Means) -> FactBase:
    work = Tree(project.root)
    read = inputs.read(project, work, means.pack)
    means.pack.input_size = work.taken
    base = FactBase.create()
    _store_run(base, project, today)
    for path, kind in sorted(read.files.items()):
        base.file(path, kind)
    linked = _link(project, read, base, means)
    ambiguous = needs.store(base, read.use_cases, today, project.policy.planning_horizon_months)
    evidence.store(base, project, read, linked.program, read.problems + ambiguous)
    evidence.store_notes(base, project, linked.askers, linked.resolver)
    status.store(base)
    base.freeze()
    return base


@dataclass(frozen=True, slots=True)
class _Linked:
    """What linking leaves for those who tell how it went."""

    program: program.Program
    resolver: resolve.Resolver
    askers: askers.Askers


def _link(project: Project, read: Inputs, base: FactBase, means: Means) -> _Linked:
    """Compile the SQL, land the plans, resolve every name, follow every use to its end, and write all of it down."""
    registry = Registry(read.tables)
    records = compilation.compile_all(read.sql, means.pack, means.jobs)
    linked = program.load(registry, units.units(registry, read.sql, records))
    landings = landing.land(read.plans, project.landing, registry, project.dialect, bool(project.warehouse))
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
    gaps.store_strangers(base, linked, read.consumers, bool(project.warehouse))
    collected = plans.store(base, read.plans)
    plans.store_landings(base, landings, collected, linked, keys)
    return _Linked(linked, resolver, who)


def _store_run(base: FactBase, project: Project, today: date) -> None:
    policy = project.policy
    end = needs.months_later(today, policy.planning_horizon_months).isoformat()
    names = ("today", "dialect", "planning_end", "grace_days", "personal_needs", "minimum_coverage")
    row = (today.isoformat(), project.dialect, end, policy.grace_days, policy.personal_data_needs)
    base.insert("run", names, [(*row, policy.minimum_coverage)])
