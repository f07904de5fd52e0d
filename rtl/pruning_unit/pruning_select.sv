// SELECT: finds the importance of the last token that survives, bit by bit from
// the top, with a pass over all entries for each bit: the bit is set if enough
// tokens have at least the importance with it. Then lists the survivors, a token
// per cycle: all above that importance and, from the lowest token on, as many
// equal ones as there is room for.
module pruning_select #(
    parameter integer GROUP_BITS = 8
) (
    input  logic                  clk,
    input  logic                  reset,
    input  logic                  start,
    input  logic [          15:0] tokens,
    input  logic [          31:0] keep,          // beside token 0
    input  logic                  hold,          // list no token
    output logic                  read,
    output logic [GROUP_BITS-1:0] read_group,
    input  logic [         127:0] read_entries,  // in the cycle after `read`
    output logic                  push,
    output logic [          15:0] push_index,
    output logic                  waits,         // could `read`, but for `hold`
    output logic                  ends           // with the last `read`
);

  logic [15:0] last_token;
  logic [13:0] last_group;
  logic [15:0] wanted;

  assign last_token = tokens - 1'b1;
  assign last_group = last_token[15:2];
  assign wanted = keep >= 32'(last_token) ? last_token : keep[15:0];

  // Requests: 32 passes over the groups, then the tokens.
  logic ranking;
  logic listing;
  logic [4:0] rank_bit;
  logic [15:0] token;  // while ranking, the first one of the group
  logic pass_ends;

  assign pass_ends = token[15:2] == last_group;
  assign read = ranking || (listing && !hold);
  assign read_group = GROUP_BITS'(token >> 2);
  assign waits = listing && hold;
  assign ends = listing && !hold && token == last_token;

  always_ff @(posedge clk) begin
    if (reset) begin
      ranking <= 0;
      listing <= 0;
    end else if (start) begin
      ranking <= 1;
    end else if (ranking && pass_ends && rank_bit == 0) begin
      ranking <= 0;
      listing <= 1;
    end else if (ends) begin
      listing <= 0;
    end

    if (start) rank_bit <= 31;
    else if (ranking && pass_ends) rank_bit <= rank_bit - 1'b1;

    if (start || (ranking && pass_ends)) token <= 0;
    else if (ranking) token <= token + 16'd4;
    else if (listing && !hold) token <= token + 1'b1;
  end

  // Entries, a cycle later: count those that would survive.
  logic counted;
  logic count_ends;
  logic listed;
  logic [4:0] count_bit;
  logic [15:0] at;
  logic [31:0] bound;  // the bits that are known
  logic [31:0] candidate;
  logic [3:0] survives;
  logic [15:0] count;
  logic [15:0] total;
  logic [15:0] above;  // tokens above `bound`, once all bits are known

  assign candidate = bound | (32'd1 << count_bit);
  assign total = count + 16'(survives[0]) + 16'(survives[1])
                 + 16'(survives[2]) + 16'(survives[3]);

  genvar k;
  generate
    for (k = 0; k < 4; k = k + 1) begin : lane
      logic [15:0] index;
      assign index = at + 16'(k);
      assign survives[k] = index != 0 && index < tokens
                           && read_entries[32*k+:32] >= candidate;
    end
  endgenerate

  always_ff @(posedge clk) begin
    counted <= ranking && !reset;
    count_ends <= pass_ends;
    count_bit <= rank_bit;
    listed <= listing && !hold && !reset;
    at <= token;
    if (start) begin
      bound <= 0;
      above <= 0;
      count <= 0;
    end else if (counted && count_ends) begin
      if (total >= wanted) bound <= candidate;
      else above <= total;
      count <= 0;
    end else if (counted) begin
      count <= total;
    end
  end

  // The list: compare, then decide.
  logic [31:0] entry;
  logic larger;
  logic equal;
  logic decided;
  logic [15:0] equal_room;

  assign entry = read_entries[32*at[1:0]+:32];
  assign push = decided
                && (push_index == 0 || larger || (equal && equal_room != 0));

  always_ff @(posedge clk) begin
    larger <= entry > bound;
    equal <= entry == bound;
    decided <= listed && !reset;
    push_index <= at;
    if (listed && at == 0) equal_room <= wanted - above;
    else if (push && push_index != 0 && !larger)
      equal_room <= equal_room - 1'b1;
  end

endmodule
