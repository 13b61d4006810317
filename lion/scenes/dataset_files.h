#pragma once
/// Internal to this component: what the writers of the data sets share.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lion/base/file.h"
#include "lion/base/json.h"
#include "lion/base/log.h"
#include "lion/base/random.h"
#include "lion/scenes/painter.h"
#include "lion/scenes/write_dataset.h"

namespace lion::scenes {

inline constexpr int64_t kCaptionsPerImage = 5;

/// Text that grows piece by piece, in blocks, until `finish`.
class TextFile {
 public:
  explicit TextFile(const std::filesystem::path& path);
  void write(std::string_view text);
  void finish();

 private:
  AtomicFile file_;
  std::string block_;
};

/// A JSON file whose long lists are written element by element.
class JsonFile {
 public:
  explicit JsonFile(const std::filesystem::path& path);

  /// "[" or "{": begins the list or the object that is the whole file.
  void begin(char bracket);
  /// A member of the whole object.
  void member(std::string_view key, const Json& value);
  void begin_list(std::string_view key);
  void item(const Json& value);
  void end_list();
  void end(char bracket);

 private:
  void separate();

  TextFile file_;
  bool first_ = true;
};

/// Scenes `first`, `first` + 1, ... of a painter, as images with ids `first_id`, `first_id` + 1.
struct Block {
  Painter painter;
  uint64_t first = 0;
  int64_t count = 0;
  int64_t first_id = 1;

  int64_t id(int64_t i) const { return first_id + i; }
  Scene plan(int64_t i) const { return painter.plan(first + static_cast<uint64_t>(i)); }
};

/// What every writer is given.
struct Context {
  const WriteOptions& options;
  std::filesystem::path root;
  const ProgressSink& progress;
  Block train, val, test, held_out;  ///< COCO's images
  int64_t images = 0;
  int64_t files = 0;

  const Block& evaluation() const {
    return options.evaluation == Split::kHeldOut ? held_out : test;
  }
  /// The path below the root; its folder is made.
  std::filesystem::path path(const std::string& name);
  /// The same, for an annotation file, which is counted.
  std::filesystem::path annotations(const std::string& name);
};

/// Numbers for the text of one record: nothing but seed, purpose and id change them.
Random text_random(const Context& context, std::string_view purpose, int64_t id);

/// Ids 1 to `count` of a set of its own: scenes that no other set shows. `set` is a small number
/// that tells the sets apart.
Block own_block(const Block& like, uint64_t set, int64_t count);

/// Calls `write(i)` for 0 <= i < count on two threads and reports the progress in between. `write`
/// must be thread-safe; what it throws comes out here.
void for_all(const Context& context, std::string_view task, int64_t count,
             const std::function<void(int64_t)>& write);

/// JPEG of quality 92.
void write_image(const std::filesystem::path& path, const Image& image);

/// All images of a block. `name` gives the path below the root for an id.
void write_images(Context& context, const Block& block, std::string_view task,
                  const std::function<std::string(int64_t)>& name);

/// A second name for a file of the folder: a hard link, or a copy where there are no links.
void link_file(const std::filesystem::path& from, const std::filesystem::path& to);

/// "%012d" and "COCO_<set>_%012d.jpg".
std::string twelve_digits(int64_t id);
std::string coco_name(std::string_view set, int64_t id);

/// [x, y, width, height] in pixels.
Json xywh(const Object& object);

// One function per family of data sets.
void write_coco(Context& context);      // write_coco.cpp
void write_textcaps(Context& context);  // write_captions.cpp
void write_flickr30k(Context& context);
void write_vqa(Context& context);  // write_vqa.cpp: VQAv2, OKVQA
void write_aokvqa(Context& context);
void write_ocrvqa(Context& context);
void write_llava(Context& context);  // write_dialogue.cpp
void write_visdial(Context& context);
void write_visual_genome(Context& context);  // write_regions.cpp
void write_refcoco(Context& context);
void write_gqa(Context& context);  // write_questions.cpp
void write_iconqa(Context& context);
void write_vsr(Context& context);
void write_pope(Context& context);  // write_choices.cpp
void write_mmbench(Context& context);

}  // namespace lion::scenes
