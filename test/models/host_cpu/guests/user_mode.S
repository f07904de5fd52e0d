#include "guest.inc"
# mret with MPP = user: the core has machine mode only and stays there.
  begin
  li t0, 0x1800
  csrc mstatus, t0
  la t0, 1f
  csrw mepc, t0
  mret
1:
  csrr t0, mscratch
  ecall
  finish
  skip_handler
