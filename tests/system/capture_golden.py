"""Captures what the real apt says, case by case, into tests/golden/apt. Run by hand when a parser needs a new case.

    /usr/bin/python3 tests/system/capture_golden.py [CASE...]

Each capture is <distribution>.<command>[.<case>].stdout, .stderr where there was any; commands and exit statuses stand
in captures.txt beside them.
"""
import pathlib
import sys

import golden_cases
import roots
from sandbox import Root

GOLDEN = pathlib.Path(__file__).parent.parent / "golden" / "apt"
DISTRIBUTION = "debian-12"


def capture(case):
    """Captures one case; returns the lines of its commands."""
    lines = []
    with Root(roots.world()) as root:
        server = case.before(root) if case.before else None
        for verb, command in case.commands.items():
            done = root.run(command, user=case.user)
            stem = ".".join(filter(None, [DISTRIBUTION, verb, case.name]))
            (GOLDEN / f"{stem}.stdout").write_text(done.out)
            error = GOLDEN / f"{stem}.stderr"
            error.write_text(done.err) if done.err else error.unlink(missing_ok=True)
            words = " ".join(map(repr_word, command))
            lines.append(f"{stem} | exit {done.code} | {' '.join(words.split())}\n")
        if server:
            server.close()
    return lines


def repr_word(word):
    return f"'{word}'" if any(c in word for c in " $\\|") else word


def main(wanted):
    GOLDEN.mkdir(parents=True, exist_ok=True)
    index = GOLDEN / "captures.txt"
    known = {line.split(" | ")[0]: line for line in index.read_text().splitlines(True)} if index.exists() else {}
    for case in golden_cases.CASES:
        if wanted and case.name not in wanted:
            continue
        print(case.name or "(plain)")
        known.update({line.split(" | ")[0]: line for line in capture(case)})
    index.write_text("".join(known[stem] for stem in sorted(known)))


if __name__ == "__main__":
    main(sys.argv[1:])
