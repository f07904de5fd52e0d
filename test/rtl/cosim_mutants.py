#!/usr/bin/env python3
"""Whether lockstep finds bugs: plants those of BLOCK/mutants.py one at a time into
the RTL, makes a plug-in of it and runs `vitvp cosim` on it.

    cosim_mutants.py BUILD BLOCK [--only N]... [--docs PAGE] [--gcc GCC]

BUILD is a build folder with vitvp in it; --only chooses bugs by number, --docs
writes the table into a page. A bug that a network's commands do not show is tried
with random ones (guests/BLOCK.c).

A bug counts as found if lockstep names the first command that it changes. Which
one that is, a second run tells, in which nothing is compared but each command's
result and its cycles by class, once it has ended; where no command ends in another
way, it is enough that pins differ. Exit status: 0 all are found and
the RTL without one passes, 1 not so, 2 there is nothing to run."""

import argparse
import importlib.util
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import planted_bugs

HERE = pathlib.Path(__file__).resolve().parent
ROOT = planted_bugs.ROOT
# Sizes that are no powers of two, and so small that everything is ragged.
PARAMETERS = {
    "row_engine": "ROWS=3;LANES=5;MAX_TERMS=32767;QUEUE_DEPTH=3",
    "pruning_unit": "MAX_TOKENS=99;BYTES_PER_CYCLE=16;QUEUE_DEPTH=3"}
RUNTIME = ["verilated", "verilated_vcd_c", "verilated_threads"]
TIMEOUT_S = 120
WINDOW_CYCLES = 200


def output(*command):
    """What a command prints; the end if it fails."""
    done = subprocess.run(list(map(str, command)), capture_output=True,
                          text=True, check=False)
    if done.returncode != 0:
        print("cosim_mutants.py: " + " ".join(map(str, command)) + "\n" +
              done.stdout + done.stderr, file=sys.stderr)
        sys.exit(2)
    return done.stdout.strip()


def bugs_of(block):
    """The module BLOCK/mutants.py."""
    spec = importlib.util.spec_from_file_location(
        f"{block}_mutants", HERE / block / "mutants.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Builder:
    """Makes plug-ins of a block, in a folder of its own."""

    def __init__(self, block, files, folder):
        self.block = block
        self.files = files
        self.folder = folder
        self.compiler = shutil.which("clang++") or shutil.which("g++")
        self.verilator_root = output("verilator", "--getenv", "VERILATOR_ROOT")
        include = f"{self.verilator_root}/include"
        self.runtime = []
        for name in RUNTIME:
            self.runtime.append(folder / f"{name}.o")
            output(self.compiler, "-std=c++17", "-O1", "-w", "-fPIC",
                   "-fvisibility=hidden", "-pthread", "-DVM_TRACE=1",
                   f"-I{include}", f"-I{include}/vltstd", "-c",
                   f"{include}/{name}.cpp", "-o", self.runtime[-1])

    def plugin(self, bug):
        sources = planted_bugs.plant(self.folder, self.files, bug)
        library = self.folder / "mutant.so"
        variables = {
            "VERILATOR": shutil.which("verilator_bin"),
            "VERILATOR_ROOT": self.verilator_root,
            "CXX": self.compiler,
            "OPTIMISATION": "-O0",
            "RUNTIME": ";".join(map(str, self.runtime)),
            "PLUGIN_DIR": ROOT / "rtl/plugin",
            "FOLDER": self.folder / "verilated",
            "LIBRARY": library,
            "BLOCK": self.block,
            "TOP": self.block,
            "SOURCES": ";".join(map(str, sources)),
            "PARAMETERS": PARAMETERS[self.block],
            "DESCRIPTION": "a mutant"}
        output("cmake", *(f"-D{k}={v}" for k, v in variables.items()), "-P",
               ROOT / "cmake/vitvp_rtl_plugin_build.cmake")
        return library


def check_window(path, found):
    """The waveform ends with the cycle of the difference."""
    edges = len(re.findall(r"^1#$", path.read_text(), re.MULTILINE))
    if found["command"] == 1 and found["cycle"] < WINDOW_CYCLES:
        assert edges == found["cycle"] + 1, edges
    assert edges <= WINDOW_CYCLES, edges


class Stimuli:
    """Commands for a block: those of a network, and random ones."""

    def __init__(self, block, build, folder, gcc):
        self.block = block
        self.vitvp = build / "platform/vitvp"
        elf = folder / "guest.elf"
        output(gcc, "-march=rv32imac", "-mabi=ilp32", "-misa-spec=2.2",
               "-nostdlib", "-ffreestanding", "-fno-builtin", "-O2", "-Wall",
               "-Wextra", "-Werror", "-Wl,-Ttext=0x80000000",
               "-Wl,--no-warn-rwx-segments", "-Wl,-N",
               "-isystem", build / "generated", HERE / f"guests/{block}.c",
               "-o", elf, "-lgcc")
        self.settings = {
            "network": [],
            "random": ["firmware.application=selftest", f"firmware.elf={elf}",
                       "sram.total_kib=32"]}

    def compare(self, name, library, level):
        """The divergence, or None."""
        with tempfile.TemporaryDirectory() as folder:
            command = [self.vitvp, "cosim", HERE / "cosim_mutants.yaml",
                       "--block", self.block, "--compare", level,
                       "--out", folder, "--window", str(WINDOW_CYCLES)]
            for setting in (f"{self.block}.plugin={library}",
                            *self.settings[name]):
                command += ["--set", setting]
            done = subprocess.run(command, capture_output=True, text=True,
                                  check=False, timeout=TIMEOUT_S)
            if done.returncode == 0:
                return None
            report = pathlib.Path(folder) / "divergence.json"
            if done.returncode == 1 and report.exists():
                found = json.loads(report.read_text())
                check_window(pathlib.Path(folder) / "window.vcd", found)
                return found
            raise RuntimeError(done.stdout + done.stderr)

    def judge(self, library, name):
        """(whether lockstep is right, the divergences of beats and outcome)"""
        beats = self.compare(name, library, "beats")
        outcome = self.compare(name, library, "cycles")
        both = beats is not None and outcome is not None
        return (both and beats["command"] == outcome["command"], beats,
                outcome)


HEAD = ["bug", "commands", "port and field", "command", "layer", "cycle",
        "first with another result or time"]


def row(bug, name, beats, outcome):
    where = f"{beats['port']} {beats['field']}".strip() or "failed"
    return [bug, name, where, beats["command"], beats["layer"] or "-",
            beats["cycle"], outcome["command"] if outcome else "-"]


def try_bug(stimuli, library, bug):
    """(whether it is found, its row)"""
    only_pins = None
    for name in stimuli.settings:
        right, beats, outcome = stimuli.judge(library, name)
        if outcome is None:
            if beats is not None and only_pins is None:
                only_pins = row(bug, name, beats, None)
        elif beats is None:
            return False, [bug, name, "not found", "", "", "", ""]
        else:
            return right, row(bug, name, beats, outcome)
    if only_pins is not None:
        return True, only_pins
    return False, [bug, "any", "not found", "", "", "", ""]


def line(cells):
    return "| " + " | ".join(map(str, cells)) + " |"


def write_table(page, block, rows):
    """Between the lines that say so."""
    begin, end = f"<!-- bugs of {block} -->\n", f"<!-- end of {block} -->\n"
    text = page.read_text()
    head = text[:text.index(begin) + len(begin)]
    tail = text[text.index(end):]
    page.write_text(head + "\n" + "".join(f"{row}\n" for row in rows) + "\n" +
                    tail)


def parse_arguments():
    parser = argparse.ArgumentParser(prog="cosim_mutants.py")
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("block", choices=PARAMETERS)
    parser.add_argument("--only", type=int, action="append", metavar="N")
    parser.add_argument("--docs", type=pathlib.Path)
    parser.add_argument("--gcc", default="riscv64-unknown-elf-gcc",
                        help="compiler of the firmware")
    options = parser.parse_args()
    if not (options.build / "platform/vitvp").exists():
        parser.error(f"{options.build} has no vitvp: build it")
    return options


def main():
    options = parse_arguments()
    bugs = bugs_of(options.block)
    numbers = options.only or range(1, len(bugs.MUTANTS) + 1)
    rows = [line(HEAD), line(["---"] * len(HEAD))]
    missed = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        builder = Builder(options.block, bugs.FILES, folder)
        stimuli = Stimuli(options.block, options.build, folder, options.gcc)
        good = builder.plugin(None)
        if any(stimuli.compare(s, good, "beats") for s in stimuli.settings):
            print("the RTL differs as it is")
            return 1
        for number in numbers:
            bug = bugs.MUTANTS[number - 1]
            found, cells = try_bug(stimuli, builder.plugin(bug), bug[3])
            missed += not found
            rows.append(line(cells))
            print(rows[-1] + ("" if found else " MISSED"), flush=True)
    print(f"{len(rows) - 2 - missed} of {len(rows) - 2} found")
    if options.docs:
        write_table(options.docs, options.block, rows)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
