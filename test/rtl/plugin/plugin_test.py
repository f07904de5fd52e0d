"""Installs vitvp, builds the template against it in an empty folder, and runs
networks on what comes out; and plug-ins that are none.

    plugin_test.py BUILD_DIR C_COMPILER [unittest options]
"""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

BUILD, CC = sys.argv[1:3]
del sys.argv[1:3]
ARRAY = ("row_engine.rows=2", "row_engine.lanes=8")


def call(*command, cwd=None):
    """(exit status, text)."""
    done = subprocess.run([str(word) for word in command], cwd=cwd,
                          capture_output=True, text=True, check=False,
                          timeout=300)
    return done.returncode, done.stdout + done.stderr


class PluginTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.root = pathlib.Path(cls.folder.name)
        cls.prefix = cls.root / "prefix"
        cls.good("cmake", "--install", BUILD, "--prefix", cls.prefix)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    @staticmethod
    def good(*command, cwd=None):
        status, text = call(*command, cwd=cwd)
        if status != 0:
            raise AssertionError(f"{command}: exit status {status}\n{text}")
        return text

    def vitvp(self, *settings, out=None):
        """(exit status, text) of the installed command: one image of digits."""
        scenario = self.prefix / "share/vitvp/scenarios/digits.yaml"
        command = [self.prefix / "bin/vitvp", "run", scenario]
        for setting in ("images.limit=1", *settings):
            command += ["--set", setting]
        if out:
            command += ["--out", out]
        return call(*command, cwd=self.root)

    def result(self, *settings):
        """result.json of a run that must hold, without the scenario's echo."""
        out = self.root / "out"
        status, text = self.vitvp(*settings, out=out)
        self.assertEqual(status, 0, text)
        found = json.loads((out / "result.json").read_text(encoding="utf-8"))
        del found["host"], found["scenario"]
        return found

    def test_template_built_outside_runs_a_network(self):
        template = self.root / "template"
        shutil.copytree(self.prefix / "share/vitvp/rtl/plugin/template",
                        template)
        self.good("cmake", "-G", "Ninja", "-S", template,
                  "-B", template / "build",
                  f"-DCMAKE_PREFIX_PATH={self.prefix}", "-DROWS=2",
                  "-DLANES=8")
        self.good("cmake", "--build", template / "build")
        plugin = template / "build/my_row_engine.so"
        with_rtl = self.result("row_engine.model=rtl",
                               f"row_engine.plugin={plugin}", *ARRAY)
        self.assertEqual(with_rtl, self.result(*ARRAY))

    def test_installed_rtl_is_found(self):
        # Of another size than the scenario: its path is in the message.
        status, text = self.vitvp("row_engine.model=rtl", *ARRAY)
        self.assertEqual(status, 2)
        self.assertIn(str(self.prefix / "lib/vitvp/vitvp_row_engine_rtl.so"),
                      text)

    def made_of(self, source):
        """A library of a few lines of C that use the installed header."""
        path = self.root / "odd.c"
        path.write_text('#include "vitvp/rtl_plugin.h"\n' + source,
                        encoding="utf-8")
        library = self.root / "odd.so"
        self.good(CC, "-shared", "-fPIC", "-I",
                  self.prefix / "share/vitvp/rtl/plugin/include", path, "-o",
                  library)
        return library

    def refuses(self, source, expected):
        plugin = self.made_of(source)
        status, text = self.vitvp("row_engine.model=rtl",
                                  f"row_engine.plugin={plugin}", *ARRAY)
        self.assertEqual(status, 2, text)
        self.assertIn(expected, text)

    def test_library_without_entry_point_is_refused(self):
        self.refuses("int x;", "has no function vitvp_rtl_plugin_entry")

    def test_other_version_of_the_interface_is_refused(self):
        self.refuses(
            "const struct vitvp_rtl_plugin p = {99};"
            "const struct vitvp_rtl_plugin* vitvp_rtl_plugin_entry(void)"
            "{ return &p; }",
            "is of version 99 of the plug-in interface")

    def test_missing_functions_are_refused(self):
        self.refuses(
            "const struct vitvp_rtl_plugin p = "
            '{VITVP_RTL_PLUGIN_ABI, "row_engine"};'
            "const struct vitvp_rtl_plugin* vitvp_rtl_plugin_entry(void)"
            "{ return &p; }",
            "leaves out what a plug-in must have")

    def test_other_block_is_refused(self):
        self.refuses((self.LITTLE % ("", "&clk")).replace("row_engine",
                                                          "toaster"),
                     "is a toaster, not a row_engine")

    # A block that has the parameters asked for, a clock, and no more.
    LITTLE = """
        static unsigned char clk;
        static const struct vitvp_parameter parameters[] = {
            {"ROWS", 2}, {"LANES", 8}, {"MAX_TERMS", 100}};
        static const struct vitvp_pin all[] = {{"clk", 1, 0, &clk}%s};
        static void* create(void) { return %s; }
        static void destroy(void* block) { (void)block; }
        static const struct vitvp_pin* pins(void* block, uint32_t* count) {
          (void)block; *count = sizeof all / sizeof all[0]; return all; }
        static void evaluate(void* block) { (void)block; }
        const struct vitvp_rtl_plugin p = {
            VITVP_RTL_PLUGIN_ABI, "row_engine", "little", parameters, 3,
            create, destroy, pins, evaluate, 0, 0, 0};
        const struct vitvp_rtl_plugin* vitvp_rtl_plugin_entry(void) {
          return &p; }"""

    def test_missing_pin_is_named(self):
        self.refuses(self.LITTLE % ("", "&clk"),
                     "lacks the input reset of 1 bit")

    def test_pin_of_another_width_is_named(self):
        self.refuses(self.LITTLE % (', {"reset", 2, 0, &clk}', "&clk"),
                     "has the input reset of 2 bits, where the platform needs "
                     "the input reset of 1 bit")

    def test_block_that_cannot_be_made_is_an_error(self):
        self.refuses(self.LITTLE % ("", "0"), "cannot make an instance")


if __name__ == "__main__":
    unittest.main()
