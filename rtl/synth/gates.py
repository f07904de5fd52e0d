"""Gates of the RTL blocks, in NAND2 equivalents, by module.

usage: ./dev synth [BLOCK...] [--set NAME=VALUE...]

Yosys maps each module once, and a module counts as often as the hierarchy has
it. Modules whose name ends in _memory are macros: their bits are reported, not
their gates. Weights: rtl/synth/cells.txt. Exit status: 0 done, 2 bad usage, or
Yosys failed.
"""

import argparse
import collections
import json
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
RTL = HERE.parent
PAPER_GATES = 496.4e3  # arXiv 2510.14393
GATES = "NAND,NOR,AND,OR,AOI3,OAI3,AOI4,OAI4,XOR,XNOR,MUX"

SCRIPT = """\
read_verilog -sv {files}
{parameters}
hierarchy -check -top {top}
proc
opt_clean
tee -q -o {folder}/macros.json stat -json
{blackbox}
synth -noabc -top {top}
dfflegalize -cell $_DFF_P_ 01
opt -nodffe -nosdff
abc -g {gates}
opt_clean
tee -q -o {folder}/cells.json stat -json
"""


class SynthError(Exception):
    """What the user is told."""


def read_weights(path=HERE / "cells.txt"):
    """{cell: NAND2 equivalents}."""
    weights = {}
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        try:
            cell, weight = line.split()
            weights[cell] = float(weight)
        except ValueError as error:
            raise SynthError(
                f"{path}:{number}: want CELL WEIGHT, is '{line}'") from error
    return weights


def read_modules(text):
    """Modules of `stat -json`. Yosys 0.23 writes its hierarchy behind them,
    which is no JSON."""
    end = text.find("\n   },")
    if end >= 0:
        text = text[:end] + "\n   }\n}"
    modules = json.loads(text)["modules"]
    return {name.lstrip("\\"): module for name, module in modules.items()}


def plain_name(module):
    r"""pruning_scan for $paramod\pruning_scan\BYTES=s32'0..., and the like."""
    if not module.startswith("$paramod"):
        return module
    return re.match(r"\$paramod(?:\$[0-9a-f]+)?\\(\w+)", module).group(1)


def count_instances(modules, top):
    """{module: how often the hierarchy below and with `top` has it}."""
    counts = collections.Counter()

    def visit(module, times):
        counts[module] += times
        for cell, number in modules[module]["num_cells_by_type"].items():
            if cell in modules:
                visit(cell, times * number)

    visit(top, 1)
    return counts


def own_gates(module, modules, weights):
    """NAND2 equivalents of a module without the modules in it."""
    gates = 0.0
    for cell, number in module["num_cells_by_type"].items():
        if cell in modules or plain_name(cell).endswith("_memory"):
            continue
        if cell not in weights:
            raise SynthError(f"rtl/synth/cells.txt has no weight for {cell}")
        gates += weights[cell] * number
    return gates


def gates_by_module(modules, top, weights):
    """{plain name: (instances, NAND2 equivalents of all of them)}."""
    result = {}
    for module, times in count_instances(modules, top).items():
        name = plain_name(module)
        if name.endswith("_memory"):
            continue
        before = result.get(name, (0, 0.0))
        gates = times * own_gates(modules[module], modules, weights)
        result[name] = (before[0] + times, before[1] + gates)
    return result


def macro_bits(modules, top):
    """Bits of memory in the macros."""
    counts = count_instances(modules, top)
    return sum(times * modules[module]["num_memory_bits"]
               for module, times in counts.items()
               if plain_name(module).endswith("_memory"))


def run_yosys(block, settings):
    """(cells, macros): `stat -json` with and without the macros mapped away."""
    files = sorted((RTL / "common").glob("*.sv"))
    files += sorted((RTL / block).glob("*.sv"))
    with tempfile.TemporaryDirectory() as folder:
        sets = "".join(f" -set {s.replace('=', ' ')}" for s in settings)
        has_macros = any(f.stem.endswith("_memory") for f in files)
        script = SCRIPT.format(
            files=" ".join(map(str, files)), top=block, folder=folder,
            parameters=f"chparam{sets} {block}" if sets else "",
            blackbox="blackbox *_memory*" if has_macros else "",
            gates=GATES)
        done = subprocess.run(["yosys", "-q", "-p", script], text=True,
                              capture_output=True, check=False,
                              cwd=folder)
        if done.returncode != 0:
            raise SynthError(f"yosys failed on {block}:\n"
                             + (done.stderr or done.stdout).strip())
        return tuple(
            read_modules((pathlib.Path(folder) / name).read_text())
            for name in ("cells.json", "macros.json"))


def top_of(modules, block):
    """The key of the top module, which may be parametrised."""
    return next(m for m in modules if plain_name(m) == block)


def report(block, by_module, bits):
    """Prints the table of a block; returns its gates."""
    total = sum(gates for _, gates in by_module.values())
    print(f"{block}\n  {'module':<24}{'instances':>10}{'NAND2 eq.':>12}"
          f"{'share':>8}")
    for name, (times, gates) in sorted(by_module.items(),
                                       key=lambda item: -item[1][1]):
        print(f"  {name:<24}{times:>10}{gates:>12.0f}"
              f"{100 * gates / total:>7.1f}%")
    print(f"  {'total':<24}{'':>10}{total:>12.0f}"
          f"{100 * total / PAPER_GATES:>7.2f}% of the paper's 496.4 K"
          f"\n  macros: {bits} bits")
    return total


def blocks():
    """Blocks with a top module of their own name."""
    return sorted(f.name for f in RTL.iterdir()
                  if (f / f"{f.name}.sv").is_file())


def parse(arguments):
    parser = argparse.ArgumentParser(prog="./dev synth",
                                     description="gates by module")
    parser.add_argument("block", nargs="*",
                        help=f"all unless named: {', '.join(blocks())}")
    parser.add_argument("--set", action="append", default=[],
                        metavar="NAME=VALUE", dest="settings",
                        help="a parameter of the top module, one block only")
    options = parser.parse_args(arguments)
    for block in options.block:
        if block not in blocks():
            parser.error(f"no block '{block}' in rtl: {', '.join(blocks())}")
    if options.settings and len(options.block) != 1:
        parser.error("--set: name one block")
    for setting in options.settings:
        if not re.fullmatch(r"\w+=\d+", setting):
            parser.error(f"--set: want NAME=NUMBER, is '{setting}'")
    return options


def main(arguments):
    options = parse(arguments)
    try:
        weights = read_weights()
        totals = {}
        for block in options.block or blocks():
            cells, macros = run_yosys(block, options.settings)
            totals[block] = report(
                block, gates_by_module(cells, top_of(cells, block), weights),
                macro_bits(macros, top_of(macros, block)))
    except (SynthError, OSError) as error:
        print(f"dev synth: {error}", file=sys.stderr)
        return 2
    everything = sum(totals.values())
    if len(totals) > 1:
        print("all blocks")
        for block, gates in totals.items():
            print(f"  {block:<24}{'':>10}{gates:>12.0f}"
                  f"{100 * gates / everything:>7.1f}%")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
