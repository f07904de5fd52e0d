"""Every relative link and every file named in a command of a page exists."""

import pathlib
import re
import sys
import unittest

ROOT = pathlib.Path(sys.argv.pop(1)).resolve()
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")
COMMAND_FILE = re.compile(r"\./dev [^`\n]*?\b((?:scenarios|vit)/[\w./-]+)")


def pages():
    """Markdown files, but for those of builds."""
    return [p for p in ROOT.rglob("*.md")
            if "build" not in p.relative_to(ROOT).parts]


class LinksTest(unittest.TestCase):
    def test_pages_are_found(self):
        self.assertIn(ROOT / "README.md", pages())

    def test_relative_links_lead_somewhere(self):
        for page in pages():
            for target in LINK.findall(page.read_text(encoding="utf-8")):
                if "://" in target or target.startswith("mailto:"):
                    continue
                with self.subTest(page=page.relative_to(ROOT), target=target):
                    self.assertTrue((page.parent / target).exists())

    def test_files_in_commands_exist(self):
        for page in pages():
            for name in COMMAND_FILE.findall(page.read_text(encoding="utf-8")):
                with self.subTest(page=page.relative_to(ROOT), file=name):
                    self.assertTrue((ROOT / name).exists())


if __name__ == "__main__":
    unittest.main()
