// The plug-in of one verilated module. The build passes
//   VITVP_MODULE       class that Verilator made, e.g. Vrow_engine
//   VITVP_HEADER       its header, in quotes
//   VITVP_BLOCK        "row_engine" or "pruning_unit"
//   VITVP_DESCRIPTION  one line
// and writes "vitvp_pins.inc", VITVP_PIN(direction, name, bits) for every port,
// and "vitvp_parameters.inc", VITVP_PARAMETER(name, value).
#include <verilated.h>
#include <verilated_vcd_c.h>

#include <array>
#include <cerrno>
#include <memory>
#include <vector>

#include VITVP_HEADER
#include "vitvp/rtl_plugin.h"

namespace {

// 100 levels of hierarchy: all there is.
constexpr int all_levels = 99;

// A file that keeps in mind that a write failed; Verilator's own would abort.
class trace_file final : public VerilatedVcdFile {
 public:
  bool failed() const { return m_failed; }
  ssize_t write(const char* data, ssize_t size) override {
    const ssize_t written =
        m_failed ? size : VerilatedVcdFile::write(data, size);
    if (written >= 0 || errno == EINTR || errno == EAGAIN) return written;
    m_failed = true;
    return size;
  }

 private:
  bool m_failed = false;
};

struct instance {
  instance() : module(std::make_unique<VITVP_MODULE>(&context)) {
#define VITVP_PIN(direction, name, bits) \
  pins.push_back({#name, bits, VITVP_PIN_##direction, &module->name});
#include "vitvp_pins.inc"
#undef VITVP_PIN
  }
  ~instance() {
    module->final();
  }

  VerilatedContext context;
  std::unique_ptr<VITVP_MODULE> module;
  trace_file file;
  std::unique_ptr<VerilatedVcdC> trace;
  std::vector<vitvp_pin> pins;
};

instance& of(void* block) {
  return *static_cast<instance*>(block);
}

void* create() {
  try {
    return new instance();
  } catch (...) {
    return nullptr;
  }
}

void destroy(void* block) {
  delete &of(block);
}

const vitvp_pin* pins(void* block, uint32_t* count) {
  *count = static_cast<uint32_t>(of(block).pins.size());
  return of(block).pins.data();
}

void evaluate(void* block) {
  of(block).module->eval();
}

int trace_open(void* block, const char* path) {
  instance& i = of(block);
  i.context.traceEverOn(true);
  i.file = trace_file();
  i.trace = std::make_unique<VerilatedVcdC>(&i.file);
  // The times that are sampled are picoseconds, whatever the module's scale.
  i.trace->set_time_unit("1ps");
  i.trace->set_time_resolution("1ps");
  i.module->trace(i.trace.get(), all_levels);
  i.trace->open(path);
  return i.trace->isOpen() ? 0 : 1;
}

void trace_sample(void* block, uint64_t picoseconds) {
  of(block).trace->dump(picoseconds);
}

int trace_close(void* block) {
  instance& i = of(block);
  i.trace->close();
  i.trace.reset();
  return i.file.failed() ? 1 : 0;
}

const vitvp_parameter parameters[] = {
#define VITVP_PARAMETER(name, value) {#name, value},
#include "vitvp_parameters.inc"
#undef VITVP_PARAMETER
    {nullptr, 0}};

const vitvp_rtl_plugin plugin = {VITVP_RTL_PLUGIN_ABI,
                                 VITVP_BLOCK,
                                 VITVP_DESCRIPTION,
                                 parameters,
                                 sizeof parameters / sizeof parameters[0] - 1,
                                 create,
                                 destroy,
                                 pins,
                                 evaluate,
                                 trace_open,
                                 trace_sample,
                                 trace_close};

}  // namespace

extern "C" const vitvp_rtl_plugin* vitvp_rtl_plugin_entry() {
  return &plugin;
}
