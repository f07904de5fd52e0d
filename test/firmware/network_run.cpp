#include "test/firmware/network_run.hpp"

#include <vitvp/memory_map.h>

#include <cstring>

#include "firmware/runtime/model_image.h"
#include "platform/layer_place.hpp"

namespace vitvp::firmware_test {
namespace {

struct tensor {
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::size_t element_bytes = 0;
  std::vector<std::uint8_t> bytes;
  std::vector<bool> seen;
};

// The class token's row of the embedding is copied, not computed.
bool may_be_unseen(const std::string& name, std::size_t row) {
  return name == "embed" && row == 0;
}

class checker {
 public:
  checker(const network_case& what, emulator& system,
          const platform::memory_image& image)
      : m_case(what), m_system(system), m_image(image) {
    start(0);
  }

  void command(const finished_command& done) {
    if (done.rows == 0 || done.element_bytes == 4) return;
    const platform::layer_place at =
        platform::place_of(done.tag, m_case.model->size);
    const auto found = m_tensors.find(at.name);
    if (found == m_tensors.end()) return;
    compare(at, found->second, done);
  }

  void image_done(std::uint32_t images) {
    for (const auto& [name, t] : m_tensors) {
      if (name.find(".live") != std::string::npos) continue;
      for (std::size_t i = 0; i < t.seen.size(); ++i) {
        if (!t.seen[i] && !may_be_unseen(name, i / t.columns)) {
          differ(name + " never computed at " + std::to_string(i));
          break;
        }
      }
    }
    compare_record(images - 1);
    executed_macs += m_reference.executed_macs;
    if (images < m_case.images->count()) start(images);
  }

  std::string difference;
  std::uint64_t executed_macs = 0;

 private:
  void start(std::size_t index) {
    m_tensors.clear();
    m_index = index;
    m_reference = vit::classify(
        *m_case.model, m_case.policy, m_case.images->image(index),
        [this](const vit::observed_tensor& t) {
          tensor copy{t.rows, t.columns, t.element_bytes, {}, {}};
          copy.bytes.resize(t.rows * t.columns * t.element_bytes);
          copy.seen.resize(t.rows * t.columns);
          if (!copy.bytes.empty()) {
            std::memcpy(copy.bytes.data(), t.data, copy.bytes.size());
          }
          m_tensors[t.name] = std::move(copy);
        });
  }

  void differ(const std::string& text) {
    if (difference.empty()) {
      difference = "image " + std::to_string(m_index) + ": " + text;
    }
  }

  void compare(const platform::layer_place& at, tensor& t,
               const finished_command& done) {
    const std::uint32_t row = done.origin & 0xffff;
    const std::uint32_t column = (done.origin >> 16) + at.first_column;
    if (row + done.rows > t.rows || column + done.columns > t.columns ||
        done.element_bytes != t.element_bytes) {
      differ(at.name + ": command outside of the layer");
      return;
    }
    for (std::uint32_t r = 0; r < done.rows; ++r) {
      for (std::uint32_t c = 0; c < done.columns; ++c) {
        const std::size_t i = (row + r) * t.columns + column + c;
        const std::uint8_t* have =
            m_system.memory(done.address + std::uint64_t{r} * done.row_stride +
                                std::uint64_t{c} * done.column_stride,
                            done.element_bytes);
        t.seen[i] = true;
        if (std::memcmp(have, t.bytes.data() + i * t.element_bytes,
                        t.element_bytes) != 0) {
          differ(at.name + " at row " + std::to_string(row + r) + ", column " +
                 std::to_string(column + c));
          return;
        }
      }
    }
  }

  std::uint32_t half(std::uint64_t address) {
    std::uint16_t value = 0;
    std::memcpy(&value, m_system.memory(address, 2), 2);
    return value;
  }

  void compare_record(std::uint32_t index) {
    const std::uint32_t base = m_image.results + index * m_image.result_stride;
    const std::uint32_t depth = m_case.model->size.depth;
    vit_result result;
    std::memcpy(&result, m_system.memory(base, sizeof result), sizeof result);
    if (result.done != 1) differ("result not done");
    if (result.predicted != m_reference.predicted) differ("predicted");
    for (std::uint32_t b = 0; b < depth; ++b) {
      if (half(base + vit_result_tokens_offset() + 2 * b) !=
          m_reference.tokens_per_block[b]) {
        differ("tokens of block " + std::to_string(b));
      }
      if (half(base + vit_result_live_offset(depth) + 2 * b) !=
          m_reference.live_ffn2_channels_per_block[b]) {
        differ("live channels of block " + std::to_string(b));
      }
    }
    for (std::size_t c = 0; c < m_reference.logits.size(); ++c) {
      if (half(base + vit_result_logits_offset(depth) + 2 * c) !=
          static_cast<std::uint16_t>(m_reference.logits[c])) {
        differ("logit " + std::to_string(c));
      }
    }
  }

  const network_case& m_case;
  emulator& m_system;
  const platform::memory_image& m_image;
  std::size_t m_index = 0;
  vit::inference m_reference;
  std::map<std::string, tensor> m_tensors;
};

}  // namespace

network_outcome run_network(const network_case& what) {
  platform::workload work{*what.model, what.policy, *what.images, 0, 0, 0};
  work.count = what.images->count();
  work.ffn_plan = what.ffn_plan;
  const platform::memory_image image = platform::build_memory_image(
      work, VITVP_DRAM_BASE, what.machine.dram_bytes);
  emulator_config machine = what.machine;
  machine.model_address = image.header;
  emulator system(machine, what.order);
  platform::write_memory_image(
      image, *what.images,
      [&system](std::uint32_t address, const std::uint8_t* from,
                std::size_t bytes) {
        if (bytes > 0) std::memcpy(system.memory(address, bytes), from, bytes);
      });
  checker check(what, system, image);
  system.on_command = [&](const finished_command& c) { check.command(c); };
  system.on_progress = [&](std::uint32_t n) { check.image_done(n); };
  network_outcome outcome;
  outcome.exit_code = system.run(vit_application);
  outcome.console = system.console();
  outcome.difference = check.difference;
  outcome.macs = system.macs();
  outcome.executed_macs = check.executed_macs;
  outcome.dram_read_bytes = system.dram_read_bytes();
  if (outcome.exit_code == 0 && system.progress() != what.images->count()) {
    outcome.difference = "not all images were classified";
  }
  return outcome;
}

}  // namespace vitvp::firmware_test
