#include "guest.inc"
# Rewrites an instruction of its own, with fence.i as the architecture asks.
  begin
  li t2, 3
again:
  call target
  log a0
  la t0, target
  lw t1, 0(t0)
  li t3, 0x00100000    # the immediate plus one
  add t1, t1, t3
  sw t1, 0(t0)
  fence.i
  addi t2, t2, -1
  bnez t2, again
  finish
  .balign 4
  .option push
  .option norvc
target:
  li a0, 40
  ret
  .option pop
  skip_handler
