/// A Hugging Face InstructBLIP (Flan-T5) folder, converted and run, against what transformers
/// computes with it. tests/fixtures/instructblip/make.py made the folder and the golden values.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include "lion/base/file.h"
#include "lion/checkpoint/load.h"
#include "lion/checkpoint/safetensors.h"
#include "lion/convert/convert.h"
#include "lion/engine/lion.h"
#include "lion/image/decode.h"
#include "lion/image/normalize.h"
#include "lion/model_folder/model_folder.h"
#include "lion/model_folder/networks.h"
#include "lion/text/bert_tokenizer.h"
#include "lion/text/t5_tokenizer.h"
#include "tests/engine/oracle_model.h"

namespace lion::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr double kTolerance = 1e-4;

fs::path fixture() { return fs::path(LION_SOURCE_DIR) / "tests/fixtures/instructblip"; }

Image image(const std::string& name) {
  DecodeOptions options;
  options.exif = Exif::kIgnore;
  return load_image(oracle_files() / "images" / name, options);
}

/// The fixture's weights with the oracle's tokenizers as Hugging Face's processor saves them:
/// "<image>" is a token of the one; "[DEC]" is one of the other, but not in its vocab.txt.
fs::path hugging_face_folder(const fs::path& folder) {
  fs::copy(fixture() / "model", folder);
  fs::copy(oracle_files() / "flan-t5/spiece.model", folder / "spiece.model");
  Json tokenizer = read_json_file(oracle_files() / "flan-t5/tokenizer.json");
  Json image = tokenizer["added_tokens"].back();
  image["id"] = read_json_file(folder / "config.json")["image_token_index"];
  image["content"] = "<image>";
  tokenizer["added_tokens"].push_back(image);
  write_file(folder / "tokenizer.json", tokenizer.dump());

  const fs::path qformer = folder / "qformer_tokenizer";
  fs::create_directories(qformer);
  fs::copy(oracle_files() / "bert-base-uncased/vocab.txt", qformer / "vocab.txt");
  write_file(qformer / "tokenizer_config.json",
             R"({"bos_token": "[DEC]", "do_basic_tokenize": true, "do_lower_case": true,
                 "strip_accents": null, "tokenize_chinese_chars": true,
                 "tokenizer_class": "BertTokenizer", "truncation_side": "left"})");
  return folder;
}

/// Changes the config.json of a folder.
template <typename Change>
void edit_config(const fs::path& folder, Change&& change) {
  Json config = read_json_file(folder / "config.json");
  change(config);
  fs::permissions(folder / "config.json", fs::perms::owner_write, fs::perm_options::add);
  write_file(folder / "config.json", config.dump());
}

ConvertReport convert_folder(const fs::path& folder, const fs::path& out) {
  ConvertOptions options;
  options.instructblip = folder;
  options.out = out;
  return convert(options);
}

/// The fixture converted, with this activation in the language model.
fs::path model_with(const TempFolder& temp, const std::string& activation) {
  const fs::path folder = hugging_face_folder(temp / "hugging_face");
  edit_config(folder, [&](Json& config) { config["text_config"]["dense_act_fn"] = activation; });
  convert_folder(folder, temp / "model");
  return temp / "model";
}

/// Right-padded ids [B,L] and their mask.
models::TokenBatch pad(const std::vector<std::vector<int64_t>>& rows) {
  std::vector<at::Tensor> ids, mask;
  for (const auto& row : rows) {
    ids.push_back(at::tensor(row, at::kLong));
    mask.push_back(at::ones_like(ids.back()));
  }
  return {at::pad_sequence(ids, /*batch_first=*/true),
          at::pad_sequence(mask, /*batch_first=*/true)};
}

double difference(const at::Tensor& actual, const at::Tensor& expected) {
  if (actual.sizes() != expected.sizes()) return std::numeric_limits<double>::infinity();
  return (actual.to(at::kDouble) - expected.to(at::kDouble)).abs().max().item<double>();
}

void expect_modules_agree(const fs::path& folder, const std::string& activation,
                          const std::string& other_activation) {
  const at::NoGradGuard no_grad;
  const ModelFolder files{folder};
  const models::LionConfig config = files.read_config();
  const Networks networks(config, at::kFloat);
  load_parameters(networks.parameters(), read_tensors(folder), folder.string(), at::kCPU);
  const auto t5 = T5Tokenizer::load(files.t5_tokenizer());
  const auto bert = BertTokenizer::load(files.bert_tokenizer());
  const TensorMap tensors = read_tensors(fixture() / "golden.safetensors");
  const auto golden = [&](const std::string& name) { return borrow(tensors.at(name)); };

  const Json answers = read_json_file(fixture() / "golden.json")["answers"][activation];
  std::map<std::string, std::vector<std::string>> questions;
  for (const Json& answer : answers) {
    const std::string question = answer["question"];
    questions[answer["image"]].push_back(question);
    EXPECT_EQ(bert.encode(question, config.max_txt_len),
              answer["qformer_ids"].get<std::vector<int64_t>>());
    EXPECT_EQ(t5.encode(question), answer["prompt_ids"].get<std::vector<int64_t>>());
  }
  ASSERT_EQ(questions.size(), 2u);
  for (const auto& [name, asked] : questions) {
    std::vector<std::vector<int64_t>> question_ids, prompt_ids;
    for (const std::string& question : asked) {
      question_ids.push_back(bert.encode(question, config.max_txt_len));
      prompt_ids.push_back(t5.encode(question));
    }
    const auto batch = static_cast<int64_t>(asked.size());
    const int64_t size = config.vit.image_size;
    std::vector<float> pixels = preprocess(image(name), size, Filter::kBicubic, kClipNormalization);
    const at::Tensor image = at::from_blob(pixels.data(), {1, 3, size, size}, at::kFloat);

    const models::LionT5& lion = networks.lion;
    const auto features = lion->encode_image(image.repeat({batch, 1, 1, 1}));
    EXPECT_LE(difference(features.ln_vision, golden(name + "/ln_vision")), kTolerance) << name;
    const at::Tensor queries = lion->qformer_forward(features, pad(question_ids));
    EXPECT_LE(difference(queries, golden(name + "/qformer")), kTolerance) << name;
    const at::Tensor projected = lion->t5_proj->forward(queries);
    EXPECT_LE(difference(projected, golden(name + "/language_projection")), kTolerance) << name;

    const auto inputs =
        lion->build_encoder_inputs(features, queries, pad(prompt_ids), /*hint_id=*/-1);
    const at::Tensor level = at::ones({batch}, at::kLong);
    const auto encoded =
        lion->t5_model->encoder->forward(inputs.embeds, inputs.attention_mask, level);
    const at::Tensor start = at::zeros({batch, 1}, at::kLong);
    const at::Tensor logits = lion->t5_model->decode(
        start, at::ones_like(start), encoded.last_hidden_state, inputs.attention_mask, level);
    EXPECT_LE(difference(encoded.last_hidden_state, golden(activation + "/" + name + "/encoder")),
              kTolerance)
        << name;
    EXPECT_LE(difference(logits, golden(activation + "/" + name + "/logits")), kTolerance) << name;
    // The tolerance can tell the activations apart.
    EXPECT_GT(difference(logits, golden(other_activation + "/" + name + "/logits")),
              10 * kTolerance);
  }
}

void expect_answers_agree(const fs::path& folder, const std::string& activation) {
  LoadOptions load;
  load.dtype = ComputeType::kFp32;
  const Lion lion = Lion::load(folder, load);
  EXPECT_FALSE(lion.has_tagger());
  EXPECT_THROW(lion.tag_list(), InputError);
  const Json golden = read_json_file(fixture() / "golden.json");
  for (const auto& [search, beams] : std::map<std::string, int64_t>{{"greedy", 1}, {"beam5", 5}}) {
    std::vector<Lion::Ask> asks;
    std::vector<std::vector<int64_t>> expected;
    for (const Json& answer : golden["answers"][activation]) {
      Question question;
      question.prompt = answer["question"];
      question.tag_source = TagSource::kNone;
      question.generate.num_beams = beams;
      question.generate.max_new_tokens = golden["options"]["max_new_tokens"];
      question.generate.repetition_penalty = golden["options"]["repetition_penalty"];
      asks.push_back({lion.encode_image(image(answer["image"])), question});
      expected.push_back(answer[search]);
      EXPECT_EQ(lion.answer(asks.back().image, question).best.ids, expected.back())
          << search << " alone: " << answer["image"] << " " << question.prompt;
    }
    ASSERT_EQ(asks.size(), 4u);
    const std::vector<Answer> together = lion.answer(asks);
    for (size_t i = 0; i < asks.size(); ++i) {
      EXPECT_EQ(together[i].best.ids, expected[i]) << search << " in a batch, sample " << i;
      EXPECT_EQ(together[i].prompt, asks[i].question.prompt);
    }
  }
}

TEST(InstructBlip, AgreesWithHuggingFace) {
  const TempFolder temp;
  const fs::path model = model_with(temp, "gelu_new");
  expect_modules_agree(model, "gelu_new", "gelu");
  expect_answers_agree(model, "gelu_new");
}

TEST(InstructBlip, AgreesWithTheReleasedFoldersActivation) {
  const TempFolder temp;
  const fs::path model = model_with(temp, "gelu");
  expect_modules_agree(model, "gelu", "gelu_new");
  expect_answers_agree(model, "gelu");
}

TEST(InstructBlip, BecomesAModelWithTheQformerBranchAlone) {
  const TempFolder temp;
  const fs::path folder = hugging_face_folder(temp / "hugging_face");
  edit_config(folder, [](Json& config) { config["text_config"].erase("dense_act_fn"); });
  convert_folder(folder, temp / "model");
  const models::LionConfig config = ModelFolder{temp / "model"}.read_config();
  EXPECT_EQ(config.visual_input, models::VisualInput::kQformer);
  EXPECT_FALSE(config.enable_semantic_tags);
  EXPECT_EQ(config.adapter.count, 0);
  EXPECT_FALSE(config.ram);
  EXPECT_EQ(config.vision_norm_eps, 1e-6);
  EXPECT_EQ(config.t5.activation, "gelu_new");  // what feed_forward_proj alone means
}

/// Folders saved before transformers 4.31 store a counter and copies of the embeddings.
TEST(InstructBlip, OlderFoldersGiveTheSameWeights) {
  const TempFolder temp;
  const fs::path folder = hugging_face_folder(temp / "hugging_face");
  convert_folder(folder, temp / "model");

  const TensorMap tensors = read_tensors(folder);
  const TensorView& shared = tensors.at("language_model.shared.weight");
  const std::vector<int64_t> counter(64);
  TensorMap older = tensors;
  older["language_model.encoder.embed_tokens.weight"] = shared;
  older["language_model.decoder.embed_tokens.weight"] = shared;
  older["qformer.embeddings.position_ids"] =
      contiguous_view(DType::kI64, {1, 64}, std::as_bytes(std::span(counter)));
  std::vector<TensorSpec> specs;
  for (const auto& [name, view] : older) specs.push_back({name, view.dtype, view.shape});
  SafetensorsWriter writer(temp / "older.safetensors", specs);
  for (const auto& [name, view] : older) writer.write(name, view.bytes);
  writer.commit();
  const fs::path old_folder = hugging_face_folder(temp / "older");
  fs::remove(old_folder / "model.safetensors.index.json");
  fs::rename(temp / "older.safetensors", old_folder / "model.safetensors");

  const ConvertReport report = convert_folder(old_folder, temp / "older_model");
  EXPECT_THAT(join(report.unused, "\n"), HasSubstr("2 tensors not used: a copy of shared.weight"));
  EXPECT_THAT(join(report.unused, "\n"), HasSubstr("1 tensor not used: a stored counter"));
  EXPECT_EQ(read_file(temp / "older_model" / "model.safetensors"),
            read_file(temp / "model" / "model.safetensors"));
}

TEST(InstructBlip, AMissingShardIsNamed) {
  const TempFolder temp;
  const fs::path folder = hugging_face_folder(temp / "hugging_face");
  fs::remove(folder / "model-00002-of-00002.safetensors");
  const std::string message =
      message_of<ResourceError>([&] { convert_folder(folder, temp / "model"); });
  EXPECT_THAT(message, HasSubstr("model-00002-of-00002.safetensors"));
  EXPECT_FALSE(fs::exists(temp / "model"));
}

TEST(InstructBlip, AForeignTensorIsNamed) {
  const TempFolder temp;
  const fs::path folder = hugging_face_folder(temp / "hugging_face");
  Json index = read_json_file(folder / "model.safetensors.index.json");
  const std::vector<std::byte> zeros(4);
  SafetensorsWriter writer(folder / "more.safetensors",
                           {{"vision_model.head.bias", DType::kF32, {1}}});
  writer.write("vision_model.head.bias", zeros);
  writer.commit();
  index["weight_map"]["vision_model.head.bias"] = "more.safetensors";
  write_file(folder / "model.safetensors.index.json", index.dump());
  const std::string message =
      message_of<ResourceError>([&] { convert_folder(folder, temp / "model"); });
  EXPECT_THAT(message, HasSubstr("\"vision_model.head.bias\" is not known"));
}

/// What converting says after a change of config.json.
template <typename Change>
std::string refusal(Change&& change) {
  const TempFolder temp;
  const fs::path folder = hugging_face_folder(temp / "hugging_face");
  edit_config(folder, change);
  const std::string message =
      message_of<InputError>([&] { convert_folder(folder, temp / "model"); });
  EXPECT_FALSE(fs::exists(temp / "model"));
  return message;
}

TEST(InstructBlip, AVicunaFolderIsRefused) {
  const std::string message = refusal([](Json& config) {
    config["text_config"] = {{"model_type", "llama"}, {"hidden_size", 4096}};
  });
  EXPECT_THAT(message, HasSubstr("config.json: text_config is a llama model, expected t5"));
  EXPECT_THAT(message, HasSubstr("Vicuna"));
}

TEST(InstructBlip, WhatTheEngineDoesNotComputeIsRefused) {
  const std::string tied =
      refusal([](Json& config) { config["text_config"].erase("tie_word_embeddings"); });
  EXPECT_THAT(tied, HasSubstr("config.json: text_config: tie_word_embeddings is true or missing"));
  EXPECT_THAT(tied, HasSubstr("Use an InstructBLIP with Flan-T5"));
  const std::string vision =
      refusal([](Json& config) { config["vision_config"]["hidden_act"] = "quick_gelu"; });
  EXPECT_THAT(vision, HasSubstr("vision_config: hidden_act is \"quick_gelu\", expected gelu"));
  const std::string qformer =
      refusal([](Json& config) { config["qformer_config"]["hidden_act"] = "relu"; });
  EXPECT_THAT(qformer, HasSubstr("qformer_config: hidden_act is \"relu\", expected gelu"));
  const std::string relu =
      refusal([](Json& config) { config["text_config"]["feed_forward_proj"] = "relu"; });
  EXPECT_THAT(relu, HasSubstr("text_config: feed_forward_proj is \"relu\", expected gated-gelu"));
  const std::string silu =
      refusal([](Json& config) { config["text_config"]["dense_act_fn"] = "silu"; });
  EXPECT_THAT(silu, HasSubstr("t5.activation is \"silu\""));
}

/// transformers 5 calls every T5 tied and says apart whether the logits are scaled.
TEST(InstructBlip, AFolderOfTransformers5IsTaken) {
  const TempFolder temp;
  const fs::path folder = hugging_face_folder(temp / "hugging_face");
  edit_config(folder, [](Json& config) {
    config["text_config"]["tie_word_embeddings"] = true;
    config["text_config"]["scale_decoder_outputs"] = false;
  });
  EXPECT_GT(convert_folder(folder, temp / "model").tensors, 200);
}

TEST(InstructBlip, SizesThatDoNotFitAreAllListed) {
  const std::string message = refusal([](Json& config) {
    config["qformer_config"]["intermediate_size"] = 52;
    config["vision_config"]["num_hidden_layers"] = 4;
  });
  EXPECT_THAT(message, HasSubstr("missing: visual_encoder.blocks.3.attn.qkv.weight"));
  EXPECT_THAT(message,
              HasSubstr("misshapen: Qformer.bert.encoder.layer.0.intermediate.dense.weight"));
}

}  // namespace
}  // namespace lion::testing
