"""Whole runs with RTL in the place of a model: the same result to the last
cycle.

    rtl_test.py VITVP SOURCE_DIR RISCV_GCC [unittest options]
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

from guest import build_guest

VITVP, SOURCE, GCC = sys.argv[1:4]
del sys.argv[1:4]


def run(scenario, *settings):
    """(exit status, text, result.json or None) of a run."""
    with tempfile.TemporaryDirectory() as folder:
        command = [VITVP, "run", f"{SOURCE}/scenarios/{scenario}.yaml",
                   "--out", folder]
        for setting in settings:
            command += ["--set", setting]
        done = subprocess.run(command, capture_output=True, text=True,
                              check=False, timeout=300)
        report = pathlib.Path(folder) / "result.json"
        found = (json.loads(report.read_text(encoding="utf-8"))
                 if report.exists() else None)
        return done.returncode, done.stdout + done.stderr, found


ROW_ENGINE = ("row_engine",)
PRUNING_UNIT = ("pruning_unit",)
BOTH = ROW_ENGINE + PRUNING_UNIT


class SameResultTest(unittest.TestCase):
    def compare(self, blocks, scenario, *settings, expected_status=0):
        """All but the keys that name the models, and the host's time; the
        result."""
        found = []
        for model in ("tlm", "rtl"):
            status, text, result = run(
                scenario, *(f"{block}.model={model}" for block in blocks),
                *settings)
            self.assertEqual(status, expected_status, text)
            for block in blocks:
                self.assertEqual(result["scenario"][block].pop("model"), model)
            del result["host"]
            found.append(result)
        self.assertEqual(*found)
        return found[0]

    def test_of_digits(self):
        for blocks in (ROW_ENGINE, PRUNING_UNIT, BOTH):
            with self.subTest(blocks=blocks):
                self.compare(blocks, "digits", "images.limit=2")

    def test_of_digits_with_bank_conflicts(self):
        result = self.compare(BOTH, "digits", "images.limit=1", "sram.banks=1")
        for block in BOTH:
            self.assertGreater(result["engines"][block]["bank_conflict"], 0)

    def test_of_digits_without_direct_memory_access(self):
        self.compare(BOTH, "digits", "images.limit=1", "dmi=false")

    def test_of_deit_tiny(self):
        self.compare(BOTH, "deit_tiny")

    def test_of_commands_with_faults(self):
        with tempfile.TemporaryDirectory() as folder:
            elf = build_guest(GCC, "refused_commands", folder)
            result = self.compare(BOTH, "digits", f"firmware.elf={elf}",
                                  expected_status=1)
        waiting = "\n".join(result["end"]["waiting"])
        self.assertIn("row_engine: halted by fault PARAMETER", waiting)
        self.assertIn("pruning_unit: halted by fault ADDRESS at 0x30000000, "
                      "tag 0x3", waiting)

    def test_of_the_self_test(self):
        for blocks in (ROW_ENGINE, PRUNING_UNIT):
            with self.subTest(blocks=blocks):
                self.compare(blocks, "digits", "firmware.application=selftest")


class UnusableTest(unittest.TestCase):
    def refuses(self, expected, *settings):
        status, text, _ = run("digits", *settings)
        self.assertEqual(status, 2)
        self.assertIn(expected, text)

    def test_array_of_another_size(self):
        self.refuses("is built with ROWS 8, and row_engine.rows is 16",
                     "row_engine.model=rtl", "row_engine.rows=16")

    def test_fewer_bytes_per_cycle(self):
        self.refuses("is built with BYTES_PER_CYCLE 64, and "
                     "pruning_unit.bytes_per_cycle is 32",
                     "pruning_unit.model=rtl",
                     "pruning_unit.bytes_per_cycle=32")

    def test_library_of_another_block(self):
        library = pathlib.Path(VITVP).parents[1] / "rtl/vitvp_row_engine_rtl.so"
        self.refuses("is a row_engine, not a pruning_unit",
                     "pruning_unit.model=rtl", f"pruning_unit.plugin={library}")

    def test_file_that_is_no_library(self):
        self.refuses("cannot be loaded as a shared library",
                     "row_engine.model=rtl", f"row_engine.plugin={__file__}")

    def test_plugin_that_nothing_uses(self):
        for block in BOTH:
            self.refuses(f"set {block}.model to rtl",
                         f"{block}.plugin={__file__}")


if __name__ == "__main__":
    unittest.main()
