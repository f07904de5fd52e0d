// One element's way from a sum to a result (docs/arithmetic.md, section 2):
//
//   value = sat(((sum + partial + bias) * multiplier + 2^(shift-1)) >> shift)
//
// in three stages, one element per cycle. `raw` passes the sum with the partial
// sum as it is. Sums wrap around in 32 bits; shift 0 does not round.
// Registers move where `enable` is high.
module requantiser (
    input  logic        clk,
    input  logic        enable,
    input  logic [31:0] sum,
    input  logic [31:0] partial,
    input  logic [31:0] bias,
    input  logic [15:0] multiplier,
    input  logic [ 5:0] shift,
    input  logic        raw,
    input  logic        narrow,      // i8, else i16
    input  logic        relu,
    output logic [31:0] value        // sign-extended
);

  /* verilator no_inline_module */

  // Stage 1: the bias.
  logic signed [31:0] biased;
  logic signed [15:0] factor;
  logic        [ 5:0] places;
  // Stage 2: the product.
  logic signed [47:0] product;
  logic        [31:0] kept;
  logic        [ 5:0] places_2;

  always_ff @(posedge clk)
    if (enable) begin
      biased   <= sum + partial + (raw ? 32'd0 : bias);
      factor   <= multiplier;
      places   <= shift;
      product  <= biased * factor;
      kept     <= biased;
      places_2 <= places;
    end

  // Stage 3: rounding is the last bit shifted out, added; then saturation.
  logic signed [47:0] shifted;
  logic               half;
  logic signed [47:0] rounded;
  logic signed [47:0] low;
  logic signed [47:0] high;
  logic        [ 5:0] half_place;
  logic        [31:0] limited;

  always_comb begin
    shifted    = product >>> places_2;
    half_place = places_2 - 6'd1;
    half       = 1'b0;
    if (places_2 != 6'd0)
      half = half_place > 6'd47 ? product[47] : product[half_place];
    rounded = shifted + $signed({47'd0, half});
    high    = narrow ? 48'sd127 : 48'sd32767;
    low     = relu ? 48'sd0 : ~high;
    if (rounded < low) limited = low[31:0];
    else if (rounded > high) limited = high[31:0];
    else limited = rounded[31:0];
  end

  always_ff @(posedge clk) if (enable) value <= raw ? kept : limited;

endmodule
