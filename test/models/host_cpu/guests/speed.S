#include "guest.inc"
# A loop of 8 instructions, 4 million times, then 1 million register reads.
  begin
  li t0, 4000000
1:
  addi t1, t1, 3
  xor t2, t2, t1
  slli t3, t1, 2
  add t2, t2, t3
  srli t4, t2, 1
  or t5, t4, t1
  addi t0, t0, -1
  bnez t0, 1b
  log t2
  li t0, 1000000
1:
  lw t1, COUNT(s0)
  addi t0, t0, -1
  bnez t0, 1b
  log t1
  finish
  skip_handler
