"""Whole runs with RTL in the place of a model: the same result to the last
cycle.

    rtl_test.py VITVP SOURCE_DIR [unittest options]
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

VITVP, SOURCE = sys.argv[1:3]
del sys.argv[1:3]


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


class SameResultTest(unittest.TestCase):
    def compare(self, scenario, *settings):
        """All but the key that names the model, and the host's time."""
        found = []
        for model in ("tlm", "rtl"):
            status, text, result = run(scenario, f"row_engine.model={model}",
                                       *settings)
            self.assertEqual(status, 0, text)
            self.assertEqual(
                result["scenario"]["row_engine"].pop("model"), model)
            del result["host"]
            found.append(result)
        self.assertEqual(*found)

    def test_of_digits(self):
        self.compare("digits", "images.limit=2")

    def test_of_digits_with_bank_conflicts(self):
        self.compare("digits", "images.limit=1", "sram.banks=1")

    def test_of_digits_without_direct_memory_access(self):
        self.compare("digits", "images.limit=1", "dmi=false")

    def test_of_deit_tiny(self):
        self.compare("deit_tiny")

    def test_of_the_self_test_with_its_faults(self):
        self.compare("digits", "firmware.application=selftest")


class UnusableTest(unittest.TestCase):
    def refuses(self, expected, *settings):
        status, text, _ = run("digits", *settings)
        self.assertEqual(status, 2)
        self.assertIn(expected, text)

    def test_array_of_another_size(self):
        self.refuses("is built with ROWS 8, and row_engine.rows is 16",
                     "row_engine.model=rtl", "row_engine.rows=16")

    def test_file_that_is_no_library(self):
        self.refuses("cannot be loaded as a shared library",
                     "row_engine.model=rtl", f"row_engine.plugin={__file__}")

    def test_plugin_that_nothing_uses(self):
        self.refuses("set row_engine.model to rtl",
                     f"row_engine.plugin={__file__}")


if __name__ == "__main__":
    unittest.main()
