#include "guest.inc"
# minstret counts instructions, mcycle cycles, mhartid is the configured one.
  begin
  csrr a0, minstret
  li t0, 1000
1:
  addi t0, t0, -1
  bnez t0, 1b
  csrr a1, minstret
  sub a1, a1, a0
  log a1
  csrr a0, mcycle
  li t0, 1000
1:
  addi t0, t0, -1
  bnez t0, 1b
  csrr a1, cycle
  sub a1, a1, a0
  log a1
  csrr a0, mhartid
  log a0
  csrr a0, mcycleh
  log a0
  csrr a0, misa
  log a0
  finish
  skip_handler
