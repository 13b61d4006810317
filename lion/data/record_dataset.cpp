#include "lion/data/record_dataset.h"

#include <algorithm>
#include <utility>

#include "lion/base/error.h"
#include "lion/base/log.h"
#include "lion/base/str.h"

namespace lion::data {

RecordDataset::RecordDataset(std::string name, Task task, std::shared_ptr<const RecordTable> table,
                             std::shared_ptr<const PromptTemplates> templates,
                             RecordDatasetOptions options)
    : name_(std::move(name)),
      task_(task),
      table_(std::move(table)),
      templates_(std::move(templates)),
      options_(options) {
  switch (task_) {
    case Task::kCaption:
    case Task::kVqa:
    case Task::kVqg:
    case Task::kDialogue:
    case Task::kRec:
    case Task::kReg:
      return;
    case Task::kIconQa:
    case Task::kVsr:
    case Task::kVisDial:
      throw InputError(str(name_,
                           ": its task is one of evaluation only. Choose caption, vqa, vqg, ",
                           "dialogue, rec or reg."));
  }
}

std::string_view RecordDataset::draw_answer(const Record& record, Random& random) const {
  const std::span<const AnswerCount> answers = table_->answers(record);
  size_t chosen = 0;
  switch (options_.answer) {
    case AnswerRule::kDistinct:
      chosen = random.below(answers.size());
      break;
    case AnswerRule::kWeighted: {
      uint64_t total = 0;
      for (const AnswerCount& answer : answers) total += answer.count;
      uint64_t left = random.below(total);
      for (; left >= answers[chosen].count; ++chosen) left -= answers[chosen].count;
      break;
    }
    case AnswerRule::kMajority:
      chosen = static_cast<size_t>(
          std::max_element(answers.begin(), answers.end(),
                           [](const auto& a, const auto& b) { return a.count < b.count; }) -
          answers.begin());
  }
  return table_->text(answers[chosen].text);
}

Example RecordDataset::vqa(const Record& record, const std::string& prompt, Random& random) const {
  std::string question(table_->text(record.text));
  std::string answer(draw_answer(record, random));
  if (task_ == Task::kVqa) {
    return {fill(prompt, {{"question", std::move(question)}}), std::move(answer), {}};
  }
  return {fill(prompt, {{"answer", std::move(answer)}}), std::move(question), {}};
}

std::string RecordDataset::dialogue(int64_t index) const {
  const Record& record = table_->record(index);
  int64_t first = index;
  if (options_.history) {
    while (first > 0 && table_->record(first - 1).source == record.source &&
           table_->record(first - 1).part < table_->record(first).part) {
      --first;
    }
  }
  std::string text;
  for (; first < index; ++first) {
    const Record& before = table_->record(first);
    text += str(table_->text(before.text), " ", table_->text(before.reply), " ");
  }
  return text + std::string(table_->text(record.text));
}

Example RecordDataset::example(int64_t index, Random& random) const {
  const Record& record = table_->record(index);
  const std::vector<std::string>& prompts = templates_->all(task_);
  const std::string& prompt = prompts[random.below(prompts.size())];
  const std::string_view text = table_->text(record.text);
  switch (task_) {
    case Task::kVqa:
    case Task::kVqg:
      return vqa(record, prompt, random);
    case Task::kDialogue:
      return {fill(prompt, {{"question", dialogue(index)}}),
              std::string(table_->text(record.reply)),
              {}};
    case Task::kRec: {
      const Box& box = table_->box(index);
      return {fill(prompt, {{"expr", std::string(without_full_stop(text))}}),
              str("Answer: ", format_box(box)),
              {box}};
    }
    case Task::kReg: {
      const Box& box = table_->box(index);
      return {fill(prompt, {{"bbox", format_box(box)}}), std::string(text), {box}};
    }
    default:  // captions; the constructor lets no other task in
      return {fill(prompt, {}), std::string(text), {}};
  }
}

Image RecordDataset::image(int64_t index) const {
  const uint32_t number = table_->record(index).image;
  try {
    Image image = load_image(table_->image_path(number), {.exif = options_.exif});
    warn_of_size(index, number, image);
    return image;
  } catch (const ResourceError& error) {
    throw ResourceError(str(name_, ": ", describe(index), ": ", error.what()));
  } catch (const InputError& error) {
    throw InputError(str(name_, ": ", describe(index), ": ", error.what()));
  }
}

void RecordDataset::warn_of_size(int64_t index, uint32_t number, const Image& image) const {
  const auto size = table_->image_size(number);
  if (!size || *size == std::pair(image.width, image.height) || warned_.exchange(true)) return;
  log_warning(str(name_, ": ", describe(index), ": ", table_->image_name(number), ": is ",
                  image.width, " x ", image.height, ", the annotations say ", size->first, " x ",
                  size->second,
                  ": boxes may lie elsewhere. `lion data check` lists all such images ",
                  "and what \"exif\" has to do with it."));
}

std::string RecordDataset::image_name(int64_t index) const {
  return table_->image_name(table_->record(index).image);
}

}  // namespace lion::data
