#include <set>

#include "platform/evaluation.hpp"

namespace vitvp::platform {
namespace {

constexpr std::size_t most_full_classes = 1000;

// Fields of one line, quoted where they must be.
class csv_line {
 public:
  csv_line& add(const std::string& field) {
    if (!m_is_first) m_text += ',';
    m_is_first = false;
    if (field.find_first_of(",\"\r\n") == std::string::npos) {
      m_text += field;
      return *this;
    }
    m_text += '"';
    for (const char c : field) m_text += c == '"' ? "\"\"" : std::string(1, c);
    m_text += '"';
    return *this;
  }
  csv_line& add(std::uint64_t value) { return add(std::to_string(value)); }

  std::string text() const { return m_text + '\n'; }

 private:
  std::string m_text;
  bool m_is_first = true;
};

// part / whole; empty of nothing.
std::string share(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return "";
  return nlohmann::json(static_cast<double>(part) / static_cast<double>(whole))
      .dump();
}

std::set<std::uint32_t> shown_classes(const evaluation& found) {
  std::set<std::uint32_t> shown;
  if (found.classes.size() > most_full_classes) {
    for (const auto& [pair, images] : found.confusion) {
      shown.insert(pair.first);
      if (pair.second < found.classes.size()) shown.insert(pair.second);
    }
    return shown;
  }
  for (std::uint32_t c = 0; c < found.classes.size(); ++c) shown.insert(c);
  return shown;
}

}  // namespace

std::string per_image_csv(const run_result& result) {
  csv_line head;
  for (const char* name : {"index", "file", "label", "predicted", "right",
                           "reference", "cycles"}) {
    head.add(name);
  }
  const std::size_t depth =
      result.images.empty() ? 0 : result.images[0].tokens_per_block.size();
  for (const char* what : {"tokens_", "live_"}) {
    for (std::size_t b = 0; b < depth; ++b) head.add(what + std::to_string(b));
  }
  std::string text = head.text();
  for (const image_result& image : result.images) {
    csv_line line;
    line.add(image.index).add(image.file);
    line.add(image.label ? std::to_string(*image.label) : "");
    line.add(image.predicted);
    const bool is_right = image.label && std::int64_t{*image.label} ==
                                             std::int64_t{image.predicted};
    line.add(!image.label ? "" : is_right ? "1" : "0");
    line.add(image.reference ? std::to_string(*image.reference) : "");
    line.add(result.backend == result_backend::platform
                 ? std::to_string(image.cycles)
                 : "");
    for (const auto* list :
         {&image.tokens_per_block, &image.live_ffn2_channels_per_block}) {
      for (const std::uint32_t value : *list) line.add(value);
    }
    text += line.text();
  }
  return text;
}

std::string per_class_csv(const run_result& result, const evaluation& found) {
  csv_line head;
  for (const char* name : {"class", "name", "images", "right", "recall",
                           "predicted", "precision"}) {
    head.add(name);
  }
  std::string text = head.text();
  for (std::size_t c = 0; c < found.classes.size(); ++c) {
    const class_evaluation& one = found.classes[c];
    csv_line line;
    line.add(c).add(c < result.class_names.size() ? result.class_names[c] : "");
    line.add(one.images).add(one.right).add(share(one.right, one.images));
    line.add(one.predicted).add(share(one.right, one.claimed));
    text += line.text();
  }
  return text;
}

std::string confusion_csv(const evaluation& found) {
  const std::set<std::uint32_t> shown = shown_classes(found);
  csv_line head;
  head.add("label");
  for (const std::uint32_t predicted : shown) head.add(predicted);
  std::string text = head.text();
  for (const std::uint32_t label : shown) {
    csv_line line;
    line.add(label);
    for (const std::uint32_t predicted : shown) {
      const auto cell = found.confusion.find({label, predicted});
      line.add(cell == found.confusion.end() ? 0 : cell->second);
    }
    text += line.text();
  }
  return text;
}

}  // namespace vitvp::platform
