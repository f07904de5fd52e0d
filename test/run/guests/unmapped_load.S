.globl _start
.globl poke
_start:
  la t0, trap
  csrw mtvec, t0
poke:
  li t1, 0x50000000
  lw t2, 0(t1)
.balign 4
trap:
  li t1, 0x100000
  li t2, 0x00073333
  sw t2, 0(t1)
1:
  wfi
  j 1b
