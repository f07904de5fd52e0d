// Folders of pictures: labels, order, and what is refused.
#include "vit/picture_folder.hpp"

#include <catch2/catch.hpp>
#include <filesystem>

#include "test/vit/picture_files.hpp"
#include "test/vit/temporary_folder.hpp"
#include "vit/input_error.hpp"
#include "vit/synthetic.hpp"

namespace vitvp::vit::test {

namespace {

using Catch::Contains;

// 4 x 6 pixels of one channel, three classes.
package three_classes(const std::vector<std::string>& names) {
  package model = make_synthetic(geometry{4, 6, 1, 2, 6, 2, 1, 5, 3}, 1);
  model.class_names = names;
  return model;
}

class pictures {
 public:
  // A grey picture that is one value all over.
  void add(const std::string& name, std::uint8_t value) {
    add_bytes(name, png_bytes(picture{4, 6, 1,
                                      std::vector<std::uint8_t>(24, value)}));
  }
  void add_bytes(const std::string& name, const std::string& bytes) {
    const std::string path = m_folder.file("set/" + name);
    std::filesystem::create_directories(
        std::filesystem::path(path).parent_path());
    write_bytes(path, bytes);
  }
  void add_folder(const std::string& name) {
    std::filesystem::create_directories(m_folder.file("set/" + name));
  }
  std::string path(const std::string& name = "") const {
    return m_folder.file("set" + (name.empty() ? "" : "/" + name));
  }

  // The message without the path that begins it.
  std::string refusal(const package& model,
                      const std::string& name = "") const {
    try {
      load_pictures(path(), model, {});
      return "";
    } catch (const input_error& error) {
      const std::string message = error.what();
      CHECK_THAT(message, Catch::StartsWith(path(name) + ": "));
      return message;
    }
  }

 private:
  temporary_folder m_folder;
};

using numbers = std::vector<std::int32_t>;
using names = std::vector<std::string>;

// The value of each picture, which is one all over.
numbers values(const image_set& images, std::size_t first, std::size_t count) {
  numbers found;
  for (std::size_t i = first; i < first + count; ++i) {
    const std::uint8_t* image = images.image(i);
    CHECK(std::vector<std::uint8_t>(image, image + 24) ==
          std::vector<std::uint8_t>(24, *image));
    found.push_back(*image);
  }
  return found;
}

}  // namespace

TEST_CASE("folders are classes by name, files are in order") {
  pictures set;
  set.add("cat/b.png", 2);
  set.add("cat/a.PNG", 1);
  set.add("cat/more/c.png", 3);
  set.add("ant/z.png", 4);
  set.add_bytes("ant/notes.txt", "x");
  set.add_bytes("ant/.hidden.png", "x");
  set.add_folder(".git");
  const image_set images =
      load_pictures(set.path(), three_classes({"cat", "dog", "ant"}), {});
  CHECK(images.labels == numbers{2, 0, 0, 0});
  CHECK(images.files ==
        names{"ant/z.png", "cat/a.PNG", "cat/b.png", "cat/more/c.png"});
  CHECK(values(images, 0, 4) == numbers{4, 1, 2, 3});
  CHECK(images.name == "set");
  CHECK(images.height == 4);
  CHECK(images.width == 6);
  CHECK(images.channels == 1);
}

TEST_CASE("folders are classes by number where they are not by name") {
  pictures set;
  set.add("2/a.png", 1);
  set.add("cat/a.png", 1);
  CHECK(
      load_pictures(set.path(), three_classes({"1", "cat", "2"}), {}).labels ==
      numbers{2, 1});
  CHECK(load_pictures(set.path(), three_classes({"cat", "dog", "ant"}), {})
            .labels == numbers{2, 0});
}

TEST_CASE("sorted names number the classes of a package without names") {
  pictures set;
  set.add("b/a.png", 1);
  set.add("a/a.png", 2);
  set.add("c/a.png", 3);
  const image_set images = load_pictures(set.path(), three_classes({}), {});
  CHECK(images.labels == numbers{0, 1, 2});
  CHECK(values(images, 0, 3) == numbers{2, 1, 3});
  set.add("d/a.png", 4);
  CHECK_THAT(set.refusal(three_classes({})),
             Contains("holds 4 folders, the network has 3 unnamed classes"));
}

TEST_CASE("pictures without classes have no labels") {
  pictures set;
  set.add("b.png", 1);
  set.add_bytes(
      "a.jpg", jpeg_bytes(picture{4, 6, 3, std::vector<std::uint8_t>(72, 50)}));
  const package model = three_classes({});
  const image_set images = load_pictures(set.path(), model, {});
  CHECK(images.labels == numbers{-1, -1});
  CHECK(images.files == names{"a.jpg", "b.png"});
  CHECK(values(images, 0, 2) == numbers{50, 1});
  const image_set one = load_pictures(set.path("b.png"), model, {});
  CHECK(one.labels == numbers{-1});
  CHECK(one.files == names{"b.png"});
  CHECK(one.name == "b.png");
}

TEST_CASE("only pictures that are wanted are decoded") {
  pictures set;
  for (int i = 0; i < 5; ++i) {
    const std::string name = std::to_string(i) + ".png";
    if (i == 2 || i == 3) {
      set.add(name, static_cast<std::uint8_t>(i));
    } else {
      set.add_bytes(name, "damaged");
    }
  }
  const package model = three_classes({});
  const image_set images = load_pictures(set.path(), model, {2, 2});
  CHECK(images.count() == 5);
  CHECK(images.files.size() == 5);
  CHECK(values(images, 2, 2) == numbers{2, 3});
  CHECK(load_pictures(set.path(), model, {9, 2}).pixels.empty());
  CHECK_THROWS_WITH(load_pictures(set.path(), model, {2, 3}),
                    Contains("4.png: is neither PNG nor JPEG"));
}

TEST_CASE("unknown classes name the nearest") {
  pictures set;
  set.add("cta/a.png", 1);
  CHECK_THAT(set.refusal(three_classes({"dog", "cat", "ant"}), "cta"),
             Contains("is no class of the network; did you mean 'cat'?"));
  pictures numbered;
  numbered.add("3/a.png", 1);
  CHECK_THAT(numbered.refusal(three_classes({"dog", "cat", "ant"}), "3"),
             Contains("or by number: 0..2"));
}

TEST_CASE("folders without pictures, and mixed ones") {
  pictures set;
  set.add_folder("");
  const package model = three_classes({"dog", "cat", "ant"});
  CHECK_THAT(set.refusal(model), Contains("holds no picture"));
  set.add_bytes("README", "x");
  CHECK_THAT(set.refusal(model), Contains("holds no picture"));
  set.add_folder("cat");
  CHECK_THAT(set.refusal(model, "cat"), Contains("holds no picture"));
  set.add("cat/a.png", 1);
  CHECK(set.refusal(model).empty());
  set.add("b.png", 1);
  CHECK_THAT(set.refusal(model),
             Contains("holds pictures ('b.png') and folders ('cat')"));
}

TEST_CASE("pictures of other formats are not passed over") {
  pictures set;
  set.add("cat/a.png", 1);
  set.add_bytes("cat/b.WebP", "RIFF");
  CHECK_THAT(set.refusal(three_classes({"dog", "cat", "ant"}), "cat/b.WebP"),
             Contains("is neither PNG nor JPEG; convert it"));
}

TEST_CASE("networks of two channels take no pictures") {
  pictures set;
  set.add("a.png", 1);
  CHECK_THAT(
      set.refusal(make_synthetic(geometry{4, 6, 2, 2, 6, 2, 1, 5, 3}, 1)),
      Contains("1 or 3 channels, the network takes 2"));
}

}  // namespace vitvp::vit::test
