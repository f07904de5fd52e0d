# Commands that the row engine (no rows) and the pruning unit (no tokens) refuse,
# then one with an operand that nobody has; then sleep.
.globl _start
.globl asleep
_start:
  li t1, 0x10020000
  li t2, 1
  sw t2, 0x08(t1)
  li t1, 0x10040000
  li t2, 2
  sw t2, 0x08(t1)
refused:
  lw t3, 0x04(t1)
  andi t3, t3, 4
  beqz t3, refused
  li t2, 1
  sw t2, 0x24(t1)
  li t2, 0x30000000
  sw t2, 0x80(t1)
  li t2, 5
  sw t2, 0x8c(t1)
  li t2, 3
  sw t2, 0x08(t1)
asleep:
  wfi
  j asleep
