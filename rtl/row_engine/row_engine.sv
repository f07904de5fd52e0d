// The row engine (registers/row_engine.yaml): command queue, operand fetch,
// dot-product array, requantisation, output order. docs/rtl.md describes ports
// and stages, docs/timing.md the cycles.
module row_engine #(
    parameter int ROWS        = 8,      // 1..256
    parameter int LANES       = 64,     // 2..256
    parameter int MAX_TERMS   = 32767,  // 1..32767
    parameter int QUEUE_DEPTH = 4       // commands that wait, 2..255
) (
    input  logic                clk,
    input  logic                reset,
    // A command: the registers as they stand at the write of SUBMIT.
    input  logic                command_valid,
    output logic                command_ready,
    input  logic [        31:0] a_address,
    input  logic [        31:0] a_row_stride,
    input  logic [        31:0] a_term_stride,
    input  logic [        31:0] a_index,
    input  logic [        31:0] b_address,
    input  logic [        31:0] b_term_stride,
    input  logic [        31:0] c_address,
    input  logic [        31:0] c_row_stride,
    input  logic [        31:0] c_column_stride,
    input  logic [        31:0] partial,
    input  logic [        31:0] partial_row_stride,
    input  logic [        31:0] records,
    input  logic [        31:0] shape,
    input  logic [        31:0] terms,
    input  logic [         7:0] mode,
    // State.
    input  logic                clear,           // drop the queue and the fault
    output logic                busy,
    output logic                done,            // in a command's last cycle
    output logic                fault,           // likewise
    output logic [        11:0] fault_register,
    output logic                halted,
    output logic [         2:0] cycle_class,
    // Memory: the requests of a cycle are served together or not at all; data
    // of a read is there from the next cycle on until the next one served.
    input  logic                memory_ready,
    output logic                index_read,
    output logic [        31:0] index_at,
    input  logic [        15:0] index_data,
    output logic                a_read,
    output logic [        31:0] a_at,
    output logic [         6:0] a_bytes,
    input  logic [       511:0] a_data,
    output logic                b_read,
    output logic [        31:0] b_at,
    output logic [         8:0] b_bytes,
    input  logic [ LANES*8-1:0] b_data,
    output logic                partial_read,    // elements of a column
    output logic [        31:0] partial_at,
    output logic [        31:0] partial_stride,
    output logic [         8:0] partial_rows,
    input  logic [ ROWS*32-1:0] partial_data,
    output logic                record_read,
    output logic [        31:0] record_at,
    output logic [         8:0] record_count,
    // Of each record the last 10 bits say nothing.
    /* verilator lint_off UNUSEDSIGNAL */
    input  logic [ ROWS*64-1:0] record_data,
    /* verilator lint_on UNUSEDSIGNAL */
    output logic                c_write,         // elements of a column
    output logic [        31:0] c_at,
    output logic [        31:0] c_stride,
    output logic [         8:0] c_rows,
    output logic [         1:0] c_size,          // log2 of an element's bytes
    output logic [ ROWS*32-1:0] c_data
);

  localparam logic [2:0] ClassIdle = 3'd0;
  localparam logic [2:0] ClassCompute = 3'd1;
  localparam logic [2:0] ClassOperandWait = 3'd2;
  localparam logic [2:0] ClassBankConflict = 3'd3;
  localparam logic [2:0] ClassControl = 3'd4;
  localparam logic [1:0] ByColumn = 2'd0;
  localparam logic [1:0] ByRow = 2'd1;

  // ---- the queue and the command at work ---------------------------------
  localparam int CommandBits = 13 * 32 + 32 + 8;
  logic [CommandBits-1:0] head;
  logic [CommandBits-1:0] command;
  logic queue_full;
  logic queue_empty;
  logic running;
  logic pop;
  logic ends;
  logic [2:0] cycle;  // of the command, up to 4

  fifo #(
      .WIDTH(CommandBits),
      .DEPTH(QUEUE_DEPTH)
  ) u_queue (
      .clk,
      .reset,
      .clear,
      .push     (command_valid),
      .push_data({a_address, a_row_stride, a_term_stride, a_index, b_address,
                  b_term_stride, c_address, c_row_stride, c_column_stride,
                  partial, partial_row_stride, records, shape, terms, mode}),
      .full     (queue_full),
      .pop,
      .head,
      .empty    (queue_empty)
  );

  assign command_ready = !queue_full;
  assign pop  = !running && !queue_empty && !halted && !clear;
  assign busy = running || !queue_empty;

  logic [31:0] m_a_address;
  logic [31:0] m_a_row_stride;
  logic [31:0] m_a_term_stride;
  logic [31:0] m_a_index;
  logic [31:0] m_b_address;
  logic [31:0] m_b_term_stride;
  logic [31:0] m_c_address;
  logic [31:0] m_c_row_stride;
  logic [31:0] m_c_column_stride;
  logic [31:0] m_partial;
  logic [31:0] m_partial_row_stride;
  logic [31:0] m_records;
  logic [31:0] m_shape;
  logic [31:0] m_terms;
  logic        a_unsigned;
  logic        indexed;
  logic        accumulate;
  logic        relu;
  logic [ 1:0] size;
  logic [ 1:0] record_by;

  assign {m_a_address, m_a_row_stride, m_a_term_stride, m_a_index, m_b_address,
          m_b_term_stride, m_c_address, m_c_row_stride, m_c_column_stride,
          m_partial, m_partial_row_stride, m_records, m_shape, m_terms,
          record_by, size, relu, accumulate, indexed, a_unsigned} = command;

  logic bad;
  logic [11:0] bad_register;

  row_engine_check #(
      .MAX_TERMS(MAX_TERMS)
  ) u_check (
      .a_row_stride      (m_a_row_stride),
      .a_term_stride     (m_a_term_stride),
      .a_index_odd       (m_a_index[0]),
      .c_address         (m_c_address),
      .c_row_stride      (m_c_row_stride),
      .c_column_stride   (m_c_column_stride),
      .partial_low       (m_partial[1:0]),
      .partial_stride_low(m_partial_row_stride[1:0]),
      .records_low       (m_records[2:0]),
      .shape             (m_shape),
      .terms             (m_terms),
      .indexed,
      .accumulate,
      .size,
      .record_by,
      .bad,
      .register          (bad_register)
  );

  // Everything behind the queue moves together, or waits for the memory.
  logic requests;
  logic enable;
  logic no_terms;
  logic raw;
  assign requests = index_read | a_read | b_read | partial_read | record_read |
                    c_write;
  assign enable   = memory_ready || !requests;
  assign no_terms = m_terms[14:0] == 15'd0;
  assign raw      = size == 2'd2;
  assign fault    = running && bad && cycle == 3'd3;
  assign done     = ends && enable;
  assign fault_register = bad_register;

  always_ff @(posedge clk)
    if (reset) begin
      running <= 1'b0;
      cycle   <= 3'd0;
      halted  <= 1'b0;
    end else begin
      if (pop) begin
        running <= 1'b1;
        command <= head;
        cycle   <= 3'd1;
      end else if (done || fault) begin
        running <= 1'b0;
        cycle   <= 3'd0;
      end else if (running && cycle != 3'd4) cycle <= cycle + 3'd1;
      if (clear) halted <= 1'b0;
      if (fault) halted <= 1'b1;
    end

  // ---- the sequencer: lists are read two cycles before A and B, which are
  // read two cycles before their step -------------------------------------
  logic runs;
  logic advance;
  assign runs    = running && !bad &&
                   cycle >= (indexed && !no_terms ? 3'd4 : 3'd2);
  assign advance = enable && runs;

  logic seq_load;
  logic seq_load_chunk;
  logic [8:0] seq_load_part;
  logic [31:0] seq_load_address;
  logic [6:0] seq_load_bytes;
  logic seq_step;
  logic seq_step_first;
  logic seq_step_last;
  logic seq_step_chunk;
  logic [5:0] seq_step_term;
  logic seq_step_bank;
  logic [31:0] seq_step_address;
  logic [8:0] seq_step_columns;
  logic seq_read;
  logic seq_read_partial;
  logic seq_read_bank;
  logic [$clog2(LANES)-1:0] seq_read_column;
  logic [8:0] seq_read_rows;
  logic seq_read_first;
  logic seq_read_row_end;
  logic seq_read_last;
  logic term_major;
  assign term_major = m_a_term_stride != 32'd1;

  row_engine_sequencer #(
      .ROWS (ROWS),
      .LANES(LANES)
  ) u_sequencer (
      .clk,
      .reset,
      .start        (running && cycle == 3'd1),
      .advance,
      .rows         (m_shape[15:0]),
      .columns      (m_shape[31:16]),
      .terms        (m_terms[14:0]),
      .term_major,
      .indexed,
      .accumulate,
      .a_address    (m_a_address),
      .a_row_stride (m_a_row_stride),
      .a_term_stride(m_a_term_stride),
      .a_index      (m_a_index),
      .b_address    (m_b_address),
      .b_term_stride(m_b_term_stride),
      .load         (seq_load),
      .load_chunk   (seq_load_chunk),
      .load_part    (seq_load_part),
      .load_address (seq_load_address),
      .load_bytes   (seq_load_bytes),
      .load_index   (index_at),
      .step         (seq_step),
      .step_first   (seq_step_first),
      .step_last    (seq_step_last),
      .step_chunk   (seq_step_chunk),
      .step_term    (seq_step_term),
      .step_bank    (seq_step_bank),
      .step_address (seq_step_address),
      .step_columns (seq_step_columns),
      .read         (seq_read),
      .read_partial (seq_read_partial),
      .read_bank    (seq_read_bank),
      .read_column  (seq_read_column),
      .read_rows    (seq_read_rows),
      .read_first   (seq_read_first),
      .read_row_end (seq_read_row_end),
      .read_last    (seq_read_last)
  );

  assign index_read = runs && seq_load && indexed;

  // ---- operand fetch -----------------------------------------------------
  localparam int LoadBits = 1 + 1 + 9 + 7;
  logic [LoadBits-1:0] load_1;
  logic [LoadBits-1:0] load_2;
  logic [10:0] load_3;
  logic [31:0] load_address_1;
  logic [31:0] load_address_2;
  logic [31:0] list_offset;
  localparam int FetchBits = 1 + 1 + 6 + 9 + 32;
  logic [FetchBits-1:0] fetch_1;
  logic [FetchBits-1:0] fetch_2;
  logic [6:0] pick;  // half of the buffers and term in it

  always_ff @(posedge clk)
    if (reset) begin
      load_1  <= '0;
      load_2  <= '0;
      load_3  <= '0;
      fetch_1 <= '0;
      fetch_2 <= '0;
    end else if (enable) begin
      load_1 <= {runs && seq_load, seq_load_chunk, seq_load_part,
                 seq_load_bytes};
      load_2 <= load_1;
      load_3 <= load_2[LoadBits-1:7];
      load_address_1 <= seq_load_address;
      load_address_2 <= load_address_1;
      list_offset    <= {16'd0, index_data} * m_a_term_stride;
      fetch_1 <= {runs && seq_step && !no_terms, seq_step_chunk, seq_step_term,
                  seq_step_columns, seq_step_address};
      fetch_2 <= fetch_1;
      pick    <= fetch_2[47:41];
    end

  assign a_read  = load_2[17];
  assign a_at    = load_address_2 + (indexed ? list_offset : 32'd0);
  assign a_bytes = load_2[6:0];
  assign b_read  = fetch_2[48];
  assign b_bytes = fetch_2[40:32];
  assign b_at    = fetch_2[31:0];

  logic [LANES*8-1:0] b;
  always_ff @(posedge clk) if (enable) b <= b_data;

  // ---- steps and read-out, as they reach the array -----------------------
  // Without terms there is nothing to fetch, and two stages are left out.
  localparam int ColumnBits = $clog2(LANES);
  localparam int ControlBits = 1 + 4 + 3 + ColumnBits + 9 + 2;
  logic [ControlBits-1:0] control_0;
  logic [ControlBits-1:0] control_1;
  logic [ControlBits-1:0] control_2;
  logic [ControlBits-1:0] control_3;
  logic [ControlBits-1:0] next;     // the cycle before the array
  logic [ControlBits-2:0] now;      // at the array

  assign control_0 = {seq_read_first, runs && seq_read, seq_read_rows,
                      seq_read_row_end, seq_read_last, seq_read_bank,
                      seq_read_column, runs && seq_read_partial,
                      runs && seq_step, seq_step_first, seq_step_last,
                      seq_step_bank};
  assign next = no_terms ? control_1 : control_3;

  always_ff @(posedge clk)
    if (reset) begin
      control_1 <= '0;
      control_2 <= '0;
      control_3 <= '0;
      now       <= '0;
    end else if (enable) begin
      control_1 <= control_0;
      control_2 <= control_1;
      control_3 <= control_2;
      now       <= next[ControlBits-2:0];
    end

  logic next_first;
  logic next_read;
  logic [8:0] next_rows;
  logic next_row_end;
  assign {next_first, next_read, next_rows, next_row_end} =
      next[ControlBits-1-:12];

  logic step;
  logic step_first;
  logic step_last;
  logic step_bank;
  logic read;
  logic read_partial;
  logic read_bank;
  logic [ColumnBits-1:0] read_column;
  logic [8:0] read_rows;
  logic read_row_end;
  logic read_last;
  assign {read, read_rows, read_row_end, read_last, read_bank, read_column,
          read_partial, step, step_first, step_last, step_bank} = now;

  // ---- the array ---------------------------------------------------------
  logic [ROWS*32-1:0] sums;

  for (genvar r = 0; r < ROWS; r++) begin : g_row
    logic mine;       // the read brings this row's byte
    logic [7:0] line_byte;
    assign mine = load_3[8:0] == (term_major ? 9'(r / 64) : 9'(r));
    assign line_byte = term_major ? a_data[8*(r%64)+:8] : a_data[7:0];

    mac_row #(
        .LANES(LANES)
    ) u_mac_row (
        .clk,
        .enable,
        .load_line  (load_3[10] && mine && !term_major && !indexed),
        .load_byte  (load_3[10] && mine && (term_major || indexed)),
        .load_chunk (load_3[9]),
        .line       (a_data),
        .line_byte,
        .pick_chunk (pick[6]),
        .pick_term  (pick[5:0]),
        .a_unsigned,
        .step,
        .first      (step_first),
        .zero       (no_terms),
        .bank       (step_bank),
        .b,
        .read_bank,
        .read_column,
        .sum        (sums[32*r+:32])
    );
  end

  // ---- records and partial sums ------------------------------------------
  logic record_wanted;
  logic record_held;     // the tensor's
  logic record_comes;
  logic partial_comes;
  logic [31:0] partial_base;
  logic [ROWS*32-1:0] partials;
  localparam int RecordBits = 32 + 16 + 6;
  logic [ROWS*RecordBits-1:0] used_records;

  always_comb begin
    record_wanted = next_read && !raw;
    if (record_by == ByRow) record_wanted = record_wanted && next_first;
    else if (record_by != ByColumn)
      record_wanted = record_wanted && !record_held;
  end

  assign record_read    = record_wanted;
  assign record_count   = record_by == ByRow ? next_rows : 9'd1;
  assign partial_read   = read_partial;
  assign partial_stride = m_partial_row_stride;
  assign partial_rows   = read_rows;

  always_ff @(posedge clk)
    if (reset) begin
      record_comes  <= 1'b0;
      partial_comes <= 1'b0;
    end else if (enable) begin
      record_comes  <= record_read;
      partial_comes <= partial_read;
      if (record_read) record_held <= 1'b1;
      if (next_read && record_by == ByColumn)
        record_at <= next_row_end ? m_records : record_at + 32'd8;
      if (next_read && record_by == ByRow && next_row_end)
        record_at <= record_at + 32'(8 * ROWS);
      if (partial_read) begin
        partial_at <= partial_at + 32'd4;
        if (read_row_end) begin
          partial_at   <= partial_base + 32'(ROWS) * m_partial_row_stride;
          partial_base <= partial_base + 32'(ROWS) * m_partial_row_stride;
        end
      end
      if (partial_comes) partials <= partial_data;
      for (int r = 0; r < ROWS; r++)
        if (record_comes)
          used_records[RecordBits*r+:RecordBits] <= record_by == ByRow ?
              record_data[64*r+:RecordBits] : record_data[RecordBits-1:0];
      if (running && cycle == 3'd1) begin
        record_held  <= 1'b0;
        record_at    <= m_records;
        partial_at   <= m_partial;
        partial_base <= m_partial;
      end
    end

  // ---- results: three stages and the write -------------------------------
  for (genvar r = 0; r < ROWS; r++) begin : g_result
    requantiser u_requantiser (
        .clk,
        .enable,
        .sum       (sums[32*r+:32]),
        .partial   (accumulate ? partials[32*r+:32] : 32'd0),
        .bias      (used_records[RecordBits*r+:32]),
        .multiplier(used_records[RecordBits*r+32+:16]),
        .shift     (used_records[RecordBits*r+48+:6]),
        .raw,
        .narrow    (size == 2'd0),
        .relu,
        .value     (c_data[32*r+:32])
    );
  end

  localparam int ResultBits = 1 + 9 + 2;
  logic [ResultBits-1:0] result_1;
  logic [ResultBits-1:0] result_2;
  logic [ResultBits-1:0] result_3;
  logic [ResultBits-1:0] result_4;
  logic [31:0] c_base;

  assign c_write  = result_4[11];
  assign c_rows   = result_4[10:2];
  assign c_stride = m_c_row_stride;
  assign c_size   = size;
  assign ends     = c_write && result_4[0];

  always_ff @(posedge clk)
    if (reset) begin
      result_1 <= '0;
      result_2 <= '0;
      result_3 <= '0;
      result_4 <= '0;
    end else if (enable) begin
      result_1 <= {read, read_rows, read_row_end, read_last};
      result_2 <= result_1;
      result_3 <= result_2;
      result_4 <= result_3;
      if (c_write) begin
        c_at <= c_at + m_c_column_stride;
        if (result_4[1]) begin
          c_at   <= c_base + 32'(ROWS) * m_c_row_stride;
          c_base <= c_base + 32'(ROWS) * m_c_row_stride;
        end
      end
      if (running && cycle == 3'd1) begin
        c_at   <= m_c_address;
        c_base <= m_c_address;
      end
    end

  // ---- what this cycle is ------------------------------------------------
  logic between;  // the first step and the last
  always_ff @(posedge clk)
    if (reset || (running && cycle == 3'd1)) between <= 1'b0;
    else if (enable && step) between <= !step_last;

  always_comb
    if (!running && !pop) cycle_class = ClassIdle;
    else if (!enable) cycle_class = ClassBankConflict;
    else if (step) cycle_class = no_terms ? ClassControl : ClassCompute;
    else if (between) cycle_class = ClassOperandWait;
    else cycle_class = ClassControl;

endmodule
