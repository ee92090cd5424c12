"""A card as a page of its own in HTML, with a line for each metric over the quarter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackplan.formats import page
from trackplan.scorecard.card import OFF, ON, REACHED, UNKNOWN, meets
from trackplan.scorecard.tables import headline, made_of, reasons, verdict

if TYPE_CHECKING:
    from datetime import date
    from fractions import Fraction

    from trackplan.scorecard.card import Card, Row

_WIDE, _HIGH, _EDGE = 160, 36, 4
_COLOURS = {REACHED: "good", ON: "cold", OFF: "bad", UNKNOWN: "mute"}
_STYLE = """\
svg.line { display: block; } svg.line polyline { fill: none; stroke: var(--accent); stroke-width: 2; }
svg.line circle { fill: var(--accent); } svg.line .due { stroke: var(--soft); stroke-dasharray: 3 3; }
tbody th { font-weight: 600; } tbody .soft { font-weight: 400; font-size: .85rem; } td.goal { white-space: nowrap; }
@media (max-width: 48rem) { tbody th .soft { display: none; } }
"""
_HEAD = """\
<tr><th scope="col">Metric</th><th scope="col" class="number">Start</th><th scope="col" class="number">Due</th>\
<th scope="col" class="number">Now</th><th scope="col">Goal</th><th scope="col">Track</th>\
<th scope="col">Quarter</th></tr>"""


def html(card: Card) -> str:
    """The whole page."""
    rows = "\n".join(_row(row, card) for row in card.rows)
    told = "".join(f"<li>{page.text(reason)}</li>\n" for reason in reasons(card))
    notes = f"<h2>Not told, or not yet</h2>\n<ul>\n{told}</ul>\n" if told else ""
    commit = f" At commit <code>{page.text(card.commit[:12])}</code>." if card.commit else ""
    body = f"""\
<h1>{page.text(headline(card))}</h1>
<p><strong>{page.text(verdict(card))}</strong>{commit}</p>
<p>The dashed line leads from where the quarter began to the goal; on track is what is not worse than it.</p>
<div class="scroll" tabindex="0" role="region" aria-label="The metrics">
<table>
<caption>The metrics</caption>
<thead>{_HEAD}</thead>
<tbody>
{rows}
</tbody>
</table>
</div>
{notes}"""
    return page.page(headline(card), body, _STYLE)


def _row(row: Row, card: Card) -> str:
    figures = f'<br><span class="soft">{made_of(row)}</span>' if made_of(row) else ""
    track = f'<span class="tag {_COLOURS[row.track]}">{row.track}</span>' if row.track else "-"
    goal = page.text(row.goal.text) if row.goal else "-"
    return (
        f'<tr><th scope="row">{page.text(row.metric.title)}<br>'
        f'<span class="soft">{page.text(row.metric.why)}</span></th>'
        f'<td class="number">{row.shown(row.start[1]) if row.start else "-"}</td>'
        f'<td class="number">{row.shown(row.due)}</td><td class="number">{row.shown(row.now)}{figures}</td>'
        f'<td class="goal">{goal}</td><td>{track}</td><td>{_line(row, card)}</td></tr>'
    )


def _line(row: Row, card: Card) -> str:
    """The recorded values over the quarter's days, and the way to the goal."""
    if not row.points:
        return ""
    values = [value for _, value in row.points]
    ends = [row.start[1], row.goal.target] if row.start and row.goal else []
    low, high = min([*values, *ends]), max([*values, *ends])
    days = (card.quarter.end - card.quarter.start).days

    def x(day: date) -> str:
        return f"{_EDGE + (_WIDE - 2 * _EDGE) * max(0, (day - card.quarter.start).days) / days:.1f}"

    def y(value: Fraction) -> str:
        share = float((value - low) / (high - low)) if high > low else 0.5
        return f"{_HIGH - _EDGE - (_HIGH - 2 * _EDGE) * share:.1f}"

    due = ""
    if row.start and row.goal:
        day, value = row.start
        begins = row.goal.target if meets(row.metric, value, row.goal.target) else value
        ends_at = f'x2="{x(card.quarter.end)}" y2="{y(row.goal.target)}"'
        due = f'<line class="due" x1="{x(day)}" y1="{y(begins)}" {ends_at}/>'
    points = " ".join(f"{x(day)},{y(value)}" for day, value in row.points)
    last = row.points[-1]
    said = f"{row.metric.title}: from {row.shown(values[0])} to {row.shown(values[-1])}"
    return (
        f'<svg class="line" width="{_WIDE}" height="{_HIGH}" viewBox="0 0 {_WIDE} {_HIGH}" role="img" '
        f'aria-label="{page.text(said)}">{due}<polyline points="{points}"/>'
        f'<circle cx="{x(last[0])}" cy="{y(last[1])}" r="3"/></svg>'
    )
