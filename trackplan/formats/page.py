"""Pages in HTML that need nothing but themselves: no request, no script of their own accord, light and dark, on paper.

Colours and sizes are named once, as variables; all pairs of text and ground have a contrast of 4.5 or more.
"""

from __future__ import annotations

import html

from trackplan.formats.source import visible

TOKENS = """\
:root {
  color-scheme: light dark;
  --ground: #ffffff; --raised: #f5f6f8; --line: #d0d5dd; --text: #1a1d21; --soft: #555d68; --link: #0b57d0;
  --good: #116329; --warn: #7a4a00; --bad: #a3161a; --cold: #1d4f91; --mute: #5b6470;
  --good-ground: #e3f4e8; --warn-ground: #fdf0d5; --bad-ground: #fce8e8; --cold-ground: #e4eefb; --mute-ground: #eceef1;
  --font: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14171b; --raised: #1d2127; --line: #3a414b; --text: #e8eaed; --soft: #a9b1bc; --link: #8ab4f8;
    --good: #7ddc98; --warn: #f2c46d; --bad: #ff9c98; --cold: #9cc4ff; --mute: #b0b8c3;
    --good-ground: #12311c; --warn-ground: #38290a; --bad-ground: #3f1718;
    --cold-ground: #142a47; --mute-ground: #262b32;
  }
}
"""
_BASE = """\
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 1.5rem; background: var(--ground); color: var(--text);
  font: 1rem/1.5 var(--font); overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 .25rem; } h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; }
p { max-width: 70ch; } .soft { color: var(--soft); } a { color: var(--link); } code { font-family: var(--mono); }
.scroll { overflow-x: auto; } .scroll:focus-visible { outline: 3px solid var(--link); }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
caption { text-align: left; font-weight: 600; padding: .5rem 0; }
th, td { padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
th.number, td.number { text-align: right; white-space: nowrap; } thead th { color: var(--soft); font-weight: 600; }
.tag { display: inline-block; padding: 0 .5rem; border-radius: .75rem; white-space: nowrap; }
.good { color: var(--good); background: var(--good-ground); }
.warn { color: var(--warn); background: var(--warn-ground); }
.bad { color: var(--bad); background: var(--bad-ground); } .cold { color: var(--cold); background: var(--cold-ground); }
.mute { color: var(--mute); background: var(--mute-ground); }
@media print {
  :root { color-scheme: light; } body { max-width: none; padding: 0; font-size: 10pt; } tr { break-inside: avoid; }
}
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def text(said: object) -> str:
    """Text of others, in elements and attributes: no markup, and nothing that hides or turns it around."""
    return html.escape(visible(str(said)))


def page(title: str, body: str, style: str = "", policy: str = _POLICY, script: str = "") -> str:
    """A whole page. `title` is text; `body`, `style` and `script` are ours, with what others said made harmless."""
    return f"""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{text(title)}</title>
<style>
{TOKENS}{_BASE}{style}</style>
</head>
<body>
<main>
{body}</main>
{script}</body>
</html>
"""
