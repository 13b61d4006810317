#pragma once
/// What a benchmark asks, and what came back. One item is one question about one image; readers
/// make items from the official files, answerers turn them into predictions, scores compare.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lion/base/json.h"
#include "lion/text/box.h"

namespace lion::eval {

/// Where an item's image is: a file, or the bytes of one within the annotations (MMBench).
struct ItemImage {
  std::filesystem::path path;                ///< file; with `bytes`, a name for messages only
  std::shared_ptr<const std::string> bytes;  ///< an encoded image, shared by its items; or null
};

/// What is right. Which members are set depends on the benchmark.
struct Truth {
  std::vector<std::string> texts;  ///< reference captions, or the answers of people
  int64_t candidate = -1;          ///< number of the right one of `Item::candidates`
  std::optional<PixelBox> box;     ///< pixels of the image, not rounded
  /// Numbers of the candidates that are in the image, each once; unset where they are answers.
  std::optional<std::vector<int64_t>> present;
};

struct Item {
  std::string id;  ///< unique within the benchmark; the same in every run on the same files
  ItemImage image;
  std::string prompt;    ///< the full instruction, without the tag sentence
  std::string question;  ///< the part that a person reads: question, statement, expression; or ""
  std::vector<std::string> candidates;  ///< answers to rank, or names of objects that may be there
  Truth truth;
  std::string category;  ///< what scores are split by: type of question, ability; or ""
  Json official;         ///< ids and fields that the submission format needs, under its names
};

/// What an answerer made of one item.
struct Prediction {
  std::string id;              ///< of the item
  std::string text;            ///< the answer, the chosen candidate, or the tags found: "dog, tree"
  std::vector<double> losses;  ///< of each candidate: -log likelihood, end included, or -log
                               ///< probability of the tag; may be empty
  std::string error;           ///< not "": there is no answer, and why
};

/// The candidates that are in the image; none where they are answers.
std::vector<std::string> present_names(const Item& item);

}  // namespace lion::eval
