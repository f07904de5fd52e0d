// Runs the reference for the images of a run, on other threads of the host
// while the platform simulates.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <future>
#include <map>
#include <string>
#include <vector>

#include "vit/image_set.hpp"
#include "vit/package.hpp"
#include "vit/pruning.hpp"
#include "vit/reference.hpp"

namespace vitvp::platform {

/// A tensor of the reference; elements in rows, little endian.
struct reference_tensor {
  std::uint32_t rows = 0;
  std::uint32_t columns = 0;
  std::uint32_t element_bytes = 0;
  bool is_signed = true;
  std::vector<std::uint8_t> bytes;
};

/// What the reference makes of one image.
struct reference_run {
  vit::inference inference;
  std::map<std::string, reference_tensor> tensors;  ///< empty unless wanted
};

/// The images that the reference is to classify, and how. What it names must
/// outlive its user and not change.
struct reference_work {
  const vit::package& model;
  const vit::pruning_policy& policy;
  const vit::image_set& images;
  std::size_t first = 0;  ///< image of the set
  std::size_t count = 0;
  bool keep_tensors = false;
};

/// Gives the runs of the images in order. With `threads` n, up to n - 1 of
/// them are computed at once, ahead of their use, each by a thread of its own;
/// with 1, each is computed by start(). The results are the same.
class reference_ahead {
 public:
  reference_ahead(const reference_work& work, unsigned threads);

  /// Turns to the next image; there must be one.
  void start();
  /// True if the result of the image turned to can be had without waiting.
  bool ready() const;
  /// Waits for that result. Once for each start().
  reference_run take();

 private:
  void launch();

  reference_work m_work;
  unsigned m_threads;
  std::size_t m_launched = 0;
  std::deque<std::future<reference_run>> m_ahead;  // in the order of images
  std::future<reference_run> m_current;
};

}  // namespace vitvp::platform
