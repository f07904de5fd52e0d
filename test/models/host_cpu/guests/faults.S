#include "guest.inc"
# Bus errors at every place of a block: the first and last access, between
# accesses to the same register, with a changing base, compressed, atomic. Each
# is followed by evidence of what has (not) been executed.
  begin
  li a0, 0
  li a1, 0x1111
  addi a0, a0, 1
fault_1:
  lw a1, FAULT(s0)
  addi a0, a0, 1
  log a0
  log a1
  li t0, 77
  sw t0, SCRATCH(s0)
fault_2:
  sw t0, FAULT(s0)
  lw t1, SCRATCH(s0)
  log t1
  lw a2, COUNT(s0)
  lw a2, COUNT(s0)
fault_3:
  lbu a2, FAULT(s0)
  log a2
  addi s1, s0, FAULT-8
  c.lw a3, 0(s1)
  addi s1, s1, 8
fault_4:
  c.lw a3, 0(s1)
  log a3
fault_5:
  c.sw a3, 0(s1)
  li t0, 0x00f00000
fault_6:
  sh a0, 2(t0)
  li t2, 1
fault_7:
  amoadd.w t3, t2, (s1)
  li t0, 0x90000000
fault_8:
  lw s1, 4(t0)
  log s1
  finish
  skip_handler
