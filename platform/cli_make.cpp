// vitvp make-package and vitvp make-images
#include <charconv>
#include <cmath>

#include "platform/cli_options.hpp"
#include "vit/synthetic.hpp"

namespace vitvp::platform {
namespace {

namespace po = boost::program_options;

po::typed_value<std::string>* text(const char* name) {
  return po::value<std::string>()->value_name(name);
}

std::uint64_t seed(const cli_options& options) {
  return options.has("seed") ? options.number("seed", 0, UINT64_MAX) : 1;
}

double share(const std::string& given) {
  double value = 0;
  const char* end = given.data() + given.size();
  const auto [stop, error] = std::from_chars(given.data(), end, value);
  if (error != std::errc() || stop != end || !(value >= 0 && value <= 1)) {
    throw usage_error("make-package: --dead-share: '" + given.substr(0, 60) +
                      "' is out of range; use a number in 0..1");
  }
  return value;
}

std::string geometries() {
  std::string list;
  for (const std::string& name : vit::known_geometries()) {
    list += (list.empty() ? "" : ", ") + name;
  }
  return list;
}

}  // namespace

int command_make_package(const arguments& args, const cli_services& services) {
  cli_options options(cli_command_named("make-package"));
  const std::string meaning = "sizes of the network: " + geometries();
  options.add("geometry", text("NAME"), meaning.c_str());
  options.add("seed", text("N"), "of the weights; 1 unless given");
  options.add("dead-share", text("X"),
              "share of hidden channels that are dead, 0..1; 0.6 unless given");
  options.add("out", text("FILE"), "package to write");
  if (!options.parse(args, services.out)) return exit_good;

  const std::string& path = options.required("out");
  vit::synthetic_options wanted;
  if (options.has("dead-share")) {
    wanted.dead_share = share(options.required("dead-share"));
  }
  const vit::package model =
      vit::make_synthetic(options.required("geometry"), seed(options), wanted);
  vit::save_package(model, path);
  services.out << path << ": " << model.name << '\n';
  return exit_good;
}

int command_make_images(const arguments& args, const cli_services& services) {
  cli_options options(cli_command_named("make-images"));
  options.add("package", text("FILE"), "network that the images must fit");
  options.add("count", text("N"), "images to make; 1 unless given");
  options.add("seed", text("N"), "of the images; 1 unless given");
  options.add("out", text("FILE"), "image set to write");
  if (!options.parse(args, services.out)) return exit_good;

  const std::string& path = options.required("out");
  const std::uint64_t count =
      options.has("count") ? options.number("count", 1, 100000) : 1;
  const vit::package model = vit::open_package(options.required("package"));
  const vit::image_set images = vit::make_synthetic_images(
      model.size, static_cast<std::size_t>(count), seed(options));
  vit::save_images(images, path);
  services.out << path << ": " << images.count() << " images of "
               << images.height << " x " << images.width << " x "
               << images.channels << '\n';
  return exit_good;
}

}  // namespace vitvp::platform
