"""The register generator: what it refuses, and that what it writes agrees
with the descriptions as a plain YAML reader sees them."""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

import yaml

ROOT = pathlib.Path(sys.argv.pop(1)).resolve()
SOURCE = ROOT / "registers"
GENERATE = [sys.executable, "-B", str(SOURCE / "generate.py")]


def generate(*arguments):
    """Runs the generator; its exit status and what it says."""
    done = subprocess.run([*GENERATE, *map(str, arguments)],
                          capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def read_yaml(name):
    """A description as it stands."""
    return yaml.safe_load((SOURCE / f"{name}.yaml").read_text("utf-8"))


def plain_registers(block):
    """Registers of a block and of what it includes."""
    description = read_yaml(block)
    registers = list(description["registers"])
    for fragment in description.get("include", []):
        registers += read_yaml(fragment)["registers"]
    return registers


def plain_blocks():
    """(region, registers) of every block of the memory map."""
    return [(region, plain_registers(region["block"]))
            for region in read_yaml("memory_map")["regions"]
            if "block" in region]


class Refusals(unittest.TestCase):
    """One mistake in a copy of the descriptions gives one clear message."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.source = self.folder / "source"
        self.source.mkdir()
        for path in SOURCE.glob("*.yaml"):
            shutil.copy(path, self.source)

    def refuse(self, name, old, new, *words):
        """Replaces text in name.yaml; the message must hold file and words."""
        path = self.source / f"{name}.yaml"
        text = path.read_text("utf-8")
        self.assertIn(old, text)
        path.write_text(text.replace(old, new, 1), "utf-8")
        status, said = generate("--source", self.source, "--output",
                                self.folder / "out")
        self.assertEqual(status, 1, said)
        self.assertNotIn("Traceback", said)
        for word in (f"{name}.yaml", *words):
            self.assertIn(word, said)
        self.assertFalse((self.folder / "out").exists())

    def test_overlapping_registers(self):
        self.refuse("dma", "offset: 0x084", "offset: 0x080",
                    "SOURCE", "DESTINATION", "overlaps", "0x80")

    def test_overlap_with_an_included_register(self):
        self.refuse("dma", "offset: 0x060", "offset: 0x058",
                    "LIMITS", "ORIGIN", "overlaps")

    def test_overlap_with_an_element_of_an_array(self):
        self.refuse("plic", "offset: 0x001000", "offset: 0x00007c",
                    "PENDING", "PRIORITY", "overlaps")

    def test_unaligned_register(self):
        self.refuse("dma", "offset: 0x084", "offset: 0x082",
                    "DESTINATION", "aligned")

    def test_overlapping_fields(self):
        self.refuse("dma", 'bits: "1"', 'bits: "0"', "MODE", "FILL",
                    "overlap")

    def test_field_beyond_the_register(self):
        self.refuse("uart", 'bits: "7"', 'bits: "8"', "LCR.DLAB", "bits")

    def test_bad_bits(self):
        self.refuse("dma", 'bits: "15:8"', 'bits: "8:15"', "MODE.VALUE",
                    "8:15")

    def test_duplicate_register_name(self):
        self.refuse("dma", "name: DESTINATION,", "name: SOURCE,", "SOURCE",
                    "twice")

    def test_field_named_like_another_register(self):
        self.refuse("dma", "name: SOURCE_STRIDE", "name: MODE_GATHER",
                    "MODE_GATHER", "twice")

    def test_unknown_key(self):
        self.refuse("dma", "reset: 0, description: Address of source row 0",
                    "rest: 0, description: Address of source row 0",
                    "SOURCE", "unknown key 'rest'")

    def test_key_given_twice(self):
        self.refuse("clint", "reset: 0\n", "reset: 0\n    reset: 1\n",
                    "'reset' is given twice", "line")

    def test_missing_key(self):
        self.refuse("dma", "access: rw, ", "", "SOURCE", "'access' is missing")

    def test_unknown_access(self):
        self.refuse("dma", "access: rw", "access: rx", "SOURCE", "'rx'")

    def test_number_that_is_text(self):
        self.refuse("dma", "offset: 0x080", "offset: zero", "SOURCE", "zero")

    def test_reset_outside_of_the_fields(self):
        self.refuse("clint", "reset: 0", "reset: 2", "MSIP", "reset")

    def test_value_too_large_for_its_field(self):
        self.refuse("row_engine", "I32: 2", "I32: 4", "MODE.OUTPUT", "I32")

    def test_equal_values_of_a_field(self):
        self.refuse("row_engine", "I32: 2", "I32: 1", "MODE.OUTPUT", "twice")

    def test_overlapping_regions(self):
        self.refuse("memory_map", "base: 0x10010000", "base: 0x10000080",
                    "dma", "uart", "overlaps")

    def test_shared_interrupt(self):
        self.refuse("memory_map", "irq: 12", "irq: 11", "row_engine", "dma")

    def test_block_larger_than_its_region(self):
        self.refuse("memory_map", "size: 0x400000", "size: 0x1000", "plic",
                    "0x200008")

    def test_missing_block(self):
        self.refuse("memory_map", "block: plic", "block: pic", "plic", "pic.yaml")

    def test_unused_block(self):
        (self.source / "extra.yaml").write_text("block: extra\n", "utf-8")
        self.refuse("memory_map", "soc:", "soc:", "extra.yaml")

    def test_broken_yaml(self):
        self.refuse("dma", "title: DMA controller", "title: [", "line")

    def test_empty_file(self):
        (self.source / "dma.yaml").write_text("", "utf-8")
        status, said = generate("--source", self.source, "--output",
                                self.folder / "out")
        self.assertEqual(status, 1)
        self.assertIn("dma.yaml: must be a mapping", said)


class Outputs(unittest.TestCase):
    """What is generated holds what the descriptions say."""

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        status, said = generate("--output", cls.folder)
        assert status == 0, said

    def test_unchanged_files_are_not_touched(self):
        path = self.folder / "registers" / "dma.hpp"
        before = path.stat().st_mtime_ns
        self.assertEqual(generate("--output", self.folder)[0], 0)
        self.assertEqual(path.stat().st_mtime_ns, before)

    def test_svd_covers_every_register_and_field(self):
        tree = xml.etree.ElementTree.parse(self.folder / "vitvp.svd")
        peripherals = {p.findtext("name"): p for p in tree.iter("peripheral")}
        blocks = plain_blocks()
        self.assertEqual(len(peripherals), len(blocks))
        for region, registers in blocks:
            peripheral = peripherals[region["name"].upper()]
            self.assertEqual(int(peripheral.findtext("baseAddress"), 0),
                             region["base"])
            self.assertEqual(int(peripheral.findtext("interrupt/value", "0")),
                             region.get("irq", 0))
            self.check_registers(peripheral, registers)

    def check_registers(self, peripheral, registers):
        """Offsets, sizes, accesses and fields of a peripheral."""
        found = {r.findtext("name").replace("%s", ""): r
                 for r in peripheral.iter("register")}
        self.assertEqual(set(found), {r["name"] for r in registers})
        for register in registers:
            element = found[register["name"]]
            self.assertEqual(int(element.findtext("addressOffset"), 0),
                             register["offset"])
            self.assertEqual(int(element.findtext("dim", "1")),
                             register.get("count", 1))
            fields = {f.findtext("name"): f for f in element.iter("field")}
            self.assertEqual(set(fields), {f["name"] for f in
                                           register.get("fields", [])})
            for field in register.get("fields", []):
                low = int(fields[field["name"]].findtext("bitOffset"))
                width = int(fields[field["name"]].findtext("bitWidth"))
                high, _, last = str(field["bits"]).partition(":")
                self.assertEqual((low + width - 1, low),
                                 (int(high), int(last or high)))

    def test_c_header_has_every_offset_mask_and_value(self):
        for region, registers in plain_blocks():
            name = region["block"]
            defines = self.defines(f"vitvp/{name}_regs.h")
            for register in registers:
                prefix = f"{name}_{register['name']}".upper()
                self.assertEqual(defines.pop(f"{prefix}_OFFSET"),
                                 register["offset"])
                for field in register.get("fields", []):
                    self.check_field(defines, prefix, field)
            left = [n for n in defines if not n.endswith(("_COUNT", "_STRIDE"))]
            self.assertEqual(left, [])

    def check_field(self, defines, prefix, field):
        """Takes the macros of a field out of `defines`."""
        prefix = f"{prefix}_{field['name']}"
        high, _, low = str(field["bits"]).partition(":")
        high, low = int(high), int(low or high)
        self.assertEqual(defines.pop(f"{prefix}_SHIFT"), low)
        self.assertEqual(defines.pop(f"{prefix}_MASK"),
                         sum(1 << bit for bit in range(low, high + 1)))
        for value, number in field.get("enum", {}).items():
            self.assertEqual(defines.pop(f"{prefix}_{value}"), number)

    def defines(self, name):
        """Macros of a C header that have a number."""
        text = (self.folder / name).read_text("utf-8")
        return {macro: int(value, 0) for macro, value in
                re.findall(r"^#define (\w+) (\w+)u$", text, re.MULTILINE)}

    def test_memory_map_is_the_same_for_compiler_and_linker(self):
        defines = self.defines("vitvp/memory_map.h")
        text = (self.folder / "vitvp/memory_map.ld").read_text("utf-8")
        symbols = {name: int(value, 0) for name, value in
                   re.findall(r"^(\w+) = (\w+);$", text, re.MULTILINE)}
        for region in read_yaml("memory_map")["regions"]:
            for key in ("base", "size"):
                name = f"vitvp_{region['name']}_{key}"
                self.assertEqual(symbols.pop(name), region[key])
                self.assertEqual(defines.pop(name.upper()), region[key])
            if "irq" in region:
                name = f"VITVP_{region['name'].upper()}_IRQ"
                self.assertEqual(defines.pop(name), region["irq"])
        self.assertEqual((symbols, defines), ({}, {}))


class Documents(unittest.TestCase):
    """docs/registers is what the generator writes."""

    def test_committed_pages_are_fresh(self):
        status, said = generate("--docs", ROOT / "docs" / "registers",
                                "--check")
        self.assertEqual(status, 0, said)

    def test_a_stale_missing_or_left_over_page_is_named(self):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            self.assertEqual(generate("--docs", folder)[0], 0)
            self.assertEqual(generate("--docs", folder, "--check")[0], 0)
            (folder / "dma.md").write_text("old", "utf-8")
            (folder / "plic.md").unlink()
            (folder / "gone.md").write_text("", "utf-8")
            status, said = generate("--docs", folder, "--check")
            self.assertEqual(status, 1)
            for word in ("dma.md", "gone.md", "plic.md", "./dev docs"):
                self.assertIn(word, said)
            self.assertNotIn("uart.md", said)


if __name__ == "__main__":
    unittest.main()
