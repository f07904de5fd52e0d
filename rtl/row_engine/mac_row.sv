// A processing row: its two chunks of A, its multiply-accumulators with their
// two banks of accumulators, and the register into which a sum is read out.
module mac_row #(
    parameter int LANES = 64  // 2..256
) (
    input  logic               clk,
    input  logic               enable,
    // A line, or its one byte for this row, into one of the chunks.
    input  logic               load_line,
    input  logic               load_byte,
    input  logic               load_chunk,
    input  logic [      511:0] line,
    input  logic [        7:0] line_byte,
    // The element for the step of the next cycle.
    input  logic               pick_chunk,
    input  logic [        5:0] pick_term,
    input  logic               a_unsigned,
    // A step: accumulator = (first ? 0 : accumulator) + (zero ? 0 : a * b).
    input  logic               step,
    input  logic               first,
    input  logic               zero,
    input  logic               bank,
    input  logic [LANES*8-1:0] b,
    // Read-out.
    input  logic               read_bank,
    input  logic [$clog2(LANES)-1:0] read_column,
    output logic [       31:0] sum
);

  /* verilator no_inline_module */

  logic [511:0] chunk_0;
  logic [511:0] chunk_1;
  logic [  7:0] picked;
  logic signed [8:0] a;

  assign picked = pick_chunk ? chunk_1[{pick_term, 3'b000}+:8] :
                               chunk_0[{pick_term, 3'b000}+:8];

  always_ff @(posedge clk)
    if (enable) begin
      if (load_line && !load_chunk) chunk_0 <= line;
      if (load_line && load_chunk) chunk_1 <= line;
      if (load_byte && !load_chunk) chunk_0[7:0] <= line_byte;
      if (load_byte && load_chunk) chunk_1[7:0] <= line_byte;
      a <= {picked[7] & ~a_unsigned, picked};
    end

  logic [LANES*32-1:0] sums_0;
  logic [LANES*32-1:0] sums_1;
  logic [LANES*32-1:0] addends;
  logic [LANES*32-1:0] totals;
  logic signed [8:0] factor;

  // One adder per lane serves both banks.
  assign factor = zero ? 9'sd0 : a;
  assign addends = first ? '0 : bank ? sums_1 : sums_0;

  always_comb
    for (int l = 0; l < LANES; l++)
      totals[32*l+:32] = addends[32*l+:32] + 32'(factor * $signed(b[8*l+:8]));

  always_ff @(posedge clk)
    if (enable && step) begin
      if (bank) sums_1 <= totals;
      else sums_0 <= totals;
    end

  always_ff @(posedge clk)
    if (enable)
      sum <= read_bank ? sums_1[{read_column, 5'b00000}+:32] :
                         sums_0[{read_column, 5'b00000}+:32];

endmodule
