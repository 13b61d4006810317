#include "lion/data/sampler.h"

#include <algorithm>
#include <map>
#include <set>

#include "loader_fixtures.h"

namespace lion::data {
namespace {

using testing::AllOf;
using testing::HasSubstr;

const std::vector<MixtureSource> kSources{{"a", 50}, {"b", 7}, {"c", 400}};

Sampler make_sampler(SamplerOptions options = {.seed = 1, .batch = 16, .draw = 4}) {
  return {kSources, MixtureRule::kSqrtSize, options};
}

std::vector<std::vector<SampleRef>> steps(Sampler& sampler, int n) {
  std::vector<std::vector<SampleRef>> out;
  for (int i = 0; i < n; ++i) out.push_back(sampler.next());
  return out;
}

void expect_same(const std::vector<SampleRef>& a, const std::vector<SampleRef>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].dataset, b[i].dataset);
    EXPECT_EQ(a[i].record, b[i].record);
    EXPECT_EQ(a[i].key, b[i].key);
  }
}

TEST(Sampler, ADrawIsOfOneDataset) {
  Sampler sampler = make_sampler();
  std::set<int64_t> met;
  for (const auto& batch : steps(sampler, 40)) {
    ASSERT_EQ(batch.size(), 16u);
    for (size_t i = 0; i < batch.size(); ++i) {
      EXPECT_EQ(batch[i].dataset, batch[i / 4 * 4].dataset);
      met.insert(batch[i].dataset);
    }
  }
  EXPECT_EQ(met.size(), 3u);
}

TEST(Sampler, AnImageIsAskedAboutSeveralTimesInARow) {
  Sampler sampler = make_sampler({.seed = 1, .batch = 16, .draw = 8, .per_image = 4});
  std::set<uint64_t> keys;
  std::set<std::pair<int64_t, int64_t>> runs;
  for (const auto& batch : steps(sampler, 5)) {
    for (size_t i = 0; i < batch.size(); ++i) {
      EXPECT_EQ(batch[i].dataset, batch[i / 4 * 4].dataset);
      EXPECT_EQ(batch[i].record, batch[i / 4 * 4].record);
      keys.insert(batch[i].key);
      runs.insert({batch[i].dataset, batch[i].record});
    }
  }
  EXPECT_EQ(keys.size(), 80u);
  EXPECT_GT(runs.size(), 15u) << "20 runs, few of them of the same record";
  Sampler sought = make_sampler({.seed = 1, .batch = 16, .draw = 8, .per_image = 4});
  sought.seek(5);
  EXPECT_EQ(sought.state(), sampler.state());
  EXPECT_NO_THROW(sought.restore(sampler.state()));
}

TEST(Sampler, EveryRecordOncePerEpoch) {
  Sampler sampler = make_sampler();
  std::map<int64_t, std::vector<int64_t>> records;
  for (const auto& batch : steps(sampler, 200)) {
    for (const SampleRef& sample : batch) records[sample.dataset].push_back(sample.record);
  }
  for (const auto& [dataset, all] : records) {
    const size_t size = static_cast<size_t>(kSources[dataset].size);
    ASSERT_GE(all.size(), 2 * size) << "the test must see two epochs";
    std::vector<std::vector<int64_t>> epochs;
    for (size_t begin = 0; begin + size <= all.size(); begin += size) {
      epochs.emplace_back(all.begin() + begin, all.begin() + begin + size);
      const std::set<int64_t> distinct(epochs.back().begin(), epochs.back().end());
      EXPECT_EQ(distinct.size(), size) << "dataset " << dataset << ", epoch " << begin / size;
    }
    EXPECT_NE(epochs[0], epochs[1]) << "an epoch has an order of its own";
  }
}

TEST(Sampler, DatasetsComeByTheirProbabilities) {
  Sampler sampler = make_sampler({.seed = 3, .batch = 64, .draw = 1});
  std::vector<double> counts(3, 0.0);
  const int n = 1000;
  for (const auto& batch : steps(sampler, n)) {
    for (const SampleRef& sample : batch) ++counts[sample.dataset];
  }
  for (int d = 0; d < 3; ++d) {
    EXPECT_NEAR(counts[d] / (n * 64.0), sampler.mixture().probabilities()[d], 0.01);
  }
}

/// Data sets in the order of the samples, and the records of each.
struct Drawn {
  std::vector<int64_t> datasets;
  std::vector<std::vector<int64_t>> records = std::vector<std::vector<int64_t>>(kSources.size());
};

Drawn drawn(Sampler& sampler, int n) {
  Drawn all;
  for (const auto& batch : steps(sampler, n)) {
    for (const SampleRef& sample : batch) {
      all.datasets.push_back(sample.dataset);
      all.records[static_cast<size_t>(sample.dataset)].push_back(sample.record);
    }
  }
  return all;
}

TEST(Sampler, SeedStageAndPlaceChangeTheDraw) {
  Sampler sampler = make_sampler();
  const auto here = steps(sampler, 2);
  std::set<uint64_t> keys;
  for (const auto& batch : here) {
    for (const SampleRef& sample : batch) keys.insert(sample.key);
  }
  EXPECT_EQ(keys.size(), 32u);
  for (const SamplerOptions& other :
       {SamplerOptions{.seed = 2, .batch = 16, .draw = 4},
        SamplerOptions{.seed = 1, .stage = 2, .batch = 16, .draw = 4}}) {
    Sampler changed = make_sampler(other);
    for (const SampleRef& sample : changed.next()) EXPECT_FALSE(keys.contains(sample.key));
    Sampler usual = make_sampler(), another = make_sampler(other);
    const Drawn expected = drawn(usual, 40), got = drawn(another, 40);
    EXPECT_NE(got.datasets, expected.datasets);
    for (size_t d = 0; d < kSources.size(); ++d) {
      const size_t both = std::min(got.records[d].size(), expected.records[d].size());
      ASSERT_GE(both, 16u);
      EXPECT_FALSE(std::equal(got.records[d].begin(), got.records[d].begin() + both,
                              expected.records[d].begin()))
          << "dataset " << d;
    }
  }
}

TEST(Sampler, GoesOnFromAStateAsIfItHadNotStopped) {
  Sampler whole = make_sampler();
  const auto expected = steps(whole, 30);
  Sampler first = make_sampler();
  steps(first, 11);
  const Json saved = parse_json(first.state().to_json().dump(), "saved");
  Sampler resumed = make_sampler();
  resumed.restore(SamplerState::from_json(saved, "saved"));
  EXPECT_EQ(resumed.state(), first.state());
  for (int s = 11; s < 30; ++s) expect_same(resumed.next(), expected[s]);
  EXPECT_EQ(resumed.state(), whole.state());
}

TEST(Sampler, SeekingNeedsNoState) {
  Sampler whole = make_sampler();
  const auto expected = steps(whole, 30);
  Sampler sought = make_sampler();
  for (const int s : {17, 0, 29}) {
    sought.seek(s);
    expect_same(sought.next(), expected[s]);
  }
  EXPECT_EQ(sought.state(), whole.state());
}

TEST(Sampler, AnEmptyStateIsTheBeginning) {
  Sampler sampler = make_sampler();
  steps(sampler, 3);
  sampler.restore({});
  EXPECT_EQ(sampler.state(), make_sampler().state());
}

TEST(Sampler, RefusesWhatIsWrong) {
  EXPECT_THAT(error_of<InputError>([] { make_sampler({.batch = 12, .draw = 8}); }),
              AllOf(HasSubstr("batch of 12"), HasSubstr("draws of 8"), HasSubstr("Change")));
  EXPECT_THROW(make_sampler({.batch = 8, .draw = 0}), InputError);
  Sampler sampler = make_sampler();
  EXPECT_THAT(error_of<InputError>([&] {
                sampler.restore({1, {16}});
              }),
              AllOf(HasSubstr("1 datasets (expected 3)"), HasSubstr("Resume with")));
  EXPECT_THAT(
      error_of<InputError>([&] {
        sampler.restore({1, {8, 0, 0}});
      }),
      AllOf(HasSubstr("8 records"), HasSubstr("expected 16 each"), HasSubstr("batch size")));
  EXPECT_THROW(sampler.restore({1, {-8, 8, 16}}), InputError);
  EXPECT_THROW(sampler.restore({-1, {0, 0, -16}}), InputError);
  EXPECT_THROW(sampler.seek(-1), InputError);
  EXPECT_THAT(error_of<InputError>(
                  [] { SamplerState::from_json(parse_json(R"({"step":1})", "x"), "run/state"); }),
              AllOf(HasSubstr("run/state"), HasSubstr("drawn")));
}

}  // namespace
}  // namespace lion::data
