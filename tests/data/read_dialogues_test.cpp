#include "data_fixtures.h"

namespace lion::data {
namespace {

using testing::HasSubstr;

class DialoguesTest : public DataTest {
 protected:
  DialoguesTest() { make_folder("coco/train2014"); }

  OpenDatasets read(std::string_view records, std::string_view history = "none") {
    write("llava/llava_instruct_150k.json", records);
    return open(str(R"([{"format": "llava", "history": ")", history, "\"}]"));
  }
};

constexpr const char* kTurns = R"([
  {"id": "000000033471", "image": "000000033471.jpg", "conversations": [
    {"from": "human", "value": "<image>\nWhat is on the bus?"},
    {"from": "gpt", "value": "An advertisement.\nIt is red."},
    {"from": "human", "value": "Is it {new}?\n<image>"}, {"from": "gpt", "value": "Yes."}]},
  {"id": "000000033472", "image": "000000033472.jpg", "conversations": [
    {"from": "human", "value": "Where?"}, {"from": "gpt", "value": "There."}]}])";

TEST_F(DialoguesTest, EachTurnAlone) {
  const OpenDatasets sets = read(kTurns);
  const Dataset& dialogues = *sets.datasets[0];
  ASSERT_EQ(dialogues.size(), 3);
  EXPECT_EQ(dialogues.task(), Task::kDialogue);
  EXPECT_EQ(example_of(dialogues, 0).instruction, "What is on the bus?");
  EXPECT_EQ(example_of(dialogues, 0).answer, "An advertisement. It is red.");
  EXPECT_EQ(example_of(dialogues, 1).instruction, "Is it {new}?");
  EXPECT_EQ(dialogues.describe(1), "llava_instruct_150k.json, record 0, part 2");
  EXPECT_EQ(dialogues.image_name(2), "coco/train2014/COCO_train2014_000000033472.jpg");
}

TEST_F(DialoguesTest, HistoryGoesBackToTheFirstTurn) {
  const OpenDatasets sets = read(kTurns, "concat");
  EXPECT_EQ(example_of(*sets.datasets[0], 1).instruction,
            "What is on the bus? An advertisement. It is red. Is it {new}?");
  EXPECT_EQ(example_of(*sets.datasets[0], 0).instruction, "What is on the bus?");
  EXPECT_EQ(example_of(*sets.datasets[0], 2).instruction, "Where?");
}

TEST_F(DialoguesTest, BadConversationsAreCounted) {
  const OpenDatasets sets = read(R"([
    {"id": "1", "image": "000000000001.jpg", "conversations": [
      {"from": "human", "value": "No reply?"}]},
    {"id": "2", "conversations": []},
    {"id": "3", "image": "000000000003.jpg", "conversations": [
      {"from": "gpt", "value": "Turned"}, {"from": "human", "value": "round"},
      {"from": "human", "value": "Empty?"}, {"from": "gpt", "value": " "},
      {"from": "human", "value": "Good?"}, {"from": "gpt", "value": "Good."}]}])");
  ASSERT_EQ(sets.datasets[0]->size(), 1);
  EXPECT_EQ(sets.datasets[0]->describe(0), "llava_instruct_150k.json, record 2, part 3");
  const Problems& problems = sets.sources[0].problems;
  EXPECT_EQ(problems.counted(ProblemKind::kMalformed), 3);
  EXPECT_EQ(problems.counted(ProblemKind::kEmptyText), 1);
  EXPECT_THAT(problems.kept()[0].what, HasSubstr("one has no reply"));
  EXPECT_THAT(problems.kept()[1].what, HasSubstr("\"image\" is missing"));
  EXPECT_THAT(problems.kept()[2].what, HasSubstr("\"gpt\" speaks where human should"));
}

}  // namespace
}  // namespace lion::data
