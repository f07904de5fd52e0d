"""Writes a C++ source that compares the C and C++ headers of all blocks at
compile time: write_agreement.py ROOT OUTPUT."""

import pathlib
import sys

ROOT = pathlib.Path(sys.argv[1])
sys.path.insert(0, str(ROOT / "registers"))

# pylint: disable=wrong-import-position
from generator.load import load_soc  # noqa: E402


def agree(left, right):
    """One comparison."""
    return f"static_assert({left} == {right});"


def block_lines(block):
    """Offsets, fields and values of a block."""
    lines = []
    for register in block.registers:
        macro = f"{block.name}_{register.name}".upper()
        constant = f"vitvp::registers::{block.name}::{register.name}"
        lines.append(agree(f"{macro}_OFFSET", constant))
        for field in register.fields:
            macro_field = f"{macro}_{field.name}"
            object_ = f"{constant}_{field.name}"
            lines.append(agree(f"{macro_field}_SHIFT", f"{object_}.shift"))
            lines.append(agree(f"{macro_field}_MASK", f"{object_}.mask()"))
            lines += [agree(f"{macro_field}_{value}", f"{object_}_{value}")
                      for value in field.enum]
    return lines


def region_lines(region):
    """Base, size and interrupt of a region."""
    keys = ("base", "size") + (("irq",) if region.irq else ())
    name = region.name
    return [agree(f"VITVP_{name.upper()}_{key.upper()}",
                  f"vitvp::registers::{name}_{key}") for key in keys]


def main():
    """Includes of all headers, then the comparisons."""
    soc = load_soc(ROOT / "registers")
    blocks = soc.blocks + soc.fragments
    lines = ["#include <vitvp/memory_map.h>",
             '#include "registers/memory_map.hpp"']
    for block in blocks:
        lines.append(f"#include <vitvp/{block.name}_regs.h>")
        lines.append(f'#include "registers/{block.name}.hpp"')
    for region in soc.regions:
        lines += region_lines(region)
    for block in blocks:
        lines += block_lines(block)
    pathlib.Path(sys.argv[2]).write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
