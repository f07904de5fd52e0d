// Which step, which read of A and which column of a read-out comes next.
//
// Tiles of ROWS x LANES go from left to right, then down. Three counters walk
// through them: the loader of A, the steps, and the read-out. A chunk is what
// the loader brings before the array can use it: 64 terms of every row, or, if
// the rows of a term are contiguous or terms come from a list, one term. The
// loader starts on a chunk with the first step of the one before. A tile waits
// for the accumulators of the tile before the last to be read out.
//
// Outputs describe this cycle; state moves where `advance` is high.
module row_engine_sequencer #(
    parameter int ROWS  = 8,  // 1..256
    parameter int LANES = 64  // 2..256
) (
    input  logic        clk,
    input  logic        reset,
    input  logic        start,          // take a command, be at its first tile
    input  logic        advance,
    input  logic [15:0] rows,
    input  logic [15:0] columns,
    input  logic [14:0] terms,
    input  logic        term_major,
    input  logic        indexed,
    input  logic        accumulate,
    input  logic [31:0] a_address,
    input  logic [31:0] a_row_stride,
    input  logic [31:0] a_term_stride,
    input  logic [31:0] a_index,
    input  logic [31:0] b_address,
    input  logic [31:0] b_term_stride,
    // A read of A.
    output logic        load,
    output logic        load_chunk,     // which half of the buffers
    output logic [ 8:0] load_part,      // row, or 64 rows of a term
    output logic [31:0] load_address,   // without the list's share
    output logic [ 6:0] load_bytes,
    output logic [31:0] load_index,     // address of the term's list entry
    // A step.
    output logic        step,
    output logic        step_first,     // of its tile
    output logic        step_last,      // of the command
    output logic        step_chunk,
    output logic [ 5:0] step_term,      // within the chunk
    output logic        step_bank,
    output logic [31:0] step_address,   // of the row of B
    output logic [ 8:0] step_columns,
    // A cycle of the read-out.
    output logic        read,           // a column of sums
    output logic        read_partial,   // the cycle before it, for its P
    output logic        read_bank,
    output logic [$clog2(LANES)-1:0] read_column,
    output logic [ 8:0] read_rows,
    output logic        read_first,     // column of the tile
    output logic        read_row_end,   // last column of the row of tiles
    output logic        read_last       // column of the command
);

  localparam logic [15:0] Rows = 16'(ROWS);
  localparam logic [15:0] Lanes = 16'(LANES);

  logic no_terms;
  logic long_chunks;
  assign no_terms    = terms == 15'd0;
  assign long_chunks = !term_major && !indexed;

  // ---- steps -------------------------------------------------------------
  logic        at_work;
  logic [15:0] rows_left;
  logic [15:0] columns_left;
  logic [14:0] terms_left;
  logic [31:0] b_tile;
  logic        row_ends;        // the tile is the last of its row of tiles
  logic        all_ends;
  logic        tile_ends;       // with this step
  logic        chunk_ends;
  logic        new_chunk;
  logic        loading;
  logic        waiting;         // a tile for the read-out

  assign row_ends     = columns_left <= Lanes;
  assign all_ends     = row_ends && rows_left <= Rows;
  assign tile_ends    = terms_left <= 15'd1;
  assign new_chunk    = step_term == 6'd0;
  assign chunk_ends   = !long_chunks || step_term == 6'd63;
  assign step         = at_work && !(new_chunk && loading) &&
                        !(step_first && waiting);
  assign step_last    = step && tile_ends && all_ends;
  assign step_columns = row_ends ? columns_left[8:0] : 9'(LANES);

  always_ff @(posedge clk)
    if (reset) at_work <= 1'b0;
    else if (start) begin
      at_work      <= 1'b1;
      rows_left    <= rows;
      columns_left <= columns;
      terms_left   <= terms;
      step_first   <= 1'b1;
      step_chunk   <= 1'b0;
      step_term    <= 6'd0;
      step_bank    <= 1'b0;
      b_tile       <= b_address;
      step_address <= b_address;
    end else if (advance && step) begin
      step_first <= tile_ends;
      step_term  <= tile_ends || chunk_ends ? 6'd0 : step_term + 6'd1;
      step_chunk <= step_chunk ^ (tile_ends | chunk_ends);
      if (!tile_ends) begin
        terms_left   <= terms_left - 15'd1;
        step_address <= step_address + b_term_stride;
      end else begin
        terms_left <= terms;
        step_bank  <= ~step_bank;
        at_work    <= !all_ends;
        if (row_ends) begin
          columns_left <= columns;
          rows_left    <= rows_left - Rows;
          b_tile       <= b_address;
          step_address <= b_address;
        end else begin
          columns_left <= columns_left - Lanes;
          b_tile       <= b_tile + 32'(LANES);
          step_address <= b_tile + 32'(LANES);
        end
      end
    end

  // ---- the loader of A ---------------------------------------------------
  logic [15:0] load_rows_left;
  logic [15:0] load_columns_left;
  logic [14:0] load_terms_left;
  logic [31:0] load_tile;       // address of the row of tiles
  logic [31:0] load_base;       // of the chunk
  logic [31:0] next_tile;
  logic [31:0] next_base;
  logic [ 8:0] load_rows;
  logic [ 8:0] load_parts;
  logic [15:0] rows_behind;     // of this part
  logic        load_ends;       // the chunk, with this read
  logic        load_tile_ends;
  logic        more;            // chunks after the one that begins
  logic        begins;

  assign more       = !all_ends ||
                      terms_left > (long_chunks ? 15'd64 : 15'd1);
  assign begins     = step && new_chunk && !no_terms && more;
  assign load       = loading || begins;
  assign load_rows  = load_rows_left > Rows ? 9'(ROWS) : load_rows_left[8:0];
  assign load_parts = term_major ? (load_rows + 9'd63) >> 6 : load_rows;
  assign load_ends  = load_part + 9'd1 == load_parts;
  assign load_tile_ends = load_terms_left <= (long_chunks ? 15'd64 : 15'd1);
  assign rows_behind    = {7'd0, load_rows} - {1'b0, load_part, 6'd0};
  assign next_tile =
      load_columns_left > Lanes ? load_tile :
      load_tile + (term_major ? 32'(ROWS) : 32'(ROWS) * a_row_stride);

  always_comb begin
    next_base = load_base;
    if (load_tile_ends) next_base = next_tile;
    else if (long_chunks) next_base = load_base + 32'd64;
    else if (!indexed) next_base = load_base + a_term_stride;
    load_bytes = 7'd1;
    if (long_chunks)
      load_bytes = load_tile_ends ? load_terms_left[6:0] : 7'd64;
    else if (term_major)
      load_bytes = rows_behind > 16'd64 ? 7'd64 : rows_behind[6:0];
  end

  always_ff @(posedge clk)
    if (reset) loading <= 1'b0;
    else if (start) begin
      loading           <= !no_terms;
      load_chunk        <= 1'b0;
      load_part         <= 9'd0;
      load_rows_left    <= rows;
      load_columns_left <= columns;
      load_terms_left   <= terms;
      load_tile         <= a_address;
      load_base         <= a_address;
      load_address      <= a_address;
      load_index        <= a_index;
    end else if (advance && load) begin
      loading   <= !load_ends;
      load_part <= load_ends ? 9'd0 : load_part + 9'd1;
      if (!load_ends)
        load_address <= load_address + (term_major ? 32'd64 : a_row_stride);
      else begin
        load_chunk   <= ~load_chunk;
        load_base    <= next_base;
        load_address <= next_base;
        if (!load_tile_ends) begin
          load_terms_left <= load_terms_left - (long_chunks ? 15'd64 : 15'd1);
          load_index      <= load_index + 32'd2;
        end else begin
          load_terms_left <= terms;
          load_index      <= a_index;
          load_tile       <= next_tile;
          if (load_columns_left > Lanes)
            load_columns_left <= load_columns_left - Lanes;
          else begin
            load_columns_left <= columns;
            load_rows_left    <= load_rows_left - Rows;
          end
        end
      end
    end

  // ---- the read-out ------------------------------------------------------
  // A tile: its bank, rows, columns, and whether it ends its row, or all.
  localparam int TileBits = 21;
  logic [TileBits-1:0] done_tile;
  logic [TileBits-1:0] waiting_tile;
  logic [TileBits-1:0] tile;
  logic                reading;
  logic                second;      // of the two cycles of a column with P
  logic                column_ends;
  logic                read_ends;
  logic [         8:0] done_rows;

  assign done_rows    = rows_left > Rows ? 9'(ROWS) : rows_left[8:0];
  assign done_tile    = {step_bank, done_rows, step_columns, row_ends,
                         all_ends};
  assign read_bank    = tile[20];
  assign read_rows    = tile[19:11];
  assign read_partial = reading && accumulate && !second;
  assign read         = reading && (!accumulate || second);
  assign read_first   = read_column == '0;
  assign column_ends  = 9'(read_column) + 9'd1 == tile[10:2];
  assign read_row_end = column_ends && tile[1];
  assign read_last    = column_ends && tile[0];
  assign read_ends    = read && column_ends;

  always_ff @(posedge clk)
    if (reset || start) begin
      reading     <= 1'b0;
      waiting     <= 1'b0;
      second      <= 1'b0;
      read_column <= '0;
    end else if (advance) begin
      second <= read_partial;
      if (read) read_column <= column_ends ? '0 : read_column + 1'b1;
      if (!reading || read_ends) begin
        reading <= waiting || (step && tile_ends);
        tile    <= waiting ? waiting_tile : done_tile;
        waiting <= 1'b0;
      end else if (step && tile_ends) begin
        waiting      <= 1'b1;
        waiting_tile <= done_tile;
      end
    end

endmodule
