"""`python -m tests.mutate [RULE]...`: which breakages of which rules no case notices; 1 if there are any."""

from __future__ import annotations

import sys

from tests.mutate.survey import known, survey
from trackplan import rules


def main(words: list[str]) -> int:
    """Print the survivors of each rule that the words name, of all without words."""
    total = left = excused = 0
    for rule in rules.choose(rules.shipped(), words):
        found = survey(rule)
        excuses = known().get(rule.id, {})
        survivors = [mutant for mutant in found.survivors if mutant.name not in excuses]
        excused += len(found.survivors) - len(survivors)
        total, left = total + found.count, left + len(survivors)
        print(f"{rule.id} {rule.name}: {found.count} mutants, {len(survivors)} survive")
        for mutant in survivors:
            print(f"  {mutant.name}")
        for name in sorted(excuses.keys() - {mutant.name for mutant in found.survivors}):
            print(f"  no survivor any more: {name}")
    print(f"{total} mutants: {total - left - excused} noticed, {excused} equivalent, {left} survive")
    return int(left > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
