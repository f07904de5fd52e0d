#!/usr/bin/env python3
"""Whether the row engine's bench finds bugs: plants one at a time into the RTL,
builds the array of 3 x 5 with it and runs the bench's random commands.

    cmake --build build/release --target test_rtl_row_engine
    python3 test/rtl/row_engine/mutants.py build/release

Exit status: 0 all bugs are found and the RTL without one passes, 1 not so,
2 there is nothing to run."""

import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import planted_bugs  # noqa: E402

FILES = ["common/fifo.sv", "common/requantiser.sv", "row_engine/mac_row.sv",
         "row_engine/row_engine_check.sv",
         "row_engine/row_engine_sequencer.sv", "row_engine/row_engine.sv"]
INCLUDE = "/usr/share/verilator/include"
TIMEOUT_S = 120

REQUANTISER, MAC_ROW, SEQUENCER, ENGINE = FILES[1], FILES[2], FILES[4], FILES[5]
MUTANTS = [
    (REQUANTISER, "product[47] : product[half_place]", "1'b0 : 1'b0",
     "no rounding"),
    (REQUANTISER, "48'sd0 : ~high", "48'sd0 : -high", "lowest value missing"),
    (REQUANTISER, "raw ? 32'd0 : bias", "bias", "bias on raw sums"),
    (MAC_ROW, "= first ? '0 : bank ? sums_1", "= first && !bank ? '0 : bank ? sums_1",
     "stale accumulators in one bank"),
    (MAC_ROW, "zero ? 9'sd0", "1'b0 ? 9'sd0", "products without terms"),
    (MAC_ROW, "picked[7] & ~a_unsigned", "picked[7]", "A always signed"),
    (MAC_ROW, "= pick_chunk ? chunk_1", "= !pick_chunk ? chunk_1",
     "chunks swapped"),
    (SEQUENCER, "(new_chunk && loading)", "(1'b0 && loading)",
     "no wait for loads"),
    (SEQUENCER, "(step_first && waiting)", "(1'b0 && waiting)",
     "no wait for the bank"),
    (SEQUENCER, "row_ends     = columns_left <= Lanes",
     "row_ends     = columns_left < Lanes", "a tile without columns"),
    (SEQUENCER, "step_term == 6'd63", "step_term == 6'd62",
     "chunks of 63 terms"),
    (SEQUENCER, "load_index + 32'd2", "load_index + 32'd4",
     "every other entry of the list"),
    (SEQUENCER, "step_address <= b_tile + 32'(LANES)",
     "step_address <= b_tile", "B of the tile before"),
    (SEQUENCER, "load_part + 9'd1 == load_parts",
     "load_part + 9'd2 == load_parts", "last row not loaded"),
    (SEQUENCER, "second <= read_partial;",
     "second <= read_partial && !read_first;", "first column read forever"),
    (ENGINE, "memory_ready || !requests", "memory_ready || !requests || c_write",
     "lost stall of writes"),
    (ENGINE, "32'(8 * ROWS)", "32'(8 * ROWS + 8)", "records of other rows"),
    (ENGINE, "record_held  <= 1'b0", "record_held  <= record_held",
     "record of the command before"),
    (ENGINE, "accumulate ? partials[32*r+:32] : 32'd0", "partials[32*r+:32]",
     "stale partial sums"),
    (ENGINE, "c_at   <= c_base + 32'(ROWS) * m_c_row_stride",
     "c_at   <= c_base + m_c_row_stride", "rows of C overwritten"),
    (ENGINE, "!no_terms ? 3'd4 : 3'd2", "!no_terms ? 3'd4 : 3'd3",
     "a cycle late"),
    (ENGINE, "next = no_terms ? control_1 : control_3",
     "next = no_terms ? control_1 : control_2", "a stage too few"),
    (ENGINE, "partial_base + 32'(ROWS)", "partial_base + 32'd1 + 32'(ROWS)",
     "partial sums a byte off"),
    (FILES[0], "Last = 8'(DEPTH - 1)", "Last = 8'(DEPTH)",
     "queue wraps late"),
]


def build(folder, copies, build_folder):
    """The bench with this RTL as its small array."""
    tests = build_folder / "test"
    name = "Vrow_engine_3x5"
    subprocess.run(
        ["verilator", "-Wno-fatal", "-Wno-lint", "-O3", "--x-assign", "fast",
         "--cc", "--Mdir", folder, "--prefix", name, "--top-module",
         "row_engine", "-GROWS=3", "-GLANES=5", "-GMAX_TERMS=300",
         "-GQUEUE_DEPTH=3", *copies], check=True, capture_output=True)
    whole = folder / "whole.cc"
    whole.write_text("".join(
        f'#include "{f}"\n' for f in sorted(folder.glob("*.cpp"))))
    bench = sorted((tests / "rtl/row_engine").glob(
        "CMakeFiles/test_rtl_row_engine.dir/**/*.o"))
    program = folder / "bench"
    subprocess.run(
        ["g++", "-std=c++17", "-w", "-O0", f"-I{INCLUDE}", f"-I{folder}",
         *bench, whole, tests / "rtl/row_engine/libvitvp_rtl_row_engine.a",
         tests / "libvitvp_systemc_test_main.a", "-lsystemc", "-lpthread",
         "-o", program], check=True)
    return program


def passes(mutant, build_folder):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        program = build(folder, planted_bugs.plant(folder, FILES, mutant),
                        build_folder)
        try:
            done = subprocess.run(
                [program, "-a", "random commands on 3 x 5*"],
                capture_output=True, check=False, timeout=TIMEOUT_S)
        except subprocess.TimeoutExpired:
            return False
        return done.returncode == 0


def main(arguments):
    if len(arguments) != 1 or not (
            pathlib.Path(arguments[0]) /
            "test/rtl/row_engine/test_rtl_row_engine").exists():
        print("mutants.py: name a build folder in which test_rtl_row_engine "
              "is built", file=sys.stderr)
        return 2
    folder = pathlib.Path(arguments[0]).resolve()
    if not passes(None, folder):
        print("the RTL fails as it is")
        return 1
    survivors = 0
    for mutant in MUTANTS:
        survives = passes(mutant, folder)
        survivors += survives
        print(f"{'MISSED' if survives else 'found':<8}{mutant[3]}", flush=True)
    print(f"{len(MUTANTS) - survivors} of {len(MUTANTS)} found")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
