// Malformed files are refused with the name of what is wrong.
#include "vit/safetensors.hpp"

#include <catch2/catch.hpp>

#include "test/vit/raw_file.hpp"
#include "vit/input_error.hpp"

namespace vitvp::vit::test {

namespace {

using Catch::Contains;

std::string entry(const std::string& dtype, const std::string& shape,
                  const std::string& offsets) {
  return R"({"dtype":")" + dtype + R"(","shape":)" + shape +
         R"(,"data_offsets":)" + offsets + "}";
}

std::string header_of(const std::string& tensor_entry) {
  return R"({"t":)" + tensor_entry + "}";
}

// Error message of opening a file with these bytes; empty if it opens.
std::string open_error(const std::string& bytes) {
  const temporary_folder folder;
  const std::string path = folder.file("broken.safetensors");
  write_bytes(path, bytes);
  try {
    const safetensors_file file(path);
    return "";
  } catch (const input_error& error) {
    std::string message = error.what();
    REQUIRE(message.find(path) == 0);
    REQUIRE(message.find('\n') == std::string::npos);
    return message;
  }
}

}  // namespace

TEST_CASE("what is saved is read back") {
  const temporary_folder folder;
  const std::string path = folder.file("a");
  const std::vector<std::int8_t> a = {-128, 0, 127};
  const std::vector<std::uint8_t> b = {0, 255};
  const std::vector<std::int16_t> c = {-32768, 32767};
  const std::vector<std::int32_t> d = {-2147483647 - 1, 2147483647};
  const std::vector<std::int64_t> e = {-1, std::int64_t{1} << 62};
  save_safetensors(
      path, {{"key", "value"}, {"other", "\"quoted\" \xc3\xa9"}},
      {make_tensor_source("a", a, {3}), make_tensor_source("b", b, {1, 2}),
       make_tensor_source("c", c, {2}), make_tensor_source("d", d, {2}),
       make_tensor_source("e", e, {2, 1, 1})});
  safetensors_file file(path);
  REQUIRE(file.metadata().at("other") == "\"quoted\" \xc3\xa9");
  REQUIRE(file.read<std::int8_t>("a", {3}) == a);
  REQUIRE(file.read<std::uint8_t>("b", {1, 2}) == b);
  REQUIRE(file.read<std::int16_t>("c", {2}) == c);
  REQUIRE(file.read<std::int32_t>("d", {2}) == d);
  REQUIRE(file.read<std::int64_t>("e", {2, 1, 1}) == e);
  REQUIRE(read_bytes(path).size() % 8 == (3 + 2 + 4 + 8 + 16) % 8);
}

TEST_CASE("wrong dtype, shape or name of a tensor that is asked for") {
  const temporary_folder folder;
  const std::vector<std::int8_t> a = {1, 2, 3, 4};
  save_safetensors(folder.file("a"), {}, {make_tensor_source("a", a, {2, 2})});
  safetensors_file file(folder.file("a"));
  REQUIRE_THROWS_WITH(file.read<std::uint8_t>("a", {2, 2}),
                      Contains("tensor 'a': is I8 [2, 2]; must be U8 [2, 2]"));
  REQUIRE_THROWS_WITH(file.read<std::int8_t>("a", {4}),
                      Contains("must be I8 [4]"));
  REQUIRE_THROWS_WITH(file.read<std::int8_t>("b", {4}),
                      Contains("tensor 'b': missing"));
}

TEST_CASE("files that are no files") {
  const temporary_folder folder;
  REQUIRE_THROWS_WITH(safetensors_file(folder.file("none")),
                      Contains("no such file"));
  REQUIRE_THROWS_WITH(safetensors_file(folder.file("")),
                      Contains("not a regular file"));
  REQUIRE_THROWS_AS(safetensors_file("/dev/zero"), input_error);
  REQUIRE_THROWS_AS(safetensors_file(""), input_error);
  REQUIRE_THROWS_AS(safetensors_file(std::string("a\0b", 3)), input_error);
}

TEST_CASE("header lengths that do not fit") {
  REQUIRE_THAT(open_error(""), Contains("length"));
  REQUIRE_THAT(open_error("1234567"), Contains("length"));
  REQUIRE_THAT(open_error(std::string(8, '\xff')), Contains("length"));
  REQUIRE_THAT(open_error(frame("{}", "").substr(0, 9)), Contains("length"));
  REQUIRE_THAT(open_error(std::string(8, '\0')), Contains("start with '{'"));
  std::string huge = frame("{}", std::string(100, ' '));
  huge[4] = 1;  // 4 GiB
  REQUIRE_THAT(open_error(huge), Contains("length"));
}

TEST_CASE("headers that are not JSON objects") {
  for (const char* header :
       {"[]", " {}", "null", "{", "{}}", "{\"a\":}", "{'a':1}", "{\"a\":NaN}",
        "{\"\xff\":1}", "{\"a\":1,}", "\"text\"", "{}garbage"}) {
    CAPTURE(header);
    REQUIRE_THAT(open_error(frame(header, "")), Contains("header"));
  }
  REQUIRE_THAT(open_error(frame("{}" + std::string(1, '\0'), "")),
               Contains("header"));
  REQUIRE(open_error(frame("{}", "")).empty());
  REQUIRE(open_error(frame("{}      ", "")).empty());
}

TEST_CASE("nesting is bounded") {
  const std::string deep(1000000, '[');
  REQUIRE_THAT(open_error(frame("{\"a\":" + deep, "")),
               Contains("nested too deeply"));
}

TEST_CASE("names that occur twice") {
  const std::string t = entry("I8", "[1]", "[0,1]");
  REQUIRE_THAT(open_error(frame("{\"t\":" + t + ",\"t\":" + t + "}", "x")),
               Contains("tensor 't'") && Contains("twice"));
  REQUIRE_THAT(open_error(frame(R"({"__metadata__":{"a":"1","a":"2"}})", "")),
               Contains("'a'") && Contains("twice"));
}

TEST_CASE("entries that are incomplete or of the wrong type") {
  for (const char* value :
       {"1", "null", "[]", "{}", R"({"dtype":"I8","shape":[1]})",
        R"({"dtype":8,"shape":[1],"data_offsets":[0,1]})",
        R"({"dtype":"I8","shape":1,"data_offsets":[0,1]})",
        R"({"dtype":"I8","shape":[1],"data_offsets":[0]})",
        R"({"dtype":"I8","shape":[1],"data_offsets":[0,1,2]})",
        R"({"dtype":"I8","shape":[1],"data_offsets":{"a":0}})",
        R"({"dtype":"I8","shape":[1],"data_offsets":[0,1],"extra":1})"}) {
    CAPTURE(value);
    REQUIRE_THAT(open_error(frame(header_of(value), "x")),
                 Contains("tensor 't'") && Contains("dtype, shape"));
  }
  REQUIRE_THAT(open_error(frame(header_of(entry("I7", "[1]", "[0,1]")), "x")),
               Contains("unknown dtype 'I7'"));
}

TEST_CASE("numbers that are negative, fractional or beyond 64 bits") {
  for (const char* number : {"-1", "1.0", "1e0", "\"1\"", "true", "null",
                             "18446744073709551616", "[1]"}) {
    CAPTURE(number);
    const std::string n = number;
    REQUIRE_THAT(
        open_error(frame(header_of(entry("I8", "[" + n + "]", "[0,1]")), "x")),
        Contains("tensor 't'"));
    REQUIRE_THAT(
        open_error(frame(header_of(entry("I8", "[1]", "[0," + n + "]")), "x")),
        Contains("tensor 't'"));
    REQUIRE_THAT(
        open_error(frame(header_of(entry("I8", "[1]", "[" + n + ",1]")), "x")),
        Contains("tensor 't'"));
  }
}

TEST_CASE("shapes whose size overflows") {
  for (const char* shape :
       {"[4294967296,4294967296]", "[18446744073709551615,2]",
        "[9223372036854775808,2,1]"}) {
    CAPTURE(shape);
    REQUIRE_THAT(open_error(frame(header_of(entry("I16", shape, "[0,0]")), "")),
                 Contains("absurd"));
  }
}

TEST_CASE("offsets that disagree with shape or data") {
  const auto error = [](const char* offsets, const std::string& data) {
    return open_error(frame(header_of(entry("I16", "[2]", offsets)), data));
  };
  REQUIRE(error("[0,4]", "1234").empty());
  REQUIRE_THAT(error("[0,3]", "123"), Contains("do not hold I16 [2]"));
  REQUIRE_THAT(error("[4,0]", "1234"), Contains("do not hold"));
  REQUIRE_THAT(error("[0,4]", "123"), Contains("truncated"));
  REQUIRE_THAT(error("[0,4]", "12345"), Contains("5 bytes"));
  REQUIRE_THAT(error("[2,6]", "123456"), Contains("hole"));
  REQUIRE_THAT(error("[0,4]", ""), Contains("truncated"));
}

TEST_CASE("overlaps and holes between tensors") {
  const auto error = [](const char* a, const char* b, const char* data) {
    return open_error(frame("{\"a\":" + entry("U8", "[2]", a) +
                                ",\"b\":" + entry("U8", "[2]", b) + "}",
                            data));
  };
  REQUIRE(error("[0,2]", "[2,4]", "1234").empty());
  REQUIRE(error("[2,4]", "[0,2]", "1234").empty());
  REQUIRE_THAT(error("[0,2]", "[1,3]", "123"),
               Contains("tensor 'b'") && Contains("overlaps"));
  REQUIRE_THAT(error("[0,2]", "[0,2]", "12"), Contains("overlaps"));
  REQUIRE_THAT(error("[0,2]", "[3,5]", "12345"),
               Contains("tensor 'b'") && Contains("hole"));
}

TEST_CASE("metadata that are not strings") {
  for (const char* value : {"1", "[]", "null", R"({"a":1})", R"({"a":null})",
                            R"({"a":{"b":"c"}})"}) {
    CAPTURE(value);
    REQUIRE_THAT(
        open_error(frame(R"({"__metadata__":)" + std::string(value) + "}", "")),
        Contains("__metadata__"));
  }
}

TEST_CASE("messages stay on one line whatever the file holds") {
  const std::string header = R"({"a\nb\u001b":1})";
  REQUIRE_THAT(open_error(frame(header, "")), Contains("tensor 'a?b?'"));
}

TEST_CASE("a file that cannot be written leaves nothing behind") {
  const temporary_folder folder;
  REQUIRE_THROWS_WITH(save_safetensors(folder.file("no/such/a"), {}, {}),
                      Contains("cannot be written"));
  REQUIRE_THROWS_AS(save_safetensors(folder.file("a"), {{"k", "\xff"}}, {}),
                    input_error);
  REQUIRE_FALSE(std::filesystem::exists(folder.file("a")));
  REQUIRE_FALSE(std::filesystem::exists(folder.file("a.partial")));
}

}  // namespace vitvp::vit::test
