"""The report → one HTML file that needs nothing else: no server, no network, no other file.

{head with the policy that forbids everything else, the style} {sections} {data as JSON} {script}
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trackplan.formats.page import tokens
from trackplan.formats.source import visible
from trackplan.report.page import words
from trackplan.report.page.payload import payload

if TYPE_CHECKING:
    from jinja2 import Environment

    from trackplan.report.model import Review

_FOLDER = Path(__file__).resolve().parent
_SCRIPTS = ("data.js", "picture.js", "inventory.js", "page.js")


def render(review: Review) -> str:
    """The page; equal reports give equal text."""
    style, script = tokens() + _text("style.css"), _script()
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    template = _environment().get_template("page.html")
    return template.render(
        review=review,
        subjects={subject.id: subject for subject in review.inventory},
        style=_trusted(style),
        script=_trusted(script),
        data=_trusted(payload(review)),
        policy=policy,
        w=words,
    )


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        autoescape=True,
        loader=FileSystemLoader(_FOLDER),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    environment.filters |= {
        "among": words.among,
        "breakable": words.breakable,
        "number": words.number,
        "share": words.share,
        "query": words.query,
    }
    return environment


def _shown(value: Any) -> Any:
    """What a template prints: text of others with all that could steer or hide written out."""
    from markupsafe import Markup

    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _trusted(text: str) -> Any:
    """Our own files, and data that `payload` has made harmless."""
    from markupsafe import Markup

    return Markup(text)  # noqa: S704


@cache
def _script() -> str:
    return '"use strict";\n(() => {\n' + "\n".join(map(_text, _SCRIPTS)) + "})();\n"


@cache
def _text(name: str) -> str:
    """One of our files, without what only its readers need."""
    text = (_FOLDER / name).read_text(encoding="utf-8")
    return re.sub(r"^\s*/\*\*.*?\*/\n", "", text, flags=re.DOTALL | re.MULTILINE)


def _hash(text: str) -> str:
    """How a content security policy names an inline text that may be used."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
