// A queue of words; what is pushed in one cycle is at the head in the next.
// Pushing while full and popping while empty do nothing. clear empties it.
module fifo #(
    parameter int WIDTH = 32,
    parameter int DEPTH = 4  // 2..255
) (
    input  logic             clk,
    input  logic             reset,
    input  logic             clear,
    input  logic             push,
    input  logic [WIDTH-1:0] push_data,
    output logic             full,
    input  logic             pop,
    output logic [WIDTH-1:0] head,
    output logic             empty
);

  localparam logic [7:0] Last = 8'(DEPTH - 1);
  localparam logic [7:0] All = 8'(DEPTH);
  localparam int AddressBits = $clog2(DEPTH);

  logic [WIDTH-1:0] slots[DEPTH];
  logic [7:0] first;
  logic [7:0] next;
  logic [7:0] used;
  logic pushes;
  logic pops;

  assign full   = used == All;
  assign empty  = used == 8'd0;
  assign head   = slots[first[AddressBits-1:0]];
  assign pushes = push && !full;
  assign pops   = pop && !empty;

  always_ff @(posedge clk) begin
    if (pushes) slots[next[AddressBits-1:0]] <= push_data;
    if (pushes) next <= next == Last ? 8'd0 : next + 8'd1;
    if (pops) first <= first == Last ? 8'd0 : first + 8'd1;
    used <= used + {7'd0, pushes} - {7'd0, pops};
    if (reset || clear) begin
      first <= 8'd0;
      next  <= 8'd0;
      used  <= 8'd0;
    end
  end

endmodule
