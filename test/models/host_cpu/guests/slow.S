#include "guest.inc"
# A target that waits in its transport function.
  begin
  li t0, 10
1:
  sw t0, SLOW(s0)
  lw t1, SLOW(s0)
  log t1
  addi t0, t0, -1
  bnez t0, 1b
  finish
  skip_handler
