// Prints how many multiply-accumulates per second the row engine's values take
// on shapes of DeiT-Small; the best of some runs.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <random>
#include <vector>

#include "models/row_engine/kernel.hpp"

namespace {

using namespace vitvp::models;

struct shape {
  std::uint32_t rows;
  std::uint32_t columns;
  std::uint32_t terms;
  bool a_term_major;
  bool c_channel_major;
};

std::vector<std::uint8_t> random_bytes(std::size_t n) {
  static std::mt19937 engine(1);
  std::vector<std::uint8_t> bytes(n);
  for (std::uint8_t& b : bytes) b = static_cast<std::uint8_t>(engine());
  return bytes;
}

double best_seconds(const product& p) {
  product_workspace room;
  double best = 1e9;
  for (int run = 0; run < 60; ++run) {
    const auto start = std::chrono::steady_clock::now();
    multiply(p, room);
    const std::chrono::duration<double> seconds =
        std::chrono::steady_clock::now() - start;
    best = std::min(best, seconds.count());
  }
  return best;
}

void measure(const shape& s) {
  const auto a = random_bytes(std::size_t{s.rows} * s.terms);
  const auto b = random_bytes(std::size_t{s.terms} * s.columns);
  const auto records = random_bytes(record_bytes * s.columns);
  std::vector<std::uint8_t> c(std::size_t{s.rows} * s.columns);
  product p;
  p.rows = s.rows;
  p.columns = s.columns;
  p.terms = s.terms;
  p.a = a.data();
  p.a_row_stride = s.a_term_major ? 1 : s.terms;
  p.a_term_stride = s.a_term_major ? s.rows : 1;
  p.b = b.data();
  p.b_term_stride = s.columns;
  p.records = records.data();
  p.c = c.data();
  p.c_row_stride = s.c_channel_major ? 1 : s.columns;
  p.c_column_stride = s.c_channel_major ? s.rows : 1;
  const double macs = double{1} * s.rows * s.columns * s.terms;
  std::printf("%4u x %4u over %4u: %5.1f GMAC/s\n", s.rows, s.columns, s.terms,
              1e-9 * macs / best_seconds(p));
}

}  // namespace

int main() {
  const shape shapes[] = {
      {197, 1536, 384, false, true}, {197, 384, 1536, true, false},
      {197, 64, 384, false, false},  {197, 197, 64, false, false},
      {197, 64, 197, false, false},  {32, 384, 384, false, false}};
  for (const shape& s : shapes) measure(s);
  return 0;
}
