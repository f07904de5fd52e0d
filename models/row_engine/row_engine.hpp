// The row engine: matrix products (registers/row_engine.yaml).
#pragma once

#include <cstdint>
#include <systemc>
#include <vector>

#include "models/common/command_engine.hpp"
#include "models/common/value_jobs.hpp"
#include "models/row_engine/kernel.hpp"
#include "models/row_engine/product_command.hpp"
#include "models/row_engine/timing.hpp"

namespace vitvp::models {

struct row_engine_config {
  command_engine_config engine;
  unsigned rows = 8;           ///< processing rows, 1..256
  unsigned lanes = 64;         ///< of each row, 1..256
  unsigned max_terms = 32767;  ///< 1..32767

  /// Throws std::invalid_argument that names the key.
  void validate() const;
};

/// Values by kernel.hpp, time by timing.hpp. For whoever looks, a command's
/// result is in memory from its start on. Observers see work as
/// multiply-accumulates. What carries a command out can be replaced: perform().
class row_engine : public command_engine {
 public:
  row_engine(const sc_core::sc_module_name& name,
             const row_engine_config& config = {});

  const row_engine_config& config() const { return m_config; }

 protected:
  using user = memory_port::user;

  /// Operands of a command and room for its result, where they are.
  struct operands {
    product values;
    view result;
  };

  execution execute(const command& c) override;
  /// Computes the result of a command and says how long that takes.
  virtual cycle_breakdown perform(product_command& d);

  /// Finds the operands; faults at the first address that is not there, before
  /// anything is written.
  operands gather(product_command& d, user whose = user::caller);
  /// The product of what gather() found for a job, in memory.
  void compute(const product_command& d, const operands& found);
  /// The time of a command whose operands gather() found; announces them as
  /// streams.
  cycle_breakdown time(const product_command& d);

 private:
  struct scratch {
    std::vector<std::uint8_t> a, b, partial, records, c;
  };

  void read_a(product_command& d, product& p, user whose);
  void read_index(const product_command& d);
  /// A product that is computed in parts.
  struct work {
    product values;
    std::vector<std::uint16_t> index;
    std::uint32_t part_columns = 0;
  };

  static bool is_in_place(const product_command& d);
  bool in_scratch(const product& p) const;
  static void announce_values(const product_command& d, const product& p,
                              host_job& job);
  void compute_part(const work& w, unsigned part, unsigned thread);

  row_engine_config m_config;
  std::vector<product_workspace> m_workspaces;  // of threads
  scratch m_scratch;
  std::vector<std::uint16_t> m_index;
  std::uint64_t m_products = 0;
  value_jobs<work> m_jobs;
};

}  // namespace vitvp::models
