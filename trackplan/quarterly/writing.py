"""The review of a quarter as Markdown, as a page, and for programs. All of them are made of the same parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trackplan.counted import plural
from trackplan.formats import page, table
from trackplan.formats.markdown import plain
from trackplan.scorecard.tables import made_of, verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trackplan.quarterly.review import Place, Review
    from trackplan.scorecard.card import Row


@dataclass(frozen=True, slots=True)
class Part:
    """A heading, a sentence, and a table; without rows, the sentence tells why. `numbers` are columns of figures."""

    title: str
    said: str
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    numbers: tuple[int, ...] = ()


def title(review: Review) -> str:
    """What the review is called."""
    return f"Review of {review.card.quarter}"


def parts(review: Review) -> list[Part]:
    """What the review says, part by part."""
    return [_goals(review), _pruned(review), *_movers(review), *_places(review), _law(review), _steps(review)]


def _goals(review: Review) -> Part:
    rows = tuple(
        (
            row.metric.title,
            row.shown(row.start[1]) if row.start else "-",
            row.shown(row.due),
            row.shown(row.now),
            row.goal.text,
            row.track,
        )
        for row in review.card.rows
        if row.goal
    )
    columns = ("metric", "start", "due", "now", "goal", "track")
    return Part("Goals", verdict(review.card), columns, rows, (1, 2, 3))


def _pruned(review: Review) -> Part:
    gone = [(each.day, each.id, each.by, each.reason, each.proposal) for each in review.pruned]
    gone += [(each.day, "", "", "applied", each.proposal) for each in review.applied]
    said = f"{plural(len(review.pruned), 'subject')} pruned in the quarter."
    if not gone:
        said = "Nothing was pruned in the quarter, by the tombstones and the journal of proposals."
    return Part("What was pruned", said, ("from", "what", "decided by", "why", "proposal"), tuple(sorted(gone)))


def _movers(review: Review) -> list[Part]:
    columns = ("metric", "start", "now", "of")
    numbers = (1, 2, 3)
    told = (("What got better", review.better, review.bettered), ("What got worse", review.worse, review.worsened))
    return [
        Part(title, _moved(len(rows), count), columns, tuple(map(_mover, rows)), numbers) for title, rows, count in told
    ]


def _moved(shown: int, count: int) -> str:
    """What stands above metrics that moved: all of them, or those that moved furthest."""
    if not count:
        return "Nothing did, as far as it is recorded."
    if shown == count:
        return "Since the quarter began, the furthest first."
    return f"Since the quarter began: the {shown} that moved furthest, of {count}."


def _mover(row: Row) -> tuple[str, ...]:
    return (row.metric.title, row.shown(row.start[1]) if row.start else "-", row.shown(row.now), made_of(row))


def _places(review: Review) -> list[Part]:
    columns = ("event or table", "fields", "needed and used", "waste")
    day = review.card.today
    return [
        Part("Best", f"The largest share needed and used, on {day}.", columns, _rows(review.best), (1, 2, 3)),
        Part("Worst", f"The most waste, on {day}.", columns, _rows(review.worst), (1, 2, 3)),
    ]


def _rows(places: Sequence[Place]) -> tuple[tuple[str, ...], ...]:
    return tuple((each.id, f"{each.fields:,}", f"{each.kept:,}", f"{each.waste:,}") for each in places)


def _law(review: Review) -> Part:
    rows = tuple((each.on, each.what, each.means, each.source) for each in review.law)
    said = "What the team has noted, up to the end of the next quarter."
    if not rows:
        said = "The team has noted nothing: legal_changes in the project file is the list."
    return Part("Changes in the rules of data protection", said, ("from", "what", "what it means here", "source"), rows)


def _steps(review: Review) -> Part:
    rows = tuple((each.what, each.who or "-", each.by or "-") for each in review.steps)
    return Part("Next steps", "" if rows else "There is nothing to be done.", ("what", "who", "by"), rows)


def markdown(review: Review) -> str:
    """The review for a page of a repository or an agenda."""
    lines = [f"# {title(review)}", "", plain(_when(review)), ""]
    for part in parts(review):
        lines += [f"## {part.title}", ""]
        lines += [plain(part.said), ""] if part.said else []
        if part.rows:
            marks = ["--:" if number in part.numbers else "---" for number in range(len(part.columns))]
            lines += [f"| {' | '.join(part.columns)} |", f"| {' | '.join(marks)} |"]
            lines += [f"| {' | '.join(map(plain, row))} |" for row in part.rows]
            lines.append("")
    return "\n".join(lines)


def html(review: Review) -> str:
    """The review as a page that needs nothing but itself."""
    body = [f"<h1>{page.text(title(review))}</h1>\n<p>{page.text(_when(review))}</p>\n"]
    for part in parts(review):
        body.append(f"<section>\n<h2>{page.text(part.title)}</h2>\n")
        body.append(f"<p>{page.text(part.said)}</p>\n" if part.said else "")
        body.append(_table(part) if part.rows else "")
        body.append("</section>\n")
    return page.page(title(review), "".join(body))


def _table(part: Part) -> str:
    kinds = [' class="number"' if number in part.numbers else "" for number in range(len(part.columns))]
    head = "".join(f'<th scope="col"{k}>{page.text(c)}</th>' for k, c in zip(kinds, part.columns, strict=True))
    rows = ("".join(f"<td{k}>{page.text(cell)}</td>" for k, cell in zip(kinds, row, strict=True)) for row in part.rows)
    lines = "\n".join(f"<tr>{row}</tr>" for row in rows)
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{page.text(part.title)}">\n<table>\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{lines}\n</tbody>\n</table>\n</div>\n"
    )


def json(review: Review) -> str:
    """The parts for programs, in the shape of `schemas/quarter.schema.json`."""
    card = review.card
    said = [
        {"title": p.title, "said": p.said, "rows": [dict(zip(p.columns, row, strict=True)) for row in p.rows]}
        for p in parts(review)
    ]
    day, quarter = card.today.isoformat(), str(card.quarter)
    return table.as_json({"version": 1, "quarter": quarter, "today": day, "commit": card.commit, "parts": said})


def _when(review: Review) -> str:
    card = review.card
    at = f", at commit {card.commit[:12]}" if card.commit else ""
    return f"{card.quarter.start} to {card.quarter.end}, looked at on {card.today}{at}."
