#include "lion/checkpoint/name_fit.h"

#include "files.h"
#include "lion/base/log.h"

namespace lion {
namespace {

/// The names that remain of `names` when "blocks.*", "head.weight" and "scale" are known.
std::vector<std::string> fit(const std::vector<std::string>& names, std::string* said = nullptr) {
  TensorMap tensors;
  for (const std::string& name : names) tensors[name] = contiguous_view(DType::kF32, {0}, {});
  set_log_sink([&](LogLevel, std::string_view line) {
    if (said) *said += str(line, '\n');
  });
  const auto is_known = [](std::string_view name) {
    return name.starts_with("blocks.") || name == "head.weight" || name == "scale";
  };
  std::vector<std::string> out;
  for (const auto& [name, view] : without_wrappers(tensors, is_known, "x.pth")) out.push_back(name);
  set_log_sink({});
  return out;
}

const std::vector<std::string> kBare = {"blocks.0.weight", "blocks.1.weight", "head.weight",
                                        "scale"};

std::vector<std::string> behind(const std::string& prefix) {
  std::vector<std::string> names;
  for (const std::string& name : kBare) names.push_back(prefix + name);
  return names;
}

TEST(NameFit, PlainNamesStayAndNothingIsSaid) {
  std::string said;
  EXPECT_EQ(fit(kBare, &said), kBare);
  EXPECT_EQ(said, "");
}

TEST(NameFit, OnePrefixThatExplainsAllNamesIsTakenAway) {
  for (const char* prefix : {"module.", "_orig_mod.", "model.", "net.", "module._orig_mod.", "ema.",
                             "_fsdp_wrapped_module.", "model.module.", "a.b.c.", "params_ema.",
                             "model.visual_encoder.", "_forward_module.model."}) {
    SCOPED_TRACE(prefix);
    std::string said;
    EXPECT_EQ(fit(behind(prefix), &said), kBare);
    EXPECT_THAT(said, testing::HasSubstr("x.pth: names are read without "));
  }
}

TEST(NameFit, PartsOfWrappersGoWhereverTheyStand) {
  EXPECT_EQ(fit({"blocks.0._fsdp_wrapped_module.weight", "blocks._orig_mod.1.weight",
                 "_checkpoint_wrapped_module.head.weight", "scale"}),
            kBare);
  // Not when two names would become one.
  const std::vector<std::string> both = {"blocks.0.weight", "module.blocks.0.weight"};
  EXPECT_EQ(fit(both), both);
}

TEST(NameFit, APartOfALargerModelIsFound) {
  std::vector<std::string> names = behind("visual.");
  names.push_back("text.blocks_of_text.weight");
  names.push_back("logit_scale");
  std::string said;
  EXPECT_EQ(fit(names, &said), kBare);
  EXPECT_THAT(said, testing::HasSubstr("prefix \"visual.\" (4 of 6 tensors; not used: "));
}

TEST(NameFit, TheBareModelComesBeforeItsAverage) {
  for (const char* average : {"ema.", "model_ema.", "teacher."}) {
    std::vector<std::string> names = behind("model.");
    for (const std::string& name : behind(average)) names.push_back(name);
    std::string said;
    EXPECT_EQ(fit(names, &said), kBare);
    EXPECT_THAT(said, testing::HasSubstr("prefix \"model.\""));
  }
}

TEST(NameFit, NamesThatFitAreNotTradedForOthers) {
  // Half of the names are known as they are: no prefix explains the whole.
  const std::vector<std::string> names = {"blocks.0.weight", "other.blocks.1.weight",
                                          "other.head.weight", "other.scale"};
  EXPECT_EQ(fit(names), names);
  const std::vector<std::string> unknown = {"a.b", "a.c"};
  EXPECT_EQ(fit(unknown), unknown);
}

}  // namespace
}  // namespace lion
