"""The flow from top to bottom: project → inputs → linked program → facts → findings → report."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import date
from typing import TYPE_CHECKING

from msgspec.structs import replace

from trackplan import compilation, evidence, garbage, inputs, judgement, owners, rules, summary
from trackplan.cache.pack import Means
from trackplan.derive import (
    classes,
    landing,
    less,
    likely,
    needs,
    plans,
    policy,
    status,
    subjects,
    tombstones,
    unplanned,
)
from trackplan.derive.beforehand import Beforehand
from trackplan.derive.ground import ground
from trackplan.facts.base import FactBase
from trackplan.findings import Report, RuleText
from trackplan.link import gaps, linking, loading, netting, store, units
from trackplan.link.kept import Kept
from trackplan.link.relations import Registry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trackplan.inputs import Inputs
    from trackplan.last import Leaving
    from trackplan.project import Project
    from trackplan.rules import Catalogue, Rule
    from trackplan.sql.records import Record


def check(
    project: Project,
    today: date,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    means: Means | None = None,
    leaving: Leaving | None = None,
) -> Report:
    """Build the facts of `project` and let the rules judge them.

    `select` and `ignore` are rule ids, prefixes or names. A rule that cannot do its work is told in the report. What a
    check after an edit can go on from is given to `leaving`.
    """
    base, report = analyse(project, today, select, ignore, means, leaving)
    base.close()
    return report


def analyse(
    project: Project,
    today: date,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    means: Means | None = None,
    leaving: Leaving | None = None,
) -> tuple[FactBase, Report]:
    """What `check` gives, with the facts that it rests on, for whoever has more to ask and closes them then."""
    catalogue = rules.load(project)
    asked = judgement.Asked(catalogue.rules, _on(catalogue, project, select, ignore), _on(catalogue, project))
    means = means or Means()
    with Beforehand(means.jobs) as beforehand, ExitStack() as failing:
        base, read = _built(project, today, means, beforehand, leaving)
        failing.enter_context(base)
        judged = judgement.judge(base, project, asked, today)
        report = summary.report(base, judged.outcome, catalogue.failed, judged.silenced)
        owned = owners.read(project.tree)
        report = replace(report, ownership=owned, notes=(*report.notes, *owned.told))
        report = replace(report, rules=tuple(map(_text, asked.chosen)))
        if leaving is not None and report.complete and not judged.wide:
            leaving.facts(project, base, read, asked.chosen, report, judged.suppressions, means.pack)
        failing.pop_all()
    return base, report


def _text(rule: Rule) -> RuleText:
    said = (rule.title, rule.why, rule.fix, rule.severity, rule.category, rule.cause, rule.references)
    return RuleText(rule.id, rule.name, *said, rule.fixer, rule.fix_is_safe)


def _on(catalogue: Catalogue, project: Project, select: Sequence[str] = (), ignore: Sequence[str] = ()) -> list[Rule]:
    return [choice.rule for choice in rules.decide(catalogue.rules, project, select, ignore) if choice.on]


def build(project: Project, today: date, means: Means | None = None) -> FactBase:
    """Everything that `project` says, as a frozen fact base."""
    return _built(project, today, means or Means(), Beforehand())[0]


def _built(
    project: Project, today: date, means: Means, beforehand: Beforehand, leaving: Leaving | None = None
) -> tuple[FactBase, Inputs]:
    """The fact base, and what was read for it."""
    with compilation.Compilation(means.pack, means.jobs) as compiling:
        read = inputs.read(project, means.pack, compiling.begin)
        records = compiling.records(read.sql)
    means.pack.input_size = project.tree.taken
    with ExitStack() as failing:
        base = failing.enter_context(FactBase.create())
        base.heed = means.heed
        _store_run(base, project, today)
        for path, kind in sorted(read.files.items()):
            base.file(path, kind)
        kept, facts = _link(project, read, records, base, means)
        words = read.vocabulary.dictionary
        beforehand.begin(lambda: likely.find(base, facts, words), facts.raw)
        classes.store(base, facts, words, beforehand)
        named = subjects.collect(base) if read.use_cases or read.tombstones else subjects.Subjects()
        months = project.policy.planning_horizon_months
        wrong = needs.store(base, named, read.use_cases, read.vocabulary.taxonomy, today, months)
        said = project.policy
        wrong += policy.store(base, said.personal_data, said.kept, read.vocabulary.taxonomy, project.path)
        tombstones.store(base, named, read.tombstones)
        evidence.store(base, project, read, facts, read.problems + wrong)
        evidence.store_notes(base, project, facts)
        status.store(base, facts)
        less.store(base, facts, beforehand)
        base.freeze()
        if leaving is not None and leaving.tree:
            leaving.ground = ground(base, project, facts)
        elif leaving is not None and means.pack.lasts:
            with garbage.looked_for(seldom=True):
                leaving.net = netting.netted(
                    facts, kept, list(zip(records, map(compilation.name, read.sql), strict=True))
                )
        failing.pop_all()
    return base, read


def _link(
    project: Project, read: Inputs, records: list[Record], base: FactBase, means: Means
) -> tuple[Kept, store.Facts]:
    """Land the plans, resolve every name of the SQL, follow every use to its end, and write all of it down."""
    registry = Registry(read.tables, units.made(read.sql, records))
    loaded = loading.load(registry, units.units(registry, read.sql, records))
    landings = landing.land(read.plans, project.landing, registry, project.dialect, bool(project.warehouse))
    strangers = unplanned.find(project.landing, registry, landings, project.dialect)
    kept = Kept(loaded, means.pack)
    linked = linking.link(loaded, read.consumers, landings.governed, kept, means.jobs)
    means.pack.save()
    facts = store.store(base, linked, project.policy.counting)
    gaps.store_strangers(facts, read.consumers, bool(project.warehouse), project.policy.counting)
    collected = plans.store(base, read.plans)
    plans.store_landings(base, landings, collected, facts)
    unplanned.store(base, facts, strangers)
    return kept, facts


def _store_run(base: FactBase, project: Project, today: date) -> None:
    policy = project.policy
    end = needs.months_later(today, policy.planning_horizon_months).isoformat()
    names = ("today", "dialect", "planning_end", "grace_days", "personal_needs", "minimum_coverage")
    row = (today.isoformat(), project.dialect, end, policy.grace_days, policy.personal_data_needs)
    base.insert("run", names, [(*row, policy.minimum_coverage)])
