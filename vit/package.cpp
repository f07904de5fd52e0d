#include "vit/package.hpp"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "vit/input_error.hpp"
#include "vit/safetensors.hpp"

namespace vitvp::vit {

namespace {

// The metadata of a file, value by value; knows which keys were asked for.
class metadata_reader {
 public:
  explicit metadata_reader(const safetensors_file& file)
      : m_path(file.path()), m_left(file.metadata()) {}

  [[noreturn]] void fail(const std::string& key, const std::string& problem,
                         const std::string& remedy) const {
    throw input_error(m_path, "metadata '" + key + "'", problem, remedy);
  }

  std::string text(const std::string& key) {
    const auto found = m_left.find(key);
    if (found == m_left.end()) fail(key, "missing", "add it");
    std::string value = found->second;
    m_left.erase(found);
    return value;
  }

  bool has(const std::string& key) const { return m_left.count(key) != 0; }

  void constant(const std::string& key, const std::string& expected) {
    const std::string value = text(key);
    if (value != expected) fail(key, shorten(value), "must be " + expected);
  }

  std::uint32_t number(const std::string& key) {
    return to_number(key, text(key));
  }

  std::uint32_t to_number(const std::string& key,
                          const std::string& value) const {
    std::uint32_t result = 0;
    const char* end = value.data() + value.size();
    const auto [stop, error] = std::from_chars(value.data(), end, result);
    if (error != std::errc() || stop != end) {
      fail(key, shorten(value) + " is not a number",
           "use a non-negative decimal integer");
    }
    return result;
  }

  double real(const std::string& key) {
    const std::string value = text(key);
    double result = 0;
    const char* end = value.data() + value.size();
    const auto [stop, error] = std::from_chars(value.data(), end, result);
    if (error != std::errc() || stop != end) {
      fail(key, shorten(value) + " is not a number", "use decimal notation");
    }
    return result;
  }

  const string_map& left() const { return m_left; }

 private:
  static std::string shorten(const std::string& value) {
    constexpr std::size_t longest = 40;
    return "'" + value.substr(0, longest) +
           (value.size() > longest ? "...'" : "'");
  }

  std::string m_path;
  string_map m_left;
};

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> items;
  std::istringstream stream(list);
  for (std::string item; std::getline(stream, item, ',');) {
    items.push_back(item);
  }
  if (!list.empty() && list.back() == ',') items.emplace_back();
  return items;
}

pruning_policy read_pruning(metadata_reader& metadata, std::uint32_t depth) {
  pruning_policy policy;
  for (const std::string& item : split(metadata.text("keep_ppm"))) {
    policy.keep_ppm.push_back(metadata.to_number("keep_ppm", item));
    if (policy.keep_ppm.back() > keep_all_ppm) {
      metadata.fail("keep_ppm", item + " is out of range", "use 0..1000000");
    }
  }
  if (policy.keep_ppm.size() != depth) {
    metadata.fail("keep_ppm",
                  "holds " + std::to_string(policy.keep_ppm.size()) + " ratios",
                  "give one per block, " + std::to_string(depth));
  }
  const std::string threshold = metadata.text("ffn2_threshold");
  policy.ffn2_enabled = threshold != "off";
  if (policy.ffn2_enabled) {
    const std::uint32_t t = metadata.to_number("ffn2_threshold", threshold);
    if (t > largest_ffn2_threshold) {
      metadata.fail("ffn2_threshold", threshold + " is out of range",
                    "use 0..126 or off");
    }
    policy.ffn2_threshold = static_cast<std::uint8_t>(t);
  }
  return policy;
}

std::vector<std::string> read_class_names(metadata_reader& metadata) {
  const std::string key = "class_names";
  if (!metadata.has(key)) return {};
  const auto flat = [&](int depth, nlohmann::json::parse_event_t,
                        nlohmann::json&) {
    if (depth > 1) metadata.fail(key, "nested", "use a flat list of strings");
    return true;
  };
  try {
    // get() refuses elements that are no strings.
    return nlohmann::json::parse(metadata.text(key), flat)
        .get<std::vector<std::string>>();
  } catch (const nlohmann::json::exception& error) {
    metadata.fail(key, error.what(), "use a JSON list of strings");
  }
}

picture_fit read_picture_fit(metadata_reader& metadata) {
  picture_fit fit;
  if (metadata.has("resize")) fit.resize = metadata.number("resize");
  if (metadata.has("interpolation")) {
    const std::string name = metadata.text("interpolation");
    if (name != "bicubic" && name != "bilinear") {
      metadata.fail("interpolation", "is neither bicubic nor bilinear",
                    "use one of them, or remove it");
    }
    if (name == "bilinear") fit.interpolation = interpolation::bilinear;
  }
  return fit;
}

geometry read_geometry(metadata_reader& metadata) {
  geometry size;
  size.image_height = metadata.number("image_height");
  size.image_width = metadata.number("image_width");
  size.image_channels = metadata.number("image_channels");
  size.patch = metadata.number("patch");
  size.width = metadata.number("width");
  size.heads = metadata.number("heads");
  size.depth = metadata.number("depth");
  size.hidden = metadata.number("hidden");
  size.classes = metadata.number("classes");
  return size;
}

void read_description(metadata_reader& metadata, package& model,
                      const std::string& path) {
  metadata.constant("format", "vitvp-package");
  metadata.constant("version", "1");
  model.name = metadata.text("name");
  model.provenance = metadata.text("provenance");
  const std::string synthetic = metadata.text("synthetic");
  if (synthetic != "true" && synthetic != "false") {
    metadata.fail("synthetic", "is neither true nor false", "use one of them");
  }
  model.synthetic = synthetic == "true";
  model.size = read_geometry(metadata);
  check_geometry(model.size, path);
  model.pruning = read_pruning(metadata, model.size.depth);
  model.residual_scale = metadata.real("residual_scale");
  model.logit_scale = metadata.real("logit_scale");
  model.class_names = read_class_names(metadata);
  model.pictures = read_picture_fit(metadata);
  model.other_metadata = metadata.left();
}

// Reads tensors and remembers which were read.
class tensor_reader {
 public:
  explicit tensor_reader(safetensors_file& file) : m_file(file) {}

  template <typename T>
  std::vector<T> values(const std::string& name, const tensor_shape& extents) {
    m_used.insert(name);
    return m_file.read<T>(name, extents);
  }

  linear product(const std::string& name, std::uint32_t k, std::uint32_t n) {
    linear l;
    l.k = k;
    l.n = n;
    l.weight = values<std::int8_t>(name + ".weight", {k, n});
    l.bias = values<std::int32_t>(name + ".bias", {n});
    l.multiplier = values<std::int16_t>(name + ".multiplier", {n});
    l.shift = values<std::uint8_t>(name + ".shift", {n});
    return l;
  }

  layer_norm norm(const std::string& name, std::uint32_t width) {
    layer_norm result;
    result.multiplier = values<std::int16_t>(name + ".multiplier", {width});
    result.bias = values<std::int32_t>(name + ".bias", {width});
    result.shift = values<std::uint8_t>(name + ".shift", {width});
    result.epsilon = values<std::int64_t>(name + ".epsilon", {1}).front();
    return result;
  }

  record factor(const std::string& name) {
    return {0, values<std::int16_t>(name + ".multiplier", {1}).front(),
            values<std::uint8_t>(name + ".shift", {1}).front()};
  }

  void refuse_the_rest() const {
    for (const auto& entry : m_file.tensors()) {
      if (m_used.count(entry.first) != 0) continue;
      throw input_error(m_file.path(), "tensor '" + entry.first + "'",
                        "does not belong into a package",
                        "remove it, or correct its name or the depth");
    }
  }

 private:
  safetensors_file& m_file;
  std::set<std::string> m_used;
};

block read_block(tensor_reader& reader, const geometry& size,
                 const std::string& name) {
  block b;
  b.norm1 = reader.norm(name + ".norm1", size.width);
  b.qkv = reader.product(name + ".qkv", size.width, 3 * size.width);
  b.scores = reader.factor(name + ".scores");
  const auto table =
      reader.values<std::uint8_t>(name + ".softmax.table", {256});
  std::copy(table.begin(), table.end(), b.softmax.begin());
  b.context = reader.factor(name + ".context");
  b.projection = reader.product(name + ".projection", size.width, size.width);
  b.norm2 = reader.norm(name + ".norm2", size.width);
  b.ffn1 = reader.product(name + ".ffn1", size.width, size.hidden);
  b.ffn2 = reader.product(name + ".ffn2", size.hidden, size.width);
  return b;
}

std::string join(const std::vector<std::uint32_t>& values) {
  std::string list;
  for (const std::uint32_t value : values) {
    list += (list.empty() ? "" : ",") + std::to_string(value);
  }
  return list;
}

std::string to_text(double value) {
  char buffer[40];
  const auto result = std::to_chars(buffer, buffer + sizeof buffer, value);
  return std::string(buffer, result.ptr);
}

string_map describe(const package& model) {
  string_map metadata = model.other_metadata;
  const geometry& size = model.size;
  metadata["format"] = "vitvp-package";
  metadata["version"] = "1";
  metadata["name"] = model.name;
  metadata["provenance"] = model.provenance;
  metadata["synthetic"] = model.synthetic ? "true" : "false";
  metadata["image_height"] = std::to_string(size.image_height);
  metadata["image_width"] = std::to_string(size.image_width);
  metadata["image_channels"] = std::to_string(size.image_channels);
  metadata["patch"] = std::to_string(size.patch);
  metadata["width"] = std::to_string(size.width);
  metadata["heads"] = std::to_string(size.heads);
  metadata["depth"] = std::to_string(size.depth);
  metadata["hidden"] = std::to_string(size.hidden);
  metadata["classes"] = std::to_string(size.classes);
  metadata["keep_ppm"] = join(model.pruning.keep_ppm);
  metadata["ffn2_threshold"] =
      model.pruning.ffn2_enabled ? std::to_string(model.pruning.ffn2_threshold)
                                 : "off";
  metadata["residual_scale"] = to_text(model.residual_scale);
  metadata["logit_scale"] = to_text(model.logit_scale);
  if (!model.class_names.empty()) {
    metadata["class_names"] = nlohmann::json(model.class_names).dump();
  }
  if (model.pictures.resize) {
    metadata["resize"] = std::to_string(*model.pictures.resize);
  }
  if (model.pictures.interpolation == interpolation::bilinear) {
    metadata["interpolation"] = "bilinear";
  }
  return metadata;
}

// Collects the tensors of a package; keeps the single values alive.
class tensor_writer {
 public:
  template <typename T>
  void values(const std::string& name, const std::vector<T>& data,
              const tensor_shape& extents) {
    m_tensors.push_back(make_tensor_source(name, data, extents));
  }

  template <typename T>
  void single(const std::string& name, T value) {
    auto& keep = std::get<std::vector<std::vector<T>>>(m_singles);
    keep.push_back({value});
    values(name, keep.back(), {1});
  }

  void product(const std::string& name, const linear& l) {
    values(name + ".weight", l.weight, {l.k, l.n});
    values(name + ".bias", l.bias, {l.n});
    values(name + ".multiplier", l.multiplier, {l.n});
    values(name + ".shift", l.shift, {l.n});
  }

  void norm(const std::string& name, const layer_norm& n) {
    values(name + ".multiplier", n.multiplier, {n.multiplier.size()});
    values(name + ".bias", n.bias, {n.bias.size()});
    values(name + ".shift", n.shift, {n.shift.size()});
    single(name + ".epsilon", n.epsilon);
  }

  void factor(const std::string& name, const record& r) {
    single(name + ".multiplier", r.multiplier);
    single(name + ".shift", r.shift);
  }

  void table(const std::string& name, const softmax_table& t) {
    m_tensors.push_back({name, "U8", {t.size()}, t.data()});
  }

  const std::vector<tensor_source>& tensors() const { return m_tensors; }

 private:
  std::vector<tensor_source> m_tensors;
  // A vector that moves takes its heap memory, and so the pointer, along.
  std::tuple<std::vector<std::vector<std::int16_t>>,
             std::vector<std::vector<std::uint8_t>>,
             std::vector<std::vector<std::int64_t>>>
      m_singles;
};

void write_block(tensor_writer& writer, const block& b,
                 const std::string& name) {
  writer.norm(name + ".norm1", b.norm1);
  writer.product(name + ".qkv", b.qkv);
  writer.factor(name + ".scores", b.scores);
  writer.table(name + ".softmax.table", b.softmax);
  writer.factor(name + ".context", b.context);
  writer.product(name + ".projection", b.projection);
  writer.norm(name + ".norm2", b.norm2);
  writer.product(name + ".ffn1", b.ffn1);
  writer.product(name + ".ffn2", b.ffn2);
}

}  // namespace

package load_package(const std::string& path) {
  safetensors_file file(path);
  metadata_reader metadata(file);
  package model;
  read_description(metadata, model, path);
  const geometry& size = model.size;
  tensor_reader reader(file);
  model.patch = reader.product("patch", size.patch_terms(), size.width);
  model.position =
      reader.values<std::int16_t>("position", {size.tokens(), size.width});
  for (std::uint32_t b = 0; b < size.depth; ++b) {
    model.blocks.push_back(
        read_block(reader, size, "blocks." + std::to_string(b)));
  }
  model.norm = reader.norm("norm", size.width);
  model.head = reader.product("head", size.width, size.classes);
  reader.refuse_the_rest();
  check_package(model, path);
  return model;
}

void save_package(const package& model, const std::string& path) {
  check_package(model, path);
  tensor_writer writer;
  writer.product("patch", model.patch);
  writer.values("position", model.position,
                {model.size.tokens(), model.size.width});
  for (std::size_t b = 0; b < model.blocks.size(); ++b) {
    write_block(writer, model.blocks[b], "blocks." + std::to_string(b));
  }
  writer.norm("norm", model.norm);
  writer.product("head", model.head);
  save_safetensors(path, describe(model), writer.tensors());
}

}  // namespace vitvp::vit
