"""Runs one test module of this folder: run.py MODULE [unittest options].

Exits with 77, which ctest counts as skipped, where NumPy, or PyTorch if the
module needs it, is not installed.
"""

import importlib
import pathlib
import sys
import unittest

FOLDER = pathlib.Path(__file__).resolve().parent

if __name__ == "__main__":
    sys.dont_write_bytecode = True
    sys.path[:0] = [str(FOLDER.parents[1]), str(FOLDER)]
    try:
        importlib.import_module("numpy")
        importlib.import_module(sys.argv[1])
    except unittest.SkipTest as reason:
        print(f"skipped: {reason}")
        sys.exit(77)
    except ModuleNotFoundError as error:
        if error.name != "numpy":
            raise
        print("skipped: python3-numpy is not installed")
        sys.exit(77)
    unittest.main(module=sys.argv[1], argv=sys.argv[1:])
