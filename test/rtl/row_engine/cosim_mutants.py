#!/usr/bin/env python3
"""Whether lockstep finds bugs: plants those of mutants.py one at a time into the
RTL, makes a plug-in of it and runs `vitvp cosim` on it.

    cosim_mutants.py BUILD [--only N]... [--docs PAGE] [--gcc GCC]

BUILD is a build folder with vitvp in it; --only chooses bugs by number, --docs
writes the table into a page. A bug that a network's commands do not show is tried
with random ones (guests/products.c).

A bug counts as found if lockstep names the first command that it changes. Which
one that is, a second run tells, in which nothing is compared but each command's
result and its cycles by class, once it has ended. Exit status: 0 all are found and the RTL without one passes, 1 not so, 2
there is nothing to run."""

import argparse
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import mutants

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
# No powers of two, and small enough that everything is ragged.
PARAMETERS = "ROWS=3;LANES=5;MAX_TERMS=32767;QUEUE_DEPTH=3"
RUNTIME = ["verilated", "verilated_vcd_c", "verilated_threads"]
TIMEOUT_S = 120


def output(*command):
    """What a command prints; the end if it fails."""
    done = subprocess.run(list(map(str, command)), capture_output=True,
                          text=True, check=False)
    if done.returncode != 0:
        print("cosim_mutants.py: " + " ".join(map(str, command)) + "\n" +
              done.stdout + done.stderr, file=sys.stderr)
        sys.exit(2)
    return done.stdout.strip()


class Builder:
    """Makes plug-ins, in a folder of its own."""

    def __init__(self, folder):
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

    def plugin(self, mutant):
        sources = mutants.plant(self.folder, mutant)
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
            "BLOCK": "row_engine",
            "TOP": "row_engine",
            "SOURCES": ";".join(map(str, sources)),
            "PARAMETERS": PARAMETERS,
            "DESCRIPTION": "a mutant"}
        output("cmake", *(f"-D{k}={v}" for k, v in variables.items()), "-P",
               ROOT / "cmake/vitvp_rtl_plugin_build.cmake")
        return library


def check_window(path, found):
    """The waveform ends with the cycle of the difference."""
    text = path.read_text()
    edges = len(re.findall(r"^1#$", text, re.MULTILINE))
    if found["command"] == 1 and found["cycle"] < 199:
        assert edges == found["cycle"] + 1, edges
    assert 1 <= edges <= 200, edges


class Stimuli:
    """Commands for the row engine: those of a network, and random ones."""

    def __init__(self, build, folder, gcc):
        self.vitvp = build / "platform/vitvp"
        elf = folder / "products.elf"
        output(gcc, "-march=rv32imac", "-mabi=ilp32",
               "-misa-spec=2.2", "-nostdlib", "-ffreestanding", "-fno-builtin",
               "-O2", "-Wall", "-Wextra", "-Werror", "-Wl,-Ttext=0x80000000",
               "-Wl,--no-warn-rwx-segments", "-Wl,-N",
               "-isystem", build / "generated", HERE / "guests/products.c",
               "-o", elf, "-lgcc")
        self.settings = {
            "network": [],
            "random": ["firmware.application=selftest", f"firmware.elf={elf}",
                       "sram.total_kib=24"]}

    def compare(self, name, library, level):
        """The divergence, or None."""
        with tempfile.TemporaryDirectory() as folder:
            command = [self.vitvp, "cosim", HERE / "cosim_mutants.yaml",
                       "--block", "row_engine", "--compare", level,
                       "--out", folder]
            for setting in (f"row_engine.plugin={library}",
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
        if beats is None or outcome is None:
            return beats == outcome, beats, outcome
        return beats["command"] == outcome["command"], beats, outcome


HEAD = ["bug", "commands", "port and field", "command", "layer", "cycle",
        "first with another result or time"]


def try_mutant(stimuli, library, bug):
    """(whether it is found, its row)"""
    for name in stimuli.settings:
        right, beats, outcome = stimuli.judge(library, name)
        if beats is None and right:
            continue
        if beats is None:
            return False, [bug, name, "not found", "", "", "", ""]
        return right, [
            bug, name, f"{beats['port']} {beats['field']}", beats["command"],
            beats["layer"] or "-", beats["cycle"],
            outcome["command"] if outcome else "-"]
    return False, [bug, "any", "not found", "", "", "", ""]


def line(cells):
    return "| " + " | ".join(map(str, cells)) + " |"


def write_table(page, rows):
    """Between the lines that say so."""
    begin, end = "<!-- mutants -->\n", "<!-- end of mutants -->\n"
    text = page.read_text()
    head = text[:text.index(begin) + len(begin)]
    tail = text[text.index(end):]
    page.write_text(head + "\n" + "".join(f"{row}\n" for row in rows) + "\n" +
                    tail)


def main():
    parser = argparse.ArgumentParser(prog="cosim_mutants.py")
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--only", type=int, action="append",
                        choices=range(1, len(mutants.MUTANTS) + 1))
    parser.add_argument("--docs", type=pathlib.Path)
    parser.add_argument("--gcc", default="riscv64-unknown-elf-gcc",
                        help="compiler of the firmware")
    options = parser.parse_args()
    if not (options.build / "platform/vitvp").exists():
        print(f"cosim_mutants.py: {options.build} has no vitvp: build it",
              file=sys.stderr)
        return 2
    numbers = options.only or range(1, len(mutants.MUTANTS) + 1)
    rows = [line(HEAD), line(["---"] * len(HEAD))]
    missed = 0
    with tempfile.TemporaryDirectory() as name:
        builder = Builder(pathlib.Path(name))
        stimuli = Stimuli(options.build, pathlib.Path(name), options.gcc)
        good = builder.plugin(None)
        if any(stimuli.compare(s, good, "beats") for s in stimuli.settings):
            print("the RTL differs as it is")
            return 1
        for number in numbers:
            mutant = mutants.MUTANTS[number - 1]
            found, cells = try_mutant(stimuli, builder.plugin(mutant),
                                      mutant[3])
            missed += not found
            rows.append(line(cells))
            print(rows[-1] + ("" if found else " MISSED"), flush=True)
    print(f"{len(rows) - 2 - missed} of {len(rows) - 2} found")
    if options.docs:
        write_table(options.docs, rows)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
