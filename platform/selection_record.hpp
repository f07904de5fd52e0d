// Which tokens the device kept, as its pruning unit's lists say.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/common/observer.hpp"
#include "platform/memory_reader.hpp"

namespace vitvp::platform {

/// Reads the list of every finished command that the firmware tagged
/// LAYER_SELECT. A list counts from the tokens that entered its block; the
/// record counts from those of the image.
class selection_record final : public models::command_observer {
 public:
  /// A network of `depth` blocks that images of `tokens` tokens enter.
  selection_record(std::uint32_t depth, std::uint32_t tokens,
                   memory_reader read);

  /// One entry per block: the tokens left, ascending, 0 the class token. Empty
  /// where the block selected none, or left a list that means nothing. What
  /// follows belongs to the next image.
  std::vector<std::vector<std::uint32_t>> take_image();

  void command_started(const std::string&,
                       const models::command_report&) override {}
  void command_finished(const std::string& engine,
                        const models::command_report& report) override;

 private:
  void start_image();

  std::uint32_t m_depth;
  std::uint32_t m_tokens;
  memory_reader m_read;
  std::vector<std::uint32_t> m_left;  // tokens of the image at this point
  std::vector<std::vector<std::uint32_t>> m_kept;
};

}  // namespace vitvp::platform
