"""Bugs to plant into RTL, one at a time. A bug is a file below rtl/, a text in
it, what stands there instead, and what that is."""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def plant(folder, files, bug):
    """Copies the files, below rtl/, with the bug in them, or without if that is
    None; returns the copies."""
    copies = []
    for name in files:
        text = (ROOT / "rtl" / name).read_text()
        if bug is not None and bug[0] == name:
            if bug[1] not in text:
                print(f"{name} has no '{bug[1]}' any more: change the table of "
                      "bugs", file=sys.stderr)
                sys.exit(2)
            text = text.replace(bug[1], bug[2])
        copies.append(folder / pathlib.Path(name).name)
        copies[-1].write_text(text)
    return copies
