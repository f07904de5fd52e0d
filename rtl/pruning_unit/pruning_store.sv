// The importance memory: groups of four 32-bit entries. Entries that were never
// written since reset read as zero: they are those from `written` on, since a
// command writes the entries from 0 on without a gap.
module pruning_store #(
    parameter integer GROUPS = 256,
    parameter integer GROUP_BITS = 8
) (
    input  logic                  clk,
    input  logic                  reset,
    input  logic                  read,
    input  logic [GROUP_BITS-1:0] read_group,
    output logic [         127:0] read_entries,   // in the next cycle
    input  logic [           3:0] write,          // lanes from 0 on
    input  logic [GROUP_BITS-1:0] write_group,
    input  logic [         127:0] write_entries
);

  logic [127:0] stored;
  logic [GROUP_BITS-1:0] shown;
  logic [16:0] written;
  logic [16:0] extent;

  pruning_memory #(
      .WORDS(GROUPS),
      .LANES(4),
      .LANE_BITS(32),
      .ADDRESS_BITS(GROUP_BITS)
  ) entries (
      .clk(clk),
      .read(read),
      .read_address(read_group),
      .read_data(stored),
      .write(write),
      .write_address(write_group),
      .write_data(write_entries)
  );

  assign extent = (17'(write_group) << 2) + 17'(write[0]) + 17'(write[1])
                  + 17'(write[2]) + 17'(write[3]);

  always_ff @(posedge clk) begin
    if (read) shown <= read_group;
    if (reset) written <= 0;
    else if (write[0] && extent > written) written <= extent;
  end

  genvar k;
  generate
    for (k = 0; k < 4; k = k + 1) begin : lane
      logic known;
      assign known = (17'(shown) << 2) + 17'(k) < written;
      assign read_entries[32*k+:32] = known ? stored[32*k+:32] : 32'd0;
    end
  endgenerate

endmodule
