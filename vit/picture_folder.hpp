// Folders of pictures as image sets.
#pragma once

#include <string>

#include "vit/image_set.hpp"
#include "vit/package.hpp"

namespace vitvp::vit {

/// Whether `path` is a folder, or a file that begins or is named as a picture.
/// Throws input_error for names of other formats, as load_pictures() does.
bool holds_pictures(const std::string& path);

/// The pictures of `path`, made to fit the network (fit_picture()). `path` is
///
/// - a folder that holds one folder of pictures for each class: its name is
///   that of a class of the package, or the number of one. Where the package
///   names no classes the sorted names number them, and all must be there.
///   Folders within are searched too;
/// - a folder of pictures: labels are unknown;
/// - one picture: its label is unknown.
///
/// Pictures end in .png, .jpg or .jpeg, in any case. Other endings and names
/// that begin with a dot are passed over, but for pictures of other formats,
/// which are refused. The order is that of the sorted paths. All pictures are
/// counted, labelled and named in image_set::files; those of `wanted` are
/// decoded. Throws input_error, naming the folder or the picture.
image_set load_pictures(const std::string& path, const package& model,
                        const image_range& wanted);

}  // namespace vitvp::vit
