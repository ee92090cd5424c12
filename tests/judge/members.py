"""Ways to read what is inside a value: members of structs, keys of JSON, elements of lists, as people write them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

    from tests.judge.expressions import Ref


def member(chance: Random, ref: Ref) -> str:
    """Read one member of a struct, or the struct with one member more or changed."""
    name = chance.choice(ref.members or ("x",))
    if chance.random() < 0.12:
        return chance.choice((f"struct_insert({ref.text}, more := 1)", f"{ref.text}::varchar", f"to_json({ref.text})"))
    dotted = f'{ref.text}."{name}"'
    return chance.choice(
        (dotted, f'({ref.text})."{name}"', f"{ref.text}['{name}']", f"struct_extract({ref.text}, '{name}')")
    )


def key(chance: Random, ref: Ref) -> str:
    """Read one key of a JSON value, or something of the whole."""
    keys = ref.members or ("step", "cart", "note")
    name, other = chance.choice(keys), chance.choice(keys)
    text = ref.text
    if chance.random() < 0.15:
        return chance.choice(_WHOLE).format(text=text, name=name, other=other)
    return chance.choice(_KEY).format(text=text, name=name, other=other)


_KEY = (
    "{text} ->> '{name}'",
    "({text} ->> '$.{name}')",
    "({text} -> '$.\"{name}\"')::varchar",
    "json_extract_string({text}, '$.{name}')",
    "json_extract_string({text}, '{name}')",
    "json_extract_string({text}, '/{name}')",
    "({text} -> '{name}')::varchar",
    "json_value({text}, '$.{name}')",
    "json_extract_path_text({text}, '{name}')",
    "json_extract({text}, '$.{name}')::varchar",
    "{text}.{name}::varchar",
    "{text}['{name}']::varchar",
    "json_exists({text}, '$.{name}')",
    "json_type({text}, '$.{name}')",
    "json_array_length({text}, '$.{name}')",
    "json_extract({text}, ['$.{name}', '$.{other}'])::varchar",
    "json_merge_patch({text}, json_object('{other}', 1)) ->> '{name}'",
    "map {{'a': {text} -> '{name}', 'b': {text}}}['a']",
    "json_extract_string({text}, ['$.{name}', '$.{other}'])",
    'from_json({text}, \'{{"{name}": "VARCHAR"}}\').{name}',
    'json_transform({text}, \'{{"{name}": "VARCHAR", "{other}x": "VARCHAR"}}\')',
)
_WHOLE = (
    "json_keys({text})",
    "{text}::varchar",
    "json_merge_patch({text}, json_object('{name}', 1))",
    "json_object('{name}', {text} -> '{name}', 'inner', {text})",
    "json_structure({text})",
)


def entry(chance: Random, ref: Ref) -> str:
    """Read one entry of a map, or something of the whole."""
    shapes = (
        "{text}['a']",
        "element_at({text}, 'web')",
        "map_extract({text}, 'app')",
        "{text}['a']",
        "map_keys({text})",
    )
    return chance.choice((*shapes, "cardinality({text})", "map_values({text})")).format(text=ref.text)


def element(chance: Random, ref: Ref, other: Ref) -> str:
    """Read something of a list: its elements, one by one or with a lambda that may see another column."""
    text = ref.text
    if ref.members:
        name = chance.choice(ref.members)
        return chance.choice(
            (
                f'{text}[1]."{name}"',
                f'list_transform({text}, lambda one: one."{name}")',
                f'[one."{name}" for one in {text}]',
                f'len(list_filter({text}, lambda one: one."{name}" is not null))',
                f"{text}[1]",
                f"len({text})",
                f'list_filter({text}, lambda one: one."{ref.members[0]}" is not null)[1]."{name}"',
                f"array_length({text})",
            )
        )
    return chance.choice(
        (
            f"len({text})",
            f"{text}[1]",
            f"{text}[1:2]",
            f"list_sort({text})",
            f"list_transform({text}, lambda one: concat(one, {other.text}))",
            f"[one for one in {text} if one is distinct from {other.text}]",
            f"list_contains({text}, {text}[2])",
            f"array_to_string({text}, '+')",
            f"list_reduce({text}, lambda one, two: greatest(one, two))",
        )
    )
