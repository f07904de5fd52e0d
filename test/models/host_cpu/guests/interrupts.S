#include "guest.inc"
# Raises each wire by a register write, in a loop that counts. The handler logs
# the cause and lowers the wire: each is taken once. Then all three at once, and
# masked ones that mip shows.
  begin handler
  li t0, MEIE | MTIE | MSIE
  csrw mie, t0
  csrsi mstatus, 8
  li t0, EXTERNAL_WIRE
  call raise
  li t0, TIMER_WIRE
  call raise
  li t0, SOFTWARE_WIRE
  call raise
  csrr t1, mstatus
  andi t1, t1, 8
  log t1
  log_value 0xaaaa
  csrci mstatus, 8
  li t0, EXTERNAL_WIRE | TIMER_WIRE | SOFTWARE_WIRE
  sw t0, WIRES(s0)
1:
  csrr t1, mip         # until the wires are up
  li t2, MEIE | MTIE | MSIE
  bne t1, t2, 1b
  log t1
  csrsi mstatus, 8
  li t1, 3
2:
  lw t2, taken
  blt t2, t1, 2b
  nop
  li t3, 2000
3:
  addi t3, t3, -1
  bnez t3, 3b
  lw t2, taken
  log t2
  csrr t1, mip
  log t1
  finish

raise:
  sw zero, taken, t1
  sw t0, WIRES(s0)
1:
  lw t1, taken
  beqz t1, 1b
  li t3, 2000          # a second one would come in here
2:
  addi t3, t3, -1
  bnez t3, 2b
  lw t1, taken
  log t1
  sw zero, taken, t1
  ret

  .balign 4
handler:
  csrr s10, mcause
  log s10
  andi s11, s10, 0xf
  li s10, EXTERNAL_WIRE
  li s9, 11
  beq s11, s9, 1f
  li s10, TIMER_WIRE
  li s9, 7
  beq s11, s9, 1f
  li s10, SOFTWARE_WIRE
1:
  lw s9, WIRES(s0)
  not s10, s10
  and s9, s9, s10
  sw s9, WIRES(s0)
  la s10, taken
  lw s9, 0(s10)
  addi s9, s9, 1
  sw s9, 0(s10)
  mret
  .balign 4
taken:
  .word 0
