#!/usr/bin/env python3
"""Holds the tables of a page against what a bench prints, or rewrites them.

    calibration_docs.py (--check|--update) PAGE BENCH

The bench prints tables in Markdown among other things; those with the same heads
are one. The page has each of them between the lines

    <!-- calibration: HEAD -->
    <!-- end of calibration -->

where HEAD is what stands above its first column. Exit status: 0 they agree or are
rewritten, 1 the page is stale, 2 a table is missing or the bench fails."""

import os
import pathlib
import re
import subprocess
import sys

BLOCK = re.compile(r"(<!-- calibration: ([^\n]+) -->\n)(.*?)"
                   r"(<!-- end of calibration -->\n)", re.DOTALL)


def fail(text):
    print(f"calibration_docs.py: {text}", file=sys.stderr)
    sys.exit(2)


def normalised(line):
    cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
    return "| " + " | ".join(cells) + " |"


def is_rule(line):
    return set(line) <= set("| -:")


def tables(text):
    """Of the printed text: rows by heads, the heads first."""
    lines = [normalised(line) for line in text.splitlines()
             if line.startswith("|")]
    found = {}
    rows = None
    for i, line in enumerate(lines):
        if i + 1 < len(lines) and is_rule(lines[i + 1]):
            rows = found.setdefault(line, [])
        elif rows is not None and not is_rule(line):
            rows.append(line)
    return {head: [head, "|" + "---|" * (head.count("|") - 1), *rows]
            for head, rows in found.items()}


def bench_output(bench):
    environment = {k: v for k, v in os.environ.items() if k != "VITVP_SEED"}
    done = subprocess.run([bench], capture_output=True, text=True, check=False,
                          env=environment)
    if done.returncode != 0:
        fail(f"{bench} fails:\n{done.stdout}{done.stderr}")
    return done.stdout


def main(arguments):
    if len(arguments) != 3 or arguments[0] not in ("--check", "--update"):
        fail("usage: calibration_docs.py (--check|--update) PAGE BENCH")
    mode, page, bench = arguments
    printed = {head.split("|")[1].strip(): lines
               for head, lines in tables(bench_output(bench)).items()}
    text = pathlib.Path(page).read_text(encoding="utf-8")
    wanted = {match.group(2) for match in BLOCK.finditer(text)}
    if wanted != set(printed):
        fail(f"{page} has tables for {sorted(wanted)}, "
             f"the bench prints {sorted(printed)}")

    def replaced(match):
        lines = "".join(f"{line}\n" for line in printed[match.group(2)])
        return match.group(1) + "\n" + lines + "\n" + match.group(4)

    fresh = BLOCK.sub(replaced, text)
    if fresh == text:
        return 0
    if mode == "--check":
        print(f"{page} is stale; run ./dev docs", file=sys.stderr)
        return 1
    pathlib.Path(page).write_text(fresh, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
