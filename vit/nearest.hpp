// "Did you mean": the known word that is closest to what somebody typed.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace vitvp::vit {

/// Insertions, deletions, replacements and swaps of neighbours that turn one
/// into the other (optimal string alignment).
std::size_t edit_distance(const std::string& a, const std::string& b);

/// The word of `known` with the smallest edit distance, the first of equals;
/// empty if there are none. Words with dots are compared by what follows the
/// last one as well, since people forget or confuse the section.
std::string nearest(const std::string& typed,
                    const std::vector<std::string>& known);

}  // namespace vitvp::vit
