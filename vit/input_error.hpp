// The error that every reader of input files throws.
#pragma once

#include <stdexcept>
#include <string>

namespace vitvp::vit {

/// An input (file, option, name) that cannot be used. The message is one line
/// for the person who supplied it: `source: subject: problem; remedy`.
class input_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;

  /// `source` is the file or option, `subject` the tensor or key in it (may be
  /// empty), `problem` what is wrong and `remedy` what to do (may be empty).
  /// Control characters, which damaged files bring in, become '?'.
  input_error(const std::string& source, const std::string& subject,
              const std::string& problem, const std::string& remedy = "")
      : std::runtime_error(on_one_line(
            source + ": " + (subject.empty() ? "" : subject + ": ") + problem +
            (remedy.empty() ? "" : "; " + remedy))) {}

 private:
  static std::string on_one_line(std::string text) {
    for (char& c : text) {
      const auto code = static_cast<unsigned char>(c);
      if (code < 0x20 || code == 0x7f) c = '?';
    }
    return text;
  }
};

}  // namespace vitvp::vit
