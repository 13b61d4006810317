#include "lion/annotations/record_table.h"

#include <algorithm>
#include <limits>

#include "lion/base/error.h"
#include "lion/base/str.h"

namespace lion {
namespace {

constexpr uint64_t kBlock = uint64_t{16} << 20;  // bytes of a block of texts

}  // namespace

uint32_t TextArena::add(std::string_view text) {
  LION_CHECK(ends_.size() < std::numeric_limits<uint32_t>::max(), "Texts are counted in 32 bits.");
  if (text.size() > kBlock) {
    throw InputError(str("a text of ", bytes_str(text.size()), ", expected at most ",
                         bytes_str(kBlock), ". Is it the right file?"));
  }
  uint64_t begin = ends_.empty() ? 0 : ends_.back();
  // A text lies in one block.
  const uint64_t left = blocks_.size() * kBlock - begin;
  if (text.size() > left) {
    begin += left;
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(kBlock));
  }
  if (!text.empty()) std::copy(text.begin(), text.end(), &blocks_.back()[begin % kBlock]);
  ends_.push_back(begin + text.size());
  return static_cast<uint32_t>(ends_.size() - 1);
}

std::string_view TextArena::at(uint32_t text) const {
  const uint64_t end = ends_[text];
  uint64_t begin = text == 0 ? 0 : ends_[text - 1];
  if (begin == end) return {};
  const uint64_t block = (end - 1) / kBlock;
  begin = std::max(begin, block * kBlock);
  return {&blocks_[block][begin % kBlock], end - begin};
}

void RecordTable::begin_file(const std::filesystem::path& file, std::string noun) {
  files_.push_back({file.filename().string(), std::move(noun), size()});
}

uint32_t RecordTable::image(const std::string& name,
                            const std::function<std::filesystem::path()>& find) {
  const auto [it, is_new] = image_numbers_.try_emplace(name, static_cast<uint32_t>(images_.size()));
  if (!is_new) return it->second;
  try {
    const std::filesystem::path path = find();
    const std::filesystem::path relative = path.lexically_relative(root_);
    const bool below = !relative.empty() && *relative.begin() != "..";
    images_.push_back({texts_.add((below ? relative : path).string())});
  } catch (...) {
    image_numbers_.erase(name);
    throw;
  }
  return it->second;
}

void RecordTable::set_image_size(uint32_t image, int64_t width, int64_t height) {
  images_[image].width = static_cast<uint32_t>(width);
  images_[image].height = static_cast<uint32_t>(height);
}

uint32_t RecordTable::add_answers(std::span<const std::string> answers) {
  const size_t begin = answer_counts_.size();
  for (const std::string& answer : answers) {
    const auto known = answer_texts_.find(answer);
    const uint32_t text = known != answer_texts_.end()
                              ? known->second
                              : answer_texts_.emplace(answer, texts_.add(answer)).first->second;
    const auto same =
        std::find_if(answer_counts_.begin() + static_cast<int64_t>(begin), answer_counts_.end(),
                     [&](const AnswerCount& one) { return one.text == text; });
    if (same == answer_counts_.end()) {
      answer_counts_.push_back({text, 1});
    } else {
      ++same->count;
    }
  }
  answer_ends_.push_back(static_cast<uint32_t>(answer_counts_.size()));
  return static_cast<uint32_t>(answer_ends_.size() - 1);
}

void RecordTable::add_region(const Record& record, const Box& box) {
  records_.push_back(record);
  boxes_.push_back(box);
}

void RecordTable::filter(const std::vector<bool>& keep) {
  size_t kept = 0;
  auto file = files_.begin();
  for (size_t i = 0; i < records_.size(); ++i) {
    for (; file != files_.end() && file->first_record == static_cast<int64_t>(i); ++file) {
      file->first_record = static_cast<int64_t>(kept);
    }
    if (!keep[i]) continue;
    records_[kept] = records_[i];
    if (!boxes_.empty()) boxes_[kept] = boxes_[i];
    ++kept;
  }
  records_.resize(kept);
  if (!boxes_.empty()) boxes_.resize(kept);
}

void RecordTable::finish() {
  image_numbers_ = {};
  answer_texts_ = {};
}

std::span<const AnswerCount> RecordTable::answers(const Record& record) const {
  const size_t begin = record.reply == 0 ? 0 : answer_ends_[record.reply - 1];
  return std::span(answer_counts_).subspan(begin, answer_ends_[record.reply] - begin);
}

std::string RecordTable::image_name(uint32_t image) const {
  return std::string(texts_.at(images_[image].path));
}

std::filesystem::path RecordTable::image_path(uint32_t image) const {
  return root_ / texts_.at(images_[image].path);
}

std::optional<std::pair<int64_t, int64_t>> RecordTable::image_size(uint32_t image) const {
  const Image& one = images_[image];
  if (one.width == 0) return std::nullopt;
  return std::pair<int64_t, int64_t>(one.width, one.height);
}

std::string RecordTable::describe(const File& file, uint64_t source,
                                  std::optional<uint32_t> part) const {
  std::string text = str(file.name, ", ", file.noun, " ", source);
  return part ? str(text, ", part ", *part) : text;
}

std::string RecordTable::describe(int64_t index) const {
  const auto next =
      std::upper_bound(files_.begin(), files_.end(), index,
                       [](int64_t record, const File& file) { return record < file.first_record; });
  const Record& one = record(index);
  return describe(*std::prev(next), one.source,
                  one.part > 0 ? std::optional(one.part) : std::nullopt);
}

std::string RecordTable::describe_source(uint64_t source, std::optional<uint32_t> part) const {
  return describe(files_.back(), source, part);
}

}  // namespace lion
