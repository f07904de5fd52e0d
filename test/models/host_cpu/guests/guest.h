# What the guests share: the registers of the test device, and a trap handler.
# s0 holds the device's address; s9..s11 belong to the handler.
#define DEVICE 0x10000000
#define LOG 0x00
#define EXIT 0x04
#define SCRATCH 0x08
#define FAULT 0x10
#define WIRES 0x14
#define TIMER 0x18
#define SLOW 0x1c
#define COUNT 0x20
#define REVOKE 0x24
#define WINDOW 0x100

#define EXTERNAL_WIRE 1
#define TIMER_WIRE 2
#define SOFTWARE_WIRE 4

#define MSIE 0x008
#define MTIE 0x080
#define MEIE 0x800

  .macro begin handler=skip
  .section .text.start, "ax"
  .globl _start
  .type _start, @function
_start:
  li s0, DEVICE
  la s11, \handler
  csrw mtvec, s11
  .endm

  .macro log reg
  sw \reg, LOG(s0)
  .endm

  .macro log_value value
  li t6, \value
  sw t6, LOG(s0)
  .endm

  .macro finish
  sw zero, EXIT(s0)
  j .
  .size _start, . - _start
  .endm

  # Logs mcause, mepc, mtval; continues behind the instruction.
  .macro skip_handler
  .balign 4
  .type skip, @function
skip:
  csrr s10, mcause
  log s10
  csrr s10, mepc
  log s10
  csrr s11, mtval
  log s11
  lhu s11, 0(s10)
  andi s11, s11, 3
  addi s11, s11, -3
  addi s10, s10, 2
  bnez s11, 1f
  addi s10, s10, 2
1:
  csrw mepc, s10
  mret
  .size skip, . - skip
  .endm
