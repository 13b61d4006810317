#pragma once
/// Internal to this component: reference captions by image, from the layouts in use. COCO
/// ("annotations": image_id, caption), TextCaps ("data": image_id, caption_str), Karpathy
/// ("images": cocoid or filename and imgid, sentences: raw; of its splits only "test" when there
/// are several), and a list of image or image_id and caption, a text or a list (LAVIS).

#include <string>
#include <unordered_map>
#include <vector>

#include "lion/eval/result_files/score_parts.h"

namespace lion::eval {

class CaptionReferences {
 public:
  struct Image {
    std::string id;
    std::vector<std::string> captions;
  };

  CaptionReferences(const FileScoreOptions& options, FindingLog& log);

  const std::vector<Image>& images() const { return images_; }

  /// Whether an image has this id or name.
  bool has(const std::string& id) const { return numbers_.contains(id); }

  /// The id of the image that has this one of Karpathy's numbers (imgid); "" when none has. Only
  /// images that are not COCO's are found by it.
  std::string id_of_number(const std::string& imgid) const;

 private:
  void read();
  void read_list();
  void read_annotations(const std::string& list, const char* caption);
  void read_karpathy();
  void add(const std::string& id, std::string_view caption);
  /// The id of an image that is known by its file's name.
  std::string named(std::string_view name);

  std::filesystem::path path_;
  FindingLog& log_;
  std::vector<Image> images_;
  std::unordered_map<std::string, size_t> numbers_;     // by id
  std::unordered_map<std::string, std::string> names_;  // whole name by short id
  std::unordered_map<std::string, std::string> imgids_;
};

}  // namespace lion::eval
