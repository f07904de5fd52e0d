// A row engine for vitvp: the ports and parameters that vitvp needs, around its
// own RTL, which is to be replaced.
module my_row_engine #(
    parameter int ROWS        = 8,
    parameter int LANES       = 64,
    parameter int MAX_TERMS   = 32767,
    parameter int QUEUE_DEPTH = 4
) (
    input  logic                clk,
    input  logic                reset,
    // A command: the registers as they stand at the write of SUBMIT.
    input  logic                command_valid,
    output logic                command_ready,
    input  logic [        31:0] a_address,
    input  logic [        31:0] a_row_stride,
    input  logic [        31:0] a_term_stride,
    input  logic [        31:0] a_index,
    input  logic [        31:0] b_address,
    input  logic [        31:0] b_term_stride,
    input  logic [        31:0] c_address,
    input  logic [        31:0] c_row_stride,
    input  logic [        31:0] c_column_stride,
    input  logic [        31:0] partial,
    input  logic [        31:0] partial_row_stride,
    input  logic [        31:0] records,
    input  logic [        31:0] shape,
    input  logic [        31:0] terms,
    input  logic [         7:0] mode,
    // State.
    input  logic                clear,           // drop the queue and the fault
    output logic                busy,
    output logic                done,            // in a command's last cycle
    output logic                fault,           // likewise
    output logic [        11:0] fault_register,
    output logic                halted,
    output logic [         2:0] cycle_class,
    // Memory: the requests of a cycle are served together or not at all; data
    // of a read is there from the next cycle on until the next one served.
    input  logic                memory_ready,
    output logic                index_read,
    output logic [        31:0] index_at,
    input  logic [        15:0] index_data,
    output logic                a_read,
    output logic [        31:0] a_at,
    output logic [         6:0] a_bytes,
    input  logic [       511:0] a_data,
    output logic                b_read,
    output logic [        31:0] b_at,
    output logic [         8:0] b_bytes,
    input  logic [ LANES*8-1:0] b_data,
    output logic                partial_read,    // elements of a column
    output logic [        31:0] partial_at,
    output logic [        31:0] partial_stride,
    output logic [         8:0] partial_rows,
    input  logic [ ROWS*32-1:0] partial_data,
    output logic                record_read,
    output logic [        31:0] record_at,
    output logic [         8:0] record_count,
    input  logic [ ROWS*64-1:0] record_data,
    output logic                c_write,         // elements of a column
    output logic [        31:0] c_at,
    output logic [        31:0] c_stride,
    output logic [         8:0] c_rows,
    output logic [         1:0] c_size,          // log2 of an element's bytes
    output logic [ ROWS*32-1:0] c_data
);

  row_engine #(
      .ROWS       (ROWS),
      .LANES      (LANES),
      .MAX_TERMS  (MAX_TERMS),
      .QUEUE_DEPTH(QUEUE_DEPTH)
  ) u_row_engine (.*);

endmodule
