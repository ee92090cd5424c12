"""Random documents as people write them: block and flow style, comments, anchors, odd breaks."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from random import Random

SCALARS = ("1", "true", "plain text", "'single: #'", '"dq \\" \\u00e9"', "null", "2026-01-02", "a-b", "ünï", "~")


@dataclass(slots=True)
class YamlWriter:
    """Writes one random document. `anchors` tells whether it may name parts and repeat them."""

    chance: Random
    anchors: bool = False
    count: int = 0
    known: list[tuple[str, bool]] = field(default_factory=list)

    def document(self) -> str:
        """A mapping of mappings, lists and scalars; with Windows line ends, a mark or no last break now and then."""
        text = self._block(0, 0, "mapping")
        if self.chance.random() < 0.3:
            text = "# head\n\n" + text
        if self.chance.random() < 0.3:
            text = text.rstrip("\n")
        if self.chance.random() < 0.3:
            text = text.replace("\n", "\r\n")
        return "\ufeff" + text if self.chance.random() < 0.2 else text

    def _key(self) -> str:
        self.count += 1
        name = f"k{self.count}"
        return self.chance.choice((name, name, f'"{name}"', f"'{name}'", f"{name} x"))

    def _comment(self) -> str:
        return self.chance.choice(("", "", "", "  # why: [a, b]", " # {x}"))

    def _between(self, indent: int) -> str:
        return self.chance.choice(("", "", "", "\n", f"{' ' * indent}# {{note}}: - x\n", "# far left\n"))

    def _anchor(self, mapping: bool) -> str:
        if not self.anchors or self.chance.random() > 0.3:
            return ""
        self.count += 1
        name = f"a{self.count}"
        self.known.append((name, mapping))
        return f"&{name} "

    def _block(self, indent: int, depth: int, kind: str) -> str:
        """Lines of a block, each with its indentation."""
        pad, lines = " " * indent, ""
        for _ in range(self.chance.randrange(1, 5)):
            lines += self._between(indent)
            lead = f"{pad}{self._key()}:" if kind == "mapping" else f"{pad}-"
            lines += self._value(lead, indent, depth, kind)
        merged = [name for name, mapping in self.known if mapping]
        if kind == "mapping" and merged and self.chance.random() < 0.3:
            lines += f"{pad}<<: *{self.chance.choice(merged)}{self._comment()}\n"
        return lines

    def _value(self, lead: str, indent: int, depth: int, kind: str) -> str:
        pick = self.chance.random()
        if self.known and pick < 0.15:
            return f"{lead} *{self.chance.choice(self.known)[0]}{self._comment()}\n"
        if depth < 3 and pick < 0.45:
            inner = self.chance.choice(("mapping", "list"))
            return self._nested(lead, indent, depth, kind, inner)
        if pick < 0.6:
            mark = self._anchor(mapping=False)
            return f"{lead} {mark}{self._flow(depth, indent)}{self._comment()}\n"
        if pick < 0.7:
            sign = self.chance.choice(("|", ">", "|-", ">+", "|2"))
            pad = " " * (indent + 2)
            blank = self.chance.choice(("", "\n"))
            return f"{lead} {sign}\n{pad}some # text\n{blank}{pad}  more: text\n"
        if pick < 0.75 and kind == "mapping":
            return f"{lead}{self._comment()}\n"
        if pick < 0.8:
            return f"{lead} plain\n{' ' * (indent + 2)}goes on{self._comment()}\n"
        return f"{lead} {self._anchor(mapping=False)}{self.chance.choice(SCALARS)}{self._comment()}\n"

    def _nested(self, lead: str, indent: int, depth: int, kind: str, inner: str) -> str:
        before = len(self.known)
        mark = self._anchor(mapping=inner == "mapping")
        own = self.known[before:]
        del self.known[before:]  # nothing refers to itself
        if kind == "list" and not mark and self.chance.random() < 0.7:  # compact: the first line behind the dash
            body = self._block(indent + 2, depth + 1, inner)
            at = next(n for n, line in enumerate(body.split("\n")) if line.strip() and not line.strip().startswith("#"))
            lines = body.split("\n")[at:]
            text = f"{lead} {lines[0][indent + 2 :]}\n" + "\n".join(lines[1:])
        else:
            step = 0 if inner == "list" and kind == "mapping" and self.chance.random() < 0.4 else 2
            text = f"{lead}{' ' + mark.strip() if mark else ''}{self._comment()}\n"
            text += self._block(indent + step, depth + 1, inner)
        self.known += own
        return text

    def _flow(self, depth: int, indent: int) -> str:
        kind = self.chance.choice(("{}", "[]"))
        parts = []
        for _ in range(self.chance.randrange(0, 4)):
            if depth < 3 and self.chance.random() < 0.3:
                value = self._flow(depth + 1, indent + 2)
            else:
                value = self.chance.choice(SCALARS)
            parts.append(f"{self._key()}: {value}" if kind == "{}" else value)
        trailing = "," if parts and self.chance.random() < 0.3 else ""
        pad = "\n" + " " * (indent + 3)
        if parts and self.chance.random() < 0.3:
            lines = "".join(
                f"{pad}{part}{',' if n < len(parts) - 1 else trailing}{self._comment()}" for n, part in enumerate(parts)
            )
            return f"{kind[0]}{lines}{pad[:-1]}{kind[1]}"
        glue = self.chance.choice((", ", ",", f",{pad}"))
        return kind[0] + glue.join(parts) + trailing + kind[1]


def random_json(chance: Random, depth: int = 0) -> Any:
    """Random data that JSON can hold, every key unlike the others."""
    if depth > 3 or chance.random() < 0.3:
        return chance.choice((1, -2.5, True, None, "", "text, with: {signs}", 'a"b\\', "ü"))
    if chance.random() < 0.5:
        return [random_json(chance, depth + 1) for _ in range(chance.randrange(0, 4))]
    return {f"k{chance.randrange(10**9)}": random_json(chance, depth + 1) for _ in range(chance.randrange(0, 4))}


def written_json(chance: Random, data: Any) -> str:
    """The data as some tool may write it: indented by tabs or blanks, on one line, or packed."""
    indent = chance.choice((None, None, 2, 4, "\t", 0))
    separators = chance.choice((None, (",", ":"), (" , ", " : ")))
    text = json.dumps(data, indent=indent, separators=separators, ensure_ascii=chance.random() < 0.5)
    text += chance.choice(("", "\n", "\n\n"))
    return text.replace("\n", "\r\n") if chance.random() < 0.3 else text
