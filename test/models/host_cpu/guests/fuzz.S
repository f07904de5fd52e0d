#include "guest.inc"
# Jumps into random code again and again: the handler sets mtvec right, wakes
# sleepers and continues at a place that moves on with every trap.
  begin handler
  li s0, 0x80010000
  mv s1, s0
  li t0, MEIE | MSIE
  csrw mie, t0
  csrsi mstatus, 8
  jr s1
  .balign 4
handler:
  csrw mie, zero       # after an interrupt until the next exception
  csrr s10, mcause
  bltz s10, 1f
  li s10, MEIE | MSIE
  csrw mie, s10
1:
  la s11, next
  lw s10, 0(s11)
  li s9, 0x5f4
  add s10, s10, s9
  li s9, 0x000fffff
  and s10, s10, s9
  sw s10, 0(s11)
  li s9, 0x80000000
  or s10, s10, s9
  csrw mepc, s10
  la s11, handler
  csrw mtvec, s11
  li s0, DEVICE
  li s1, 0x80080000
  mv a0, s1
  addi a1, s0, WINDOW
  mret
  .balign 4
next:
  .word 0x00010000
