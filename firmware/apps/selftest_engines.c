/* The compute engines, with the worked examples of docs/arithmetic.md. */
#include "firmware/apps/selftest.h"
#include "firmware/runtime/model_image.h"

/* Places in the scratch memory. */
#define A_OFFSET 0u
#define B_OFFSET 256u
#define C_OFFSET 512u
#define RECORDS_OFFSET 768u
#define TABLE_OFFSET 1024u
#define LIST_OFFSET 1536u

static void run_product(struct selftest* test,
                        const struct row_engine_command* command) {
  engines_wait(&test->engines, ENGINE_ROW,
               engines_row(&test->engines, command, 0, 0));
}

/* Section 2: factor 1/2 rounds 3, 1, -1, -3 to 2, 1, 0, -1; and -1000 with its
 * record gives -18. */
static bool rounding(struct selftest* test) {
  static const int8_t a[] = {1};
  static const int8_t b[] = {3, 1, -1, -3};
  static const int8_t halves[] = {2, 1, 0, -1};
  static const struct vit_record half = {0, 16384, 15, 0};
  static const int8_t ten[] = {-10};
  static const int8_t hundred[] = {100};
  static const struct vit_record record = {37, 20000, 20, 0};
  static const int16_t example[] = {-18};
  struct row_engine_command command = {.a = test->sram + A_OFFSET,
                                       .a_row_stride = 1,
                                       .a_term_stride = 1,
                                       .b = test->sram + B_OFFSET,
                                       .b_term_stride = 4,
                                       .c = test->sram + C_OFFSET,
                                       .c_row_stride = 4,
                                       .c_column_stride = 1,
                                       .records = test->sram + RECORDS_OFFSET,
                                       .record_by = ROW_ENGINE_BY_TENSOR,
                                       .output = ROW_ENGINE_I8,
                                       .rows = 1,
                                       .columns = 4,
                                       .terms = 1};
  selftest_put(command.a, a, sizeof a);
  selftest_put(command.b, b, sizeof b);
  selftest_put(command.records, &half, sizeof half);
  run_product(test, &command);
  if (!selftest_holds(command.c, halves, sizeof halves)) return false;
  selftest_put(command.a, ten, sizeof ten);
  selftest_put(command.b, hundred, sizeof hundred);
  selftest_put(command.records, &record, sizeof record);
  command.columns = 1;
  command.output = ROW_ENGINE_I16;
  command.c_column_stride = 2;
  run_product(test, &command);
  return selftest_holds(command.c, example, sizeof example);
}

/* Two rows by two columns, summed in two steps, the second one through an index
 * list, and written channel-major with ReLU. */
static bool sums(struct selftest* test) {
  static const int8_t a[] = {1, 2, 100, 3, -4, 100}; /* terms 0, 1 and 2 */
  static const int8_t b[] = {1, 2, 3, 4};
  static const uint16_t last[] = {1};
  static const struct vit_record one = {0, 16384, 14, 0};
  static const int8_t result[] = {7, 0, 10, 0};
  struct row_engine_command command = {.a = test->sram + A_OFFSET,
                                       .a_row_stride = 3,
                                       .a_term_stride = 1,
                                       .b = test->sram + B_OFFSET,
                                       .b_term_stride = 2,
                                       .c = test->sram + TABLE_OFFSET,
                                       .c_row_stride = 8,
                                       .c_column_stride = 4,
                                       .output = ROW_ENGINE_I32,
                                       .rows = 2,
                                       .columns = 2,
                                       .terms = 1};
  selftest_put(command.a, a, sizeof a);
  selftest_put(command.b, b, sizeof b);
  selftest_put(test->sram + LIST_OFFSET, last, sizeof last);
  selftest_put(test->sram + RECORDS_OFFSET, &one, sizeof one);
  run_product(test, &command);
  command.partial = command.c;
  command.partial_row_stride = 8;
  command.a_index = test->sram + LIST_OFFSET;
  command.b += 2;
  command.c = test->sram + C_OFFSET;
  command.c_row_stride = 1;
  command.c_column_stride = 2;
  command.records = test->sram + RECORDS_OFFSET;
  command.record_by = ROW_ENGINE_BY_TENSOR;
  command.output = ROW_ENGINE_I8;
  command.relu = true;
  run_product(test, &command);
  return selftest_holds(command.c, result, sizeof result);
}

bool selftest_row_engine(struct selftest* test) {
  return rounding(test) && sums(test);
}

static void run_vector(struct selftest* test,
                       const struct vector_unit_command* command) {
  engines_wait(&test->engines, ENGINE_VECTOR,
               engines_vector(&test->engines, command, 0, 0));
}

/* Section 5. */
static bool layer_norm(struct selftest* test) {
  static const int16_t x[] = {10, -2, 0, 0};
  static const int8_t y[] = {57, -28, -14, -14};
  static const struct vit_record record = {0, 16384, 20, 0};
  const struct vector_unit_command command = {
      .operation = VECTOR_UNIT_LAYERNORM,
      .x = test->sram + A_OFFSET,
      .x_stride = 8,
      .z = test->sram + C_OFFSET,
      .z_stride = 4,
      .rows = 1,
      .columns = 4,
      .parameters = test->sram + RECORDS_OFFSET};
  selftest_put(command.x, x, sizeof x);
  for (uint32_t i = 0; i < 4; ++i) {
    selftest_put(command.parameters + 8 * i, &record, sizeof record);
  }
  run_vector(test, &command);
  return selftest_holds(command.z, y, sizeof y);
}

/* Section 6. */
static bool softmax(struct selftest* test) {
  static const int8_t scores[] = {3, 3, -2};
  static const uint8_t exponents[] = {255, 255, 94};
  static const struct vit_record record = {0, 16953, 31, 0};
  static const uint8_t most[] = {255};
  static const uint8_t fifth[] = {94};
  const struct vector_unit_command command = {
      .operation = VECTOR_UNIT_SOFTMAX,
      .x = test->sram + A_OFFSET,
      .x_stride = 3,
      .z = test->sram + C_OFFSET,
      .z_stride = 3,
      .rows = 1,
      .columns = 3,
      .parameters = test->sram + TABLE_OFFSET,
      .records = test->sram + RECORDS_OFFSET,
      .factor_multiplier = 20000,
      .factor_shift = 22};
  selftest_put(command.x, scores, sizeof scores);
  selftest_put(command.parameters, most, sizeof most);
  selftest_put(command.parameters + 5, fifth, sizeof fifth);
  run_vector(test, &command);
  return selftest_holds(command.z, exponents, sizeof exponents) &&
         selftest_holds(command.records, &record, sizeof record);
}

static bool addition(struct selftest* test) {
  static const int16_t x[] = {32767, -32768, 5};
  static const int16_t y[] = {1, -1, -7};
  static const int16_t z[] = {32767, -32768, -2};
  const struct vector_unit_command command = {.operation = VECTOR_UNIT_ADD,
                                              .x = test->sram + A_OFFSET,
                                              .x_stride = 6,
                                              .y = test->sram + B_OFFSET,
                                              .y_stride = 6,
                                              .z = test->sram + A_OFFSET,
                                              .z_stride = 6,
                                              .rows = 1,
                                              .columns = 3};
  selftest_put(command.x, x, sizeof x);
  selftest_put(command.y, y, sizeof y);
  run_vector(test, &command);
  return selftest_holds(command.z, z, sizeof z);
}

bool selftest_vector_unit(struct selftest* test) {
  return layer_norm(test) && softmax(test) && addition(test);
}

/* Of equal tokens the lower index survives. */
static bool ranking(struct selftest* test) {
  static const uint8_t attention[] = {9, 50, 80, 80, 80};
  static const uint16_t survivors[] = {0, 2, 3};
  const struct pruning_unit_importance importance = {test->sram + A_OFFSET, 5,
                                                     true};
  const struct pruning_unit_select select = {test->sram + LIST_OFFSET, 5, 2};
  selftest_put(importance.attention, attention, sizeof attention);
  (void)engines_importance(&test->engines, &importance, 0);
  engines_wait(&test->engines, ENGINE_PRUNING,
               engines_select(&test->engines, &select, 0));
  return selftest_holds(select.list, survivors, sizeof survivors);
}

/* Channels 10 to 13 of two tokens, threshold 3. */
static bool live_channels(struct selftest* test) {
  static const int8_t hidden[] = {0, 3, 4, 0, 0, 0, 3, 127};
  static const uint16_t live[] = {11, 13};
  const struct pruning_unit_scan scan = {.hidden = test->sram + A_OFFSET,
                                         .stride = 2,
                                         .list = test->sram + LIST_OFFSET,
                                         .tokens = 2,
                                         .channels = 4,
                                         .first_channel = 10,
                                         .threshold = 3,
                                         .first = true};
  selftest_put(scan.hidden, hidden, sizeof hidden);
  engines_wait(&test->engines, ENGINE_PRUNING,
               engines_scan(&test->engines, &scan, 0));
  return pruning_unit_live_count(&test->engines.pruning_unit) == 2 &&
         selftest_holds(scan.list, live, sizeof live);
}

bool selftest_pruning_unit(struct selftest* test) {
  return ranking(test) && live_channels(test);
}
