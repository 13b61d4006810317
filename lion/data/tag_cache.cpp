#include "lion/data/tag_cache.h"

#include <algorithm>

#include "lion/base/error.h"
#include "lion/base/file.h"
#include "lion/base/json.h"
#include "lion/text/unicode.h"

namespace lion::data {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kMaxBytes = uint64_t{8} << 30;

std::string json_line(const Json& json) { return json.dump() + "\n"; }

std::string read_header(std::string_view line, const std::string& where) {
  const Json json = parse_json(line, where);
  if (!json.is_object() || !json.contains("tag_cache")) {
    throw InputError(str(where, ": is no tag cache (expected a first line with \"tag_cache\"). ",
                         "Name the right file, or remove it and compute the tags again."));
  }
  JsonReader reader(json, where);
  int64_t version = 0;
  std::string fingerprint;
  reader.require("tag_cache", version);
  reader.require("fingerprint", fingerprint);
  reader.finish();
  if (version != 1) {
    throw InputError(str(where, ": the tag cache has version ", version,
                         " (expected 1). Remove it and compute the tags again."));
  }
  return fingerprint;
}

/// The end of the last complete line.
uint64_t complete_bytes(std::string_view content) {
  const size_t end = content.rfind('\n');
  return end == std::string_view::npos ? 0 : end + 1;
}

std::string_view as_text(const MappedFile& file) {
  return {reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()};
}

}  // namespace

TagCache TagCache::load(const fs::path& path) {
  const auto file = MappedFile::open(path);
  std::string_view rest = as_text(*file);
  if (rest.size() > kMaxBytes) {
    throw InputError(str(path.string(), ": is ", bytes_str(rest.size()), " (expected at most ",
                         bytes_str(kMaxBytes), "). Is it the right file?"));
  }
  rest = rest.substr(0, complete_bytes(rest));
  TagCache cache;
  cache.path_ = path.string();
  for (int64_t number = 1; !rest.empty() || number == 1; ++number) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const std::string where = str(cache.path_, ":", number);
    if (number == 1) {
      cache.fingerprint_ = read_header(line, where);
    } else {
      cache.read_line(line, where);
    }
  }
  cache.sort_entries();
  return cache;
}

void TagCache::read_line(std::string_view line, std::string_view where) {
  JsonReader reader(parse_json(line, where), std::string(where));
  std::string image;
  std::vector<std::string> tags;
  reader.require("image", image);
  reader.require("tags", tags);
  reader.finish();
  entries_.push_back({names_.size(), tags_.size(), static_cast<uint32_t>(image.size()),
                      static_cast<uint32_t>(tags.size())});
  names_ += image;
  for (const std::string& tag : tags) tags_.push_back(tag_id(tag));
}

uint32_t TagCache::tag_id(const std::string& tag) {
  const auto [it, is_new] = tag_ids_.try_emplace(tag, static_cast<uint32_t>(vocabulary_.size()));
  if (is_new) vocabulary_.push_back(tag);
  return it->second;
}

void TagCache::sort_entries() {
  const auto same = [this](const Entry& a, const Entry& b) { return name_of(a) == name_of(b); };
  std::stable_sort(entries_.begin(), entries_.end(),
                   [this](const Entry& a, const Entry& b) { return name_of(a) < name_of(b); });
  // unique keeps the first of equals: from behind, that is the last line.
  const auto kept = std::unique(entries_.rbegin(), entries_.rend(), same);
  entries_.erase(entries_.begin(), kept.base());
  tag_ids_.clear();
}

const TagCache::Entry* TagCache::find(std::string_view image) const {
  const std::string wanted = valid_utf8(image);
  const auto it = std::lower_bound(
      entries_.begin(), entries_.end(), wanted,
      [this](const Entry& entry, std::string_view name) { return name_of(entry) < name; });
  return it != entries_.end() && name_of(*it) == wanted ? &*it : nullptr;
}

std::string TagCache::tags(std::string_view image) const {
  const Entry* entry = find(image);
  if (entry == nullptr) {
    throw InputError(str(path_, ": has no tags for the image ", image, " (it knows ", size(),
                         " images). Compute the missing ones: lion data tags CONFIG."));
  }
  std::string joined;
  for (uint32_t i = 0; i < entry->tag_count; ++i) {
    if (i > 0) joined += ", ";
    joined += vocabulary_[tags_[entry->tags + i]];
  }
  return joined;
}

TagCacheWriter::TagCacheWriter(const fs::path& path, std::string_view fingerprint) {
  uint64_t keep = 0;
  if (fs::exists(path)) keep = complete_bytes(as_text(*MappedFile::open(path)));
  if (keep > 0) {
    before_ = TagCache::load(path);
    if (before_->fingerprint() != fingerprint) {
      throw InputError(str(path.string(), ": its tags are of another tagger (got \"",
                           before_->fingerprint(), "\", expected \"", fingerprint,
                           "\"). Remove it to compute them again, or name another file."));
    }
  }
  file_ = std::make_unique<AppendFile>(path, keep);
  if (keep == 0) file_->write(json_line({{"tag_cache", 1}, {"fingerprint", fingerprint}}));
}

void TagCacheWriter::add(std::string_view image, std::span<const std::string> tags) {
  Json list = Json::array();
  for (const std::string& tag : tags) list.push_back(tag);
  // JSON is UTF-8, names of files need not be.
  file_->write(json_line({{"image", valid_utf8(image)}, {"tags", std::move(list)}}));
}

}  // namespace lion::data
