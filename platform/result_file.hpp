// Results on disk: complete or not there.
#pragma once

#include <string>

#include "platform/result.hpp"

namespace vitvp::platform {

/// The text of result.json: to_json(), indented, lists of numbers on one line.
std::string to_text(const nlohmann::ordered_json& tree);

/// Where one result of a run goes.
class result_file {
 public:
  /// Makes the folder `directory` where it is missing, and removes the file
  /// `name` of an earlier run, so that it cannot be taken for this one's.
  /// Throws vit::input_error if the folder cannot be made or written.
  explicit result_file(const std::string& directory,
                       const std::string& name = "result.json");

  /// Writes the file under another name and renames it when it is complete.
  /// Throws vit::input_error, leaving nothing behind, if that fails.
  void write(const nlohmann::ordered_json& tree) const;
  /// The same of any text.
  void write_text(const std::string& text) const;

  const std::string& path() const { return m_path; }

 private:
  std::string m_path;
};

}  // namespace vitvp::platform
