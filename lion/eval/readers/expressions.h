#pragma once
/// Internal to this component: referring expressions from every layout in which they are
/// distributed.

#include <filesystem>
#include <functional>
#include <string>

#include "lion/eval/readers/item_reader.h"

namespace lion::eval {

/// A sentence about a box.
struct Expression {
  std::string id;  ///< within its file: a sentence's or image's id, or "refcoco_val: line 3"
  std::string text;
  std::string image_name;  ///< as the file has it, or COCO's name
  std::filesystem::path image;
  PixelBox box;
  int64_t width = 0;  ///< pixels of the image
  int64_t height = 0;
};

/// Calls `visit` for the expressions of the reader's benchmark, in the order of the file: grounding
/// lines (`img_path`, `expression`, corners), lines with `image`, `sent` and corners, MDETR's file
/// in COCO's layout, or a list of references with instances.json. What `visit` throws as a
/// BadRecord counts against the record.
void for_each_expression(ItemReader& reader, const std::function<void(Expression)>& visit);

}  // namespace lion::eval
