#include "lion/text/thinking.h"

#include <gtest/gtest.h>

namespace lion {
namespace {

TEST(Thinking, IsCutWhereItIsTagged) {
  EXPECT_EQ(without_thinking("<think>\nNo cat, not that I see...\n</think>\n\nYes"), "Yes");
  EXPECT_EQ(without_thinking("<THINK>a</THINK> two dogs "), "two dogs");
  EXPECT_EQ(without_thinking("<thinking>a</thinking>b"), "b");
  EXPECT_EQ(without_thinking("<thought>a</thought>b"), "b");
  EXPECT_EQ(without_thinking("<reasoning>a</reasoning>\nb"), "b");
  EXPECT_EQ(without_thinking("[THINK]a[/THINK]b"), "b");
  EXPECT_EQ(without_thinking("◁think▷a◁/think▷b"), "b");
  EXPECT_EQ(without_thinking("<think></think>b"), "b");
  EXPECT_EQ(without_thinking("<think>a</think>b<think>c</think>d"), "d");
}

TEST(Thinking, TheOpeningTagMayHaveBeenInThePrompt) {
  EXPECT_EQ(without_thinking("The dog is left.\n</think>\n\n[0.1,0.2,0.3,0.4]"),
            "[0.1,0.2,0.3,0.4]");
}

TEST(Thinking, ThatNeverEndsHasNoAnswer) {
  EXPECT_EQ(without_thinking("<think>\nNo cat, not that"), "");
  EXPECT_EQ(without_thinking("<think>a</think><think>b"), "");
  EXPECT_EQ(without_thinking("<|channel|>analysis<|message|>No cat"), "");
}

TEST(Thinking, ChannelsOfGptOss) {
  EXPECT_EQ(without_thinking("<|channel|>analysis<|message|>Is it?<|end|><|start|>assistant"
                             "<|channel|>final<|message|>yes<|return|>"),
            "yes");
}

TEST(Thinking, AnswerTags) {
  EXPECT_EQ(without_thinking("<think>a</think><answer> b </answer>"), "b");
  EXPECT_EQ(without_thinking("<answer>b</answer>"), "b");
  EXPECT_EQ(without_thinking("<think>a</think><answer>b"), "b");
}

TEST(Thinking, OtherTextsStayAsTheyAre) {
  for (const char* text : {"", " yes ", "a < b", "I think so", "the sign says <think>",
                           "<b>yes</b>", "x <answer>b</answer>"}) {
    EXPECT_EQ(without_thinking(text), text);
  }
}

}  // namespace
}  // namespace lion
