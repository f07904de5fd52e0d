#!/usr/bin/env python3
"""Generates everything that knows a register or an address from the YAML here.

    generate.py --output DIR          C++ and C headers, linker symbols, SVD
    generate.py --docs DIR            the Markdown tables (docs/registers)
    generate.py --docs DIR --check    exit 1 if they are stale

The YAML is checked first; an error names the file and the register.
"""

import argparse
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

# pylint: disable=wrong-import-position
from generator import c_header, cpp_header, linker, markdown, svd  # noqa: E402
from generator.load import load_soc  # noqa: E402
from generator.model import SourceError  # noqa: E402


def write_if_changed(path, text):
    """Leaves the time stamp alone where nothing changed."""
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def outputs(soc):
    """{relative path: text} of what is generated at build time."""
    files = {
        "registers/memory_map.hpp": cpp_header.memory_map(soc),
        "vitvp/memory_map.h": c_header.memory_map(soc),
        "vitvp/memory_map.ld": linker.memory_map(soc),
        "vitvp.svd": svd.document(soc),
    }
    for block in soc.blocks + soc.fragments:
        files[f"registers/{block.name}.hpp"] = cpp_header.block(block)
        files[f"vitvp/{block.name}_regs.h"] = c_header.block(block)
    return files


def documents(soc):
    """{file name: text} of the committed pages."""
    pages = {f"{block.name}.md": markdown.block(block) for block in soc.blocks}
    pages["README.md"] = markdown.memory_map(soc)
    return pages


def stale_documents(soc, folder):
    """Names of pages that are missing, differ, or have no block any more."""
    pages = documents(soc)
    stale = [name for name, text in pages.items()
             if not (folder / name).exists()
             or (folder / name).read_text(encoding="utf-8") != text]
    stale += [page.name for page in folder.glob("*.md")
              if page.name not in pages]
    return sorted(stale)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--source", type=pathlib.Path,
                        default=pathlib.Path(__file__).resolve().parent)
    parser.add_argument("--output", type=pathlib.Path)
    parser.add_argument("--docs", type=pathlib.Path)
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    try:
        soc = load_soc(arguments.source)
    except SourceError as error:
        sys.exit(f"registers: {error}")
    if arguments.output:
        for name, text in outputs(soc).items():
            write_if_changed(arguments.output / name, text)
    if arguments.docs and arguments.check:
        stale = stale_documents(soc, arguments.docs)
        if stale:
            sys.exit(f"registers: stale in {arguments.docs}: "
                     f"{', '.join(stale)}; run ./dev docs")
    elif arguments.docs:
        for name, text in documents(soc).items():
            write_if_changed(arguments.docs / name, text)


if __name__ == "__main__":
    main()
