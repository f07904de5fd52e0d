#include "guest.inc"
# Every other synchronous exception.
  begin
trap_1:
  ecall
trap_2:
  ebreak
trap_3:
  .word 0x00000000
trap_4:
  .word 0xffffffff
trap_5:
  csrr t0, 0x7ff
trap_6:
  la t1, data+2
trap_7:
  amoadd.w t0, t0, (t1)
trap_8:
  .word 0x00007007     # a floating-point load
  la t0, jump
  csrw mtvec, t0
  li t0, 0x20000000
  jalr t0
  log_value 0x600d
  li t0, 0x80100000    # the end of the memory
  jalr t0
  log_value 0x600d
  finish
  skip_handler
  .balign 4
jump:
  csrr s10, mcause
  log s10
  csrr s10, mepc
  log s10
  csrr s10, mtval
  log s10
  csrw mepc, ra
  mret
  .balign 4
data:
  .word 0, 0
