// The first register of a command that is out of range, in the order of the
// model's decoder; `bad` is low if there is none.
module row_engine_check #(
    parameter int MAX_TERMS = 32767
) (
    input  logic [31:0] a_row_stride,
    input  logic [31:0] a_term_stride,
    input  logic        a_index_odd,
    input  logic [31:0] c_address,
    input  logic [31:0] c_row_stride,
    input  logic [31:0] c_column_stride,
    input  logic [ 1:0] partial_low,
    input  logic [ 1:0] partial_stride_low,
    input  logic [ 2:0] records_low,
    input  logic [31:0] shape,
    input  logic [31:0] terms,
    input  logic        indexed,
    input  logic        accumulate,
    input  logic [ 1:0] size,             // log2 of the element's bytes
    input  logic [ 1:0] record_by,
    output logic        bad,
    output logic [11:0] register
);

  logic [15:0] rows;
  logic [15:0] columns;
  logic [31:0] below;        // bits that an aligned address has not
  logic [31:0] element;
  logic        by_rows;      // rows of C are contiguous and apart
  logic        by_columns;
  logic        raw;

  assign rows    = shape[15:0];
  assign columns = shape[31:16];
  assign raw     = size == 2'd2;
  assign element = 32'd1 << size;
  assign below   = element - 32'd1;
  assign by_rows = c_column_stride == element &&
      (rows == 16'd1 || c_row_stride >= ({16'd0, columns} << size));
  assign by_columns = c_row_stride == element &&
      (columns == 16'd1 || c_column_stride >= ({16'd0, rows} << size));

  always_comb begin
    bad = 1'b1;
    if (rows == 16'd0 || columns == 16'd0) register = 12'h0b0;
    else if (terms > 32'(MAX_TERMS)) register = 12'h0b4;
    else if (size == 2'd3 || record_by == 2'd3) register = 12'h0b8;
    else if (a_term_stride != 32'd1 && a_row_stride != 32'd1)
      register = 12'h088;
    else if (indexed && a_index_odd) register = 12'h08c;
    else if ((c_address & below) != 32'd0) register = 12'h098;
    else if ((c_row_stride & below) != 32'd0) register = 12'h09c;
    else if ((c_column_stride & below) != 32'd0) register = 12'h0a0;
    else if (!by_rows && !by_columns) register = 12'h0a0;
    else if (accumulate && partial_low != 2'd0) register = 12'h0a4;
    else if (accumulate && partial_stride_low != 2'd0) register = 12'h0a8;
    else if (!raw && records_low != 3'd0) register = 12'h0ac;
    else begin
      bad = 1'b0;
      register = 12'd0;
    end
  end

endmodule
