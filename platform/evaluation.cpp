#include "platform/evaluation.hpp"

namespace vitvp::platform {

evaluation evaluate(const run_result& result) {
  evaluation found;
  found.classes.resize(result.classes);
  for (const image_result& image : result.images) {
    const bool is_class = image.predicted < result.classes;
    if (is_class) ++found.classes[image.predicted].predicted;
    if (image.reference) {
      ++found.compared;
      if (*image.reference == image.predicted) ++found.agreeing;
    }
    if (!image.label) continue;
    const auto label = static_cast<std::uint32_t>(*image.label);
    ++found.labelled;
    ++found.classes[label].images;
    ++found.confusion[{label, image.predicted}];
    if (is_class) ++found.classes[image.predicted].claimed;
    if (label != image.predicted) continue;
    ++found.right;
    ++found.classes[label].right;
  }
  return found;
}

std::string class_title(const run_result& result, std::uint32_t index) {
  constexpr std::size_t most = 24;
  std::string title = std::to_string(index);
  if (index < result.class_names.size()) {
    title += " " + result.class_names[index];
  }
  return title.size() > most ? title.substr(0, most - 2) + ".." : title;
}

}  // namespace vitvp::platform
