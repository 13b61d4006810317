#include "lion/text/tokenizer_json.h"

#include <functional>

#include "text_fixtures.h"

namespace lion {
namespace {

T5TokenizerSpec parse(const Json& file) { return parse_tokenizer_json(file.dump(), "tok.json"); }

TEST(TokenizerJson, ReadsEveryComponent) {
  Json file = tiny_tokenizer_json();
  const Json replace = file["normalizer"];
  file["normalizer"] = {
      {"type", "Sequence"},
      {"normalizers",
       {{{"type", "Strip"}, {"strip_left", false}, {"strip_right", true}},
        replace,
        {{"type", "Replace"}, {"pattern", {{"String", "x"}}}, {"content", "y"}}}}};
  const T5TokenizerSpec spec = parse(file);
  EXPECT_EQ(spec.pieces.size(), 10u);
  EXPECT_EQ(spec.pieces[6].text, "▁a");
  EXPECT_EQ(spec.pieces[6].score, -2.5);
  EXPECT_EQ(spec.unk_id, 2);
  EXPECT_EQ(spec.eos, "</s>");
  EXPECT_EQ(spec.added.size(), 4u);
  ASSERT_EQ(spec.normalizer.size(), 3u);
  EXPECT_TRUE(std::get<StripEdges>(spec.normalizer[0]).right);
  EXPECT_EQ(std::get<CollapseSpaces>(spec.normalizer[1]).content, " ");
  EXPECT_EQ(std::get<ReplaceText>(spec.normalizer[2]).pattern, "x");
}

TEST(TokenizerJson, OldAndNewMetaspace) {
  Json file = tiny_tokenizer_json();
  file["pre_tokenizer"] = {
      {"type", "Metaspace"}, {"replacement", "▁"}, {"add_prefix_space", false}};
  EXPECT_EQ(parse(file).pre_tokenizer.metaspace.prepend, PrependScheme::kNever);
  file["pre_tokenizer"]["add_prefix_space"] = true;
  EXPECT_EQ(parse(file).pre_tokenizer.metaspace.prepend, PrependScheme::kAlways);
  file["pre_tokenizer"]["prepend_scheme"] = "first";
  EXPECT_EQ(parse(file).pre_tokenizer.metaspace.prepend, PrependScheme::kFirst);
  const Json metaspace = file["pre_tokenizer"];
  file["pre_tokenizer"] = {{"type", "Sequence"},
                           {"pretokenizers", {{{"type", "WhitespaceSplit"}}, metaspace}}};
  EXPECT_TRUE(parse(file).pre_tokenizer.split_white_space);
}

TEST(TokenizerJson, NamesWhatIsWrongAndWhere) {
  struct Case {
    std::function<void(Json&)> damage;
    std::vector<std::string> message;
  };
  const std::vector<Case> cases{
      {[](Json& f) { f.erase("model"); }, {"tok.json: got nothing", "\"model\""}},
      {[](Json& f) { f["model"]["type"] = "BPE"; }, {"model: type", "\"BPE\"", "\"Unigram\""}},
      {[](Json& f) { f["model"]["byte_fallback"] = true; }, {"byte_fallback", "expected false"}},
      {[](Json& f) { f["model"]["vocab"][3] = "x"; }, {"vocab[3]", "[piece, score]"}},
      {[](Json& f) { f["model"]["vocab"] = 3; }, {"model: vocab", "got number"}},
      {[](Json& f) { f["model"]["unk_id"] = nullptr; }, {"unk_id", "got null"}},
      {[](Json& f) { f["normalizer"]["type"] = "NFKC"; },
       {"normalizer", "the type \"NFKC\"", "Strip"}},
      {[](Json& f) { f["normalizer"]["pattern"]["Regex"] = "\\s+"; }, {"Regex", "\\s+", " {2,}"}},
      {[](Json& f) {
         f["normalizer"]["pattern"] = {{"String", ""}};
       },
       {"String", "empty"}},
      {[](Json& f) {
         f["normalizer"] = {{"type", "Precompiled"}, {"precompiled_charsmap", "A*=="}};
       },
       {"precompiled_charsmap", "base64"}},
      {[](Json& f) {
         f["normalizer"] = {{"type", "Precompiled"}, {"precompiled_charsmap", "AAAA"}};
       },
       {"precompiled_charsmap", "cut short"}},
      {[](Json& f) { f["pre_tokenizer"]["type"] = "ByteLevel"; }, {"pre_tokenizer", "ByteLevel"}},
      {[](Json& f) { f["pre_tokenizer"]["prepend_scheme"] = "maybe"; },
       {"prepend_scheme", "maybe"}},
      {[](Json& f) { f["pre_tokenizer"]["replacement"] = ""; }, {"replacement", "empty"}},
      {[](Json& f) {
         f["pre_tokenizer"] = {{"type", "Sequence"}, {"pretokenizers", Json::array()}};
       },
       {"pretokenizers", "0 components", "WhitespaceSplit"}},
      {[](Json& f) { f["decoder"] = nullptr; }, {"decoder", "got null", "an object"}},
      {[](Json& f) { f["post_processor"]["type"] = "BertProcessing"; },
       {"post_processor", "BertProcessing"}},
      {[](Json& f) { f["post_processor"]["single"].erase(1); }, {"single", "1 parts"}},
      {[](Json& f) { f["added_tokens"][0]["single_word"] = true; },
       {"added_tokens[0]", "single_word"}},
      {[](Json& f) { f["added_tokens"][0]["content"] = ""; },
       {"added_tokens[0]: content", "empty"}},
      {[](Json& f) { f["added_tokens"][0].erase("lstrip"); }, {"added_tokens[0]", "\"lstrip\""}},
      {[](Json& f) { f["added_tokens"][0]["id"] = "0"; }, {"added_tokens[0]: id", "whole number"}},
  };
  for (const Case& one : cases) {
    Json file = tiny_tokenizer_json();
    one.damage(file);
    std::vector<std::string> parts = one.message;
    parts.insert(parts.end(), {"tok.json"});
    expect_error<InputError>([&] { parse(file); }, parts);
  }
  expect_error<InputError>([] { parse_tokenizer_json("{", "tok.json"); },
                           {"tok.json", "not valid JSON"});
  Json file = tiny_tokenizer_json();
  file["decoder"]["type"] = "ByteLevel";
  expect_error<InputError>([&] { parse(file); }, {"tok.json: decoder", "ByteLevel",
                                                  "Take tokenizer.json from a Flan-T5"});
}

}  // namespace
}  // namespace lion
