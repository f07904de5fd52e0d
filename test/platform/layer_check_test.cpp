// The layer check, fed with commands that leave the reference's own tensors in
// memory, and with one wrong byte among them.
#include "platform/layer_check.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>

#include "firmware/runtime/layer_tag.h"
#include "platform/layer_place.hpp"
#include "vit/synthetic.hpp"

namespace {

using namespace vitvp;
using namespace vitvp::platform;

/// A memory that holds one tensor after the other, and the commands that
/// computed them.
struct recorded_image {
  std::vector<std::uint8_t> memory;
  std::vector<models::command_report> commands;
  vit::inference inference;
};

void record(recorded_image& image, std::uint32_t tag,
            const reference_tensor& tensor, std::uint32_t first_column,
            std::uint32_t columns) {
  models::command_report command;
  command.tag = tag;
  command.result.address = image.memory.size() + first_column;
  command.result.rows = tensor.rows;
  command.result.columns = columns;
  command.result.row_stride = tensor.columns * tensor.element_bytes;
  command.result.column_stride = tensor.element_bytes;
  command.result.element_bytes = tensor.element_bytes;
  image.commands.push_back(command);
}

/// All tensors of image `index`, by tags of every kind, block and head.
recorded_image recorded(reference_work work, std::size_t index) {
  work.first = index;
  work.count = 1;
  work.keep_tensors = true;
  reference_ahead reference(work, 1);
  reference.start();
  reference_run run = reference.take();
  const vit::geometry& size = work.model.size;
  recorded_image image;
  for (auto& [name, tensor] : run.tensors) {
    for (std::uint32_t kind = 1; kind < LAYER_KIND_COUNT; ++kind) {
      for (std::uint32_t block = 0; block < size.depth; ++block) {
        for (std::uint32_t head = 0; head < size.heads; ++head) {
          const std::uint32_t tag =
              layer_tag(static_cast<layer_kind>(kind), block, head);
          const layer_place place = place_of(tag, size);
          if (place.name != name || tensor.bytes.empty()) continue;
          if (head > 0 && place_of(tag & 0xffffU, size).name == name) continue;
          const bool is_third = kind >= LAYER_QUERY && kind <= LAYER_VALUE;
          record(image, tag, tensor, place.first_column,
                 is_third ? size.width : tensor.columns);
        }
      }
    }
    image.memory.insert(image.memory.end(), tensor.bytes.begin(),
                        tensor.bytes.end());
  }
  image.inference = run.inference;
  return image;
}

struct bench {
  vit::package model = vit::make_synthetic("micro", 3);
  vit::image_set images = vit::make_synthetic_images(model.size, 3, 5);
  reference_work work{model, model.pruning, images, 1, 2, true};
  recorded_image image;

  layer_check check(unsigned threads, check_level level = check_level::layers) {
    return layer_check(
        level, work, threads,
        [this](std::uint64_t address, void* to, std::size_t bytes) {
          if (address + bytes > image.memory.size()) return false;
          std::memcpy(to, image.memory.data() + address, bytes);
          return true;
        });
  }

  void finish(layer_check& check, const vit::inference& as) const {
    for (const models::command_report& command : image.commands) {
      check.command_finished("engine", command);
    }
    check.finish_image(as.logits, as.tokens_per_block,
                       as.live_ffn2_channels_per_block);
  }
};

TEST_CASE("the reference's own tensors are found to be right") {
  for (const unsigned threads : {1U, 2U, 5U}) {
    bench b;
    layer_check check = b.check(threads);
    for (const std::size_t index : {1U, 2U}) {
      b.image = recorded(b.work, index);
      check.start_image();
      b.finish(check, b.image.inference);
    }
    INFO(threads << " threads");
    CHECK(!check.first_difference());
    CHECK(check.unchecked().empty());
    CHECK(check.elements_compared() > 1000);
  }
}

TEST_CASE("a wrong byte is named with image, layer, token and channel") {
  for (const unsigned threads : {1U, 3U}) {
    bench b;
    b.image = recorded(b.work, 1);
    const models::command_report* norm = nullptr;
    for (const models::command_report& command : b.image.commands) {
      if (command.tag == layer_tag(LAYER_NORM2, 1, 0)) norm = &command;
    }
    REQUIRE(norm != nullptr);
    std::uint8_t& wrong =
        b.image.memory[norm->result.address + 2 * norm->result.row_stride + 3];
    const auto expected = static_cast<std::int8_t>(wrong);
    wrong ^= 1;
    layer_check check = b.check(threads);
    check.start_image();
    b.finish(check, b.image.inference);
    REQUIRE(check.first_difference());
    CHECK(check.first_difference()->image == 1);
    CHECK(check.first_difference()->layer == "blocks.1.norm2");
    CHECK(check.first_difference()->token == 2);
    CHECK(check.first_difference()->channel == 3);
    CHECK(check.first_difference()->expected == expected);
    CHECK(check.first_difference()->actual == static_cast<std::int8_t>(wrong));
  }
}

TEST_CASE("an image that does not end is compared as far as it came") {
  for (const unsigned threads : {1U, 3U}) {
    bench b;
    b.image = recorded(b.work, 1);
    b.image.memory[b.image.commands.front().result.address] ^= 1;
    layer_check check = b.check(threads);
    check.start_image();
    check.command_finished("engine", b.image.commands.front());
    check.finish();
    CHECK(check.first_difference());
  }
}

TEST_CASE("a layer that no command computed is named") {
  bench b;
  b.image = recorded(b.work, 1);
  const std::uint32_t tag = layer_tag(LAYER_FFN1, 0, 0);
  auto& commands = b.image.commands;
  commands.erase(std::remove_if(commands.begin(), commands.end(),
                                [=](const auto& c) { return c.tag == tag; }),
                 commands.end());
  layer_check check = b.check(2);
  check.start_image();
  b.finish(check, b.image.inference);
  REQUIRE(check.unchecked().size() == 1);
  CHECK(check.unchecked()[0] == "image 1: blocks.0.ffn1");
}

TEST_CASE("wrong logits and wrong counts are differences") {
  bench b;
  b.image = recorded(b.work, 1);
  vit::inference as = b.image.inference;
  std::string layer;
  SECTION("logit") {
    ++as.logits[2];
    layer = "logits";
  }
  SECTION("tokens") {
    ++as.tokens_per_block[1];
    layer = "blocks.1.survivors (count)";
  }
  SECTION("live channels") {
    --as.live_ffn2_channels_per_block[0];
    layer = "blocks.0.live (count)";
  }
  layer_check check = b.check(1, check_level::results);
  check.start_image();
  b.finish(check, as);
  REQUIRE(check.first_difference());
  CHECK(check.first_difference()->layer == layer);
}

}  // namespace
