// IMPORTANCE: sums a row up as it comes, divides 2^24 by the sum, then adds each
// byte times the quotient to its entry of the importance memory, four entries
// per cycle. The row is kept in a buffer meanwhile.
module pruning_importance #(
    parameter integer MAX_TOKENS = 1024,
    parameter integer BYTES = 64,
    parameter integer GROUP_BITS = 8
) (
    input  logic                  clk,
    input  logic                  reset,
    input  logic                  start,
    input  logic                  first,
    input  logic [          15:0] tokens,
    input  logic                  data_valid,
    input  logic                  data_ends,
    input  logic [   8*BYTES-1:0] data,
    output logic                  read,
    output logic [GROUP_BITS-1:0] read_group,
    input  logic [         127:0] read_entries,  // in the cycle after `read`
    output logic [           3:0] write,
    output logic [GROUP_BITS-1:0] write_group,
    output logic [         127:0] write_entries,
    output logic                  ends          // with the last `read`
);

  localparam integer BEAT_BITS = $clog2(255 * BYTES + 1);
  localparam integer ROW_BITS = $clog2(255 * MAX_TOKENS + 1);
  localparam integer SUM_BITS = ROW_BITS > BEAT_BITS ? ROW_BITS : BEAT_BITS;
  localparam integer LINES = (MAX_TOKENS + BYTES - 1) / BYTES;
  localparam integer LINE_BITS = LINES > 1 ? $clog2(LINES) : 1;
  localparam integer GROUPS = BYTES / 4;

  // Sum of the row: a beat, then all beats.
  logic [BEAT_BITS-1:0] beat_sum;
  logic [BEAT_BITS-1:0] beat;
  logic [SUM_BITS-1:0] sum;
  logic beat_valid;
  logic beat_ends;
  logic [LINE_BITS-1:0] line;
  integer i;

  always_comb begin
    beat_sum = 0;
    for (i = 0; i < BYTES; i = i + 1)
      beat_sum = beat_sum + BEAT_BITS'(data[8*i+:8]);
  end

  always_ff @(posedge clk) begin
    beat <= beat_sum;
    beat_valid <= data_valid && !reset;
    beat_ends <= data_ends && !reset;
    if (start) sum <= 0;
    else if (beat_valid) sum <= sum + SUM_BITS'(beat);
    if (start) overwrite <= first;
    if (start) line <= 0;
    else if (data_valid) line <= line + 1'b1;
  end

  // Quotient.
  logic dividing;
  logic [4:0] step;
  logic [24:0] quotient;

  pruning_divider #(
      .BITS(SUM_BITS)
  ) divider (
      .clk(clk),
      .reset(reset),
      .start(beat_ends),
      .divisor(sum),
      .active(dividing),
      .step(step),
      .quotient(quotient)
  );

  // Update, in four stages a group each: read the buffer; pick four bytes;
  // multiply and read the entries; add and write. The third stage begins when
  // the division has ended; the last one runs on into the next command's set-up.
  logic fetching;
  logic picking;
  logic [GROUP_BITS-1:0] group;
  logic [GROUP_BITS-1:0] pick_group;
  logic [GROUP_BITS-1:0] last_group;
  logic [8*BYTES-1:0] buffered;
  logic [31:0] picked;
  logic [31:0] bytes;
  logic overwrite;
  logic [127:0] products;
  logic [3:0] lanes;

  assign last_group = GROUP_BITS'((tokens - 16'd1) >> 2);
  assign ends = read && read_group == last_group;

  generate
    if (LINES > 1) begin : many_lines
      pruning_memory #(
          .WORDS(LINES),
          .LANES(1),
          .LANE_BITS(8 * BYTES),
          .ADDRESS_BITS(LINE_BITS)
      ) row_buffer (
          .clk(clk),
          .read(fetching),
          .read_address(LINE_BITS'(group / GROUP_BITS'(GROUPS))),
          .read_data(buffered),
          .write(data_valid),
          .write_address(line),
          .write_data(data)
      );
    end else begin : one_line
      always_ff @(posedge clk) if (data_valid) buffered <= data;
    end
    if (GROUPS > 1) begin : many_groups
      localparam integer PICK_BITS = $clog2(GROUPS);
      logic [PICK_BITS-1:0] pick;
      assign pick = PICK_BITS'(16'(pick_group));
      assign picked = buffered[32*pick+:32];
    end else begin : one_group
      assign picked = buffered;
    end
  endgenerate

  always_ff @(posedge clk) begin
    if (reset) fetching <= 0;
    else if (dividing && step == 21) fetching <= 1;
    else if (group == last_group) fetching <= 0;

    group <= fetching ? group + 1'b1 : 0;
    picking <= fetching && !reset;
    pick_group <= group;
    read <= picking && !reset;
    read_group <= pick_group;
    bytes <= picked;
    write_group <= read_group;
    write <= read && !reset ? lanes : 4'd0;
  end

  genvar k;
  generate
    for (k = 0; k < 4; k = k + 1) begin : lane
      assign lanes[k] = {{(16 - GROUP_BITS) {1'b0}}, read_group} * 16'd4
                        + 16'(k) < tokens;
      always_ff @(posedge clk)
        products[32*k+:32] <= 32'(bytes[8*k+:8]) * 32'(quotient);
      assign write_entries[32*k+:32] =
          (overwrite ? 32'd0 : read_entries[32*k+:32]) + products[32*k+:32];
    end
  endgenerate

endmodule
