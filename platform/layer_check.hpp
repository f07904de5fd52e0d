// Compares what the engines compute with the reference, command by command.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "models/common/observer.hpp"
#include "vit/image_set.hpp"
#include "vit/package.hpp"
#include "vit/pruning.hpp"
#include "vit/reference.hpp"

namespace vitvp::platform {

/// Where a value of the platform is not the reference's.
struct layer_difference {
  std::size_t image = 0;  ///< index in the image set
  std::string layer;      ///< name as in vit/reference.hpp
  std::uint32_t token = 0;
  std::uint32_t channel = 0;
  std::int64_t expected = 0;
  std::int64_t actual = 0;
};

/// How much is compared: nothing, logits and decisions, or every result of
/// every command as well.
enum class check_level { none, results, layers };

/// Runs the reference for each image and holds the results of finished
/// commands against its tensors, by the tags and origins that the firmware
/// gives to commands (firmware/runtime/layer_tag.h). Partial sums and
/// commands without a tag are passed over.
class layer_check final : public models::command_observer {
 public:
  /// Reads `bytes` at a bus address without side effects; false if there is no
  /// such memory.
  using memory_reader =
      std::function<bool(std::uint64_t address, void* to, std::size_t bytes)>;

  layer_check(check_level level, const vit::package& model,
              const vit::pruning_policy& policy, const vit::image_set& images,
              memory_reader read);

  /// The commands from here on belong to image `index` of the set.
  void start_image(std::size_t index);
  /// Compares logits and decisions of the current image, and sees to it that
  /// every layer was looked at. `live` and `tokens` are per block.
  void finish_image(const std::vector<std::int16_t>& logits,
                    const std::vector<std::uint32_t>& tokens,
                    const std::vector<std::uint32_t>& live);

  void command_started(const std::string&,
                       const models::command_report&) override {}
  void command_finished(const std::string& engine,
                        const models::command_report& report) override;

  check_level level() const { return m_level; }
  const std::optional<layer_difference>& first_difference() const {
    return m_difference;
  }
  /// Layers that no command of the right tag computed, as `image: layer`.
  const std::vector<std::string>& unchecked() const { return m_unchecked; }
  std::uint64_t elements_compared() const { return m_compared; }
  /// The reference's result for the current image; level must not be none.
  const vit::inference& reference() const { return m_reference; }

 private:
  struct tensor {
    std::uint32_t rows = 0;
    std::uint32_t columns = 0;
    std::uint32_t element_bytes = 0;
    bool is_signed = true;
    std::vector<std::uint8_t> bytes;
    std::uint64_t compared = 0;
  };

  void record(const vit::observed_tensor& seen);
  void compare(const std::string& name, tensor& expected,
               std::uint32_t column_base, const models::command_report& report);
  void differ(const std::string& layer, std::uint32_t token,
              std::uint32_t channel, std::int64_t expected,
              std::int64_t actual);

  check_level m_level;
  const vit::package& m_model;
  const vit::pruning_policy& m_policy;
  const vit::image_set& m_images;
  memory_reader m_read;
  std::size_t m_image = 0;
  vit::inference m_reference;
  std::map<std::string, tensor> m_tensors;
  std::vector<std::uint8_t> m_buffer;
  std::optional<layer_difference> m_difference;
  std::vector<std::string> m_unchecked;
  std::uint64_t m_compared = 0;
};

}  // namespace vitvp::platform
