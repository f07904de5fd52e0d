// Writes every tensor that the reference computes, for a comparison with
// another implementation:
//
//     vitvp_reference_tensors PACKAGE IMAGES OUT
//
// OUT holds, image by image, the observed tensors of vit/reference.hpp in
// their order, then `predicted`, `tokens_per_block`,
// `live_ffn2_channels_per_block` and `executed_macs`. Each is one line of text
// `name rows columns i|u bytes-per-element` and its elements, little-endian.
#include <exception>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "vit/image_set.hpp"
#include "vit/input_error.hpp"
#include "vit/reference.hpp"

namespace {

using namespace vitvp;

void write(std::ostream& out, const vit::observed_tensor& tensor) {
  out << tensor.name << ' ' << tensor.rows << ' ' << tensor.columns << ' '
      << (tensor.is_signed ? 'i' : 'u') << ' ' << tensor.element_bytes << '\n';
  out.write(static_cast<const char*>(tensor.data),
            static_cast<std::streamsize>(tensor.rows * tensor.columns *
                                         tensor.element_bytes));
}

template <typename T>
void write(std::ostream& out, const std::string& name,
           const std::vector<T>& values) {
  write(out, {name, 1, values.size(), sizeof(T), false, values.data()});
}

void write_all(const std::string& package, const std::string& image_file,
               const std::string& path) {
  const vit::package model = vit::load_package(package);
  const vit::image_set images = vit::load_images(image_file);
  vit::check_images_fit(images, model.size, image_file);
  std::ofstream out(path, std::ios::binary);
  for (std::size_t i = 0; i < images.count(); ++i) {
    const vit::inference result = vit::classify(
        model, model.pruning, images.image(i),
        [&](const vit::observed_tensor& tensor) { write(out, tensor); });
    write(out, "predicted", std::vector<std::uint32_t>{result.predicted});
    write(out, "tokens_per_block", result.tokens_per_block);
    write(out, "live_ffn2_channels_per_block",
          result.live_ffn2_channels_per_block);
    write(out, "executed_macs",
          std::vector<std::uint64_t>{result.executed_macs});
  }
  out.close();
  if (!out) throw vit::input_error(path + ": cannot be written");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: vitvp_reference_tensors PACKAGE IMAGES OUT\n";
    return 2;
  }
  try {
    write_all(argv[1], argv[2], argv[3]);
  } catch (const std::exception& error) {
    std::cerr << "vitvp_reference_tensors: " << error.what() << '\n';
    return 2;
  }
  return 0;
}
