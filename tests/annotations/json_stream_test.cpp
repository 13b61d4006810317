#include "lion/annotations/json_stream.h"

#include <array>

#include "tests/data/data_fixtures.h"

namespace lion::data {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class JsonStreamTest : public DataTest {
 protected:
  /// The elements of a list as compact JSON.
  std::vector<std::string> elements(std::string_view content) {
    std::vector<std::string> found;
    JsonStream(write("a.json", content)).each([&](const JsonElement& element) {
      EXPECT_EQ(element.number, static_cast<int64_t>(found.size()));
      found.push_back(simdjson::minify(element.value));
    });
    return found;
  }

  std::string error(std::string_view content) {
    return message_of<InputError>([&] { elements(content); });
  }
};

TEST_F(JsonStreamTest, EachElementOfAList) {
  EXPECT_THAT(elements(R"( [ {"a": [1, {"b": 2}]} ,"x", 3.5,null, [] ] )"),
              ElementsAre(R"({"a":[1,{"b":2}]})", R"("x")", "3.5", "null", "[]"));
  EXPECT_THAT(elements("[]"), ElementsAre());
}

TEST_F(JsonStreamTest, BracketsAndQuotesWithinTexts) {
  EXPECT_THAT(elements(R"([{"a": "]}\"[{", "b\\": "\\"}, {"c": "\\\""}])"),
              ElementsAre(R"({"a":"]}\"[{","b\\":"\\"})", R"({"c":"\\\""})"));
}

TEST_F(JsonStreamTest, ByteOrderMarkIsSkipped) {
  EXPECT_THAT(elements("\xEF\xBB\xBF\n[1]\n"), ElementsAre("1"));
}

TEST_F(JsonStreamTest, PairsOfAMap) {
  std::vector<std::string> found;
  const JsonStream stream(write("a.json", R"({"k1": {"x": 1}, "k\"2": [2], "k3": "v"})"));
  stream.each_pair([&](const JsonElement& element) {
    found.push_back(str(element.number, " ", element.key, " ", simdjson::minify(element.value)));
  });
  EXPECT_THAT(found, ElementsAre(R"(0 k1 {"x":1})", R"(1 k"2 [2])", R"(2 k3 "v")"));
}

TEST_F(JsonStreamTest, KeysOfAMap) {
  const JsonStream stream(write("a.json", R"({"info": {"x": [1]}, "k\"2": [2, 3], "n": null})"));
  EXPECT_THAT(stream.keys(), ElementsAre("info", "k\"2", "n"));
  EXPECT_THAT(JsonStream(write("b.json", "{}")).keys(), ElementsAre());
  EXPECT_THROW(JsonStream(write("c.json", R"({"a": [1, {"b")")).keys(), InputError);
}

TEST_F(JsonStreamTest, SeveralListsInOnePass) {
  const JsonStream stream(write(
      "a.json", R"({"info": {"images": [9]}, "n": 1, "annotations": [3, 4], "images": [1, 2]})"));
  std::vector<std::string> found;
  const auto add = [&](const char* list) {
    return [&found, list](const JsonElement& element) {
      found.push_back(str(list, element.number, "=", simdjson::minify(element.value)));
    };
  };
  stream.each_in(std::array{JsonList{"images", add("i")}, JsonList{"annotations", add("a")}});
  EXPECT_THAT(found, ElementsAre("a0=3", "a1=4", "i0=1", "i1=2"));
}

TEST_F(JsonStreamTest, MissingListIsNamed) {
  const JsonStream stream(write("a.json", R"({"images": []})"));
  EXPECT_THAT(message_of<InputError>([&] {
                stream.each_in(std::array{JsonList{"annotations", [](const JsonElement&) {}}});
              }),
              AllOf(HasSubstr("a.json"), HasSubstr("\"annotations\""), HasSubstr("right file?")));
}

TEST_F(JsonStreamTest, LinesAreCounted) {
  const JsonStream stream(write("a.jsonl", "{\"a\": 1}\n\n{\"a\": 2}\r\n{\"a\": 3}"));
  ASSERT_EQ(stream.layout(), JsonLayout::kLines);
  std::vector<int64_t> lines;
  stream.each_record([&](const JsonElement& element) { lines.push_back(element.number); });
  EXPECT_THAT(lines, ElementsAre(0, 2, 3));
}

TEST_F(JsonStreamTest, LayoutIsToldByTheContent) {
  EXPECT_EQ(JsonStream(write("a.json", "[{}]")).layout(), JsonLayout::kList);
  EXPECT_EQ(JsonStream(write("b.json", "{\"a\":\n [{}]}")).layout(), JsonLayout::kObject);
  EXPECT_EQ(JsonStream(write("c.json", "{\"a\": 1}\n{\"a\": 2}\n")).layout(), JsonLayout::kLines);
  EXPECT_EQ(JsonStream(write("d.json", "{\"a\": 1}\n")).layout(), JsonLayout::kObject);
  EXPECT_EQ(JsonStream(write("e.jsonl", "{\"a\": 1}\n")).layout(), JsonLayout::kLines);
}

TEST_F(JsonStreamTest, TruncatedAnywhereIsAnError) {
  const std::string whole = R"([{"a": "b\"c"}, [1, 2], "d"])";
  for (size_t n = 1; n < whole.size(); ++n) {
    EXPECT_THAT(error(whole.substr(0, n)), AllOf(HasSubstr("a.json"), HasSubstr("again"))) << n;
  }
}

TEST_F(JsonStreamTest, BrokenElementIsNamedWithItsByte) {
  EXPECT_THAT(error(R"([{"a": 1}, {"a" 2}])"),
              AllOf(HasSubstr("byte 11, element 1"), HasSubstr("is not JSON")));
  EXPECT_THAT(error(R"([{"a": 1} {"a": 2}])"), HasSubstr("expected ','"));
  EXPECT_THAT(error("[1,]"), HasSubstr("expected a value"));
  EXPECT_THAT(error("[1] x"), HasSubstr("behind the end"));
  EXPECT_THAT(error("[\xff]"), HasSubstr("is not JSON"));
}

TEST_F(JsonStreamTest, NumbersThatPythonWritesAreNull) {
  const JsonStream stream(
      write("a.json", R"([{"a": NaN, "b": "NaN, \"NaN"}, -Infinity, [Infinity], 1])"));
  std::vector<std::string> found;
  stream.each([&](const JsonElement& one) { found.push_back(simdjson::minify(one.value)); });
  EXPECT_THAT(found, ElementsAre(R"({"a":null,"b":"NaN, \"NaN"})", "null", "[null]", "1"));
}

TEST_F(JsonStreamTest, BrokenElementsDoNotHideTheOthers) {
  std::vector<std::string> found;
  const auto read = [&](const std::string& name, const std::string& text) {
    JsonStream stream(write(name, text));
    stream.report_broken([&](std::string_view list, int64_t number, std::string_view what) {
      EXPECT_THAT(std::string(what), HasSubstr("is not JSON"));
      found.push_back(str("broken ", list, " ", number));
    });
    const auto visit = [&](const JsonElement& one) {
      found.push_back(str(one.number, "=", simdjson::minify(one.value)));
    };
    if (stream.layout() == JsonLayout::kObject) {
      stream.each_in(std::array{JsonList{"images", visit}});
    } else {
      stream.each_record(visit);
    }
  };
  read("a.json", R"([1, {"a" 2}, {"a": nan}, 3])");
  EXPECT_THAT(found, ElementsAre("0=1", "broken  1", "broken  2", "3=3"));
  found.clear();
  read("b.json", R"({"images": [{"a": [1, ]}, 2]})");
  EXPECT_THAT(found, ElementsAre("broken images 0", "1=2"));
}

TEST_F(JsonStreamTest, BrokenLinesDoNotHideTheOthers) {
  std::vector<int64_t> lines, broken;
  JsonStream stream(write("a.jsonl", "{\"a\": 1}\n{\"a\": [1}\n\n{\"a\n{\"a\": NaN}\n{\"a\": 2"));
  stream.report_broken(
      [&](std::string_view, int64_t number, std::string_view) { broken.push_back(number); });
  stream.each_record([&](const JsonElement& one) { lines.push_back(one.number); });
  EXPECT_THAT(lines, ElementsAre(0, 4));
  EXPECT_THAT(broken, ElementsAre(2, 4, 6));
}

TEST_F(JsonStreamTest, OtherFilesAreRefused) {
  EXPECT_THAT(error("{}"), HasSubstr("expected '['"));
  EXPECT_THAT(error(" \n"), HasSubstr("is empty"));
  EXPECT_THAT(error("PK\x03\x04"), AllOf(HasSubstr("is not JSON"), HasSubstr("Unpack it")));
  EXPECT_THAT(message_of<ResourceError>([&] { JsonStream(root_ / "none.json"); }),
              HasSubstr("none.json"));
}

TEST_F(JsonStreamTest, DeepNestingIsAnErrorNotACrash) {
  EXPECT_THAT(error("[" + std::string(100'000, '[') + std::string(100'000, ']') + "]"),
              HasSubstr("is not JSON"));
}

TEST_F(JsonStreamTest, ProgressReachesTheWholeFile) {
  int64_t done = 0;
  int64_t total = 0;
  const auto path = write("a.json", "[" + std::string(40'000'000, ' ') + "1]");
  const JsonStream stream(path, [&](const Progress& progress) {
    EXPECT_GE(progress.done, done);
    done = progress.done;
    total = progress.total;
  });
  stream.each([](const JsonElement&) {});
  EXPECT_EQ(total, 40'000'003);
  EXPECT_EQ(done, total);
}

}  // namespace
}  // namespace lion::data
