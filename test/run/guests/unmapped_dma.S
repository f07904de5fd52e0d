# A copy of 64 bytes from an address that nobody has, then sleep.
.globl _start
.globl asleep
_start:
  li t1, 0x10010000
  li t2, 0x30000000
  sw t2, 0x80(t1)
  li t2, 0x20000000
  sw t2, 0x84(t1)
  li t2, 64
  sw t2, 0x88(t1)
  li t2, 1
  sw t2, 0x8c(t1)
  sw t2, 0x08(t1)
asleep:
  wfi
  j asleep
