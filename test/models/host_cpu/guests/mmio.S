#include "guest.inc"
# Widths, order, sign extension; an unaligned memory access; atomics on memory.
  begin
  li t0, 0x80f0a0c1
  sw t0, SCRATCH(s0)
  sh t0, SCRATCH+4(s0)
  sb t0, SCRATCH+6(s0)
  lw t1, SCRATCH(s0)
  lh t2, SCRATCH(s0)
  lhu t3, SCRATCH(s0)
  lb t4, SCRATCH(s0)
  lbu t5, SCRATCH+3(s0)
  log t1
  log t2
  log t3
  log t4
  log t5
  lw a0, COUNT(s0)
  lw a1, COUNT(s0)
  lw a2, COUNT(s0)
  log a0
  log a1
  log a2
  la t0, data
  lw t1, 1(t0)
  log t1
  li t1, 5
  amoadd.w t2, t1, (t0)
  lw t3, 0(t0)
  log t2
  log t3
1:
  lr.w t2, (t0)
  addi t2, t2, 7
  sc.w t3, t2, (t0)
  bnez t3, 1b
  lw t3, 0(t0)
  log t3
  finish
  skip_handler
  .balign 4
data:
  .word 0x11223344, 0x55667788
