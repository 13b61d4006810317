#include "lion/generate/generate_options.h"

#include <gmock/gmock.h>

#include <limits>

#include "lion/base/error.h"
#include "lion/generate/search.h"
#include "tests/generate/fake_decoder.h"

namespace lion {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

std::string complaint(const std::function<void(GenerateOptions&)>& change) {
  GenerateOptions options;
  change(options);
  return message_of<InputError>([&] { options.validate(); });
}

TEST(Options, DefaultsAreThoseOfTheReleasedCode) {
  const GenerateOptions options;
  EXPECT_NO_THROW(options.validate());
  EXPECT_EQ(options.strategy, Strategy::kBeam);
  EXPECT_EQ(options.num_beams, 5);
  EXPECT_EQ(options.max_new_tokens, 256);
  EXPECT_EQ(options.min_length, 1);
  EXPECT_EQ(options.repetition_penalty, 1.5);
  EXPECT_EQ(options.length_penalty, 1.0);
  EXPECT_EQ(options.temperature, 1.0);
  EXPECT_EQ(options.top_p, 0.9);
  EXPECT_EQ(options.top_k, 50);
  EXPECT_EQ(options.num_return_sequences, 1);
}

TEST(Options, EachBadValueIsNamedWithWhatIsExpected) {
  EXPECT_EQ(complaint([](auto& o) { o.num_beams = 0; }),
            "generate options: num_beams is out of range (got 0, expected 1 or more). Change "
            "num_beams.");
  EXPECT_THAT(complaint([](auto& o) { o.max_new_tokens = 0; }),
              HasSubstr("max_new_tokens is out of range (got 0, expected 1 or more)"));
  EXPECT_THAT(complaint([](auto& o) { o.min_length = -1; }), HasSubstr("min_length"));
  for (double bad : {0.0, -1.0, kNan, std::numeric_limits<double>::infinity()}) {
    EXPECT_THAT(complaint([=](auto& o) { o.repetition_penalty = bad; }),
                HasSubstr("repetition_penalty is out of range"));
    EXPECT_THAT(complaint([=](auto& o) { o.temperature = bad; }),
                HasSubstr("temperature is out of range"));
  }
  EXPECT_THAT(complaint([](auto& o) { o.length_penalty = kNan; }), HasSubstr("length_penalty"));
  for (double bad : {0.0, -0.1, 1.1, kNan}) {
    EXPECT_THAT(complaint([=](auto& o) { o.top_p = bad; }),
                HasSubstr("expected above 0 and at most 1). Change top_p."));
  }
  EXPECT_THAT(complaint([](auto& o) { o.top_k = -1; }), HasSubstr("0 keeps all"));
  EXPECT_THAT(complaint([](auto& o) { o.num_return_sequences = 0; }),
              HasSubstr("num_return_sequences"));
  EXPECT_THAT(complaint([](auto& o) { o.start_id = -1; }), HasSubstr("start_id"));
  EXPECT_THAT(complaint([](auto& o) { o.eos_id = -1; }), HasSubstr("eos_id"));
}

TEST(Options, MoreSequencesThanBeamsOnlyWhenSampling) {
  EXPECT_THAT(complaint([](auto& o) { o.num_return_sequences = 6; }),
              HasSubstr("(got 6, expected at most num_beams = 5)"));
  GenerateOptions sampled;
  sampled.num_return_sequences = 6;
  sampled.strategy = Strategy::kSample;
  EXPECT_NO_THROW(sampled.validate());
}

TEST(Options, NoSearchStartsWithBadOptions) {
  const GenerateOptions bad{.max_new_tokens = 0};
  EXPECT_THROW(greedy_search(bad), InputError);
  EXPECT_THROW(beam_search(bad), InputError);
  EXPECT_THROW(sample_search(bad), InputError);
}

}  // namespace
}  // namespace lion
