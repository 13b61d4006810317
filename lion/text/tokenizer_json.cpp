#include "lion/text/tokenizer_json.h"

#include <optional>
#include <string>
#include <utility>

#include "lion/base/base64.h"
#include "lion/base/error.h"
#include "lion/base/json.h"

namespace lion {
namespace {

constexpr std::string_view kMend = "Take tokenizer.json from a Flan-T5 release.";

/// A value of the file and its name in errors, for instance "tokenizer.json: decoder".
struct Node {
  const Json& json;
  std::string where;

  [[noreturn]] void fail(std::string_view got, std::string_view expected) const {
    throw InputError(str(where, ": got ", got, ", expected ", expected, ". ", kMend));
  }
  Node operator[](const std::string& key) const {
    if (!json.is_object()) fail(json.type_name(), "an object");
    const auto it = json.find(key);
    if (it == json.end()) fail("nothing", str("the key \"", key, "\""));
    return {*it, str(where, ": ", key)};
  }
  /// The value of `key`, or nothing when it is missing or null.
  std::optional<Node> find(const std::string& key) const {
    if (!json.is_object() || !json.contains(key) || json.at(key).is_null()) return std::nullopt;
    return (*this)[key];
  }
  std::vector<Node> items() const {
    if (!json.is_array()) fail(json.type_name(), "a list");
    std::vector<Node> nodes;
    for (size_t i = 0; i < json.size(); ++i) nodes.push_back({json[i], str(where, "[", i, "]")});
    return nodes;
  }
  std::string text() const {
    if (!json.is_string()) fail(json.type_name(), "a text");
    return json.get<std::string>();
  }
  bool flag() const {
    if (!json.is_boolean()) fail(json.type_name(), "true or false");
    return json.get<bool>();
  }
  int64_t integer() const {
    if (!json.is_number_integer()) fail(json.type_name(), "a whole number");
    return json.get<int64_t>();
  }
};

/// The bytes of a text in base64.
std::string bytes_of(const Node& node) {
  try {
    return decode_base64(node.text());
  } catch (const InputError& error) {
    throw InputError(str(node.where, ": ", error.what(), " ", kMend));
  }
}

NormalizerStep replace_step(const Node& node) {
  const Node pattern = node["pattern"];
  std::string content = node["content"].text();
  if (const auto literal = pattern.find("String")) {
    if (literal->text().empty()) literal->fail("an empty text", "a text");
    return ReplaceText{literal->text(), std::move(content)};
  }
  const Node regex = pattern["Regex"];
  if (regex.text() != " {2,}") regex.fail(str('"', regex.text(), '"'), "\" {2,}\"");
  return CollapseSpaces{std::move(content)};
}

std::vector<NormalizerStep> normalizer_steps(const Node& node) {
  const std::string type = node["type"].text();
  if (type == "Sequence") {
    std::vector<NormalizerStep> steps;
    for (const Node& item : node["normalizers"].items()) {
      for (NormalizerStep& step : normalizer_steps(item)) steps.push_back(std::move(step));
    }
    return steps;
  }
  if (type == "Precompiled") {
    const Node charsmap = node["precompiled_charsmap"];
    return {Charsmap(bytes_of(charsmap), charsmap.where)};
  }
  if (type == "Replace") return {replace_step(node)};
  if (type == "Strip") return {StripEdges{node["strip_left"].flag(), node["strip_right"].flag()}};
  node.fail(str("the type \"", type, "\""), "Sequence, Precompiled, Replace or Strip");
}

Metaspace metaspace(const Node& node) {
  Metaspace rules;
  const std::string type = node["type"].text();
  if (type != "Metaspace") node.fail(str("the type \"", type, "\""), "Metaspace");
  const Node replacement = node["replacement"];
  rules.replacement = replacement.text();
  if (rules.replacement.empty()) replacement.fail("an empty text", "a character");
  if (const auto split = node.find("split")) rules.split = split->flag();
  if (const auto scheme = node.find("prepend_scheme")) {
    const std::string name = scheme->text();
    if (name == "always")
      rules.prepend = PrependScheme::kAlways;
    else if (name == "first")
      rules.prepend = PrependScheme::kFirst;
    else if (name == "never")
      rules.prepend = PrependScheme::kNever;
    else
      scheme->fail(str('"', name, '"'), "\"always\", \"first\" or \"never\"");
  } else if (const auto old = node.find("add_prefix_space"); old && !old->flag()) {
    rules.prepend = PrependScheme::kNever;
  }
  return rules;
}

PreTokenizer pre_tokenizer(const Node& node) {
  if (node["type"].text() != "Sequence") return {false, metaspace(node)};
  const Node list = node["pretokenizers"];
  const std::vector<Node> items = list.items();
  if (items.size() != 2 || items[0]["type"].text() != "WhitespaceSplit") {
    list.fail(str(items.size(), " components"), "WhitespaceSplit and Metaspace");
  }
  return {true, metaspace(items[1])};
}

/// The piece that the post-processor puts behind the text.
std::string eos_piece(const Node& node) {
  const std::string type = node["type"].text();
  if (type != "TemplateProcessing") {
    node.fail(str("the type \"", type, "\""), "TemplateProcessing");
  }
  const Node single = node["single"];
  const std::vector<Node> items = single.items();
  if (items.size() != 2 || !items[0].find("Sequence") || !items[1].find("SpecialToken")) {
    single.fail(str(items.size(), " parts"), "the text and one special token");
  }
  return items[1]["SpecialToken"]["id"].text();
}

std::vector<Piece> vocabulary(const Node& node) {
  if (!node.json.is_array()) node.fail(node.json.type_name(), "a list");
  std::vector<Piece> pieces;
  pieces.reserve(node.json.size());
  for (const Json& entry : node.json) {
    if (!entry.is_array() || entry.size() != 2 || !entry[0].is_string() || !entry[1].is_number()) {
      Node{entry, str(node.where, "[", pieces.size(), "]")}.fail(entry.type_name(),
                                                                 "[piece, score]");
    }
    pieces.push_back({entry[0].get<std::string>(), entry[1].get<double>()});
  }
  return pieces;
}

AddedToken added_token(const Node& node) {
  const Node content = node["content"];
  if (content.text().empty()) content.fail("an empty text", "a text");
  if (const Node single = node["single_word"]; single.flag()) single.fail("true", "false");
  return {.id = node["id"].integer(),
          .content = content.text(),
          .left_strip = node["lstrip"].flag(),
          .right_strip = node["rstrip"].flag(),
          .normalized = node["normalized"].flag(),
          .special = node["special"].flag()};
}

}  // namespace

T5TokenizerSpec parse_tokenizer_json(std::string_view json, std::string_view where) {
  const Json parsed = parse_json(json, where);
  const Node root{parsed, std::string(where)};
  T5TokenizerSpec spec;
  const Node model = root["model"];
  // Files of the first years do not name the model's type.
  if (const auto type = model.find("type"); type && type->text() != "Unigram") {
    type->fail(str('"', type->text(), '"'), "\"Unigram\"");
  }
  if (const auto fallback = model.find("byte_fallback"); fallback && fallback->flag()) {
    fallback->fail("true", "false");
  }
  spec.pieces = vocabulary(model["vocab"]);
  spec.unk_id = model["unk_id"].integer();
  for (const Node& item : root["added_tokens"].items()) spec.added.push_back(added_token(item));
  if (const auto normalizer = root.find("normalizer")) {
    spec.normalizer = normalizer_steps(*normalizer);
  }
  spec.pre_tokenizer = pre_tokenizer(root["pre_tokenizer"]);
  spec.decoder = metaspace(root["decoder"]);
  spec.eos = eos_piece(root["post_processor"]);
  return spec;
}

}  // namespace lion
