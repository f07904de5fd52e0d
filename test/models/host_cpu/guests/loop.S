#include "guest.inc"
  begin
  log_value 1
  .globl endless
  .type endless, @function
endless:
  j endless
  .size endless, . - endless
  finish
  skip_handler
