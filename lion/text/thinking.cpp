#include "lion/text/thinking.h"

#include <algorithm>
#include <array>

#include "lion/base/str.h"

namespace lion {
namespace {

struct Tags {
  std::string_view open;
  std::string_view close;
};

constexpr std::array<Tags, 8> kThoughts = {{{"<think>", "</think>"},
                                            {"<thinking>", "</thinking>"},
                                            {"<thought>", "</thought>"},
                                            {"<reasoning>", "</reasoning>"},
                                            {"<reflection>", "</reflection>"},
                                            {"<seed:think>", "</seed:think>"},
                                            {"[think]", "[/think]"},
                                            {"◁think▷", "◁/think▷"}}};

// gpt-oss marks every part of its reply; the answer is the channel "final".
constexpr std::string_view kChannel = "<|channel|>";
constexpr std::string_view kFinal = "<|channel|>final<|message|>";
constexpr std::array<std::string_view, 3> kChannelEnds = {"<|end|>", "<|return|>", "<|channel|>"};

std::string lower_ascii(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

/// The content of an <answer> that is all there is.
std::string_view without_answer_tags(std::string_view text) {
  constexpr std::string_view kOpen = "<answer>", kClose = "</answer>";
  text = trim(text);
  const std::string lower = lower_ascii(text);
  if (!lower.starts_with(kOpen)) return text;
  const size_t end = std::min(lower.find(kClose), text.size());
  const bool more = end < text.size() && end + kClose.size() < text.size();
  return more ? text : trim(text.substr(kOpen.size(), end - kOpen.size()));
}

std::string_view final_channel(std::string_view text) {
  const size_t at = text.rfind(kFinal);
  if (at == text.npos) return "";  // it was cut while it thought
  std::string_view answer = text.substr(at + kFinal.size());
  for (const std::string_view end : kChannelEnds) {
    answer = answer.substr(0, answer.find(end));
  }
  return trim(answer);
}

}  // namespace

std::string without_thinking(std::string_view text) {
  if (trim(text).starts_with(kChannel)) return std::string(final_channel(text));
  const std::string lower = lower_ascii(text);
  size_t answer = 0;
  for (const Tags& tags : kThoughts) {
    const size_t close = lower.rfind(tags.close);
    if (close != lower.npos) answer = std::max(answer, close + tags.close.size());
  }
  const std::string_view rest = trim(text.substr(answer));
  const std::string lower_rest = lower_ascii(rest);
  for (const Tags& tags : kThoughts) {
    if (lower_rest.starts_with(tags.open)) return "";
  }
  if (answer == 0 && !lower_rest.starts_with("<answer>")) return std::string(text);
  return std::string(without_answer_tags(rest));
}

}  // namespace lion
