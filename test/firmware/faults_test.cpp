// What the firmware does when something goes wrong.
#include <vitvp/memory_map.h>

#include <catch2/catch.hpp>
#include <cstring>

#include "firmware/runtime/model_image.h"
#include "test/firmware/network_run.hpp"
#include "vit/synthetic.hpp"

namespace vitvp::firmware_test {
namespace {

struct loaded_system {
  explicit loaded_system(const emulator_config& machine = emulator_config()) {
    vit::geometry size;
    size.image_height = size.image_width = 16;
    size.image_channels = 1;
    size.patch = 4;
    size.width = 24;
    size.heads = 2;
    size.depth = 2;
    size.hidden = 48;
    size.classes = 5;
    model = vit::make_synthetic(size, 3);
    images = vit::make_synthetic_images(size, 1, 4);
    policy = model.pruning;
    const platform::workload work{model, policy, images, 0, 1, 0};
    image =
        platform::build_memory_image(work, VITVP_DRAM_BASE, machine.dram_bytes);
    emulator_config config = machine;
    config.model_address = image.header;
    system = std::make_unique<emulator>(config, execution_order::random);
    platform::write_memory_image(
        image, images,
        [this](std::uint32_t address, const std::uint8_t* from,
               std::size_t bytes) {
          if (bytes > 0)
            std::memcpy(system->memory(address, bytes), from, bytes);
        });
  }
  vit_image& header() {
    return *reinterpret_cast<vit_image*>(
        system->memory(image.header, sizeof(vit_image)));
  }
  bool says(const std::string& text) const {
    return system->console().find(text) != std::string::npos;
  }

  vit::package model;
  vit::image_set images;
  vit::pruning_policy policy;
  platform::memory_image image;
  std::unique_ptr<emulator> system;
};

}  // namespace

TEST_CASE("an engine that faults is named with code, address and layer") {
  loaded_system s;
  s.header().position = 0x10;  // not memory
  CHECK(s.system->run(vit_application) == 2);
  INFO(s.system->console());
  CHECK(s.says("dma: address error at 0x00000010 in embed of block 0"));
}

TEST_CASE("an engine that never completes is a time-out") {
  for (int engine = 0; engine < 4; ++engine) {
    loaded_system s;
    s.system->stuck_engine = engine;
    CHECK(s.system->run(vit_application) == 2);
    INFO(s.system->console());
    CHECK(s.says("no completion in time"));
  }
}

TEST_CASE("an access that the bus refuses ends as an exception") {
  loaded_system s;
  s.header().blocks = 0x70000000;
  CHECK(s.system->run(vit_application) == 105);
  INFO(s.system->console());
  CHECK(s.says("load access fault (cause 5) at address 0x70000000"));
}

TEST_CASE("a network that does not fit is refused with the sizes") {
  emulator_config machine;
  machine.sram_bytes = 2048;
  loaded_system s(machine);
  CHECK(s.system->run(vit_application) == 3);
  INFO(s.system->console());
  CHECK(s.says("needs"));
  CHECK(s.says("bytes of SRAM for its buffers, has"));
}

TEST_CASE("a model image that makes no sense is refused") {
  const std::pair<std::function<void(vit_image&)>, const char*> cases[] = {
      {[](vit_image& i) { i.magic = 0; }, "there is no model image"},
      {[](vit_image& i) { ++i.version; }, "version"},
      {[](vit_image& i) { i.patch = 0; }, "disagree"},
      {[](vit_image& i) { i.heads = 5; }, "disagree"},
      {[](vit_image& i) { i.tokens = 16; }, "disagree"},
      {[](vit_image& i) { i.depth = 257; }, "too large"},
      {[](vit_image& i) { i.arena_bytes = 100; }, "arena"},
  };
  for (const auto& [make_wrong, text] : cases) {
    loaded_system s;
    make_wrong(s.header());
    CHECK(s.system->run(vit_application) == 3);
    INFO(s.system->console());
    CHECK(s.says(text));
  }
}

TEST_CASE("a machine that is too small for a size is refused") {
  const std::pair<std::function<void(emulator_config&)>, const char*> cases[] =
      {{[](emulator_config& c) { c.max_terms = 16; }, "MAX_TERMS"},
       {[](emulator_config& c) { c.max_columns = 16; }, "MAX_COLUMNS"},
       {[](emulator_config& c) { c.max_tokens = 16; }, "MAX_TOKENS"}};
  for (const auto& [make_small, text] : cases) {
    emulator_config machine;
    make_small(machine);
    loaded_system s(machine);
    CHECK(s.system->run(vit_application) == 3);
    CHECK(s.says(text));
  }
}

TEST_CASE("no image at all is nothing to do") {
  loaded_system s;
  s.header().image_count = 0;
  CHECK(s.system->run(vit_application) == 0);
}

}  // namespace vitvp::firmware_test
