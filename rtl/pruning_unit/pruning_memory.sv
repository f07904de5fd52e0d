// A memory of the pruning unit: one read and one write port, both synchronous.
// A word has LANES lanes, written each on its own. The contents after reset are
// unknown; a word is never read in the cycle that writes it. In silicon a macro.
module pruning_memory #(
    parameter integer WORDS = 256,
    parameter integer LANES = 4,
    parameter integer LANE_BITS = 32,
    parameter integer ADDRESS_BITS = 8
) (
    input  logic                       clk,
    input  logic                       read,
    input  logic [   ADDRESS_BITS-1:0] read_address,
    output logic [LANES*LANE_BITS-1:0] read_data,
    input  logic [          LANES-1:0] write,
    input  logic [   ADDRESS_BITS-1:0] write_address,
    input  logic [LANES*LANE_BITS-1:0] write_data
);

  logic [LANES*LANE_BITS-1:0] memory[0:WORDS-1];
  integer i;

  always_ff @(posedge clk) begin
    if (read) read_data <= memory[read_address];
    for (i = 0; i < LANES; i = i + 1) begin
      if (write[i])
        memory[write_address][i*LANE_BITS+:LANE_BITS]
            <= write_data[i*LANE_BITS+:LANE_BITS];
    end
  end

endmodule
