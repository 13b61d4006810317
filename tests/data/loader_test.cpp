#include "lion/data/loader.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <stdexcept>
#include <thread>

#include "lion/base/file.h"
#include "lion/base/log.h"
#include "lion/scenes/scene_dataset.h"
#include "loader_fixtures.h"

namespace lion::data {
namespace {

using testing::AllOf;
using testing::HasSubstr;

struct Toys {
  std::shared_ptr<ToyDataset> caption = std::make_shared<ToyDataset>("cap", Task::kCaption, 40);
  std::shared_ptr<ToyDataset> rec = std::make_shared<ToyDataset>("rec", Task::kRec, 90);
  std::vector<WeightedDataset> mixture() const { return {{caption, 1.0}, {rec, 2.0}}; }
};

LoaderOptions small_options() {
  LoaderOptions options;
  options.sampler = {.seed = 4, .batch = 16, .draw = 4};
  options.shards.micro_batch = 4;
  options.image_size = 12;
  options.augment.region_flip = 0.5;
  options.threads = 0;
  return options;
}

void expect_same(const std::vector<Batch>& a, const std::vector<Batch>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].pixels, b[i].pixels);
    EXPECT_EQ(a[i].question.ids, b[i].question.ids);
    EXPECT_EQ(a[i].prompt.ids, b[i].prompt.ids);
    EXPECT_EQ(a[i].target.ids, b[i].target.ids);
    EXPECT_EQ(a[i].target.mask, b[i].target.mask);
    EXPECT_EQ(a[i].level, b[i].level);
  }
}

std::vector<std::vector<Batch>> steps(Loader& loader, int n) {
  std::vector<std::vector<Batch>> out;
  for (int i = 0; i < n; ++i) out.push_back(loader.next());
  return out;
}

/// What a sample became, by its key, whatever the batch it came in.
using BySample = std::map<uint64_t, std::vector<float>>;
void collect(const std::vector<Batch>& batches, BySample& samples) {
  for (const Batch& batch : batches) {
    const int64_t numbers = 3 * batch.image_size * batch.image_size;
    for (int64_t i = 0; i < batch.size; ++i) {
      const auto first = batch.pixels.begin() + i * numbers;
      samples[batch.samples[i].key].assign(first, first + numbers);
    }
  }
}

TEST(Loader, FillsEveryFieldOfABatch) {
  const Toys toys;
  Loader loader(toys.mixture(), small_options(), oracle_encoder());
  const std::vector<Batch> batches = loader.next();
  ASSERT_EQ(batches.size(), 4u);
  for (const Batch& batch : batches) {
    EXPECT_EQ(batch.size, 4);
    EXPECT_EQ(batch.image_size, 12);
    EXPECT_EQ(std::ssize(batch.pixels), 4 * 3 * 12 * 12);
    EXPECT_EQ(std::ssize(batch.level), 4);
    ASSERT_EQ(std::ssize(batch.samples), 4);
    for (const TokenMatrix* m : {&batch.question, &batch.prompt, &batch.target}) {
      EXPECT_EQ(m->rows, 4);
      EXPECT_EQ(std::ssize(m->ids), 4 * m->length);
    }
    for (int i = 0; i < 4; ++i) EXPECT_EQ(batch.level[i], batch.samples[i].dataset == 0 ? 1 : 0);
  }
}

TEST(Loader, ASampleIsWhatItsKeySays) {
  const Toys toys;
  Loader loader(toys.mixture(), small_options(), oracle_encoder());
  int mirrored = 0, plain = 0;
  for (const auto& batches : steps(loader, 6)) {
    for (const Batch& batch : batches) {
      for (int64_t i = 0; i < batch.size; ++i) {
        const SampleRef& sample = batch.samples[i];
        if (sample.dataset == 0) continue;
        Random random(sample.key);
        const Example example = toys.rec->example(sample.record, random);
        std::vector<float> pixels(3 * 12 * 12), got(pixels.size());
        std::copy_n(batch.pixels.begin() + i * std::ssize(got), got.size(), got.begin());
        augment(toys.rec->image(sample.record), {}, 12, pixels);
        const bool flipped = got != pixels;
        if (flipped) augment(toys.rec->image(sample.record), {std::nullopt, true}, 12, pixels);
        EXPECT_EQ(got, pixels);
        const auto expected =
            oracle_t5()->encode(flipped ? mirror(example).answer : example.answer);
        const auto row = batch.target.ids.begin() + i * batch.target.length;
        EXPECT_TRUE(std::equal(expected.begin(), expected.end(), row)) << "box and image part";
        ++(flipped ? mirrored : plain);
      }
    }
  }
  EXPECT_GT(mirrored, 5);
  EXPECT_GT(plain, 5);
}

TEST(Loader, SamplesOfAImageShareItsPixels) {
  const Toys toys;
  LoaderOptions options = small_options();
  options.sampler.per_image = 2;
  EXPECT_THROW(Loader(toys.mixture(), options, oracle_encoder()), InputError);  // by length
  options.shards.grouping = Grouping::kInOrder;
  Loader loader(toys.mixture(), options, oracle_encoder());
  options.threads = 3;
  Loader threaded(toys.mixture(), options, oracle_encoder());
  int mirrored = 0;
  for (int step = 0; step < 6; ++step) {
    const std::vector<Batch> batches = loader.next();
    expect_same(batches, threaded.next());
    for (const Batch& batch : batches) {
      ASSERT_EQ(batch.size, 4);
      ASSERT_EQ(batch.per_image, 2);
      ASSERT_EQ(std::ssize(batch.pixels), 2 * 3 * 12 * 12);
      for (int64_t i = 0; i < batch.size; ++i) {
        const SampleRef& sample = batch.samples[i];
        EXPECT_EQ(sample.record, batch.samples[i / 2 * 2].record);
        if (sample.dataset == 0) continue;
        std::vector<float> pixels(3 * 12 * 12), got(pixels.size());
        std::copy_n(batch.pixels.begin() + i / 2 * std::ssize(got), got.size(), got.begin());
        augment(toys.rec->image(sample.record), {}, 12, pixels);
        const bool flipped = got != pixels;
        Random random(sample.key);
        const Example example = toys.rec->example(sample.record, random);
        const auto expected =
            oracle_t5()->encode(flipped ? mirror(example).answer : example.answer);
        const auto row = batch.target.ids.begin() + i * batch.target.length;
        EXPECT_TRUE(std::equal(expected.begin(), expected.end(), row));
        mirrored += flipped;
      }
    }
  }
  EXPECT_GT(mirrored, 5);
}

TEST(Loader, BringsTheLayoutsOfScenesWhereTheyAreAskedFor) {
  const scenes::SceneConfig look{.size = 64, .kinds = 40, .seed = 7};
  const auto painter = std::make_shared<const scenes::Painter>(look);
  const std::shared_ptr<const Dataset> images = scenes::make_scene_dataset(
      painter, {.count = 50}, Task::kCaption, PromptTemplates::builtin());
  const std::shared_ptr<const Dataset> painted_symbolically = scenes::make_scene_dataset(
      painter, {.count = 50, .symbolic = true}, Task::kCaption, PromptTemplates::builtin());
  LoaderOptions options = small_options();
  options.image_size = 64;
  options.augment = {};
  options.augment.crop.reset();
  options.augment.image_flip = 0;
  options.symbolic_scenes = true;
  for (const Batch& batch : Loader({{images, 1}}, options, oracle_encoder()).next()) {
    ASSERT_EQ(batch.symbolic_pixels.size(), batch.pixels.size());
    EXPECT_NE(batch.symbolic_pixels, batch.pixels);
    std::vector<float> want(3 * 64 * 64);
    augment(painted_symbolically->image(batch.samples[1].record), {}, 64, want);
    EXPECT_TRUE(
        std::equal(want.begin(), want.end(), batch.symbolic_pixels.begin() + std::ssize(want)));
  }
  EXPECT_THAT(error_of<InputError>([&] { Toys().rec->symbolic_scene(3); }),
              AllOf(HasSubstr("rec"), HasSubstr("knows no symbolic scenes")));
  options.symbolic_scenes = false;
  EXPECT_TRUE(Loader({{images, 1}}, options, oracle_encoder()).next()[0].symbolic_pixels.empty());
}

TEST(Loader, ThreadsDoNotChangeTheBatches) {
  const Toys toys;
  Loader alone(toys.mixture(), small_options(), oracle_encoder());
  const auto expected = steps(alone, 8);
  for (const int64_t threads : {1, 2, 5}) {
    for (const int64_t prefetch : {1, 3}) {
      LoaderOptions options = small_options();
      options.threads = threads;
      options.prefetch_steps = prefetch;
      Loader loader(toys.mixture(), options, oracle_encoder());
      for (int s = 0; s < 8; ++s) {
        expect_same(loader.next(), expected[s]);
        EXPECT_EQ(loader.state().step, s + 1);
      }
      EXPECT_EQ(loader.state(), alone.state());
    }
  }
}

TEST(Loader, RanksShareTheBatchOfOneProcess) {
  const Toys toys;
  for (const Grouping grouping : {Grouping::kByLength, Grouping::kInOrder}) {
    LoaderOptions options = small_options();
    options.shards.grouping = grouping;
    Loader alone(toys.mixture(), options, oracle_encoder());
    BySample expected, got;
    for (const auto& batches : steps(alone, 3)) collect(batches, expected);
    options.shards.world = 2;
    for (options.rank = 0; options.rank < 2; ++options.rank) {
      Loader loader(toys.mixture(), options, oracle_encoder());
      for (const auto& batches : steps(loader, 3)) {
        EXPECT_EQ(batches.size(), 2u);
        collect(batches, got);
      }
    }
    EXPECT_EQ(got.size(), 48u);
    EXPECT_EQ(got, expected);
  }
}

TEST(Loader, GoesOnFromItsState) {
  const Toys toys;
  LoaderOptions options = small_options();
  options.threads = 2;
  options.prefetch_steps = 4;
  Loader whole(toys.mixture(), options, oracle_encoder());
  const auto expected = steps(whole, 9);
  SamplerState saved;
  {
    Loader first(toys.mixture(), options, oracle_encoder());
    steps(first, 5);
    saved = first.state();  // not where its threads are by now
  }
  EXPECT_EQ(saved.step, 5);
  Loader resumed(toys.mixture(), options, oracle_encoder(), nullptr, saved);
  for (int s = 5; s < 9; ++s) expect_same(resumed.next(), expected[s]);
}

TEST(Loader, CanBeEndedAtAnyMoment) {
  const Toys toys;
  LoaderOptions options = small_options();
  options.threads = 3;
  for (int i = 0; i < 20; ++i) {
    Loader loader(toys.mixture(), options, oracle_encoder());
    if (i % 2 == 1) loader.next();
  }
}

class LoaderBroken : public testing::Test {
 protected:
  LoaderBroken() {
    for (int64_t i = 0; i < 40; i += 5) toys_.caption->broken.insert(i);
    for (int64_t i = 0; i < 90; i += 5) toys_.rec->broken.insert(i);
    set_log_sink([this](LogLevel, std::string_view message) { log_.emplace_back(message); });
  }
  ~LoaderBroken() override { set_log_sink({}); }

  Toys toys_;
  std::vector<std::string> log_;
};

TEST_F(LoaderBroken, AnImageThatCannotBeReadIsNamed) {
  for (const int64_t threads : {0, 3}) {
    LoaderOptions options = small_options();
    options.threads = threads;
    Loader loader(toys_.mixture(), options, oracle_encoder());
    const std::string first = error_of<ResourceError>([&] { steps(loader, 20); });
    EXPECT_THAT(first, AllOf(testing::StartsWith("dataset "), HasSubstr(", record "),
                             HasSubstr(".json, line "), HasSubstr(".png: cannot be opened"),
                             HasSubstr("Get it.")));
    const SamplerState state = loader.state();
    EXPECT_EQ(error_of<ResourceError>([&] { loader.next(); }), first) << "it must not go on";
    EXPECT_EQ(loader.state(), state);
  }
}

TEST_F(LoaderBroken, CanBeReplaced) {
  LoaderOptions options = small_options();
  options.skip_broken = true;
  Loader alone(toys_.mixture(), options, oracle_encoder());
  const auto expected = steps(alone, 12);
  EXPECT_GT(alone.skipped(), 10);
  EXPECT_GT(log_.size(), 5u);
  std::sort(log_.begin(), log_.end());
  EXPECT_EQ(std::adjacent_find(log_.begin(), log_.end()), log_.end()) << "one warning per file";
  EXPECT_THAT(log_.front(), AllOf(HasSubstr(".png"), HasSubstr("takes its place")));
  for (const auto& batches : expected) {
    for (const Batch& batch : batches) {
      for (const SampleRef& sample : batch.samples) EXPECT_NE(sample.record % 5, 0);
    }
  }
  options.threads = 3;
  Loader loader(toys_.mixture(), options, oracle_encoder());
  for (const auto& step : expected) expect_same(loader.next(), step);
  EXPECT_EQ(loader.skipped(), alone.skipped());
}

/// Plans of all but some records fail, and one image is loaded only after that.
class SlowToys : public ToyDataset {
 public:
  using ToyDataset::ToyDataset;
  std::set<int64_t> good;

  Example example(int64_t index, Random& random) const override {
    if (good.contains(index)) return ToyDataset::example(index, random);
    failed_ = true;
    failed_.notify_all();
    throw std::runtime_error("out of luck");
  }

  Image image(int64_t index) const override {
    if (!slow_.exchange(true)) {
      failed_.wait(false);
      std::this_thread::sleep_for(std::chrono::milliseconds(50));  // till the failure is known
    }
    return ToyDataset::image(index);
  }

 private:
  mutable std::atomic<bool> failed_ = false;
  mutable std::atomic<bool> slow_ = false;
};

TEST(Loader, AStepThatCannotBePlannedFailsWhenItsTurnComes) {
  LoaderOptions options = small_options();
  const auto plain = std::make_shared<ToyDataset>("toys", Task::kCaption, 40);
  const auto toys = std::make_shared<SlowToys>("toys", Task::kCaption, 40);
  const auto expected = Loader({{plain, 1.0}}, options, oracle_encoder()).next();
  for (const Batch& batch : expected) {
    for (const SampleRef& sample : batch.samples) toys->good.insert(sample.record);
  }
  options.threads = 2;
  Loader loader({{toys, 1.0}}, options, oracle_encoder());
  expect_same(loader.next(), expected);
  EXPECT_THROW(loader.next(), std::runtime_error);
  EXPECT_THROW(loader.next(), std::runtime_error) << "it must not go on";
}

TEST_F(LoaderBroken, ADatasetWithoutAnyImageIsAnError) {
  for (int64_t i = 0; i < 90; ++i) toys_.rec->broken.insert(i);
  LoaderOptions options = small_options();
  options.skip_broken = true;
  Loader loader(toys_.mixture(), options, oracle_encoder());
  EXPECT_THAT(error_of<ResourceError>([&] { steps(loader, 20); }), HasSubstr("dataset rec"));
}

TEST(LoaderTags, ComeFromTheDatasetOrTheCache) {
  const auto folder =
      std::filesystem::path(testing::TempDir()) / str("lion-loader-tags-", ::getpid());
  std::filesystem::create_directories(folder);
  const Toys toys;
  toys.rec->knows_tags = true;
  {
    TagCacheWriter writer(folder / "tags.jsonl", "ram");
    for (int64_t i = 0; i < 40; ++i) {
      writer.add(toys.caption->image_name(i), std::vector<std::string>{str("tag", i)});
    }
  }
  const auto cache = std::make_shared<const TagCache>(TagCache::load(folder / "tags.jsonl"));
  std::filesystem::remove_all(folder);
  LoaderOptions options = small_options();
  options.augment.region_flip = 0.0;
  Loader loader(toys.mixture(), options, oracle_encoder({.tags = TagUse::kSoft}), cache);
  for (const Batch& batch : loader.next()) {
    for (int64_t i = 0; i < batch.size; ++i) {
      const SampleRef& sample = batch.samples[i];
      Random random(sample.key);
      const Dataset& dataset = sample.dataset == 0 ? *toys.caption : *toys.rec;
      const auto expected =
          oracle_t5()->encode(PromptTemplates::builtin().tag_sentence(str("tag", sample.record)) +
                              dataset.example(sample.record, random).instruction);
      const auto row = batch.prompt.ids.begin() + i * batch.prompt.length;
      EXPECT_TRUE(std::equal(expected.begin(), expected.end(), row));
    }
  }
}

TEST(LoaderTags, AreAskedForWhenMissing) {
  const Toys toys;
  LoaderOptions options = small_options();
  options.skip_broken = true;  // missing tags are no broken record
  Loader loader(toys.mixture(), options, oracle_encoder({.tags = TagUse::kSoft}));
  EXPECT_THAT(error_of<InputError>([&] { loader.next(); }),
              AllOf(HasSubstr(".png"), HasSubstr("no tag cache"), HasSubstr("lion data tags")));
}

TEST(LoaderOptions, NameWhatIsWrong) {
  const Toys toys;
  const auto error = [&](auto change) {
    LoaderOptions options = small_options();
    change(options);
    return error_of<InputError>([&] { Loader(toys.mixture(), options, oracle_encoder()); });
  };
  EXPECT_THAT(error([](auto& o) { o.shards.world = 3; }),
              AllOf(HasSubstr("16 samples"), HasSubstr("3 processes")));
  EXPECT_THAT(error([](auto& o) { o.rank = 1; }), HasSubstr("rank is 1 (expected 0 to 0"));
  EXPECT_THAT(error([](auto& o) { o.threads = -1; }), HasSubstr("threads is -1"));
  EXPECT_THAT(error([](auto& o) { o.prefetch_steps = 0; }), HasSubstr("prefetch_steps is 0"));
  EXPECT_THAT(error([](auto& o) { o.image_size = 0; }), HasSubstr("image_size is 0"));
  EXPECT_THAT(error([](auto& o) { o.augment.image_flip = 2; }), HasSubstr("image_flip"));
  EXPECT_THAT(error_of<InputError>([] { Loader({}, small_options(), oracle_encoder()); }),
              HasSubstr("no dataset"));
}

}  // namespace
}  // namespace lion::data
