#include "vit/safetensors.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <system_error>

#include "vit/input_error.hpp"

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
              "tensors are copied as they lie in the file");

namespace vitvp::vit {

namespace {

using nlohmann::json;

// The format's own limit; a longer header is an attack or a mistake.
constexpr std::uint64_t largest_header_bytes = 100'000'000;
constexpr int deepest_nesting = 4;
constexpr const char* damaged =
    "the file is damaged or not a safetensors file; write it again";

const std::map<std::string, unsigned>& element_bytes() {
  static const std::map<std::string, unsigned> table = {
      {"BOOL", 1}, {"U8", 1},  {"I8", 1},  {"F8_E5M2", 1}, {"F8_E4M3", 1},
      {"I16", 2},  {"U16", 2}, {"F16", 2}, {"BF16", 2},    {"I32", 4},
      {"U32", 4},  {"F32", 4}, {"F64", 8}, {"I64", 8},     {"U64", 8}};
  return table;
}

template <typename T>
const char* dtype_name();
template <>
const char* dtype_name<std::int8_t>() {
  return "I8";
}
template <>
const char* dtype_name<std::uint8_t>() {
  return "U8";
}
template <>
const char* dtype_name<std::int16_t>() {
  return "I16";
}
template <>
const char* dtype_name<std::int32_t>() {
  return "I32";
}
template <>
const char* dtype_name<std::int64_t>() {
  return "I64";
}

std::string quoted(const std::string& tensor) {
  constexpr std::size_t longest = 80;
  return "tensor '" + tensor.substr(0, longest) +
         (tensor.size() > longest ? "...'" : "'");
}

std::string to_text(const tensor_shape& extents) {
  std::string text = "[";
  for (std::size_t i = 0; i < extents.size(); ++i) {
    text += (i == 0 ? "" : ", ") + std::to_string(extents[i]);
  }
  return text + "]";
}

// Parses the header, refusing what a JSON library lets pass: names that occur
// twice and nesting that no header has.
json parse_header(const std::string& path, const std::string& text) {
  std::vector<std::set<std::string>> names;
  const auto check = [&](int depth, json::parse_event_t event, json& parsed) {
    if (depth > deepest_nesting) {
      throw input_error(path, "header", "JSON nested too deeply", damaged);
    }
    if (event == json::parse_event_t::object_start) names.emplace_back();
    if (event == json::parse_event_t::object_end) names.pop_back();
    if (event == json::parse_event_t::key &&
        !names.back().insert(parsed.get<std::string>()).second) {
      throw input_error(path, quoted(parsed.get<std::string>()),
                        "the name occurs twice in the header",
                        "keep one of them");
    }
    return true;
  };
  if (text.empty() || text.front() != '{') {
    throw input_error(path, "header", "does not start with '{'", damaged);
  }
  // The library takes a zero byte for the end.
  if (text.find('\0') != std::string::npos) {
    throw input_error(path, "header", "contains a zero byte", damaged);
  }
  try {
    return json::parse(text, check);
  } catch (const json::exception& error) {
    throw input_error(path, "header",
                      std::string("not valid JSON: ") + error.what(), damaged);
  }
}

std::uint64_t to_unsigned(const std::string& path, const std::string& name,
                          const json& value, const char* what) {
  if (!value.is_number_unsigned()) {
    throw input_error(path, quoted(name),
                      std::string(what) + " must be non-negative integers",
                      damaged);
  }
  return value.get<std::uint64_t>();
}

// Bytes of a tensor, or an error where the product leaves 64 bits.
std::uint64_t tensor_bytes(const std::string& path, const std::string& name,
                           const tensor_entry& tensor) {
  std::uint64_t bytes = element_bytes().at(tensor.dtype);
  for (const std::uint64_t extent : tensor.shape) {
    if (extent != 0 &&
        bytes > std::numeric_limits<std::uint64_t>::max() / extent) {
      throw input_error(path, quoted(name),
                        "shape " + to_text(tensor.shape) + " is absurd",
                        damaged);
    }
    bytes *= extent;
  }
  return bytes;
}

tensor_entry parse_entry(const std::string& path, const std::string& name,
                         const json& value) {
  if (!value.is_object() || value.size() != 3 || !value.contains("dtype") ||
      !value.contains("shape") || !value.contains("data_offsets") ||
      !value["dtype"].is_string() || !value["shape"].is_array() ||
      !value["data_offsets"].is_array() || value["data_offsets"].size() != 2) {
    throw input_error(path, quoted(name),
                      "entry is not {dtype, shape, data_offsets: [begin, end]}",
                      damaged);
  }
  tensor_entry entry;
  entry.dtype = value["dtype"].get<std::string>();
  if (element_bytes().count(entry.dtype) == 0) {
    throw input_error(path, quoted(name),
                      "unknown dtype '" + entry.dtype.substr(0, 20) + "'",
                      damaged);
  }
  for (const json& extent : value["shape"]) {
    entry.shape.push_back(to_unsigned(path, name, extent, "shape extents"));
  }
  const json& offsets = value["data_offsets"];
  entry.begin = to_unsigned(path, name, offsets[0], "data_offsets");
  entry.end = to_unsigned(path, name, offsets[1], "data_offsets");
  if (entry.begin > entry.end ||
      entry.end - entry.begin != tensor_bytes(path, name, entry)) {
    throw input_error(path, quoted(name),
                      "data_offsets [" + std::to_string(entry.begin) + ", " +
                          std::to_string(entry.end) + "] do not hold " +
                          entry.dtype + " " + to_text(entry.shape),
                      damaged);
  }
  return entry;
}

string_map parse_metadata(const std::string& path, const json& value) {
  if (!value.is_object()) {
    throw input_error(path, "__metadata__", "must be an object of strings");
  }
  string_map metadata;
  for (const auto& [key, entry] : value.items()) {
    if (!entry.is_string()) {
      throw input_error(path, "__metadata__",
                        "value of '" + key + "' is not a string",
                        "quote it: all metadata are strings");
    }
    metadata[key] = entry.get<std::string>();
  }
  return metadata;
}

// The tensors, sorted by offset, must tile the data exactly.
void check_layout(const std::string& path,
                  const std::map<std::string, tensor_entry>& tensors,
                  std::uint64_t data_bytes) {
  std::vector<std::pair<const std::string*, const tensor_entry*>> order;
  order.reserve(tensors.size());
  for (const auto& [name, entry] : tensors) order.emplace_back(&name, &entry);
  std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    return std::make_pair(a.second->begin, a.second->end) <
           std::make_pair(b.second->begin, b.second->end);
  });
  std::uint64_t at = 0;
  for (const auto& [name, entry] : order) {
    if (entry->begin != at) {
      throw input_error(path, quoted(*name),
                        entry->begin < at
                            ? "overlaps the tensor before it"
                            : "leaves a hole after the tensor before it",
                        damaged);
    }
    at = entry->end;
  }
  if (at != data_bytes) {
    throw input_error(
        path, "",
        "holds " + std::to_string(data_bytes) +
            " bytes of tensor data where its header declares " +
            std::to_string(at),
        at > data_bytes ? "the file is truncated; copy it again" : damaged);
  }
}

std::uint64_t size_of_regular_file(const std::string& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) {
    throw input_error(path, "", "no such file", "check the path");
  }
  if (!std::filesystem::is_regular_file(status)) {
    throw input_error(path, "", "not a regular file", "name a file");
  }
  const auto size = std::filesystem::file_size(path, error);
  if (error) throw input_error(path, "", error.message());
  return size;
}

}  // namespace

safetensors_file::safetensors_file(const std::string& path) : m_path(path) {
  const std::uint64_t file_bytes = size_of_regular_file(path);
  m_stream.open(path, std::ios::binary);
  if (!m_stream) {
    throw input_error(path, "", "cannot be opened", "check its permissions");
  }
  std::uint64_t header_bytes = 0;
  m_stream.read(reinterpret_cast<char*>(&header_bytes), sizeof header_bytes);
  if (!m_stream || file_bytes < sizeof header_bytes ||
      header_bytes > file_bytes - sizeof header_bytes ||
      header_bytes > largest_header_bytes) {
    throw input_error(path, "header",
                      "length does not fit the file of " +
                          std::to_string(file_bytes) + " bytes",
                      damaged);
  }
  std::string text(header_bytes, '\0');
  m_stream.read(text.data(), static_cast<std::streamsize>(header_bytes));
  if (!m_stream) throw input_error(path, "header", "cannot be read", damaged);
  const json header = parse_header(path, text);
  for (const auto& [name, value] : header.items()) {
    if (name == "__metadata__") {
      m_metadata = parse_metadata(path, value);
    } else {
      m_tensors[name] = parse_entry(path, name, value);
    }
  }
  m_data_start = sizeof header_bytes + header_bytes;
  check_layout(path, m_tensors, file_bytes - m_data_start);
}

const tensor_entry& safetensors_file::expect(
    const std::string& name, const std::string& dtype,
    const tensor_shape& expected) const {
  const auto found = m_tensors.find(name);
  if (found == m_tensors.end()) {
    throw input_error(m_path, quoted(name), "missing",
                      "add it as " + dtype + " " + to_text(expected));
  }
  const tensor_entry& entry = found->second;
  if (entry.dtype != dtype || entry.shape != expected) {
    throw input_error(m_path, quoted(name),
                      "is " + entry.dtype + " " + to_text(entry.shape),
                      "must be " + dtype + " " + to_text(expected));
  }
  return entry;
}

void safetensors_file::read_bytes(const std::string& name,
                                  const tensor_entry& tensor, void* target) {
  m_stream.clear();
  m_stream.seekg(static_cast<std::streamoff>(m_data_start + tensor.begin));
  m_stream.read(static_cast<char*>(target),
                static_cast<std::streamsize>(tensor.end - tensor.begin));
  if (!m_stream) throw input_error(m_path, quoted(name), "cannot be read");
}

template <typename T>
std::vector<T> safetensors_file::read(const std::string& name,
                                      const tensor_shape& expected) {
  const tensor_entry& entry = expect(name, dtype_name<T>(), expected);
  std::vector<T> values((entry.end - entry.begin) / sizeof(T));
  read_bytes(name, entry, values.data());
  return values;
}

template <typename T>
tensor_source make_tensor_source(const std::string& name,
                                 const std::vector<T>& values,
                                 const tensor_shape& extents) {
  std::uint64_t elements = 1;
  for (const std::uint64_t extent : extents) elements *= extent;
  if (elements != values.size()) {
    throw input_error("package", quoted(name),
                      std::to_string(values.size()) + " elements do not fill " +
                          to_text(extents));
  }
  return {name, dtype_name<T>(), extents, values.data()};
}

void save_safetensors(const std::string& path, const string_map& metadata,
                      const std::vector<tensor_source>& tensors) {
  nlohmann::ordered_json header;
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::uint64_t at = 0;
  std::vector<std::uint64_t> sizes;
  for (const tensor_source& tensor : tensors) {
    std::uint64_t bytes = element_bytes().at(tensor.dtype);
    for (const std::uint64_t extent : tensor.extents) bytes *= extent;
    header[tensor.name] = {{"dtype", tensor.dtype},
                           {"shape", tensor.extents},
                           {"data_offsets", {at, at + bytes}}};
    at += bytes;
    sizes.push_back(bytes);
  }
  std::string text;
  try {
    text = header.is_null() ? "{}" : header.dump();
  } catch (const json::exception& error) {
    throw input_error(path, "header", error.what(), "use UTF-8 text");
  }
  text.append((8 - text.size() % 8) % 8, ' ');
  const std::string partial = path + ".partial";
  std::ofstream stream(partial, std::ios::binary | std::ios::trunc);
  const std::uint64_t header_bytes = text.size();
  stream.write(reinterpret_cast<const char*>(&header_bytes),
               sizeof header_bytes);
  stream.write(text.data(), static_cast<std::streamsize>(text.size()));
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    stream.write(static_cast<const char*>(tensors[i].data),
                 static_cast<std::streamsize>(sizes[i]));
  }
  stream.close();
  if (!stream || std::rename(partial.c_str(), path.c_str()) != 0) {
    std::remove(partial.c_str());
    throw input_error(path, "", "cannot be written",
                      "check that the folder exists and has space");
  }
}

// The element types that packages and image sets use.
template std::vector<std::int8_t> safetensors_file::read(const std::string&,
                                                         const tensor_shape&);
template std::vector<std::uint8_t> safetensors_file::read(const std::string&,
                                                          const tensor_shape&);
template std::vector<std::int16_t> safetensors_file::read(const std::string&,
                                                          const tensor_shape&);
template std::vector<std::int32_t> safetensors_file::read(const std::string&,
                                                          const tensor_shape&);
template std::vector<std::int64_t> safetensors_file::read(const std::string&,
                                                          const tensor_shape&);
template tensor_source make_tensor_source(const std::string&,
                                          const std::vector<std::int8_t>&,
                                          const tensor_shape&);
template tensor_source make_tensor_source(const std::string&,
                                          const std::vector<std::uint8_t>&,
                                          const tensor_shape&);
template tensor_source make_tensor_source(const std::string&,
                                          const std::vector<std::int16_t>&,
                                          const tensor_shape&);
template tensor_source make_tensor_source(const std::string&,
                                          const std::vector<std::int32_t>&,
                                          const tensor_shape&);
template tensor_source make_tensor_source(const std::string&,
                                          const std::vector<std::int64_t>&,
                                          const tensor_shape&);

}  // namespace vitvp::vit
