#include "guest.inc"
  begin table
  la t0, table+1
  csrw mtvec, t0
  li t0, MTIE
  csrw mie, t0
  csrsi mstatus, 8
  li t0, TIMER_WIRE
  sw t0, WIRES(s0)
1:
  beqz a0, 1b
  ecall
  finish
  .balign 256
  .option push
  .option norvc
table:
  j exception
  j wrong
  j wrong
  j wrong
  j wrong
  j wrong
  j wrong
  j timer
  .option pop
exception:
  csrr s10, mcause
  log s10
  csrr s10, mepc
  addi s10, s10, 4
  csrw mepc, s10
  mret
timer:
  csrr s10, mcause
  log s10
  sw zero, WIRES(s0)
  li a0, 1
  mret
wrong:
  log_value 0xbad
  mret
