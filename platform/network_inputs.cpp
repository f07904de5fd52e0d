#include "platform/network_inputs.hpp"

#include "platform/scenario_policy.hpp"
#include "vit/synthetic.hpp"

namespace vitvp::platform {

bool runs_network(const scenario& s) {
  return s.firmware.application == firmware_application::vit;
}

network_inputs read_network(const scenario& s) {
  network_inputs in;
  in.model = vit::open_package(s.package);
  in.images = vit::open_images(
      s.images.path, in.model,
      {s.images.first, s.images.limit.value_or(vit::image_range().most)});
  in.policy = effective_pruning(s, in.model);
  in.first = s.images.first;
  in.count = image_count(s, in.images.count());
  return in;
}

run_result begin_result(const scenario& s, const network_inputs& in) {
  run_result result;
  result.scenario = s;
  result.package_name = in.model.name;
  result.synthetic = in.model.synthetic;
  result.classes = in.model.size.classes;
  result.class_names = in.model.class_names;
  return result;
}

image_result begin_image(const network_inputs& in, std::size_t position) {
  image_result image;
  image.index = in.first + position;
  const std::int32_t label = in.images.labels[image.index];
  if (label != vit::unknown_label) image.label = label;
  if (!in.images.files.empty()) image.file = in.images.files[image.index];
  return image;
}

}  // namespace vitvp::platform
