#include "platform/evaluation.hpp"

#include <catch2/catch.hpp>
#include <sstream>

#include "test/platform/sample_result.hpp"

namespace vitvp::platform::test {

namespace {

using Catch::Matchers::Contains;

// An image of `label` (-1: none) that was predicted as `predicted`.
image_result image(std::int32_t label, std::uint32_t predicted,
                   std::uint32_t reference) {
  image_result one;
  if (label >= 0) one.label = label;
  one.predicted = predicted;
  one.reference = reference;
  one.tokens_per_block = {predicted + 1};
  one.live_ffn2_channels_per_block = {10};
  return one;
}

// Three classes: of 0 two of three are right, of 1 none of one, of 2 there is
// none; one image has no label.
run_result three_classes() {
  run_result result = sample_result();
  result.classes = 3;
  result.class_names = {"ant", "bee", "a \"c\", d"};
  result.images = {image(0, 0, 0), image(0, 0, 0), image(0, 2, 0),
                   image(1, 0, 0), image(-1, 0, 0)};
  return result;
}

std::string report(const run_result& result) {
  std::ostringstream out;
  write_evaluation(out, result, evaluate(result));
  return out.str();
}

}  // namespace

TEST_CASE("images are counted by label and prediction") {
  const evaluation found = evaluate(three_classes());
  CHECK(found.labelled == 4);
  CHECK(found.right == 2);
  CHECK(found.compared == 5);
  CHECK(found.agreeing == 4);
  REQUIRE(found.classes.size() == 3);
  CHECK(found.classes[0].images == 3);
  CHECK(found.classes[0].right == 2);
  CHECK(found.classes[0].predicted == 4);
  CHECK(found.classes[0].claimed == 3);
  CHECK(found.classes[1].images == 1);
  CHECK(found.classes[1].right == 0);
  CHECK(found.classes[1].predicted == 0);
  CHECK(found.classes[2].images == 0);
  CHECK(found.classes[2].claimed == 1);
  CHECK(found.confusion ==
        std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint64_t>{
            {{0, 0}, 2}, {{0, 2}, 1}, {{1, 0}, 1}});
}

TEST_CASE("a prediction that is no class is wrong") {
  run_result result = three_classes();
  result.images = {image(1, 4000000000U, 1)};
  const evaluation found = evaluate(result);
  CHECK(found.right == 0);
  CHECK(found.agreeing == 0);
  CHECK(found.classes[1].images == 1);
  CHECK(confusion_csv(found) == "label,0,1,2\n0,0,0,0\n1,0,0,0\n2,0,0,0\n");
  CHECK_THAT(report(result), Contains("0.0 %, 0 of 1"));
}

TEST_CASE("the table of images has a row each, quoted where needed") {
  CHECK(per_image_csv(sample_result()) ==
        "index,file,label,predicted,right,reference,cycles,tokens_0,tokens_1,"
        "live_0,live_1\n"
        "3,\"b/x,1.png\",1,1,1,1,4000,5,3,7,0\n"
        "4,c/y.png,,0,,1,5000,5,3,6,2\n");
  run_result result = sample_result();
  result.backend = result_backend::reference;
  result.images = {image(1, 0, 1)};
  result.images[0].reference.reset();
  CHECK(per_image_csv(result) ==
        "index,file,label,predicted,right,reference,cycles,tokens_0,live_0\n"
        "0,,1,0,0,,,1,10\n");
  result.images.clear();
  CHECK(per_image_csv(result) ==
        "index,file,label,predicted,right,reference,cycles\n");
}

TEST_CASE("the table of classes has recall and precision where they exist") {
  const run_result result = three_classes();
  CHECK(per_class_csv(result, evaluate(result)) ==
        "class,name,images,right,recall,predicted,precision\n"
        "0,ant,3,2,0.6666666666666666,4,0.6666666666666666\n"
        "1,bee,1,0,0.0,0,\n"
        "2,\"a \"\"c\"\", d\",0,0,,1,0.0\n");
}

TEST_CASE("the confusion matrix has all classes, or those that occur") {
  run_result result = three_classes();
  CHECK(confusion_csv(evaluate(result)) ==
        "label,0,1,2\n0,2,0,1\n1,1,0,0\n2,0,0,0\n");
  result.classes = 1001;
  result.images = {image(7, 900, 0), image(7, 7, 0), image(900, 3, 0)};
  CHECK(confusion_csv(evaluate(result)) ==
        "label,3,7,900\n3,0,0,0\n7,0,1,1\n900,1,0,0\n");
}

TEST_CASE("the report shows the matrix of few classes") {
  const std::string text = report(three_classes());
  CHECK_THAT(text, Contains("5 of synthetic:2, 4 with a label"));
  CHECK_THAT(text, Contains("50.0 %, 2 of 4"));
  CHECK_THAT(text, Contains("4 of 5 predictions are the reference's"));
  CHECK_THAT(text, Contains("layers: bit-exact"));
  CHECK_THAT(text, Contains("\n  0 ant         2  .   1       3  66.7 %\n"));
  CHECK_THAT(text, Contains("\n  1 bee         1  .   .       1   0.0 %\n"));
  CHECK_THAT(text, Contains("\n  2 a \"c\", d    .  .   .       0       -\n"));
  CHECK_THAT(text, Contains("\n  precision   67%  -  0%\n"));
  // (1 + 1 + 3 + 1 + 1) / 5 and 10.
  CHECK_THAT(text, Contains("tokens left   1.4\n"));
  CHECK_THAT(text, Contains("live channels 10\n"));
}

TEST_CASE("the report of many classes names the worst") {
  run_result result = three_classes();
  result.classes = 1000;
  result.class_names.clear();
  result.images.clear();
  for (int i = 0; i < 3; ++i) result.images.push_back(image(17, 4, 4));
  result.images.push_back(image(17, 17, 17));
  result.images.push_back(image(5, 5, 5));
  result.images.push_back(image(6, 999, 6));
  const std::string text = report(result);
  CHECK_THAT(text, Contains("3 of the network's 1000 classes"));
  const std::size_t six = text.find("\n  6 ");
  const std::size_t seventeen = text.find("\n  17 ");
  const std::size_t five = text.find("\n  5 ");
  CHECK(six < seventeen);
  CHECK(seventeen < five);
  CHECK(five < text.size());
  CHECK_THAT(text, Contains("label  predicted  images\n"
                            "  17             4       3\n"
                            "  6            999       1\n"));
}

TEST_CASE("without labels there is neither accuracy nor confusion") {
  run_result result = three_classes();
  result.images = {image(-1, 0, 0), image(-1, 2, 2)};
  const std::string text = report(result);
  CHECK_THAT(text, Contains("2 of synthetic:2, no labels"));
  CHECK_THAT(text, !Contains("accuracy"));
  CHECK_THAT(text, !Contains("onfusion"));
  CHECK_THAT(text, !Contains("nan"));
  result.images.clear();
  CHECK_THAT(report(result), !Contains("nan"));
}

TEST_CASE("the report of the reference tells no time") {
  run_result result = three_classes();
  result.backend = result_backend::reference;
  result.check.level = checks_level::none;
  const std::string text = report(result);
  CHECK_THAT(text, Contains("reference     C++"));
  for (const char* what :
       {"agreement", "cycles,", "row engine", "MHz", "all checks held"}) {
    CHECK_THAT(text, !Contains(what));
  }
}

TEST_CASE("a long class name is cut in the report") {
  run_result result = three_classes();
  result.class_names[0] = std::string(40, 'x');
  CHECK(class_title(result, 0) == "0 " + std::string(20, 'x') + "..");
  CHECK(class_title(result, 7) == "7");
}

}  // namespace vitvp::platform::test
