#include "lion/base/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lion {
namespace {

using testing::HasSubstr;

/// The message of the InputError that `action` throws.
template <typename Action>
std::string input_error(Action action) {
  try {
    action();
  } catch (const InputError& error) {
    return error.what();
  }
  ADD_FAILURE() << "no InputError was thrown";
  return "";
}

TEST(ParseJson, AllowsComments) {
  const Json json = parse_json("// one\n{\"a\": /* two */ [1, 2]}", "c.json");
  EXPECT_EQ(json["a"][1], 2);
}

TEST(ParseJson, KeepsTheOrderOfKeys) {
  EXPECT_EQ(parse_json(R"({"b":1,"a":2})", "c.json").dump(), R"({"b":1,"a":2})");
}

TEST(ParseJson, NumbersThatPythonWritesAreNull) {
  const Json json =
      parse_json(R"({"a": NaN, "b": [Infinity,-Infinity, 1], "c": "NaN, \"NaN"})", "c");
  EXPECT_EQ(json.dump(), R"({"a":null,"b":[null,null,1],"c":"NaN, \"NaN"})");
  EXPECT_TRUE(parse_json("NaN", "c").is_null());
  input_error([] { parse_json("{\"a\": NaNs}", "c.json"); });
  input_error([] { parse_json("{NaN: 1}", "c.json"); });
  EXPECT_THAT(input_error([] { parse_json("{\"a\": NaN,\n nope}", "c.json"); }),
              HasSubstr("c.json: not valid JSON"));
}

TEST(ParseJson, SaysWhereItIsBroken) {
  const std::string message = input_error([] { parse_json("{\"a\":\n  nope}", "c.json"); });
  EXPECT_THAT(message, HasSubstr("c.json: not valid JSON ("));
  EXPECT_THAT(message, HasSubstr("line 2"));
  EXPECT_THAT(message, HasSubstr("Correct the text there."));
  input_error([] { parse_json("", "c.json"); });
  input_error([] { parse_json("{} {}", "c.json"); });
  input_error([] { parse_json("\"\xff\"", "c.json"); });
}

TEST(ParseJson, BoundsTheDepth) {
  const auto nested = [](int depth) {
    return std::string(static_cast<size_t>(depth), '[') +
           std::string(static_cast<size_t>(depth), ']');
  };
  EXPECT_NO_THROW(parse_json(nested(64), "c.json"));
  EXPECT_THAT(input_error([&] { parse_json(nested(65), "c.json"); }),
              HasSubstr("c.json: JSON is nested more than 64 levels deep. Flatten it."));
  input_error([&] { parse_json(nested(1'000'000), "c.json"); });
  EXPECT_NO_THROW(parse_json("\"" + nested(100) + R"(\"[")", "c.json")) << "brackets in a text";
  EXPECT_NO_THROW(parse_json("// " + nested(100) + "\n1 /* " + nested(100) + " */", "c.json"));
  for (const char* quote_in_comment :
       {"// \"\n", "// \"\r", "/* \" */", "/*/ \" */", "/**//* */"}) {
    input_error([&] { parse_json(quote_in_comment + nested(65), "c.json"); });
  }
}

TEST(JsonReader, ReadsEachType) {
  const Json json = parse_json(
      R"({"on": true, "n": -3, "x": 2, "s": "t", "list": [1, 2], "sub": {"y": 0.5}, "skip": null})",
      "c.json");
  bool on = false;
  int64_t n = 0;
  int64_t absent = 7;
  double x = 0;
  double y = 0;
  std::string s;
  std::vector<int64_t> list = {9};
  JsonReader reader(json, "c.json");
  reader.read("on", on);
  reader.require("n", n);
  reader.read("absent", absent);
  reader.read("x", x);
  reader.read("s", s);
  reader.read("list", list);
  reader.ignore("skip");
  JsonReader sub = reader.object("sub");
  sub.read("y", y);
  sub.finish();
  reader.object("none").finish();
  reader.finish();
  EXPECT_TRUE(on);
  EXPECT_EQ(n, -3);
  EXPECT_EQ(absent, 7);
  EXPECT_EQ(x, 2.0);
  EXPECT_EQ(y, 0.5);
  EXPECT_EQ(s, "t");
  EXPECT_EQ(list, (std::vector<int64_t>{1, 2}));
  EXPECT_EQ(sub.where(), "c.json: sub");
}

TEST(JsonReader, NamesAllUnknownKeysAndTheKnownOnes) {
  const Json json = parse_json(R"({"deph": 1, "depth": 2, "w": 3})", "c.json");
  int64_t depth = 0;
  int64_t width = 0;
  JsonReader reader(json, "c.json: vit");
  reader.read("depth", depth);
  reader.read("width", width);
  EXPECT_EQ(input_error([&] { reader.finish(); }),
            "c.json: vit: unknown key \"deph\", \"w\". Remove it; known keys are depth, width.");
}

TEST(ParseJson, ANulByteIsNotTheEnd) {
  using namespace std::string_literals;
  for (const std::string& text : {"{}\0 and more"s, "{}\0"s, "\0{}"s, "{\"a\\\0\": 1}"s,
                                  "{} // \0"s, "{\0}"s, "{\0\"\0a\0\"\0}\0"s}) {
    EXPECT_THAT(input_error([&] { parse_json(text, "c.json"); }),
                AllOf(HasSubstr("c.json: not valid JSON (a NUL byte at byte "),
                      HasSubstr("Save it as UTF-8")));
  }
}

template <typename T>
std::string type_error(std::string_view text) {
  const Json json = parse_json(text, "c.json");
  return input_error([&] {
    T value{};
    JsonReader(json, "c.json").read("k", value);
  });
}

TEST(JsonReader, SaysGotAndExpectedForAWrongType) {
  EXPECT_EQ(type_error<int64_t>(R"({"k": "4"})"),
            "c.json: key \"k\" is \"4\", expected a whole number.");
  EXPECT_THAT(type_error<int64_t>(R"({"k": 1.5})"), HasSubstr("is 1.5, expected a whole number"));
  EXPECT_THAT(type_error<int64_t>(R"({"k": 18446744073709551615})"), HasSubstr("below 2^63"));
  EXPECT_THAT(type_error<bool>(R"({"k": 1})"), HasSubstr("expected true or false"));
  EXPECT_THAT(type_error<double>(R"({"k": [1]})"), HasSubstr("is [1], expected a number"));
  EXPECT_THAT(type_error<std::string>(R"({"k": null})"), HasSubstr("expected a text"));
  EXPECT_THAT(type_error<std::vector<int64_t>>(R"({"k": 1})"), HasSubstr("expected a list"));
  EXPECT_THAT(type_error<std::vector<int64_t>>(R"({"k": [1, "a"]})"),
              HasSubstr("is \"a\", expected a whole number"));
  EXPECT_THAT(type_error<bool>("{\"k\": \"" + std::string(500, 'x') + "\"}"),
              HasSubstr("xxx..., "));
}

TEST(JsonReader, SaysWhatIsMissingOrNoObject) {
  const Json empty = Json::object();
  int64_t value = 0;
  EXPECT_EQ(input_error([&] { JsonReader(empty, "c.json").require("k", value); }),
            "c.json: key \"k\" is missing. Add it.");
  EXPECT_THAT(input_error([] { JsonReader(Json::array(), "c.json"); }),
              HasSubstr("c.json: got array, expected a JSON object"));
  const Json json = parse_json(R"({"sub": 3})", "c.json");
  EXPECT_THAT(input_error([&] { JsonReader(json, "c.json").object("sub"); }),
              HasSubstr("c.json: sub: got number"));
}

}  // namespace
}  // namespace lion
