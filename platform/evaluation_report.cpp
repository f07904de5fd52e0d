#include <algorithm>
#include <cstdio>

#include "platform/evaluation.hpp"
#include "platform/report_sections.hpp"
#include "platform/report_text.hpp"

namespace vitvp::platform {
namespace {

constexpr std::size_t most_rows = 10;

void write_backend(std::ostream& out, const run_result& result) {
  if (result.backend == result_backend::platform) {
    write_platform(out, result);
  } else {
    line(out, "reference", "C++, which knows no cycles");
  }
}

void write_accuracy(std::ostream& out, const run_result& result,
                    const evaluation& found) {
  const std::uint64_t images = result.images.size();
  line(out, "images",
       count(images) + " of " + result.scenario.images.path +
           (found.labelled == 0 && images > 0 ? ", no labels" : "") +
           (found.labelled != 0 && found.labelled < images
                ? ", " + count(found.labelled) + " with a label"
                : ""));
  if (found.labelled == 0) return;
  line(out, "accuracy",
       percent(real(found.right), real(found.labelled)) + ", " +
           count(found.right) + " of " + count(found.labelled));
}

void write_agreement(std::ostream& out, const run_result& result,
                     const evaluation& found) {
  if (result.backend == result_backend::reference) return;
  if (found.compared > 0) {
    line(out, "agreement",
         count(found.agreeing) + " of " + count(found.compared) +
             " predictions are the reference's");
  }
  write_check(out, result);
}

// The mean of each element over the images.
std::string means(const run_result& result, const std::vector<std::uint32_t>& (
                                                *list)(const image_result&)) {
  std::vector<double> sums;
  for (const image_result& image : result.images) {
    const std::vector<std::uint32_t>& values = list(image);
    sums.resize(std::max(sums.size(), values.size()));
    for (std::size_t b = 0; b < values.size(); ++b) sums[b] += values[b];
  }
  std::string text;
  for (const double sum : sums) {
    char mean[32];
    std::snprintf(mean, sizeof mean, "%.4g", sum / real(result.images.size()));
    text += (text.empty() ? "" : " ") + std::string(mean);
  }
  return text;
}

void write_decisions(std::ostream& out, const run_result& result) {
  if (result.images.empty()) return;
  line(out, "tokens left",
       means(
           result, [](const image_result& image) -> auto& {
             return image.tokens_per_block;
           }));
  line(out, "live channels",
       means(
           result, [](const image_result& image) -> auto& {
             return image.live_ffn2_channels_per_block;
           }));
  write_pruning(out, result);
}

void write_matrix(std::ostream& out, const run_result& result,
                  const evaluation& found) {
  out << "\n  Confusion: a row for each label, a column for each prediction."
         "\n\n";
  std::vector<std::string> heads{"label"};
  const auto classes = static_cast<std::uint32_t>(found.classes.size());
  for (std::uint32_t c = 0; c < classes; ++c) heads.push_back(count(c));
  heads.insert(heads.end(), {"images", "recall"});
  text_table table(heads);
  std::vector<std::string> precisions{"precision"};
  for (std::uint32_t label = 0; label < classes; ++label) {
    const class_evaluation& one = found.classes[label];
    std::vector<std::string> cells{class_title(result, label)};
    for (std::uint32_t predicted = 0; predicted < classes; ++predicted) {
      const auto cell = found.confusion.find({label, predicted});
      cells.push_back(cell == found.confusion.end() ? "."
                                                    : count(cell->second));
    }
    cells.push_back(count(one.images));
    cells.push_back(percent(real(one.right), real(one.images)));
    table.add(cells);
    char share[16] = "-";
    if (one.claimed != 0) {
      std::snprintf(share, sizeof share, "%.0f%%",
                    100 * real(one.right) / real(one.claimed));
    }
    precisions.emplace_back(share);
  }
  table.add(precisions);
  table.write(out);
}

void write_worst_classes(std::ostream& out, const run_result& result,
                         const evaluation& found) {
  std::vector<std::uint32_t> order;
  for (std::uint32_t c = 0; c < found.classes.size(); ++c) {
    if (found.classes[c].images > 0) order.push_back(c);
  }
  // Recalls by cross multiplication; the lower class first of equals.
  std::stable_sort(order.begin(), order.end(),
                   [&found](std::uint32_t a, std::uint32_t b) {
                     const class_evaluation& x = found.classes[a];
                     const class_evaluation& y = found.classes[b];
                     return x.right * y.images < y.right * x.images;
                   });
  out << "\n  Labels: " << order.size() << " of the network's "
      << found.classes.size() << " classes. Those of the lowest recall:\n\n";
  text_table table({"class", "images", "right", "recall", "precision"});
  for (std::size_t i = 0; i < std::min(order.size(), most_rows); ++i) {
    const class_evaluation& one = found.classes[order[i]];
    table.add({class_title(result, order[i]), count(one.images),
               count(one.right), percent(real(one.right), real(one.images)),
               percent(real(one.right), real(one.claimed))});
  }
  table.write(out);
}

void write_worst_pairs(std::ostream& out, const run_result& result,
                       const evaluation& found) {
  using cell =
      std::pair<std::pair<std::uint32_t, std::uint32_t>, std::uint64_t>;
  std::vector<cell> wrong;
  for (const auto& [pair, images] : found.confusion) {
    if (pair.first != pair.second) wrong.push_back({pair, images});
  }
  if (wrong.empty()) return;
  std::stable_sort(
      wrong.begin(), wrong.end(),
      [](const cell& a, const cell& b) { return a.second > b.second; });
  out << "\n  The most frequent confusions:\n\n";
  text_table table({"label", "predicted", "images"});
  for (std::size_t i = 0; i < std::min(wrong.size(), most_rows); ++i) {
    const auto& [pair, images] = wrong[i];
    table.add({class_title(result, pair.first),
               class_title(result, pair.second), count(images)});
  }
  table.write(out);
}

void write_confusion(std::ostream& out, const run_result& result,
                     const evaluation& found) {
  if (found.labelled == 0) return;
  if (found.classes.size() <= most_matrix_classes) {
    write_matrix(out, result, found);
  } else {
    write_worst_classes(out, result, found);
    write_worst_pairs(out, result, found);
  }
  out << '\n';
}

}  // namespace

void write_evaluation(std::ostream& out, const run_result& result,
                      const evaluation& found) {
  write_title(out, result);
  write_backend(out, result);
  write_accuracy(out, result, found);
  write_agreement(out, result, found);
  write_decisions(out, result);
  if (result.backend == result_backend::platform) write_speed(out, result);
  write_confusion(out, result, found);
  write_failures(out, result);
  write_conclusion(out, result);
}

}  // namespace vitvp::platform
