#pragma once
/// A table of records as a data set of one task.

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "lion/annotations/record_table.h"
#include "lion/annotations/text_rules.h"
#include "lion/data/dataset.h"
#include "lion/image/decode.h"

namespace lion::data {

struct RecordDatasetOptions {
  AnswerRule answer = AnswerRule::kDistinct;
  /// Dialogue: the turns before are part of the instruction, joined by spaces. Else each turn
  /// stands alone.
  bool history = false;
  Exif exif = Exif::kAuto;  ///< whether images are turned as EXIF says
};

class RecordDataset : public Dataset {
 public:
  /// The table must hold what the task needs: answers for kVqa and kVqg, boxes for kRec and kReg.
  /// Throws InputError for tasks that are none of training.
  RecordDataset(std::string name, Task task, std::shared_ptr<const RecordTable> table,
                std::shared_ptr<const PromptTemplates> templates, RecordDatasetOptions options);

  const std::string& name() const override { return name_; }
  Task task() const override { return task_; }
  int64_t size() const override { return table_->size(); }
  Example example(int64_t index, Random& random) const override;
  Image image(int64_t index) const override;
  std::string image_name(int64_t index) const override;
  std::string describe(int64_t index) const override { return table_->describe(index); }

  const RecordTable& table() const { return *table_; }
  Exif exif() const { return options_.exif; }

 private:
  Example vqa(const Record& record, const std::string& prompt, Random& random) const;
  std::string dialogue(int64_t index) const;
  std::string_view draw_answer(const Record& record, Random& random) const;

  std::string name_;
  Task task_;
  std::shared_ptr<const RecordTable> table_;
  std::shared_ptr<const PromptTemplates> templates_;
  /// Once a data set: an image that has another size than its annotations say.
  void warn_of_size(int64_t index, uint32_t number, const Image& image) const;

  RecordDatasetOptions options_;
  mutable std::atomic<bool> warned_ = false;
};

}  // namespace lion::data
