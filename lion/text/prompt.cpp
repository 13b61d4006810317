#include "lion/text/prompt.h"

#include <algorithm>

#include "lion/base/error.h"
#include "lion/base/json.h"
#include "lion/base/str.h"

namespace lion {
namespace {

/// How a task is called in a file, and what its templates hold.
struct TaskRules {
  Task task;
  std::string_view list_key;       ///< object with the training templates; "": none
  std::string_view benchmark_key;  ///< entry of "evaluation" that answers use; "": none
  std::string_view required;       ///< placeholders, separated by spaces
};

constexpr std::array<TaskRules, kTaskCount> kRules{{
    {Task::kCaption, "captioning", "coco_caption", ""},
    {Task::kVqa, "vqa", "okvqa", "question"},
    {Task::kVqg, "vqg", "", "answer"},
    {Task::kDialogue, "dialogue", "", "question"},
    {Task::kRec, "rec", "rec", "expr"},
    {Task::kReg, "reg", "reg", "bbox"},
    {Task::kIconQa, "", "iconqa", "question"},
    {Task::kVsr, "", "vsr", "question"},
    {Task::kVisDial, "", "visdial", "history question"},
}};
constexpr std::string_view kBenchmarkPlaceholders =
    "question answer expr bbox history options hint";
constexpr std::string_view kTagPlaceholders = "tags";

size_t index_of(Task task) { return static_cast<size_t>(task); }

std::vector<std::string> words(std::string_view text) {
  return text.empty() ? std::vector<std::string>() : split(text, ' ');
}

/// A template cut at its placeholders: literal text, then a name ("" at the end).
struct Part {
  std::string_view literal;
  std::string_view name;
};

std::vector<Part> parts_of(std::string_view prompt) {
  std::vector<Part> parts;
  size_t done = 0;
  for (size_t open = prompt.find('{'); open != std::string_view::npos;
       open = prompt.find('{', done)) {
    const size_t close = prompt.find('}', open);
    const std::string_view name =
        close == std::string_view::npos ? "" : prompt.substr(open + 1, close - open - 1);
    if (name.empty() || name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") != name.npos) {
      throw InputError(str("template \"", prompt,
                           "\": a brace opens no placeholder, expected for "
                           "instance {question}. Remove the brace."));
    }
    parts.push_back({prompt.substr(done, open - done), name});
    done = close + 1;
  }
  parts.push_back({prompt.substr(done), ""});
  return parts;
}

/// Throws InputError unless `prompt` has each of `required` and nothing that is not `allowed`.
void check(std::string_view prompt, std::string_view where, std::string_view required,
           std::string_view allowed) {
  std::vector<std::string> names;
  try {
    for (const Part& part : parts_of(prompt)) names.emplace_back(part.name);
  } catch (const InputError& error) {
    throw InputError(str(where, ": ", error.what()));
  }
  names.pop_back();
  for (const std::string& name : words(required)) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    throw InputError(str(where, ": template \"", prompt, "\" has no {", name,
                         "}, expected one. Put it where the value belongs."));
  }
  const std::vector<std::string> known = words(allowed);
  for (const std::string& name : names) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    throw InputError(str(where, ": template \"", prompt, "\" has the placeholder {", name,
                         "}, expected ", known.empty() ? "none" : str("one of ", allowed),
                         ". Remove it."));
  }
}

/// The list that a task object holds: "templates", else "released", else "paper".
std::vector<std::string> read_list(JsonReader object, const TaskRules& rules) {
  for (const char* note : {"source", "paper_rule", "answer", "note"}) object.ignore(note);
  std::vector<std::string> chosen;
  for (const char* key : {"paper", "released", "templates"}) object.read(key, chosen);
  object.finish();
  if (chosen.empty()) {
    throw InputError(str(object.where(),
                         ": got no template, expected a list \"templates\", "
                         "\"released\" or \"paper\". Add one."));
  }
  for (const std::string& prompt : chosen) {
    check(prompt, object.where(), rules.required, rules.required);
  }
  return chosen;
}

using Benchmarks = std::map<std::string, std::string, std::less<>>;

/// The entries of "evaluation" and of its part "not_in_paper". An entry for `rec` without {expr}
/// describes the choice ("a random element") and is skipped.
Benchmarks read_benchmarks(const Json& object, const std::string& where) {
  Benchmarks benchmarks;
  JsonReader reader(object, where);
  for (const auto& [key, value] : object.items()) {
    if (key == "source" || key == "note") continue;
    if (key == "not_in_paper") {
      benchmarks.merge(read_benchmarks(value, str(where, ": ", key)));
      continue;
    }
    std::string prompt;
    reader.read(key, prompt);
    if (key == "rec" && prompt.find("{expr}") == std::string::npos) continue;
    const auto rules = std::find_if(kRules.begin(), kRules.end(), [&key = key](const auto& one) {
      return one.benchmark_key == key;
    });
    check(prompt, str(where, ": ", key), rules == kRules.end() ? "" : rules->required,
          kBenchmarkPlaceholders);
    benchmarks.insert_or_assign(key, std::move(prompt));
  }
  return benchmarks;
}

}  // namespace

std::string fill(std::string_view prompt, const PromptValues& values) {
  std::string filled;
  std::vector<bool> used(values.size());
  for (const Part& part : parts_of(prompt)) {
    filled += part.literal;
    if (part.name.empty()) continue;
    const auto value = std::find_if(values.begin(), values.end(),
                                    [&](const auto& one) { return one.first == part.name; });
    if (value == values.end()) {
      throw InputError(str("template \"", prompt, "\": no value for {", part.name,
                           "}. Give one, or take another template."));
    }
    filled += value->second;
    used[static_cast<size_t>(value - values.begin())] = true;
  }
  if (const auto unused = std::find(used.begin(), used.end(), false); unused != used.end()) {
    throw InputError(str("template \"", prompt, "\": there is no {",
                         values[static_cast<size_t>(unused - used.begin())].first,
                         "} for the value given. Remove the value, or take another template."));
  }
  return filled;
}

PromptTemplates PromptTemplates::builtin() {
  PromptTemplates templates;
  const auto set = [&](Task task, std::string evaluation, std::vector<std::string> more) {
    templates.evaluation_[index_of(task)] = evaluation;
    more.insert(more.begin(), std::move(evaluation));
    templates.all_[index_of(task)] = std::move(more);
  };
  // The last of each list is ours; the others are printed in the paper, its "<Image>" left out.
  set(Task::kCaption, "A short image description:",
      {"Can you briefly explain what you see in the image?",
       "Could you use a few words to describe what you perceive in the photo?",
       "Please provide a short depiction of the picture.",
       "Using language, provide a short account of the image.",
       "Use a few words to illustrate what is happening in the picture.",
       "Say in one sentence what this picture shows."});
  set(Task::kVqa, "Question: {question} Short answer:",
      {"Given the image, answer the following question with no more than three words. {question}",
       "Based on the image, respond to this question with a short answer: {question}. Answer:",
       "Use the provided image to answer the question: {question} Provide your answer as short as "
       "possible:",
       "What is the answer to the following question? \"{question}\"",
       "The question \"{question}\" can be answered using the image. A short answer is",
       "Look at the picture and answer in a word or two: {question}"});
  set(Task::kVqg, "Based on the image, provide a question with the answer: {answer}. Question:",
      {"Given the visual representation, create a question for which the answer is \"{answer}\".",
       "From the image provided, craft a question that leads to the reply: {answer}. Question:",
       "Considering the picture, come up with a question where the answer is: {answer}.",
       "Taking the image into account, generate an question that has the answer: {answer}. "
       "Question:",
       "Ask something about this picture that somebody would answer with \"{answer}\"."});
  set(Task::kDialogue, "{question}", {});
  set(Task::kRec, "How can I locate {expr} in the image? Please provide the coordinates.",
      {"Identify the position of {expr} in image and share its coordinates.",
       "I'd like to request the coordinates of {expr} within the photo.",
       "I am interested in knowing the coordinates of {expr} in the picture.",
       "Assist me in locating the position of {expr} in the photograph and its bounding box "
       "coordinates.",
       "In the image, I need to find {expr} and know its coordinates. Can you please help?",
       "Draw a box around {expr}: which coordinates does it have?"});
  set(Task::kReg, "What are the unique characteristics of the rectangular section {bbox} in image?",
      {"Describe the novel qualities of the selected bounding box {bbox} in image.",
       "What sets the chosen region {bbox} in image apart from its surroundings?",
       "Provide a one-of-a-kind depiction for the area enclosed by {bbox} in image.",
       "How would you portray the unique features of the designated box {bbox} in image?",
       "Explain the distinguishing characteristics of the marked bounding box {bbox} in image.",
       "Name what is inside {bbox} so that nothing else in the picture could be meant."});
  set(Task::kIconQa, "{question}", {});
  set(Task::kVsr,
      "Based on the image, is this statement true or false? \"{question}\" Answer:", {});
  set(Task::kVisDial, "Dialog history: {history}\nQuestion: {question} Short answer:", {});
  for (const char* name : {"coco_caption", "flickr30k", "textcaps"}) {
    templates.benchmarks_[name] = templates.evaluation(Task::kCaption);
  }
  for (const char* name : {"okvqa", "aokvqa", "aokvqa_mc", "vqav2", "gqa", "pope"}) {
    templates.benchmarks_[name] = templates.evaluation(Task::kVqa);
  }
  templates.benchmarks_["iconqa"] = templates.evaluation(Task::kIconQa);
  templates.benchmarks_["vsr"] = templates.evaluation(Task::kVsr);
  templates.benchmarks_["visdial"] = templates.evaluation(Task::kVisDial);
  templates.benchmarks_["reg"] = templates.evaluation(Task::kReg);
  // Not in the paper: the form in which InstructBLIP's code base writes options.
  const std::string choose = "Question: {question} Options: {options} Short answer:";
  templates.benchmarks_["mmbench"] = choose;
  templates.benchmarks_["mmbench_hint"] = str("Context: {hint} ", choose);
  // Released LION code; {tags} in brackets, one space at the end.
  templates.tags_ =
      "According to <extra_id_0>, you are allowed to use or partially use the following tags: "
      "[{tags}]. ";
  templates.hard_tags_ = "These words may or may not fit the picture: [{tags}]. ";
  return templates;
}

PromptTemplates PromptTemplates::load(const std::filesystem::path& path) {
  PromptTemplates templates = builtin();
  const std::string where = path.string();
  const Json file = read_json_file(path);
  JsonReader root(file, where);
  for (const char* key : {"about", "evaluation", "tags"}) root.ignore(key);
  for (const TaskRules& rules : kRules) {
    const std::string key(rules.list_key);
    if (!key.empty()) root.ignore(key);
    if (key.empty() || !root.has(key)) continue;
    std::vector<std::string>& list = templates.all_[index_of(rules.task)];
    list = read_list(root.object(key), rules);
    // A file without an "evaluation" entry for the task answers with the first of its list.
    templates.evaluation_[index_of(rules.task)] = list.front();
  }
  if (root.has("evaluation")) {
    Benchmarks read = read_benchmarks(file.at("evaluation"), str(where, ": evaluation"));
    for (const TaskRules& rules : kRules) {
      const auto it = read.find(rules.benchmark_key);
      if (it == read.end()) continue;
      templates.evaluation_[index_of(rules.task)] = it->second;
      if (rules.list_key.empty()) templates.all_[index_of(rules.task)] = {it->second};
    }
    read.merge(templates.benchmarks_);
    templates.benchmarks_ = std::move(read);
  }
  if (root.has("tags")) {
    JsonReader tags = root.object("tags");
    for (const char* note : {"source", "note"}) tags.ignore(note);
    tags.require("template", templates.tags_);
    tags.read("hard_template", templates.hard_tags_);
    tags.finish();
    for (const std::string& sentence : {templates.tags_, templates.hard_tags_}) {
      check(sentence, tags.where(), kTagPlaceholders, kTagPlaceholders);
    }
  }
  root.finish();
  return templates;
}

const std::string& PromptTemplates::evaluation(Task task) const {
  return evaluation_[index_of(task)];
}

const std::vector<std::string>& PromptTemplates::all(Task task) const {
  return all_[index_of(task)];
}

const std::string& PromptTemplates::benchmark(std::string_view name) const {
  if (const auto it = benchmarks_.find(name); it != benchmarks_.end()) return it->second;
  std::vector<std::string> names;
  for (const auto& [known, prompt] : benchmarks_) names.push_back(known);
  throw InputError(str("benchmark \"", name, "\": no template, expected one of ", join(names, ", "),
                       ". Choose one, or add it to the templates file."));
}

std::string PromptTemplates::tag_sentence(std::string_view tags) const {
  return fill(tags_, {{"tags", std::string(tags)}});
}

std::string PromptTemplates::hard_tag_sentence(std::string_view tags) const {
  return fill(hard_tags_, {{"tags", std::string(tags)}});
}

}  // namespace lion
