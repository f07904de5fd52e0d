"""Small programs that run in place of the firmware."""

import pathlib
import subprocess

GUESTS = pathlib.Path(__file__).resolve().parent / "guests"


def build_guest(gcc, name, folder):
    """Path of the program that guests/NAME.S is."""
    elf = f"{folder}/{name}.elf"
    subprocess.run(
        [gcc, "-march=rv32imac", "-mabi=ilp32", "-misa-spec=2.2", "-nostdlib",
         "-Wl,-N", "-Wl,--no-warn-rwx-segments", "-Wl,-Ttext=0x80000000",
         str(GUESTS / f"{name}.S"), "-o", elf],
        check=True)
    return elf
