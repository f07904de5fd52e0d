// Runs the vit application on the emulator and holds every result against the
// reference.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "platform/memory_image.hpp"
#include "test/firmware/emulator.hpp"
#include "vit/image_set.hpp"
#include "vit/package.hpp"
#include "vit/pruning.hpp"
#include "vit/reference.hpp"

namespace vitvp::firmware_test {

struct network_case {
  const vit::package* model = nullptr;
  vit::pruning_policy policy;
  const vit::image_set* images = nullptr;
  std::uint32_t ffn_plan = 0;
  emulator_config machine;
  execution_order order = execution_order::random;
};

struct network_outcome {
  std::uint32_t exit_code = 0;
  std::string console;
  /// Empty if every result is the reference's and every layer was seen.
  std::string difference;
  std::uint64_t macs = 0;
  std::uint64_t executed_macs = 0;  ///< of the reference
  std::uint64_t dram_read_bytes = 0;
};

network_outcome run_network(const network_case& what);

}  // namespace vitvp::firmware_test
