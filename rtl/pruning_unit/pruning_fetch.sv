// Reads `rows` rows of `row_bytes` bytes, BYTES per request, from the cycle
// after `start` on. Data come two cycles after a request was accepted, and are
// missing two cycles after one was not; bytes that are not of the row are zero
// in `data`.
module pruning_fetch #(
    parameter integer BYTES = 64,
    parameter integer COUNT_BITS = 7
) (
    input  logic                  clk,
    input  logic                  reset,
    input  logic                  start,
    input  logic [          31:0] address,
    input  logic [          31:0] stride,
    input  logic [          15:0] rows,
    input  logic [          15:0] row_bytes,
    input  logic                  hold,          // issue nothing
    output logic                  read_valid,
    output logic [          31:0] read_address,
    output logic [COUNT_BITS-1:0] read_bytes,
    input  logic                  read_ready,
    input  logic [   8*BYTES-1:0] read_data,
    output logic                  data_valid,
    output logic                  data_missing,
    output logic [   8*BYTES-1:0] data,
    output logic                  data_ends_row,
    output logic                  data_ends
);

  localparam logic [15:0] BEAT = 16'(BYTES);

  logic active;
  logic [31:0] row;
  logic [15:0] rows_left;
  logic [15:0] bytes_left;
  logic issue;
  logic ends_row;
  logic ends;

  assign ends_row = bytes_left <= BEAT;
  assign ends = ends_row && rows_left == 1;
  assign read_valid = active && !hold;
  assign read_bytes = ends_row ? bytes_left[COUNT_BITS-1:0]
                               : COUNT_BITS'(BYTES);
  assign issue = read_valid && read_ready;

  always_ff @(posedge clk) begin
    if (reset) active <= 0;
    else if (start) active <= 1;
    else if (issue && ends) active <= 0;

    if (start) begin
      row <= address;
      read_address <= address;
      rows_left <= rows;
      bytes_left <= row_bytes;
    end else if (issue && ends_row) begin
      row <= row + stride;
      read_address <= row + stride;
      rows_left <= rows_left - 1'b1;
      bytes_left <= row_bytes;
    end else if (issue) begin
      read_address <= read_address + 32'(BYTES);
      bytes_left <= bytes_left - BEAT;
    end
  end

  // What is on its way from memory.
  logic [COUNT_BITS-1:0] bytes_1;
  logic [COUNT_BITS-1:0] bytes_2;
  logic [3:0] flags_1;
  logic [3:0] flags_2;

  always_ff @(posedge clk) begin
    flags_1 <= reset ? 4'd0 : {active && !issue, issue, issue && ends_row,
                               issue && ends};
    flags_2 <= reset ? 4'd0 : flags_1;
    bytes_1 <= read_bytes;
    bytes_2 <= bytes_1;
  end

  assign {data_missing, data_valid, data_ends_row, data_ends} = flags_2;

  genvar i;
  generate
    for (i = 0; i < BYTES; i = i + 1) begin : mask
      assign data[8*i+:8] = bytes_2 > COUNT_BITS'(i) ? read_data[8*i+:8] : 8'd0;
    end
  endgenerate

endmodule
