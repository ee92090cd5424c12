"""`python -m tests.classify`: precision and recall of the dictionary on the labelled names, by category.

`--part held-out` takes the names alone that were labelled before there was a dictionary; `--wrong` lists what is wrong.
"""

from __future__ import annotations

import argparse

from tests.classify.labels import PARTS, labels, scores


def main() -> None:
    """Print the table, and the wrong answers if asked."""
    parser = argparse.ArgumentParser(prog="python -m tests.classify", description=__doc__)
    parser.add_argument("--part", choices=PARTS, default="", help="the names of one part alone")
    parser.add_argument("--wrong", action="store_true", help="list the names with wrong answers")
    options = parser.parse_args()
    answers = [(label, label.found()) for label in labels(options.part)]
    table = scores((label.category, answer) for label, answer in answers)
    width = max(len(score.category) for score in table)
    print(f"{'category':{width}}  names  precision  recall")
    for score in table:
        print(f"{score.category:{width}}  {score.labelled:5}  {score.precision:9.3f}  {score.recall:6.3f}")
    print(f"{len(answers)} names, {sum(1 for label, _ in answers if not label.category)} of them of no category")
    for label, answer in answers if options.wrong else ():
        if label.category != answer:
            print(f"{label}: {answer or 'none'} instead of {label.category or 'none'}")


if __name__ == "__main__":
    main()
