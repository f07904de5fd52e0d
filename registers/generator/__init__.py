"""The parts of the register generator: one reader, one writer per output."""
