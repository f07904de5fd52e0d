// Commands that wait, in order. A command that finds the queue empty is offered
// in the cycle in which it is submitted.
module pruning_queue #(
    parameter integer DEPTH = 4,
    parameter integer BITS = 32
) (
    input  logic            clk,
    input  logic            reset,
    input  logic            clear,
    input  logic            push,  // not while full
    input  logic [BITS-1:0] push_data,
    input  logic            take,  // not unless valid
    output logic            valid,
    output logic [BITS-1:0] head,
    output logic [     7:0] level,
    output logic            full
);

  localparam integer INDEX_BITS = $clog2(DEPTH);
  localparam logic [INDEX_BITS-1:0] LAST = INDEX_BITS'(DEPTH - 1);

  logic [BITS-1:0] entries[0:DEPTH-1];
  logic [INDEX_BITS-1:0] first;
  logic [INDEX_BITS-1:0] free;
  logic empty;
  logic store;
  logic drop;

  assign empty = level == 0;
  assign full = level == 8'(DEPTH);
  assign valid = !empty || push;
  assign head = empty ? push_data : entries[first];
  assign store = push && !(empty && take);
  assign drop = take && !empty;

  always_ff @(posedge clk) begin
    if (store) entries[free] <= push_data;
    if (reset || clear) begin
      first <= 0;
      free  <= 0;
      level <= 0;
    end else begin
      if (store) free <= free == LAST ? 0 : free + 1'b1;
      if (drop) first <= first == LAST ? 0 : first + 1'b1;
      level <= level + 8'(store) - 8'(drop);
    end
  end

endmodule
