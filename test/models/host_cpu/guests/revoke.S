#include "guest.inc"
# The device takes DMI back; data written before and after must be the same.
  begin
  la t0, data
  li t1, 0x1234
  sw t1, 0(t0)
  sw zero, REVOKE(s0)
  j 1f
1:
  lw t2, 0(t0)
  log t2
  addi t2, t2, 1
  sw t2, 4(t0)
  sw zero, REVOKE(s0)
  j 1f
1:
  lw t2, 4(t0)
  log t2
  finish
  skip_handler
  .balign 4
data:
  .word 0, 0
