#pragma once
/// The tagger of a model folder by itself: for the tags of many images, before a training.

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "lion/engine/options.h"
#include "lion/image/image.h"

namespace lion {

/// A tag that the tagger found, with its probability.
struct Tag {
  std::string name;
  double score = 0;
};

/// "cat, dog": the form in which tags are offered to the language model.
std::string tag_names(std::span<const Tag> tags);

/// Used by one thread at a time.
class Tagger {
 public:
  /// Loads nothing but the tagger; the folder may be one without LION's own weights. Throws
  /// InputError when it has no tagger, else as Lion::load.
  static Tagger load(const std::filesystem::path& folder, const LoadOptions& options = {});
  Tagger(Tagger&&) noexcept;
  Tagger& operator=(Tagger&&) noexcept;
  ~Tagger();

  /// The tags above their thresholds, in the tagger's order.
  std::vector<Tag> tags(const Image& image) const;

  /// Tells taggers apart whose tags may differ: sizes, names and thresholds.
  std::string fingerprint() const;

 private:
  struct Impl;
  explicit Tagger(std::unique_ptr<Impl> impl);
  static std::unique_ptr<Impl> load_tagger(const std::filesystem::path& folder,
                                           const LoadOptions& options);
  std::unique_ptr<Impl> impl_;
};

}  // namespace lion
