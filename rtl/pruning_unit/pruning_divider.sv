// quotient = floor(2^24 / max(divisor, 1)), a bit per cycle: 24 cycles from the
// one after `start`, during which the divisor must not change.
module pruning_divider #(
    parameter integer BITS = 18
) (
    input  logic            clk,
    input  logic            reset,
    input  logic            start,     // divisor is valid in the next cycle
    input  logic [BITS-1:0] divisor,
    output logic            active,
    output logic [     4:0] step,      // 0..23 while active
    output logic [    24:0] quotient
);

  logic [BITS-1:0] remainder;
  logic [BITS-1:0] carried;
  logic [BITS:0] doubled;
  logic [BITS-1:0] difference;
  logic one;
  logic fits;

  // The first bit of the quotient needs no step of its own: it is set for the
  // divisor 1 only.
  assign one = divisor[BITS-1:1] == 0;
  assign carried = step != 0 ? remainder : one ? BITS'(0) : BITS'(1);
  assign doubled = {carried, 1'b0};
  assign difference = doubled[BITS-1:0] - divisor;
  assign fits = !one && doubled >= {1'b0, divisor};

  always_ff @(posedge clk) begin
    if (reset) active <= 0;
    else if (start) active <= 1;
    else if (step == 23) active <= 0;

    if (start || !active) step <= 0;
    else step <= step + 1'b1;

    if (active) begin
      remainder <= fits ? difference : doubled[BITS-1:0];
      quotient  <= {step == 0 ? {23'd0, one} : quotient[23:0], fits};
    end
  end

endmodule
