// Compares what the engines compute with the reference, command by command.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "models/common/observer.hpp"
#include "platform/memory_reader.hpp"
#include "platform/reference_ahead.hpp"
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

/// Holds the results of finished commands against the reference's tensors, by
/// the tags and origins that the firmware gives to commands
/// (firmware/runtime/layer_tag.h). Partial sums and commands without a tag are
/// passed over. Results that are there before the reference is (which other
/// threads may compute) are copied and compared later, in the same order: what
/// is found does not depend on the number of threads.
class layer_check final : public models::command_observer {
 public:
  /// `threads` >= 1 of the host may be used, the caller's among them.
  layer_check(check_level level, const reference_work& work, unsigned threads,
              memory_reader read);

  /// The commands from here on belong to the next image of the work.
  void start_image();
  /// Compares logits and decisions of the current image, and sees to it that
  /// every layer was looked at. `live` and `tokens` are per block. Returns the
  /// class that the reference found, unless nothing is compared.
  std::optional<std::uint32_t> finish_image(
      const std::vector<std::int16_t>& logits,
      const std::vector<std::uint32_t>& tokens,
      const std::vector<std::uint32_t>& live);

  /// Compares what is left of an image that did not come to its end.
  void finish();

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

 private:
  // The result of a command as it was at completion.
  struct result_copy {
    models::command_report report;
    bool is_in_memory = false;
    std::vector<std::uint8_t> bytes;
  };

  void catch_up();
  void compare(const result_copy& result);
  void compare(const std::string& name, const reference_tensor& expected,
               std::uint32_t column_base, const result_copy& result);
  void find_unchecked();
  void differ(const std::string& layer, std::uint32_t token,
              std::uint32_t channel, std::int64_t expected,
              std::int64_t actual);

  check_level m_level;
  reference_work m_work;
  reference_ahead m_ahead;
  memory_reader m_read;
  std::size_t m_image = 0;  // index in the set
  std::size_t m_started = 0;
  std::optional<reference_run> m_reference;  // once it is there
  std::set<std::string> m_checked;           // layers of the image
  std::vector<result_copy> m_pending;        // until it is there
  std::size_t m_pending_bytes = 0;
  std::optional<layer_difference> m_difference;
  std::vector<std::string> m_unchecked;
  std::uint64_t m_compared = 0;
};

}  // namespace vitvp::platform
