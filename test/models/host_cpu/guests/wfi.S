#include "guest.inc"
# Sleeps until a timer wire: first with interrupts disabled (no trap), then
# enabled (trap, mepc behind the wfi), then for ever.
  begin handler
  li t0, MTIE
  csrw mie, t0
  li t0, 5000
  sw t0, TIMER(s0)
  wfi
  log_value 1
  sw zero, WIRES(s0)
  csrsi mstatus, 8
  li t0, 7000
  sw t0, TIMER(s0)
sleep:
  wfi
awake:
  log_value 2
  csrw mie, zero
  .globl forever
  .type forever, @function
forever:
  wfi
  .size forever, . - forever
  finish
  .balign 4
handler:
  csrr s10, mcause
  log s10
  csrr s10, mepc
  la s11, awake
  sub s10, s10, s11
  log s10
  sw zero, WIRES(s0)
  mret
