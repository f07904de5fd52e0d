"""Runs a test module: run.py MODULE [unittest options].

MODULE is a path without .py, relative to this folder. Exits with 77, which
ctest counts as skipped, where NumPy, or PyTorch if the module needs it, is not
installed.
"""

import importlib
import pathlib
import sys
import unittest

FOLDER = pathlib.Path(__file__).resolve().parent

if __name__ == "__main__":
    sys.dont_write_bytecode = True
    path = (FOLDER / sys.argv[1]).resolve()
    sys.path[:0] = [str(FOLDER.parents[1]), str(path.parent)]
    try:
        importlib.import_module("numpy")
        importlib.import_module(path.name)
    except unittest.SkipTest as reason:
        print(f"skipped: {reason}")
        sys.exit(77)
    except ModuleNotFoundError as error:
        if error.name != "numpy":
            raise
        print("skipped: python3-numpy is not installed")
        sys.exit(77)
    unittest.main(module=path.name, argv=sys.argv[1:])
