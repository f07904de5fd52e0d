// The whole runtime against the reference, on machines of many shapes.
#include <catch2/catch.hpp>

#include "test/firmware/network_run.hpp"
#include "test/vit/random_model.hpp"
#include "vit/random_source.hpp"
#include "vit/synthetic.hpp"

namespace vitvp::firmware_test {
namespace {

void check(const network_case& what) {
  const network_outcome outcome = run_network(what);
  INFO(outcome.console);
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.difference.empty());
  if (!outcome.difference.empty()) WARN(outcome.difference);
  CHECK(outcome.macs == outcome.executed_macs);
}

vit::geometry small_geometry() {
  vit::geometry size;
  size.image_height = size.image_width = 32;
  size.image_channels = 1;
  size.patch = 4;
  size.width = 48;
  size.heads = 3;
  size.depth = 4;
  size.hidden = 160;
  size.classes = 10;
  return size;
}

}  // namespace

TEST_CASE("a pruned network gives the reference's results in every order") {
  const vit::package model = vit::make_synthetic(small_geometry(), 7);
  const vit::image_set images = vit::make_synthetic_images(model.size, 2, 5);
  for (const execution_order order :
       {execution_order::eager, execution_order::lazy,
        execution_order::random}) {
    network_case what;
    what.model = &model;
    what.policy = model.pruning;
    what.images = &images;
    what.order = order;
    check(what);
  }
}

TEST_CASE("every plan of the hidden map gives the same results") {
  const vit::package model = vit::make_synthetic(small_geometry(), 8);
  const vit::image_set images = vit::make_synthetic_images(model.size, 1, 6);
  for (const std::uint32_t plan : {0U, 1U, 2U}) {
    for (const bool pruned : {false, true}) {
      for (const std::uint32_t kib : {16U, 48U, 232U}) {
        network_case what;
        what.model = &model;
        what.policy = pruned ? model.pruning : vit::no_pruning(4);
        what.images = &images;
        what.ffn_plan = plan;
        what.machine.sram_bytes = kib << 10;
        INFO("plan " << plan << ", pruned " << pruned << ", " << kib << " KiB");
        if (plan == 1 && kib == 16) {
          CHECK(run_network(what).exit_code == 3);
        } else {
          check(what);
        }
      }
    }
  }
}

TEST_CASE("random networks on random machines") {
  const auto seed = static_cast<std::uint32_t>(Catch::rngSeed());
  INFO("seed " << seed);
  vit::random_source random(seed);
  std::mt19937 choose(seed);
  unsigned refused = 0;
  constexpr unsigned rounds = 60;
  for (unsigned i = 0; i < rounds; ++i) {
    const vit::geometry size = vit::test::random_geometry(random, 80);
    const vit::package model = vit::test::random_package(random, size);
    const vit::image_set images =
        vit::make_synthetic_images(size, 1 + choose() % 2, choose());
    network_case what;
    what.model = &model;
    what.policy = vit::test::random_policy(random, size.depth);
    what.images = &images;
    what.ffn_plan = choose() % 2 * 2;
    constexpr std::uint32_t rows[] = {1, 4, 5, 8, 16};
    constexpr std::uint32_t lanes[] = {4, 16, 32, 64, 24};
    what.machine.array_rows = rows[choose() % 5];
    what.machine.lanes = lanes[choose() % 5];
    what.machine.sram_bytes = 4096U << choose() % 7;
    what.machine.queue_depth = 2 + choose() % 4;
    what.machine.seed = static_cast<std::uint32_t>(choose());
    what.order = static_cast<execution_order>(choose() % 3);
    INFO("round " << i << ": " << size.tokens() << " tokens, width "
                  << size.width << ", heads " << size.heads << ", hidden "
                  << size.hidden << ", array " << what.machine.array_rows << "x"
                  << what.machine.lanes << ", SRAM "
                  << what.machine.sram_bytes);
    const network_outcome outcome = run_network(what);
    INFO(outcome.console);
    if (outcome.exit_code == 3) {
      CHECK(outcome.console.find("needs") != std::string::npos);
      ++refused;
      continue;
    }
    CHECK(outcome.exit_code == 0);
    CHECK(outcome.difference == "");
    CHECK(outcome.macs == outcome.executed_macs);
  }
  WARN(refused << " of " << rounds << " refused");
  CHECK(refused < rounds / 2);
}

}  // namespace vitvp::firmware_test
