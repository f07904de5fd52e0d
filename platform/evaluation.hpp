// How right the predictions of a run are.
#pragma once

#include <cstdint>
#include <map>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "platform/result.hpp"

namespace vitvp::platform {

/// Images of one class.
struct class_evaluation {
  std::uint64_t images = 0;     ///< that have it as label
  std::uint64_t right = 0;      ///< of these, predicted as it
  std::uint64_t predicted = 0;  ///< predicted as it, with or without a label
  std::uint64_t claimed = 0;    ///< of these, with a label
};

struct evaluation {
  std::uint64_t labelled = 0;  ///< images with a label
  std::uint64_t right = 0;     ///< of these, predicted right
  std::uint64_t compared = 0;  ///< images that the reference classified too
  std::uint64_t agreeing = 0;  ///< of these, predicted alike
  std::vector<class_evaluation> classes;  ///< one per class of the network
  /// (label, predicted) to images, where there are any.
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint64_t> confusion;
};

/// Counts the images of a result. A prediction that is no class, which a
/// firmware of one's own may leave, is wrong and counts for no class.
evaluation evaluate(const run_result& result);

/// "3" or, with a name, "3 cat"; cut after 24 characters.
std::string class_title(const run_result& result, std::uint32_t index);

/// One page of text: accuracy, agreement, confusion, pruning, speed.
void write_evaluation(std::ostream& out, const run_result& result,
                      const evaluation& found);

/// The files of `vitvp eval --out`; docs/evaluation.md lists their columns.
/// RFC 4180 but for the ends of lines, which are \n.
std::string per_image_csv(const run_result& result);
std::string per_class_csv(const run_result& result, const evaluation& found);
/// A row for each label, a column for each prediction: all classes or, of more
/// than 1000, those that occur.
std::string confusion_csv(const evaluation& found);

/// A report shows the whole confusion matrix of at most this many classes.
constexpr std::size_t most_matrix_classes = 20;

}  // namespace vitvp::platform
