"""Pages in HTML that need nothing but themselves: no request, no script, light and dark, on paper."""

from __future__ import annotations

import html
from functools import cache
from pathlib import Path

from trackplan.formats.source import visible

_BASE = """\
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 1.5rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 .25rem; } h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; }
p { max-width: 70ch; } .soft { color: var(--soft); } code { font-family: ui-monospace, Menlo, Consolas, monospace; }
.scroll { overflow-x: auto; } .scroll:focus-visible { outline: 3px solid var(--accent); }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
caption { text-align: left; font-weight: 600; padding: .5rem 0; }
th, td { padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
th.number, td.number { text-align: right; white-space: nowrap; } thead th { color: var(--soft); font-weight: 600; }
.tag { padding: 0 .5rem; border: 1px solid; border-radius: .75rem; background: var(--card); white-space: nowrap; }
.good { color: var(--keep-text); } .cold { color: var(--idle-text); } .bad { color: var(--waste-text); }
.mute { color: var(--unknown-text); }
@media print { body { max-width: none; padding: 0; font-size: 10pt; } tr { break-inside: avoid; } }
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


@cache
def tokens() -> str:
    """The colours of all our pages, light and dark, as variables of CSS."""
    return Path(__file__).with_name("tokens.css").read_text(encoding="utf-8")


def text(said: object) -> str:
    """Text of others, in elements and attributes: no markup, and nothing that hides or turns it around."""
    return html.escape(visible(str(said)))


def page(title: str, body: str, style: str = "") -> str:
    """A whole page. `title` is text; `body` and `style` are ours, with what others said made harmless."""
    return f"""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{text(title)}</title>
<style>
{tokens()}{_BASE}{style}</style>
</head>
<body>
<main>
{body}</main>
</body>
</html>
"""
