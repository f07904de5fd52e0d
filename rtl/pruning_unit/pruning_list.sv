// Writes a list of 16-bit indices, one behind the other, as they come. `hold`
// asks for no more while memory refuses a write; what is on its way by then,
// five indices at most, finds room.
module pruning_list (
    input  logic        clk,
    input  logic        reset,
    input  logic        start,
    input  logic [31:0] list,          // address of entry 0
    input  logic [31:0] first,         // entries that are there already
    input  logic        push,
    input  logic [15:0] push_index,
    output logic        write_valid,
    output logic [31:0] write_address,
    output logic [15:0] write_data,
    input  logic        write_ready,
    output logic        hold,
    output logic        empty,
    output logic [31:0] entries        // in memory
);

  logic [15:0] waiting[0:7];
  logic [2:0] oldest;
  logic [2:0] free;
  logic pop;

  assign empty = oldest == free;
  assign write_valid = !empty;
  assign write_address = list + {entries[30:0], 1'b0};
  assign write_data = waiting[oldest];
  assign hold = write_valid && !write_ready;
  assign pop = write_valid && write_ready;

  always_ff @(posedge clk) begin
    if (push) waiting[free] <= push_index;
    if (reset) begin
      oldest <= 0;
      free <= 0;
    end else begin
      if (push) free <= free + 1'b1;
      if (pop) oldest <= oldest + 1'b1;
    end
    if (start) entries <= first;
    else if (pop) entries <= entries + 1'b1;
  end

endmodule
