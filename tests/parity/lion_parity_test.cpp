/// Every network of LION against the oracle, module by module, so that a failure names the module.

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <set>

#include "lion/engine/compute.h"
#include "oracle.h"

namespace lion::testing {
namespace {

struct CaseOnDevice {
  std::string device;
  std::string case_name;
  friend std::ostream& operator<<(std::ostream& out, const CaseOnDevice& one) {
    return out << one.case_name << " on " << one.device;
  }
};

std::vector<CaseOnDevice> places(const std::string& device) {
  std::vector<CaseOnDevice> out;
  for (const std::string& name : Oracle(at::kCPU).case_names()) out.push_back({device, name});
  return out;
}

class LionParity : public ::testing::TestWithParam<CaseOnDevice> {
 protected:
  void SetUp() override {
    if (GetParam().device == "cuda" && !torch::cuda::is_available()) {
      GTEST_SKIP() << "no CUDA device on this machine, or a build without LION_CUDA";
    }
    oracle_ = std::make_unique<Oracle>(at::Device(GetParam().device));
    entry_ = oracle_->manifest()["cases"][GetParam().case_name];
    model_ = &oracle_->model(entry_.at("model").get<std::string>());
    tags_on_ = entry_.at("model") != "all_notags" && model_->config.enable_semantic_tags;
  }

  /// The oracle's value of a module in this case; cases do not all keep all modules.
  void expect_golden(const at::Tensor& actual, const std::string& name) {
    const std::string key = GetParam().case_name + "/" + name;
    if (!oracle_->has_golden("model", key)) return;
    expect_close(actual, oracle_->golden("model", key), name);
    compared_.insert(name);
  }

  std::vector<std::string> prompts() const {
    std::vector<std::string> out = strings(entry_.at("questions"));
    if (!tags_on_) return out;
    const auto tags = strings(entry_.at("tags"));
    for (size_t i = 0; i < out.size(); ++i) {
      out[i] = PromptTemplates::builtin().tag_sentence(tags[i]) + out[i];
    }
    return out;
  }

  models::EncoderInputs inputs(const models::ImageFeatures& image) {
    const models::LionT5& lion = model_->networks.lion;
    at::Tensor queries;
    if (model_->config.has_qformer()) {
      std::vector<std::vector<int64_t>> ids;
      for (const auto& question : strings(entry_.at("questions"))) {
        ids.push_back(model_->bert.encode(question, model_->config.max_txt_len));
      }
      const models::TokenBatch question = pad(ids, oracle_->device());
      expect_golden(question.ids, "qformer.ids");
      expect_golden(question.mask, "qformer.mask");
      queries = lion->qformer_forward(image, question);
      expect_golden(queries, "qformer.out");
      expect_golden(lion->t5_proj->forward(queries), "t5_proj");
    }
    std::vector<std::vector<int64_t>> ids;
    for (const auto& prompt : prompts()) {
      ids.push_back(model_->t5.encode(prompt, model_->config.max_txt_len, Truncate::kLeft));
    }
    const models::TokenBatch prompt = pad(ids, oracle_->device());
    expect_golden(prompt.ids, "prompt.ids");
    return lion->build_encoder_inputs(image, queries, prompt,
                                      tags_on_ ? model_->t5.sentinel(0) : -1);
  }

  at::Tensor labels() const {
    std::vector<std::vector<int64_t>> ids;
    for (const auto& answer : strings(entry_.at("answers"))) {
      ids.push_back(model_->t5.encode(answer, model_->config.max_output_txt_len, Truncate::kRight));
    }
    const models::TokenBatch answer = pad(ids, oracle_->device());
    return answer.ids.masked_fill(answer.mask == 0, -100);
  }

  at::Tensor level() const {
    const TaskLevel value =
        entry_.at("task") == "region_level" ? TaskLevel::kRegion : TaskLevel::kImage;
    return at::full({static_cast<int64_t>(entry_.at("questions").size())},
                    static_cast<int64_t>(value), at::kLong)
        .to(oracle_->device());
  }

  at::Tensor pixels() const {
    return oracle_->batch(strings(entry_.at("images")), model_->config.vit.image_size,
                          Filter::kBicubic, kClipNormalization);
  }
  models::EncoderInputs inputs() { return inputs(model_->networks.lion->encode_image(pixels())); }

  std::unique_ptr<Oracle> oracle_;
  Json entry_;
  const OracleModel* model_ = nullptr;
  bool tags_on_ = false;
  std::set<std::string> compared_;
};

TEST_P(LionParity, EveryModuleAgrees) {
  const at::NoGradGuard no_grad;
  const models::LionT5& lion = model_->networks.lion;
  const models::VitOutputs vit = lion->vit_forward(pixels());
  models::ImageFeatures image{vit.ln_vision, {}};
  expect_golden(vit.out, "vit.out");
  for (size_t i = 0; i < vit.taps.size(); ++i) {
    expect_golden(vit.taps[i], str("vit.block", model_->config.aggregator.layers[i]));
  }
  if (model_->config.has_qformer()) expect_golden(vit.ln_vision, "ln_vision");
  if (model_->config.has_aggregator()) {
    const models::AggregatorOutputs aggregated = lion->aggregator_forward(vit);
    expect_golden(aggregated.out, "aggregator.out");
    expect_golden(aggregated.ln_adapter, "ln_adapter");
    expect_golden(aggregated.adapter_proj, "adapter_proj");
    image.adapter_proj = aggregated.adapter_proj;
  }
  const models::EncoderInputs in = inputs(image);
  expect_golden(in.embeds, "encoder.inputs");
  expect_golden(in.attention_mask, "encoder.mask");
  const at::Tensor wanted = labels();
  expect_golden(wanted, "labels");
  expect_golden((wanted != -100).to(at::kLong), "decoder.mask");
  const auto out = model_->networks.lion->loss(in, wanted, level());
  expect_golden(out.encoder.first_block, "encoder.layer0");
  expect_golden(out.encoder.last_hidden_state, "encoder.out");
  expect_golden(out.logits, "logits");
  expect_golden(out.loss, "loss");
  EXPECT_NEAR(out.loss.item<double>(), entry_.at("loss").get<double>(), 1e-4);
  for (const char* name : {"prompt.ids", "encoder.inputs", "logits", "loss"}) {
    EXPECT_TRUE(compared_.contains(name)) << "the oracle has no " << name;
  }
  // Answering does not truncate the prompt; the loss does.
  if (oracle_->has_golden("model", GetParam().case_name + "/prompt.ids_generation")) {
    expect_golden(at::tensor(model_->t5.encode(prompts()[0]), at::kLong).unsqueeze(0),
                  "prompt.ids_generation");
  }
}

/// The networks are the ones that are trained: with gradients on, ATen's operators replace our
/// kernels and must give the same.
TEST_P(LionParity, LossAgreesWithGradientsOn) {
  for (auto& parameter : model_->networks.lion->parameters()) parameter.requires_grad_();
  const auto out = model_->networks.lion->loss(inputs(), labels(), level());
  EXPECT_NEAR(out.loss.item<double>(), entry_.at("loss").get<double>(), 1e-4);
  for (auto& parameter : model_->networks.lion->parameters()) parameter.requires_grad_(false);
}

TEST_P(LionParity, GeneratedIdsAndTextsAreEqual) {
  LoadOptions load;
  load.device = parse_device(GetParam().device);
  load.dtype = ComputeType::kFp32;
  const Lion lion = Lion::load(model_->folder, load);
  int64_t compared = 0;
  for (const auto& [search, expected] : entry_.items()) {
    if (!expected.is_object() || !expected.contains("num_beams")) continue;
    std::vector<Lion::Ask> asks;
    const auto images = strings(entry_.at("images"));
    const auto questions = strings(entry_.at("questions"));
    const auto tags = strings(entry_.at("tags"));
    for (size_t i = 0; i < images.size(); ++i) {
      Question question;
      question.prompt = questions[i];
      question.level = entry_.at("task") == "region_level" ? TaskLevel::kRegion : TaskLevel::kImage;
      question.tag_source = tags_on_ ? TagSource::kGiven : TagSource::kNone;
      if (tags_on_) question.tags = tags[i];
      question.generate.num_beams = expected.at("num_beams");
      question.generate.max_new_tokens = expected.at("max_new_tokens");
      question.generate.min_length = expected.value("min_length", int64_t{1});
      question.generate.repetition_penalty = expected.value("repetition_penalty", 1.5);
      question.generate.length_penalty = expected.value("length_penalty", 1.0);
      asks.push_back({lion.encode_image(oracle_->image(images[i])), question});
    }
    const std::vector<Answer> together = lion.answer(asks);
    for (size_t i = 0; i < asks.size(); ++i) {
      if (expected.at("margin")[i].get<double>() <= 1e-3) continue;
      std::vector<int64_t> ids = expected.at("ids")[i];
      ids.erase(ids.begin());  // the start id
      const std::string where = str(search, " sample ", i);
      EXPECT_EQ(together[i].best.ids, ids) << where;
      EXPECT_EQ(together[i].best.text, expected.at("text")[i].get<std::string>()) << where;
      EXPECT_EQ(lion.answer(asks[i].image, asks[i].question).best.ids, ids) << where << " alone";
      if (expected.at("score")[i].is_number()) {
        EXPECT_NEAR(together[i].best.score, expected.at("score")[i].get<double>(), 1e-4) << where;
      }
      ++compared;
    }
  }
  if (GetParam().case_name != "truncated") {
    EXPECT_GT(compared, 0);
  }
}

/// One batch may mix both levels: each row gets what it gets in a batch of its own level.
TEST_P(LionParity, LevelIsPerSample) {
  if (!entry_.contains("greedy") || model_->config.adapter.count != 2)
    GTEST_SKIP() << "no router here";
  const at::NoGradGuard no_grad;
  const models::EncoderInputs in = inputs();
  const at::Tensor image = at::ones_like(level());
  at::Tensor mixed = image.clone();
  mixed[0] = 0;
  const models::LionT5& lion = model_->networks.lion;
  const at::Tensor wanted = labels();
  const at::Tensor region_logits = lion->loss(in, wanted, at::zeros_like(image)).logits;
  const at::Tensor image_logits = lion->loss(in, wanted, image).logits;
  const at::Tensor logits = lion->loss(in, wanted, mixed).logits;
  expect_close(logits[0], region_logits[0].to(at::kCPU), "row 0");
  if (logits.size(0) > 1)
    expect_close(logits.slice(0, 1), image_logits.slice(0, 1).to(at::kCPU), "other rows");
  EXPECT_GT((region_logits - image_logits).abs().max().item<double>(), 1e-2);
}

/// The tagger, and tags as text: all images of the manifest as one batch, and one by one.
class RamParity : public ::testing::TestWithParam<std::string> {};

TEST_P(RamParity, ActivationsAndTagsAgree) {
  if (GetParam() == "cuda" && !torch::cuda::is_available()) {
    GTEST_SKIP() << "no CUDA device on this machine, or a build without LION_CUDA";
  }
  const at::NoGradGuard no_grad;
  Oracle oracle{at::Device(GetParam())};
  const OracleModel& model = oracle.model("all");
  const auto images = strings(oracle.manifest()["ram"]["images"]);
  const auto out = model.networks.ram->forward(oracle.batch(
      images, model.config.ram->swin.image_size, Filter::kBilinear, kImageNetNormalization));
  for (size_t i = 0; i < out.swin.stages.size(); ++i) {
    const std::string name = str("ram.stage", i);
    expect_close(out.swin.stages[i], oracle.golden("ram", name), name);
  }
  expect_close(out.swin.tokens, oracle.golden("ram", "ram.swin"), "ram.swin");
  expect_close(out.image, oracle.golden("ram", "ram.image_proj"), "ram.image_proj");
  expect_close(out.logits, oracle.golden("ram", "ram.logits"), "ram.logits");

  LoadOptions load;
  load.device = parse_device(GetParam());
  load.dtype = ComputeType::kFp32;
  const Lion lion = Lion::load(model.folder, load);
  const auto expected = strings(oracle.manifest()["ram"]["tags"]);
  for (size_t i = 0; i < images.size(); ++i) {
    std::vector<std::string> names;
    for (const Tag& tag : lion.tags(lion.encode_image(oracle.image(images[i]))))
      names.push_back(tag.name);
    EXPECT_EQ(join(names, ", "), expected[i]) << images[i];
  }
}

TEST(RelativeBuckets, AreTheOracles) {
  const Json golden = read_json_file(oracle_dir() / "goldens/relative_buckets.json");
  for (size_t i = 0; i < golden["rel"].size(); ++i) {
    const int64_t relative = golden["rel"][i];
    EXPECT_EQ(models::relative_bucket(relative, models::Direction::kBidirectional, 32, 128),
              golden["bidirectional"][i].get<int64_t>())
        << relative;
    EXPECT_EQ(models::relative_bucket(relative, models::Direction::kCausal, 32, 128),
              golden["causal"][i].get<int64_t>())
        << relative;
  }
}

const auto case_label = [](const auto& info) { return info.param.case_name; };
const auto device_label = [](const auto& info) { return info.param; };
INSTANTIATE_TEST_SUITE_P(Cpu, LionParity, ::testing::ValuesIn(places("cpu")), case_label);
INSTANTIATE_TEST_SUITE_P(Cuda, LionParity, ::testing::ValuesIn(places("cuda")), case_label);
INSTANTIATE_TEST_SUITE_P(Cpu, RamParity, ::testing::Values("cpu"), device_label);
INSTANTIATE_TEST_SUITE_P(Cuda, RamParity, ::testing::Values("cuda"), device_label);

}  // namespace
}  // namespace lion::testing
