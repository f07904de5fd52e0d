"""Waveforms of the blocks that run as RTL (`vitvp run --trace vcd`).

    trace_test.py VITVP SOURCE_DIR RISCV_GCC C_COMPILER [unittest options]
"""

import collections
import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from guest import build_guest

VITVP, SOURCE, GCC, CC = sys.argv[1:5]
del sys.argv[1:5]
SCENARIO = f"{SOURCE}/scenarios/digits.yaml"
MICRO = ("package=synthetic:micro", "images.path=synthetic:1")
ROW_ENGINE = ("row_engine.model=rtl",)
PRUNING_UNIT = ("pruning_unit.model=rtl",)
BOTH = ROW_ENGINE + PRUNING_UNIT

# Classes of cycles, docs/rtl.md.
IDLE, COMPUTE, CONFLICT, CONTROL = 0, 1, 3, 4


def command_of(folder, settings, options=()):
    command = [VITVP, "run", SCENARIO, *options]
    if folder:
        command += ["--out", str(folder)]
    for setting in settings:
        command += ["--set", setting]
    return command


def run(folder, settings, options=("--trace", "vcd")):
    """(exit status, text)."""
    done = subprocess.run(command_of(folder, settings, options),
                          capture_output=True, text=True, check=False,
                          timeout=120)
    return done.returncode, done.stdout + done.stderr


def result_of(folder):
    return json.loads((pathlib.Path(folder) / "result.json").read_text(
        encoding="utf-8"))


class Vcd:
    """A waveform: what changed, and the rising edges of its clock."""

    def __init__(self, path):
        self.codes = {}  # by name with its scopes, "TOP.pruning_unit.busy"
        self.timescale = None
        self.changes = collections.Counter()  # by code
        self.times = []
        self.edges = []  # (time, class of the cycle that ends)
        with open(path, encoding="ascii") as file:
            self.read_header(file)
            self.clock = self.codes["TOP.clk"]
            self.cycle_class = self.codes["TOP.cycle_class"]
            self.read_changes(file)

    def read_header(self, file):
        scopes = []
        for line in file:
            words = line.split()
            if not words:
                continue
            if words[0] == "$timescale":
                self.timescale = words[1]
            elif words[0] == "$scope":
                scopes.append(words[2])
            elif words[0] == "$upscope":
                scopes.pop()
            elif words[0] == "$var":
                self.codes[".".join(scopes + [words[4]])] = words[3]
            elif words[0] == "$enddefinitions":
                return
        raise AssertionError("no end of the definitions")

    def read_changes(self, file):
        values, block = {}, {}
        for line in file:
            if line.startswith("#"):
                self.end_block(values, block)
                self.times.append(int(line[1:]))
                block = {}
            elif line.startswith("b"):
                value, code = line.split()
                block[code] = value[1:]
            elif line.strip():
                block[line[1:].strip()] = line[0]
        self.end_block(values, block)

    def end_block(self, values, block):
        for code, value in block.items():
            if values.get(code, value) != value:
                self.changes[code] += 1
        if values.get(self.clock) == "0" and block.get(self.clock) == "1":
            self.edges.append((self.times[-1],
                               int(values[self.cycle_class], 2)))
        values.update(block)

    def changed(self, name):
        return self.changes[self.codes[name]]

    def classes(self):
        return collections.Counter(kind for _, kind in self.edges)


class Folder(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name) / "out"

    def vcd(self, block):
        return Vcd(self.folder / f"{block}.vcd")

    def traced(self, settings, *options):
        """Text of a run that must hold."""
        status, text = run(self.folder, settings, ("--trace", "vcd", *options))
        self.assertEqual(status, 0, text)
        return text


class WholeRunTest(Folder):
    def check_edges(self, vcd, period):
        """Ascending times; edges on those of the clock, or 2 ps behind one
        where a command follows another without a pause."""
        self.assertEqual(vcd.timescale, "1ps")
        self.assertTrue(all(a < b for a, b in zip(vcd.times, vcd.times[1:])))
        times = [at for at, _ in vcd.edges]
        late = [at for at in times if at % period != 0]
        self.assertLessEqual(late, [at + 2 for at in times])
        self.assertEqual({at % period for at in late} - {2}, set())
        self.assertTrue(set(at - 2 for at in late) <= set(times))

    def check_block(self, block, internal, clock_mhz=1000):
        engine = result_of(self.folder)["engines"][block]
        vcd = self.vcd(block)
        self.check_edges(vcd, 1000000 // clock_mhz)
        # An edge hands a command over, and one ends each of its cycles.
        classes = vcd.classes()
        self.assertEqual(classes[IDLE], engine["commands"])
        self.assertEqual(len(vcd.edges), engine["busy"] + engine["commands"])
        self.assertEqual(classes[COMPUTE], engine["compute"])
        self.assertEqual(classes[CONFLICT], engine["bank_conflict"])
        for name in internal:
            self.assertGreater(vcd.changed(f"TOP.{block}.{name}"), 0, name)

    def test_has_each_cycle_of_each_command(self):
        text = self.traced(MICRO + BOTH + ("sram.banks=1",),
                           "--trace-cycles", "0:1000000")
        for block in ("row_engine", "pruning_unit"):
            self.assertIn(f"{block}.vcd", text)
        self.check_block("row_engine",
                         ("u_sequencer.step", "g_row[7].u_mac_row.sums_0",
                          "g_result[7].u_requantiser.rounded"))
        self.check_block("pruning_unit",
                         ("fetch.read_address", "select.bound",
                          "store.entries.memory[1]"))

    def test_is_in_picoseconds_whatever_the_clock(self):
        self.traced(MICRO + PRUNING_UNIT + ("clock_mhz=500",),
                    "--trace-cycles", "0:1000000")
        self.check_block("pruning_unit", ("scan.channel",), clock_mhz=500)
        self.assertFalse((self.folder / "row_engine.vcd").exists())

    def test_changes_nothing(self):
        found = []
        for options in ((), ("--trace", "vcd")):
            status, text = run(self.folder, MICRO + BOTH, options)
            self.assertEqual(status, 0, text)
            report = result_of(self.folder)
            del report["host"]
            found.append(report)
        self.assertEqual(*found)


class WindowTest(Folder):
    def edges(self, *options):
        text = self.traced(MICRO + PRUNING_UNIT, *options)
        return self.vcd("pruning_unit").edges, text

    def test_is_a_part_of_the_whole(self):
        whole, _ = self.edges("--trace-cycles", "0:1000000")
        times = [at // 1000 for at, _ in whole]
        first = times[len(times) // 3] + 1
        count = times[len(times) // 2] - first
        part, text = self.edges("--trace-cycles", f"{first}:{count}")
        self.assertIn(f"in cycles {first} to {first + count - 1} of", text)
        expected = [e for e in whole if first <= e[0] // 1000 <= first + count]
        # What a cycle was is known from the second edge on.
        self.assertEqual(part, [e for e in expected if e in part])
        self.assertLessEqual(len(expected) - len(part), 1)

    def test_begins_with_the_first_command_unless_given(self):
        whole, _ = self.edges("--trace-cycles", "0:1000000")
        part, _ = self.edges()
        self.assertEqual(part, [e for e in whole
                                if e[0] <= whole[0][0] + 5000 * 1000])

    def test_without_a_command_is_said_to_be_empty(self):
        _, text = self.edges("--trace-cycles", "1:10")
        self.assertIn("empty, since no command ran in cycles 1 to 10", text)


class EarlyEndTest(Folder):
    def check_whole(self, block, until_ps):
        vcd = self.vcd(block)
        self.assertGreater(len(vcd.edges), 100)
        self.assertLessEqual(vcd.times[-1], until_ps)
        return vcd

    def test_by_the_time_limit(self):
        status, text = run(self.folder, BOTH + ("limit.simulated_ms=0.03",))
        self.assertEqual(status, 1, text)
        self.check_whole("row_engine", 30001000)

    def test_by_control_c(self):
        command = command_of(
            self.folder, BOTH + ("images.limit=1000",),
            ("--trace", "vcd", "--trace-cycles", "0:100000"))
        with subprocess.Popen(command, stdout=subprocess.PIPE,
                              text=True) as process:
            deadline = time.monotonic() + 60
            vcd = self.folder / "row_engine.vcd"
            while not vcd.exists() or vcd.stat().st_size < 1000000:
                self.assertIsNone(process.poll())
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.01)
            process.send_signal(signal.SIGINT)
            text = process.communicate(timeout=60)[0]
        self.assertEqual(process.returncode, 1, text)
        self.assertEqual(result_of(self.folder)["status"], "interrupted")
        self.assertIn("waveform", text)
        self.check_whole("row_engine", 1000 * 100001)

    def test_by_commands_with_faults(self):
        self.folder.mkdir()
        elf = build_guest(GCC, "refused_commands", self.folder)
        status, text = run(self.folder, BOTH + (f"firmware.elf={elf}",))
        self.assertEqual(status, 1, text)
        for block, pin in (("row_engine", "fault"),
                           ("pruning_unit", "halted")):
            vcd = self.vcd(block)
            # Handed over, refused in four cycles, cleared.
            self.assertEqual([kind for _, kind in vcd.edges],
                             [IDLE] + 4 * [CONTROL] + [IDLE])
            self.assertGreater(vcd.changed(f"TOP.{pin}"), 0)


class MisuseTest(Folder):
    def refuses(self, expected, settings, options, folder=True):
        status, text = run(self.folder if folder else None, settings, options)
        self.assertEqual(status, 2, text)
        self.assertIn(expected, text)

    def test_is_refused_with_a_remedy(self):
        vcd = ("--trace", "vcd")
        self.refuses("--trace needs --out DIR", BOTH, vcd, folder=False)
        self.refuses("no block runs as RTL: add --set row_engine.model=rtl",
                     (), vcd)
        self.refuses("'fst' is not known; use vcd", BOTH, ("--trace", "fst"))
        self.refuses("--trace-cycles needs --trace vcd", BOTH,
                     ("--trace-cycles", "0:1"))
        for window in ("5", "1:0", "-1:5", "1:2:3", "a:b", ":", "1:"):
            with self.subTest(window=window):
                self.refuses("--trace-cycles: '", BOTH,
                             (*vcd, f"--trace-cycles={window}"))

    def test_file_that_cannot_be_written_is_named(self):
        path = self.folder / "pruning_unit.vcd"
        path.mkdir(parents=True)
        self.refuses(f"{path}: cannot be written", PRUNING_UNIT,
                     ("--trace", "vcd"))

    def test_full_disk_is_reported_and_the_result_kept(self):
        self.folder.mkdir()
        path = self.folder / "pruning_unit.vcd"
        path.symlink_to("/dev/full")
        self.refuses(f"{path}: could not all be written", MICRO + PRUNING_UNIT,
                     ("--trace", "vcd"))
        self.assertEqual(result_of(self.folder)["status"], "done")

    def test_library_that_cannot_trace_is_named(self):
        self.folder.mkdir()
        source = self.folder / "mute.c"
        library = self.folder / "mute.so"
        built = pathlib.Path(VITVP).parents[1] / "rtl/vitvp_pruning_unit_rtl.so"
        source.write_text("""
            #include <dlfcn.h>
            #include "vitvp/rtl_plugin.h"
            typedef const struct vitvp_rtl_plugin* (*entry_point)(void);
            const struct vitvp_rtl_plugin* vitvp_rtl_plugin_entry(void) {
              static struct vitvp_rtl_plugin mute;
              void* built = dlopen("%s", RTLD_NOW | RTLD_LOCAL);
              mute = *((entry_point)dlsym(built, VITVP_RTL_PLUGIN_ENTRY))();
              mute.trace_open = 0;
              return &mute;
            }""" % built, encoding="utf-8")
        subprocess.run([CC, "-shared", "-fPIC", "-I",
                        f"{SOURCE}/rtl/plugin/include", source, "-o", library],
                       check=True)
        mute = PRUNING_UNIT + (f"pruning_unit.plugin={library}",)
        self.assertEqual(run(self.folder, MICRO + mute, ())[0], 0)
        self.refuses(f"{library}: cannot trace signals", mute,
                     ("--trace", "vcd"))


if __name__ == "__main__":
    unittest.main()
