// The pruning unit: decides at run time what is not computed. Commands and their
// parameters are those of registers/pruning_unit.yaml, values those of
// docs/arithmetic.md, cycles those of docs/timing.md.
//
// `submit` is a write of SUBMIT: the parameters are taken in that cycle. Memory:
// a read or write is done when valid and ready; read_data belong to the read of
// two cycles ago. All addresses are byte addresses, of any alignment for reads.
// `cycle_class`: 0 idle, 1 compute, 3 bank conflict, 4 control.
// MAX_TOKENS 1..65535, BYTES_PER_CYCLE a power of two 4..256, QUEUE_DEPTH
// 2..255. `reset` is synchronous.
module pruning_unit #(
    parameter integer MAX_TOKENS = 1024,
    parameter integer BYTES_PER_CYCLE = 64,
    parameter integer QUEUE_DEPTH = 4,
    parameter integer COUNT_BITS = $clog2(BYTES_PER_CYCLE + 1)
) (
    input  logic                         clk,
    input  logic                         reset,
    // Commands.
    input  logic                         submit,
    input  logic [                 31:0] tag,
    input  logic [                 31:0] x_address,
    input  logic [                 31:0] x_stride,
    input  logic [                 31:0] list_address,
    input  logic [                 15:0] tokens,
    input  logic [                 15:0] channels,
    input  logic [                 31:0] keep,
    input  logic [                 31:0] first_channel,
    input  logic [                  1:0] operation,
    input  logic                         first,
    input  logic [                  7:0] threshold,
    input  logic                         clear,
    // State.
    output logic                         busy,
    output logic [                  7:0] level,
    output logic                         full,
    output logic [                 31:0] completed,
    output logic                         halted,
    output logic [                  3:0] fault_code,
    output logic [                 31:0] fault_address,
    output logic [                 31:0] fault_tag,
    output logic [                 31:0] live_count,
    output logic [                 31:0] kept_count,
    output logic [                  2:0] cycle_class,
    // Memory.
    output logic                         read_valid,
    output logic [                 31:0] read_address,
    output logic [       COUNT_BITS-1:0] read_bytes,
    input  logic                         read_ready,
    input  logic [8*BYTES_PER_CYCLE-1:0] read_data,
    output logic                         write_valid,
    output logic [                 31:0] write_address,
    output logic [                 15:0] write_data,
    input  logic                         write_ready
);

  localparam integer GROUPS = (MAX_TOKENS + 3) / 4;
  localparam integer GROUP_BITS = GROUPS > 1 ? $clog2(GROUPS) : 1;
  localparam integer COMMAND_BITS = 6 * 32 + 2 * 16 + 11;
  localparam logic [1:0] IMPORTANCE = 0;
  localparam logic [1:0] SELECT = 1;
  localparam logic [1:0] SCAN = 2;
  localparam logic [2:0] IDLE_CYCLE = 0;
  localparam logic [2:0] COMPUTE_CYCLE = 1;
  localparam logic [2:0] CONFLICT_CYCLE = 3;
  localparam logic [2:0] CONTROL_CYCLE = 4;
  localparam logic [3:0] FAULT_PARAMETER = 6;
  localparam logic [3:0] FAULT_QUEUE_OVERFLOW = 7;
  localparam logic [31:0] SUBMIT_OFFSET = 32'h008;
  localparam logic [31:0] LIST_OFFSET = 32'h088;
  localparam logic [31:0] SHAPE_OFFSET = 32'h08c;
  localparam logic [31:0] FIRST_CHANNEL_OFFSET = 32'h094;
  localparam logic [31:0] MODE_OFFSET = 32'h098;

  // The queue, and the command that executes.
  logic take;
  logic head_valid;
  logic [COMMAND_BITS-1:0] head;
  logic [31:0] c_tag;
  logic [31:0] c_x_address;
  logic [31:0] c_x_stride;
  logic [31:0] c_list;
  logic [15:0] c_channels;
  logic [15:0] c_tokens;
  logic [31:0] c_keep;
  logic [31:0] c_first_channel;
  logic [7:0] c_threshold;
  logic c_first;
  logic [1:0] c_operation;

  pruning_queue #(
      .DEPTH(QUEUE_DEPTH),
      .BITS (COMMAND_BITS)
  ) queue (
      .clk(clk),
      .reset(reset),
      .clear(clear),
      .push(submit && !full),
      .push_data({
        tag, x_address, x_stride, list_address, tokens, channels, keep,
        first_channel, operation, first, threshold
      }),
      .take(take),
      .valid(head_valid),
      .head(head),
      .level(level),
      .full(full)
  );

  always_ff @(posedge clk) begin
    if (take) begin
      {c_tag, c_x_address, c_x_stride, c_list, c_tokens, c_channels, c_keep,
       c_first_channel, c_operation, c_first, c_threshold} <= head;
    end
  end

  // Parameters, in the order in which they are blamed.
  logic bad;
  logic [31:0] blamed;
  logic wrong_scan;

  assign wrong_scan = c_operation == SCAN
                      && (c_threshold[7] || c_channels == 0);

  always_comb begin
    bad = 1;
    blamed = 0;
    if (c_operation == 3) blamed = MODE_OFFSET;
    else if (c_tokens - 16'd1 >= 16'(MAX_TOKENS)) blamed = SHAPE_OFFSET;
    else if (wrong_scan) blamed = c_threshold[7] ? MODE_OFFSET : SHAPE_OFFSET;
    else if (c_operation != IMPORTANCE && c_list[0]) blamed = LIST_OFFSET;
    else if (c_operation == SCAN
             && 33'(c_first_channel) + 33'(c_channels) > 33'd65536)
      blamed = FIRST_CHANNEL_OFFSET;
    else bad = 0;
  end

  // Sequence: set-up of four cycles, work, and for a list four cycles more from
  // its last value to memory.
  logic [1:0] count;
  logic set_up;
  logic work;
  logic drain;
  logic refuse;
  logic go;
  logic ends;
  logic complete;
  logic data_ends;
  logic importance_ends;
  logic select_ends;
  logic list_empty;
  logic last_value;
  logic [31:0] entries;

  assign go = set_up && count == 3 && !bad;
  assign refuse = set_up && count == 3 && bad;
  assign last_value = c_operation == SELECT ? select_ends
                      : c_operation == SCAN && data_ends;
  assign ends = drain && count == 3 && list_empty;
  assign complete = importance_ends || ends;
  assign busy = set_up || work || drain || level != 0;
  assign take = head_valid && !halted && !clear
                && (complete || !(set_up || work || drain));

  always_ff @(posedge clk) begin
    if (reset) begin
      set_up <= 0;
      work <= 0;
      drain <= 0;
    end else begin
      if (take) set_up <= 1;
      else if (count == 3) set_up <= 0;
      if (go) work <= 1;
      else if (last_value || importance_ends) work <= 0;
      if (last_value) drain <= 1;
      else if (ends) drain <= 0;
    end
    if (take || last_value) count <= 0;
    else if (count != 3) count <= count + 1'b1;
  end

  always_ff @(posedge clk) begin
    if (reset) begin
      completed <= 0;
      live_count <= 0;
      kept_count <= 0;
    end else if (complete) begin
      completed <= completed + 1'b1;
      if (c_operation == SELECT) kept_count <= entries;
      if (c_operation == SCAN) live_count <= entries;
    end
    if (reset || clear) begin
      halted <= 0;
      fault_code <= 0;
      fault_address <= 0;
      fault_tag <= 0;
    end else if (!halted && (refuse || (submit && full))) begin
      halted <= 1;
      fault_code <= refuse ? FAULT_PARAMETER : FAULT_QUEUE_OVERFLOW;
      fault_address <= refuse ? blamed : SUBMIT_OFFSET;
      fault_tag <= refuse ? c_tag : tag;
    end
  end

  // Operands.
  logic hold;
  logic data_valid;
  logic data_missing;
  logic data_ends_row;
  logic [8*BYTES_PER_CYCLE-1:0] data;

  pruning_fetch #(
      .BYTES(BYTES_PER_CYCLE),
      .COUNT_BITS(COUNT_BITS)
  ) fetch (
      .clk(clk),
      .reset(reset),
      .start(go && c_operation != SELECT),
      .address(c_x_address),
      .stride(c_x_stride),
      .rows(c_operation == SCAN ? c_channels : 16'd1),
      .row_bytes(c_tokens),
      .hold(hold),
      .read_valid(read_valid),
      .read_address(read_address),
      .read_bytes(read_bytes),
      .read_ready(read_ready),
      .read_data(read_data),
      .data_valid(data_valid),
      .data_missing(data_missing),
      .data(data),
      .data_ends_row(data_ends_row),
      .data_ends(data_ends)
  );

  // The three operations.
  logic importance_read;
  logic select_read;
  logic [GROUP_BITS-1:0] importance_group;
  logic [GROUP_BITS-1:0] select_group;
  logic [127:0] importances;
  logic [3:0] store_write;
  logic [GROUP_BITS-1:0] store_group;
  logic [127:0] store_entries;
  logic scan_push;
  logic [15:0] scan_index;
  logic select_push;
  logic select_waits;
  logic [15:0] select_index;

  pruning_store #(
      .GROUPS(GROUPS),
      .GROUP_BITS(GROUP_BITS)
  ) store (
      .clk(clk),
      .reset(reset),
      .read(importance_read || select_read),
      .read_group(importance_read ? importance_group : select_group),
      .read_entries(importances),
      .write(store_write),
      .write_group(store_group),
      .write_entries(store_entries)
  );

  pruning_importance #(
      .MAX_TOKENS(MAX_TOKENS),
      .BYTES(BYTES_PER_CYCLE),
      .GROUP_BITS(GROUP_BITS)
  ) importance (
      .clk(clk),
      .reset(reset),
      .start(go && c_operation == IMPORTANCE),
      .first(c_first),
      .tokens(c_tokens),
      .data_valid(data_valid && c_operation == IMPORTANCE),
      .data_ends(data_ends && c_operation == IMPORTANCE),
      .data(data),
      .read(importance_read),
      .read_group(importance_group),
      .read_entries(importances),
      .write(store_write),
      .write_group(store_group),
      .write_entries(store_entries),
      .ends(importance_ends)
  );

  pruning_select #(
      .GROUP_BITS(GROUP_BITS)
  ) select (
      .clk(clk),
      .reset(reset),
      .start(go && c_operation == SELECT),
      .tokens(c_tokens),
      .keep(c_keep),
      .hold(hold),
      .read(select_read),
      .read_group(select_group),
      .read_entries(importances),
      .push(select_push),
      .push_index(select_index),
      .waits(select_waits),
      .ends(select_ends)
  );

  pruning_scan #(
      .BYTES(BYTES_PER_CYCLE)
  ) scan (
      .clk(clk),
      .reset(reset),
      .start(go && c_operation == SCAN),
      .threshold(c_threshold[6:0]),
      .first_channel(c_first_channel[15:0]),
      .data_valid(data_valid && c_operation == SCAN),
      .data_ends_row(data_ends_row),
      .data(data),
      .push(scan_push),
      .push_index(scan_index)
  );

  pruning_list writer (
      .clk(clk),
      .reset(reset),
      .start(go),
      .list(c_list),
      .first(c_operation == SCAN && !c_first ? live_count : 32'd0),
      .push(scan_push || select_push),
      .push_index(select_push ? select_index : scan_index),
      .write_valid(write_valid),
      .write_address(write_address),
      .write_data(write_data),
      .write_ready(write_ready),
      .hold(hold),
      .empty(list_empty),
      .entries(entries)
  );

  // What this cycle is.
  logic computes;
  logic conflicts;

  assign computes = data_valid || importance_read || select_read;
  assign conflicts = data_missing || select_waits
                     || (drain && count == 3 && !list_empty);

  always_comb begin
    cycle_class = CONTROL_CYCLE;
    if (!(set_up || work || drain)) cycle_class = IDLE_CYCLE;
    else if (computes) cycle_class = COMPUTE_CYCLE;
    else if (conflicts) cycle_class = CONFLICT_CYCLE;
  end

endmodule
