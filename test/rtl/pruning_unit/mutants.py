"""Bugs for the pruning unit; see planted_bugs.py."""

FILES = [f"pruning_unit/pruning_{name}.sv" for name in (
    "divider", "fetch", "importance", "list", "memory", "queue", "scan",
    "select", "store", "unit")]
(DIVIDER, FETCH, IMPORTANCE, LIST, _, _, SCAN, SELECT, _, UNIT) = FILES

MUTANTS = [
    (SELECT, "entry > bound", "entry >= bound",
     "ties survive without room for them"),
    (SELECT, "equal_room <= wanted - above", "equal_room <= wanted - above + 1",
     "room for a tie too many"),
    (SELECT, ">= candidate", "> candidate", "a bit set too seldom"),
    (SELECT, "index != 0 && index < tokens", "index < tokens",
     "the class token ranks"),
    (SELECT, "index != 0 && index < tokens", "index != 0",
     "tokens that are not there rank"),
    (SCAN, "data[8*i+:7] > threshold", "data[8*i+:7] >= threshold",
     "live at the threshold"),
    (SCAN, "!data[8*i+7] && ", "", "negative values are live"),
    (SCAN, "(live || beat_live) && !reset", "beat_live && !reset",
     "live by the last beat only"),
    (IMPORTANCE, "overwrite ? 32'd0", "1'b0 ? 32'd0", "FIRST does not begin"),
    (IMPORTANCE, "if (start) sum <= 0;", "if (reset) sum <= 0;",
     "sum of the row before"),
    (IMPORTANCE, "step == 21", "step == 22", "the update a cycle late"),
    (DIVIDER, "remainder <= fits ? difference : ", "remainder <= ",
     "a remainder that is not reduced"),
    (FETCH, "row <= row + stride;\n      read_address <= row + stride;",
     "row <= row + stride;\n      read_address <= read_address + stride;",
     "rows begin where the one before ended"),
    (FETCH, "bytes_2 > COUNT_BITS'(i)", "1'b1", "bytes beyond the row count"),
    (LIST, "hold = write_valid && !write_ready", "hold = 1'b0",
     "lost stall of writes"),
    (UNIT, "!c_first ? live_count", "1'b0 ? live_count",
     "a list that is continued begins anew"),
    (UNIT, "ends = drain && count == 3 && list_empty",
     "ends = drain && count == 3", "ends before its list is written"),
    (UNIT, "c_threshold[7] || c_channels == 0", "c_threshold[7]",
     "no channels are not refused"),
]
