// The vector unit: softmax, LayerNorm, addition (registers/vector_unit.yaml).
#pragma once

#include <cstdint>
#include <systemc>
#include <vector>

#include "models/common/command_engine.hpp"
#include "models/common/value_jobs.hpp"
#include "models/vector_unit/kernel.hpp"
#include "models/vector_unit/vector_command.hpp"

namespace vitvp::models {

struct vector_unit_config {
  command_engine_config engine;
  unsigned elements = 64;       ///< per cycle, 1..256
  unsigned max_columns = 4096;  ///< longest row, 1..4096

  /// Throws std::invalid_argument that names the key.
  void validate() const;
};

/// Values by kernel.hpp, time by timing.hpp. For whoever looks, a command's
/// result is in memory from its start on. A result may lie on X, with
/// equal address and stride, and an ADD's on Y. Work is elements.
class vector_unit : public command_engine {
 public:
  vector_unit(const sc_core::sc_module_name& name,
              const vector_unit_config& config = {});

  const vector_unit_config& config() const { return m_config; }

 protected:
  execution execute(const command& c) override;

 private:
  /// A command and where its operands and results are.
  struct operands {
    vector_command command;
    const_view x, y, parameters;
    view z, records;
  };

  struct scratch {
    std::vector<std::uint8_t> x, y, z, parameters, records;
  };

  /// Rows that are computed in parts.
  struct work {
    operands found;
    std::uint64_t number = 0;  // of the command
    std::uint32_t part_rows = 0;
  };
  /// The records of the LayerNorm of a command.
  struct norm_room {
    std::uint64_t number = 0;
    layer_norm norm;
  };

  operands gather(const vector_command& d);
  void compute(const operands& found);
  void compute_part(const work& w, unsigned part, unsigned thread);
  static void compute_rows(const operands& found, const layer_norm& norm,
                           std::size_t first, std::size_t end);
  void end_write(const operands& found);
  bool in_memory(const operands& found) const;
  static void announce_values(const operands& found, host_job& job);
  const_view read(const vector_command& d, const region& from,
                  std::vector<std::uint8_t>& room);
  cycle_breakdown time(const vector_command& d);

  vector_unit_config m_config;
  scratch m_scratch;
  std::uint64_t m_commands = 0;
  std::vector<norm_room> m_norms;  // of threads
  value_jobs<work> m_jobs;
};

}  // namespace vitvp::models
