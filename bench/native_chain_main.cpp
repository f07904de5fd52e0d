// Times the native chain on the network of a scenario, and the host's peak.
//
//     vitvp_bench_native SCENARIO [ROUNDS] [KEY=VALUE...]
//
// Prints a JSON object: seconds of CPU for an image, the same of its matrix
// products alone, multiply-accumulates of an image, and how many a second the
// chain and the peak make; each time is the median of the rounds. That is the
// yardstick: matrix products of i16, added in twos to i32, as every x86 host
// makes them. `best_seconds` is the same chain on the best kernels of this
// host. The first image is compared with the reference before anything is
// timed.
#include <hwy/targets.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/cpu_time.hpp"
#include "bench/native_chain.hpp"
#include "bench/product_peak.hpp"
#include "platform/scenario.hpp"
#include "platform/scenario_policy.hpp"
#include "vit/input_error.hpp"
#include "vit/reference.hpp"
#include "vit/synthetic.hpp"

namespace {

using namespace vitvp;

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

double peak_rate() {
  constexpr std::uint64_t rounds = 4000000;
  std::int32_t sink = 0;
  const double begin = bench::thread_cpu_seconds();
  const std::uint64_t macs = bench::multiply_in_registers(rounds, &sink);
  const double seconds = bench::thread_cpu_seconds() - begin;
  return sink == 1 ? 0 : static_cast<double>(macs) / seconds;
}

/// Takes products of bytes (AVX-512 VNNI) from all kernels, or gives them back.
void allow_byte_products([[maybe_unused]] bool allow) {
#if HWY_ARCH_X86
  hwy::DisableTargets(allow ? 0 : HWY_AVX3_DL);
#endif
}

double chain_seconds(bench::native_chain& chain, const std::uint8_t* pixels) {
  const double begin = bench::thread_cpu_seconds();
  chain.classify(pixels);
  return bench::thread_cpu_seconds() - begin;
}

nlohmann::ordered_json measure(const platform::scenario& s, unsigned rounds) {
  const vit::package model = vit::open_package(s.package);
  const vit::image_set images = vit::open_images(s.images.path, model);
  const vit::pruning_policy policy = platform::effective_pruning(s, model);
  const std::vector<std::int16_t> logits =
      vit::classify(model, policy, images.image(0)).logits;
  bench::native_chain chain(model, policy);
  for (const bool best : {true, false}) {
    allow_byte_products(best);
    if (chain.classify(images.image(0)) != logits) {
      throw vit::input_error("the chain's logits are not the reference's");
    }
  }
  const std::uint64_t macs = chain.macs() / 2;  // it saw the image twice
  std::vector<double> seconds;
  std::vector<double> product_seconds;
  std::vector<double> best_seconds;
  std::vector<double> peaks;
  for (unsigned i = 0; i < rounds; ++i) {
    allow_byte_products(true);
    best_seconds.push_back(chain_seconds(chain, images.image(0)));
    allow_byte_products(false);
    peaks.push_back(peak_rate());
    const double products = chain.product_seconds();
    seconds.push_back(chain_seconds(chain, images.image(0)));
    product_seconds.push_back(chain.product_seconds() - products);
  }
  return {{"seconds", median(seconds)},
          {"product_seconds", median(product_seconds)},
          {"best_seconds", median(best_seconds)},
          {"macs", macs},
          {"macs_per_second", static_cast<double>(macs) / median(seconds)},
          {"peak_macs_per_second", median(peaks)}};
}

}  // namespace

// Nothing is simulated here, but the kernels' libraries may bring SystemC
// along, which cannot be linked without.
extern "C" int sc_main(int /*argc*/, char** /*argv*/) {
  return 0;
}

int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "usage: vitvp_bench_native SCENARIO [ROUNDS] [KEY=VALUE...]\n";
    return 2;
  }
  const unsigned long rounds =
      argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 1;
  if (rounds < 1 || rounds > 1000) {
    std::cerr << "vitvp_bench_native: ROUNDS must be 1..1000\n";
    return 2;
  }
  try {
    const std::vector<std::string> overrides(argv + std::min(argc, 3),
                                             argv + argc);
    std::cout << measure(platform::load_scenario(argv[1], overrides),
                         static_cast<unsigned>(rounds))
                     .dump(1)
              << std::endl;
  } catch (const std::exception& error) {
    std::cerr << "vitvp_bench_native: " << error.what() << '\n';
    return 2;
  }
  return 0;
}
