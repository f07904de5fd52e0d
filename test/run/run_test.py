"""Whole runs: one digest whatever the simulator's settings, and firmware that
does wrong ends the run with exit status 1 and says where.

    run_test.py VITVP RISCV_GCC SOURCE_DIR [unittest options]
"""

import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from guest import build_guest

VITVP, GCC, SOURCE = sys.argv[1:4]
del sys.argv[1:4]
SCENARIO = f"{SOURCE}/scenarios/digits.yaml"


def run(*settings, out=None):
    """(exit status, standard output and error) of a run of one image."""
    command = [VITVP, "run", SCENARIO, "--set", "images.limit=1"]
    for setting in settings:
        command += ["--set", setting]
    if out:
        command += ["--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True,
                          check=False, timeout=120)
    return done.returncode, done.stdout + done.stderr


def result(*settings):
    """result.json of a run that must hold."""
    with tempfile.TemporaryDirectory() as folder:
        status, text = run(*settings, out=folder)
        if status != 0:
            raise AssertionError(f"{settings}: exit status {status}\n{text}")
        return json.loads((pathlib.Path(folder) / "result.json").read_text(
            encoding="utf-8"))


class DigestTest(unittest.TestCase):
    def test_is_that_of_every_core_quantum_and_memory_access(self):
        expected = result()["digest"]
        for kind in ("iss", "native"):
            for dmi in ("true", "false"):
                for quantum in (10, 1000, 100000, 1000000):
                    with self.subTest(kind=kind, dmi=dmi, quantum=quantum):
                        found = result(f"host_cpu.kind={kind}", f"dmi={dmi}",
                                       f"quantum_ns={quantum}")
                        self.assertEqual(found["digest"], expected)

    def test_same_scenario_gives_the_same_result(self):
        first, second = result(), result()
        first.pop("host")
        second.pop("host")
        self.assertEqual(first, second)

    def test_threads_of_the_host_change_nothing_but_speed(self):
        for level in ("none", "layers"):
            settings = ("images.limit=4", f"checks.level={level}")
            expected = result(*settings)
            expected.pop("host")
            for threads in (2, 5):
                with self.subTest(level=level, threads=threads):
                    found = result(*settings, f"host.threads={threads}")
                    self.assertEqual(found.pop("host")["threads"], threads)
                    self.assertEqual(found, expected)

    def test_depends_on_what_is_computed(self):
        self.assertNotEqual(result()["digest"],
                            result("pruning.tokens.enabled=false")["digest"])


class KeptTokensTest(unittest.TestCase):
    def test_are_those_left_of_the_image_after_each_selection(self):
        image = result()["images"][0]
        left = list(range(65))
        selected = []
        for block, kept in enumerate(image["kept_tokens"]):
            if kept is None:
                continue
            selected.append(block)
            self.assertEqual(kept, [one for one in left if one in kept])
            self.assertEqual(kept[0], 0)
            self.assertEqual(len(kept), image["tokens_per_block"][block])
            left = kept
        self.assertEqual(selected, [1, 2, 3])

    def test_are_null_where_nothing_is_selected(self):
        image = result("pruning.tokens.enabled=false")["images"][0]
        self.assertEqual(image["kept_tokens"], [None] * 6)


class FaultyFirmwareTest(unittest.TestCase):
    def run_guest(self, name):
        with tempfile.TemporaryDirectory() as folder:
            elf = build_guest(GCC, name, folder)
            status, text = run(f"firmware.elf={elf}", "limit.simulated_ms=2",
                               out=folder)
            report = json.loads((pathlib.Path(folder) / "result.json")
                                .read_text(encoding="utf-8"))
        self.assertEqual(status, 1, text)
        self.assertIsNone(report["check"]["bit_exact"])
        return text

    def test_endless_loop_ends_at_the_limit_with_the_function(self):
        text = self.run_guest("endless_loop")
        self.assertIn("limit.simulated_ms", text)
        self.assertIn("_start", text)

    def test_interrupted_run_reports_where_the_firmware_was(self):
        for stop in (signal.SIGINT, signal.SIGTERM):
            with tempfile.TemporaryDirectory() as folder:
                elf = build_guest(GCC, "endless_loop", folder)
                command = [VITVP, "run", SCENARIO, "--out", folder, "--set",
                           f"firmware.elf={elf}"]
                with subprocess.Popen(command, stdout=subprocess.PIPE,
                                      text=True) as process:
                    time.sleep(1)
                    process.send_signal(stop)
                    text = process.communicate(timeout=60)[0]
                report = json.loads((pathlib.Path(folder) / "result.json")
                                    .read_text(encoding="utf-8"))
            self.assertEqual(process.returncode, 1, text)
            self.assertEqual(report["status"], "interrupted")
            self.assertIn("_start", report["end"]["function"])
            self.assertIn("interrupted at", text)

    def test_unmapped_load_names_exception_and_function(self):
        text = self.run_guest("unmapped_load")
        self.assertIn("exception 5", text)
        self.assertIn("poke", text)

    def test_unmapped_dma_names_the_fault_and_who_waits(self):
        text = self.run_guest("unmapped_dma")
        self.assertIn("dma: halted by fault ADDRESS at 0x30000000", text)
        self.assertIn("asleep", text)

    def test_endless_sleep_says_who_waits(self):
        self.assertIn("host_cpu: in wfi", self.run_guest("endless_sleep"))


class InterruptedCommandTest(unittest.TestCase):
    def test_a_command_without_a_run_just_ends(self):
        with tempfile.TemporaryDirectory() as folder:
            package = pathlib.Path(folder) / "big.safetensors"
            with subprocess.Popen([VITVP, "make-package", "--geometry",
                                   "deit-base", "--out", str(package)],
                                  stdout=subprocess.DEVNULL) as process:
                time.sleep(0.5)
                process.send_signal(signal.SIGINT)
                status = process.wait(timeout=60)
            self.assertEqual(status, -signal.SIGINT)
            self.assertFalse(package.exists())


class RefusedNetworkTest(unittest.TestCase):
    def test_too_small_an_sram_is_refused_with_the_sizes(self):
        status, text = run("sram.total_kib=8")
        self.assertEqual(status, 1)
        self.assertRegex(text, r"needs \d+ bytes of SRAM .*has \d+")


if __name__ == "__main__":
    unittest.main()
