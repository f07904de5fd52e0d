#include "guest.inc"
# The handler faults at its third instruction, every time.
  begin broken
  ecall
  finish
  .balign 4
  .globl broken
  .type broken, @function
broken:
  addi s1, s1, 1
  addi s1, s1, 1
  lw t0, FAULT(s0)
  mret
  .size broken, . - broken
