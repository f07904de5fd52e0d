"""How a command ends that cannot do what was asked."""

import sys


class InputError(Exception):
    """Something that the user gave is wrong; the text says where and what."""


def report(program, error, path=""):
    """One line on standard error for an InputError, or an OSError of a file
    (`path`, if the error has no name); returns the exit status, 2."""
    if isinstance(error, OSError):
        error = f"{error.filename or path}: {error.strerror}"
    print(f"{program}: {error}", file=sys.stderr)
    return 2
