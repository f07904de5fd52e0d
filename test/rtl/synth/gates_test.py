"""The counting of gates, on netlists written by hand."""

import pathlib
import subprocess
import sys
import unittest

ROOT = pathlib.Path(sys.argv.pop(1)).resolve()
sys.path.insert(0, str(ROOT / "rtl" / "synth"))

import gates  # noqa: E402

LANE = r"$paramod\lane\BITS=s32'00000000000000000000000000000100"
OTHER_LANE = r"$paramod$0123abcd\lane"
MEMORY = r"$paramod$4567\row_memory"
WEIGHTS = {"$_NAND_": 1.0, "$_DFF_P_": 5.0}


def module(cells, bits=0):
    return {"num_cells_by_type": cells, "num_memory_bits": bits}


def design():
    return {
        "top": module({LANE: 3, "half": 2, "$_NAND_": 7}),
        "half": module({LANE: 1, OTHER_LANE: 1, MEMORY: 1}),
        LANE: module({"$_NAND_": 10, "$_DFF_P_": 2}),
        OTHER_LANE: module({"$_NAND_": 1}),
        MEMORY: module({}, bits=64),
    }


class GatesTest(unittest.TestCase):
    def test_a_module_counts_as_often_as_the_hierarchy_has_it(self):
        counted = gates.gates_by_module(design(), "top", WEIGHTS)
        # 3 + 2 lanes of 20, 2 others of 1.
        self.assertEqual(counted["lane"], (7, 102.0))
        self.assertEqual(counted["half"], (2, 0.0))
        self.assertEqual(counted["top"], (1, 7.0))

    def test_macros_are_bits_and_no_gates(self):
        self.assertNotIn("row_memory",
                         gates.gates_by_module(design(), "top", WEIGHTS))
        self.assertEqual(gates.macro_bits(design(), "top"), 128)

    def test_a_cell_without_a_weight_is_named(self):
        modules = {"top": module({"$_LATCH_": 1})}
        with self.assertRaisesRegex(gates.SynthError, r"\$_LATCH_"):
            gates.gates_by_module(modules, "top", WEIGHTS)

    def test_what_follows_the_modules_is_not_read(self):
        text = '{\n   "modules": {\n      "\\\\a": {}\n   },\n   a  1\n}\n'
        self.assertEqual(gates.read_modules(text), {"a": {}})

    def test_names_lose_their_parameters(self):
        self.assertEqual(gates.plain_name(LANE), "lane")
        self.assertEqual(gates.plain_name(OTHER_LANE), "lane")
        self.assertEqual(gates.plain_name("lane"), "lane")

    def test_the_table_has_a_weight_for_every_gate_that_is_mapped_to(self):
        weights = gates.read_weights()
        for gate in gates.GATES.split(","):
            self.assertGreater(weights[f"$_{gate}_"], 0)

    def test_bad_usage_ends_with_status_2(self):
        for arguments in (["no_such_block"], ["--set", "A=1"],
                          ["pruning_unit", "--set", "A"]):
            done = subprocess.run(
                [sys.executable, str(ROOT / "rtl/synth/gates.py"), *arguments],
                capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertIn("error", done.stderr)


if __name__ == "__main__":
    unittest.main()
