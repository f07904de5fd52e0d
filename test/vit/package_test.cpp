// Packages: round trip, and every rule of docs/package.md broken once.
#include "vit/package.hpp"

#include <catch2/catch.hpp>
#include <functional>

#include "test/vit/random_model.hpp"
#include "test/vit/raw_file.hpp"
#include "vit/input_error.hpp"
#include "vit/synthetic.hpp"

namespace vitvp::vit::test {

namespace {

using Catch::Contains;
using change = std::function<void(raw_file&)>;

const raw_file& sound_file() {
  static const raw_file file = [] {
    const temporary_folder folder;
    save_package(make_synthetic("micro", 1), folder.file("p"));
    return take_apart(read_bytes(folder.file("p")));
  }();
  return file;
}

// The error of loading the sound file after `modify`; empty if it loads.
std::string load_error(const change& modify) {
  raw_file file = sound_file();
  modify(file);
  const temporary_folder folder;
  const std::string path = folder.file("p");
  write_bytes(path, to_bytes(file));
  try {
    load_package(path);
    return "";
  } catch (const input_error& error) {
    std::string message = error.what();
    REQUIRE(message.find(path) == 0);
    REQUIRE(message.find(';') != std::string::npos);
    return message;
  }
}

std::string metadata_error(const std::string& key, const std::string& value) {
  return load_error(
      [&](raw_file& file) { file.header["__metadata__"][key] = value; });
}

template <typename T>
std::string poke_error(const std::string& tensor, std::size_t index, T value) {
  return load_error([&](raw_file& file) { poke(file, tensor, index, value); });
}

bool same(const linear& a, const linear& b) {
  return a.k == b.k && a.n == b.n && a.weight == b.weight && a.bias == b.bias &&
         a.multiplier == b.multiplier && a.shift == b.shift;
}

bool same(const layer_norm& a, const layer_norm& b) {
  return a.multiplier == b.multiplier && a.bias == b.bias &&
         a.shift == b.shift && a.epsilon == b.epsilon;
}

bool same(const record& a, const record& b) {
  return a.bias == b.bias && a.multiplier == b.multiplier && a.shift == b.shift;
}

bool same(const block& a, const block& b) {
  return same(a.norm1, b.norm1) && same(a.qkv, b.qkv) &&
         same(a.scores, b.scores) && a.softmax == b.softmax &&
         same(a.context, b.context) && same(a.projection, b.projection) &&
         same(a.norm2, b.norm2) && same(a.ffn1, b.ffn1) && same(a.ffn2, b.ffn2);
}

void require_same(const package& a, const package& b) {
  REQUIRE(a.size == b.size);
  REQUIRE(a.name == b.name);
  REQUIRE(a.provenance == b.provenance);
  REQUIRE(a.synthetic == b.synthetic);
  REQUIRE(a.pruning == b.pruning);
  REQUIRE(a.residual_scale == b.residual_scale);
  REQUIRE(a.logit_scale == b.logit_scale);
  REQUIRE(a.class_names == b.class_names);
  REQUIRE(a.pictures.resize == b.pictures.resize);
  REQUIRE(a.pictures.interpolation == b.pictures.interpolation);
  REQUIRE(a.other_metadata == b.other_metadata);
  REQUIRE(same(a.patch, b.patch));
  REQUIRE(a.position == b.position);
  REQUIRE(a.blocks.size() == b.blocks.size());
  for (std::size_t i = 0; i < a.blocks.size(); ++i) {
    REQUIRE(same(a.blocks[i], b.blocks[i]));
  }
  REQUIRE(same(a.norm, b.norm));
  REQUIRE(same(a.head, b.head));
}

}  // namespace

TEST_CASE("a saved package is loaded equal") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    random_source random(seed);
    package model = random_package(random, random_geometry(random, 50));
    model.name = "n\xc3\xa4me \"q\"\n";
    model.synthetic = seed % 2 == 0;
    model.residual_scale = 1.0 / 3;
    model.logit_scale = 1e-12;
    model.other_metadata["later"] = "kept";
    if (seed % 3 == 0) model.class_names.resize(model.size.classes, "a,b");
    if (seed % 3 == 1) model.pictures.resize = 4096;
    if (seed % 5 == 0) model.pictures.interpolation = interpolation::bilinear;
    const temporary_folder folder;
    save_package(model, folder.file("p"));
    require_same(load_package(folder.file("p")), model);
  }
}

TEST_CASE("the sound file loads") {
  REQUIRE(load_error([](raw_file&) {}).empty());
}

TEST_CASE("every metadata key is needed") {
  for (const char* key :
       {"format", "version", "name", "provenance", "synthetic", "image_height",
        "image_width", "image_channels", "patch", "width", "heads", "depth",
        "hidden", "classes", "keep_ppm", "ffn2_threshold", "residual_scale",
        "logit_scale"}) {
    CAPTURE(key);
    REQUIRE_THAT(load_error([&](raw_file& file) {
                   file.header["__metadata__"].erase(key);
                 }),
                 Contains(std::string("metadata '") + key + "': missing"));
  }
  REQUIRE_THAT(
      load_error([](raw_file& file) { file.header.erase("__metadata__"); }),
      Contains("missing"));
}

TEST_CASE("constants of the format") {
  REQUIRE_THAT(metadata_error("format", "vitvp-images"),
               Contains("must be vitvp-package"));
  REQUIRE_THAT(metadata_error("version", "2"), Contains("must be 1"));
  REQUIRE_THAT(metadata_error("synthetic", "yes"), Contains("true"));
}

TEST_CASE("sizes that are no numbers or out of range") {
  for (const char* key :
       {"image_height", "image_width", "image_channels", "patch", "width",
        "heads", "depth", "hidden", "classes"}) {
    for (const char* value : {"", "x", "-1", "+8", " 8", "8 ", "8.0", "0x8",
                              "4294967296", "99999999999999999999", "nan"}) {
      CAPTURE(key, value);
      REQUIRE_THAT(metadata_error(key, value),
                   Contains(key) && Contains("not a number"));
    }
    for (const char* value : {"0", "100000", "4294967295"}) {
      CAPTURE(key, value);
      REQUIRE_THAT(metadata_error(key, value),
                   Contains(key) && Contains("out of range"));
    }
  }
  REQUIRE_THAT(metadata_error("classes", "1"), Contains("classes"));
  REQUIRE_THAT(metadata_error("image_height", "33"),
               Contains("image_height") && Contains("multiple of patch"));
  REQUIRE_THAT(metadata_error("image_width", "33"), Contains("image_width"));
  REQUIRE_THAT(metadata_error("heads", "7"),
               Contains("width") && Contains("multiple of heads"));
  REQUIRE_THAT(metadata_error("image_width", "2048"),
               Contains("tensor 'position'"));
  REQUIRE_THAT(load_error([](raw_file& file) {
                 file.header["__metadata__"]["image_width"] = "2048";
                 file.header["__metadata__"]["image_height"] = "2048";
               }),
               Contains("tokens"));
  REQUIRE_THAT(load_error([](raw_file& file) {
                 auto& metadata = file.header["__metadata__"];
                 metadata["image_width"] = "64";
                 metadata["image_height"] = "64";
                 metadata["patch"] = "64";
                 metadata["image_channels"] = "16";
               }),
               Contains("patch*patch"));
}

TEST_CASE("sizes that disagree with the tensors") {
  REQUIRE_THAT(metadata_error("width", "96"),
               Contains("tensor 'patch.weight'"));
  REQUIRE_THAT(metadata_error("hidden", "97"),
               Contains("tensor 'blocks.0.ffn1.weight'"));
  REQUIRE_THAT(metadata_error("classes", "11"),
               Contains("tensor 'head.weight'"));
  REQUIRE_THAT(metadata_error("depth", "5"), Contains("keep_ppm"));
  const auto with_depth = [](const char* depth, const char* keep) {
    return load_error([&](raw_file& file) {
      file.header["__metadata__"]["depth"] = depth;
      file.header["__metadata__"]["keep_ppm"] = keep;
    });
  };
  REQUIRE_THAT(with_depth("5", "1,1,1,1,1"),
               Contains("'blocks.4.norm1.multiplier': missing"));
  REQUIRE_THAT(with_depth("3", "1,1,1"),
               Contains("'blocks.3.") && Contains("does not belong"));
}

TEST_CASE("how pictures are scaled") {
  for (const char* value : {"31", "4097", "-1", "", "x"}) {
    CAPTURE(value);
    REQUIRE_THAT(metadata_error("resize", value), Contains("resize"));
  }
  REQUIRE_THAT(metadata_error("interpolation", "lanczos"),
               Contains("'interpolation'") && Contains("bilinear"));
  REQUIRE(metadata_error("resize", "32").empty());
  REQUIRE(metadata_error("resize", "4096").empty());
  REQUIRE(metadata_error("interpolation", "bicubic").empty());
}

TEST_CASE("pruning that does not fit") {
  for (const char* value :
       {"", ",", "1,1,1", "1,1,1,1,1", "1,1,1,", ",1,1,1", "1,1,1,1000001",
        "1,1,1,-1", "1, 1,1,1", "1;1;1;1", "0.5,1,1,1"}) {
    CAPTURE(value);
    REQUIRE_THAT(metadata_error("keep_ppm", value), Contains("keep_ppm"));
  }
  for (const char* value : {"", "-1", "127", "on", "OFF", "1.0", "nan"}) {
    CAPTURE(value);
    REQUIRE_THAT(metadata_error("ffn2_threshold", value),
                 Contains("ffn2_threshold"));
  }
  REQUIRE(metadata_error("keep_ppm", "0,1,999999,1000000").empty());
  REQUIRE(metadata_error("ffn2_threshold", "126").empty());
  REQUIRE(metadata_error("ffn2_threshold", "off").empty());
}

TEST_CASE("scales that are absurd") {
  for (const char* key : {"residual_scale", "logit_scale"}) {
    for (const char* value : {"", "nan", "inf", "-inf", "0", "-1", "1e-13",
                              "1e7", "1e999", "1,5", "0x1p3 ", " 1"}) {
      CAPTURE(key, value);
      REQUIRE_THAT(metadata_error(key, value), Contains(key));
    }
    REQUIRE(metadata_error(key, "1e6").empty());
    REQUIRE(metadata_error(key, "0.001").empty());
  }
}

TEST_CASE("class names that do not fit") {
  for (const char* value :
       {"", "a", "{}", "[]]", R"(["a"])", "[1,2,3,4,5,6,7,8,9,10]",
        R"([["a"]])", R"(["a",)"}) {
    CAPTURE(value);
    REQUIRE_THAT(metadata_error("class_names", value), Contains("class_names"));
  }
  REQUIRE_THAT(metadata_error("class_names", std::string(1000000, '[')),
               Contains("class_names"));
  REQUIRE(metadata_error("class_names",
                         R"(["0","1","2","3","4","5","6","7","8","9"])")
              .empty());
}

TEST_CASE("unknown metadata are kept") {
  REQUIRE(metadata_error("future", "anything").empty());
}

TEST_CASE("every tensor is needed, with its dtype and shape") {
  for (const auto& [name, value] : sound_file().header.items()) {
    if (name == "__metadata__") continue;
    CAPTURE(name);
    const std::string quoted = "tensor '" + name + "'";
    REQUIRE_THAT(load_error([&, key = name](raw_file& file) {
                   file.header["elsewhere"] = file.header[key];
                   file.header.erase(key);
                 }),
                 Contains(quoted + ": missing"));
    REQUIRE_THAT(load_error([&, key = name](raw_file& file) {
                   file.header[key]["shape"].push_back(1);
                 }),
                 Contains(quoted));
    REQUIRE_THAT(load_error([&, key = name](raw_file& file) {
                   const std::string old = file.header[key]["dtype"];
                   file.header[key]["dtype"] = old == "I8"    ? "U8"
                                               : old == "U8"  ? "I8"
                                               : old == "I16" ? "BF16"
                                               : old == "I32" ? "F32"
                                                              : "F64";
                 }),
                 Contains(quoted));
  }
}

TEST_CASE("an extra tensor is refused") {
  REQUIRE_THAT(
      load_error([](raw_file& file) {
        const std::size_t end = file.data.size();
        file.header["blocks.0.gamma"] = {
            {"dtype", "I8"}, {"shape", {1}}, {"data_offsets", {end, end + 1}}};
        file.data += 'x';
      }),
      Contains("'blocks.0.gamma'") && Contains("does not belong"));
}

TEST_CASE("records out of range") {
  using i16 = std::int16_t;
  using i32 = std::int32_t;
  using u8 = std::uint8_t;
  for (const char* name : {"patch", "blocks.0.qkv", "blocks.1.projection",
                           "blocks.2.ffn1", "blocks.3.ffn2", "head"}) {
    CAPTURE(name);
    const std::string n = name;
    for (const int bad : {0, 1, -1, 16383, -16384, -32768}) {
      REQUIRE_THAT(poke_error(n + ".multiplier", 3, static_cast<i16>(bad)),
                   Contains("'" + n + ".multiplier': element 3"));
    }
    for (const int bad : {0, 63, 255}) {
      REQUIRE_THAT(poke_error(n + ".shift", 2, static_cast<u8>(bad)),
                   Contains("'" + n + ".shift': element 2"));
    }
    for (const i32 bad : {(1 << 30) + 1, -(1 << 30) - 1, -2147483647 - 1}) {
      REQUIRE_THAT(poke_error(n + ".bias", 0, bad),
                   Contains("'" + n + ".bias': element 0"));
    }
    REQUIRE(poke_error(n + ".bias", 0, i32{1 << 30}).empty());
    REQUIRE(poke_error(n + ".shift", 0, u8{62}).empty());
    REQUIRE(poke_error(n + ".multiplier", 0, i16{16384}).empty());
  }
}

TEST_CASE("LayerNorm parameters out of range") {
  for (const char* name : {"blocks.0.norm1", "blocks.3.norm2", "norm"}) {
    CAPTURE(name);
    const std::string n = name;
    for (const int bad : {0, 31, 255}) {
      REQUIRE_THAT(poke_error(n + ".shift", 1, static_cast<std::uint8_t>(bad)),
                   Contains("'" + n + ".shift'"));
    }
    REQUIRE_THAT(poke_error(n + ".bias", 1, std::int32_t{-(1 << 30) - 1}),
                 Contains("'" + n + ".bias'"));
    for (const std::int64_t bad :
         {std::int64_t{-1}, std::int64_t{1} << 60, std::int64_t{1} << 62}) {
      REQUIRE_THAT(poke_error(n + ".epsilon", 0, bad),
                   Contains("'" + n + ".epsilon'"));
    }
    for (const int fine : {0, -32768, 32767}) {
      REQUIRE(poke_error(n + ".multiplier", 0, static_cast<std::int16_t>(fine))
                  .empty());
    }
  }
}

TEST_CASE("attention factors and tables out of range") {
  for (const char* name : {"blocks.0.scores", "blocks.1.context"}) {
    CAPTURE(name);
    const std::string n = name;
    REQUIRE_THAT(poke_error(n + ".multiplier", 0, std::int16_t{16383}),
                 Contains("'" + n + ".multiplier'"));
    REQUIRE_THAT(poke_error(n + ".shift", 0, std::uint8_t{0}),
                 Contains("'" + n + ".shift'"));
    REQUIRE_THAT(poke_error(n + ".shift", 0, std::uint8_t{63}),
                 Contains("'" + n + ".shift'"));
  }
  // 17 tokens: bitlen(255 * 17) = 13.
  REQUIRE(poke_error("blocks.1.context.shift", 0, std::uint8_t{49}).empty());
  REQUIRE_THAT(poke_error("blocks.1.context.shift", 0, std::uint8_t{50}),
               Contains("at most 49"));
  REQUIRE(poke_error("blocks.1.scores.shift", 0, std::uint8_t{62}).empty());
  REQUIRE_THAT(poke_error("blocks.2.softmax.table", 0, std::uint8_t{254}),
               Contains("'blocks.2.softmax.table'") && Contains("255"));
  REQUIRE_THAT(poke_error("blocks.2.softmax.table", 200, std::uint8_t{255}),
               Contains("increases") && Contains("element 200"));
}

TEST_CASE("a package that was put together wrongly is not saved") {
  const temporary_folder folder;
  const package sound = make_synthetic("micro", 1);
  const auto error = [&](const std::function<void(package&)>& modify) {
    package model = sound;
    modify(model);
    REQUIRE_THROWS_AS(save_package(model, folder.file("p")), input_error);
    REQUIRE_FALSE(std::filesystem::exists(folder.file("p")));
  };
  error([](package& p) { p.blocks.pop_back(); });
  error([](package& p) { p.position.pop_back(); });
  error([](package& p) { p.head.weight.push_back(1); });
  error([](package& p) { p.blocks[1].ffn1.n = 7; });
  error([](package& p) { p.blocks[1].scores.bias = 1; });
  error([](package& p) { p.pruning.keep_ppm.clear(); });
  error([](package& p) { p.pruning.ffn2_threshold = 127; });
  error([](package& p) { p.class_names = {"one"}; });
}

}  // namespace vitvp::vit::test
