/* How RTL of a block gets into vitvp: a shared library with one entry point,
 * seen as pins that are evaluated. Plain C, so that the library's compiler,
 * C++ standard and simulator are its own business. docs/cosim.md. */
#ifndef VITVP_RTL_PLUGIN_H
#define VITVP_RTL_PLUGIN_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Changes whenever something below does. */
#define VITVP_RTL_PLUGIN_ABI 2u

/* Name of the entry point, and what makes it visible. */
#define VITVP_RTL_PLUGIN_ENTRY "vitvp_rtl_plugin_entry"
#define VITVP_RTL_PLUGIN_EXPORT __attribute__((visibility("default")))

enum vitvp_pin_direction { VITVP_PIN_INPUT = 0, VITVP_PIN_OUTPUT = 1 };

struct vitvp_pin {
  const char* name;   /* as in the Verilog of docs/rtl.md, "a_data" */
  uint32_t bits;      /* 1 or more */
  uint32_t direction; /* seen from the block */
  /* ceil(bits / 8) bytes or more, lowest first; bits beyond are 0. Aligned to
   * 1, 2 or 4 bytes, 8 from 33 to 64 bits, else to 4. Stays where it is. */
  void* value;
};

/* A parameter of the Verilog, "ROWS". */
struct vitvp_parameter {
  const char* name;
  uint64_t value;
};

/* Functions may be called from any thread, one at a time for one block. They
 * must not throw. */
struct vitvp_rtl_plugin {
  uint32_t abi;            /* VITVP_RTL_PLUGIN_ABI */
  const char* block;       /* "row_engine" or "pruning_unit" */
  const char* description; /* one line for people */
  const struct vitvp_parameter* parameters;
  uint32_t parameter_count;

  /* A block whose inputs are all 0; NULL if there can be none. */
  void* (*create)(void);
  void (*destroy)(void* block);
  /* Array of all pins, valid as long as the block. */
  const struct vitvp_pin* (*pins)(void* block, uint32_t* count);
  /* Lets the outputs settle for the inputs as they are. The caller sets the
   * pin "clk" like any other: registers follow its rising edge, and inputs
   * other than it do not change with it. */
  void (*evaluate)(void* block);

  /* Waveform of the inside as VCD, in picoseconds; all three or none are NULL.
   * trace_open and trace_close return 0, or another value if the file cannot
   * be written, or not all of it could. */
  int (*trace_open)(void* block, const char* path);
  void (*trace_sample)(void* block, uint64_t picoseconds);
  int (*trace_close)(void* block);
};

/* The entry point; what it returns stays valid while the library is loaded. */
VITVP_RTL_PLUGIN_EXPORT const struct vitvp_rtl_plugin* vitvp_rtl_plugin_entry(
    void);

#ifdef __cplusplus
}
#endif

#endif
