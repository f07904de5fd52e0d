// SCAN: a channel is live if one of its values, signed bytes, is above the
// threshold. Beats of a channel in one after the other, the indices of live
// channels out, three cycles after a channel's last beat.
module pruning_scan #(
    parameter integer BYTES = 64
) (
    input  logic               clk,
    input  logic               reset,
    input  logic               start,
    input  logic [        6:0] threshold,
    input  logic [       15:0] first_channel,
    input  logic               data_valid,
    input  logic               data_ends_row,
    input  logic [8*BYTES-1:0] data,
    output logic               push,
    output logic [       15:0] push_index
);

  logic [BYTES-1:0] above;
  logic beat_valid;
  logic beat_live;
  logic beat_ends_row;
  logic live;  // so far
  logic [15:0] channel;

  genvar i;
  generate
    for (i = 0; i < BYTES; i = i + 1) begin : value
      assign above[i] = !data[8*i+7] && data[8*i+:7] > threshold;
    end
  endgenerate

  always_ff @(posedge clk) begin
    beat_valid <= data_valid && !reset;
    beat_live <= |above;
    beat_ends_row <= data_ends_row;
    push <= beat_valid && beat_ends_row && (live || beat_live) && !reset;
    push_index <= channel;
    if (start) begin
      live <= 0;
      channel <= first_channel;
    end else if (beat_valid) begin
      live <= (live || beat_live) && !beat_ends_row;
      channel <= channel + 16'(beat_ends_row);
    end
  end

endmodule
