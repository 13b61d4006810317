#include "lion/scenes/vocabulary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <set>

#include "lion/base/error.h"
#include "lion/base/file.h"

namespace lion::scenes {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;

template <typename E>
std::string message_of(const std::function<void()>& run) {
  try {
    run();
  } catch (const E& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST(Vocabulary, HasItsKindsWithPlainDifferentNames) {
  const Vocabulary vocabulary(kMaxKinds);
  ASSERT_EQ(vocabulary.kinds().size(), 150u);
  std::set<std::string> names;
  int with_keywords = 0;
  for (const Kind& kind : vocabulary.kinds()) {
    EXPECT_TRUE(names.insert(kind.name).second) << kind.name;
    EXPECT_EQ(kind.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz -"), std::string::npos)
        << kind.name;
    EXPECT_FALSE(kind.plural.empty());
    with_keywords += !kind.keywords.empty();
  }
  EXPECT_GT(with_keywords, 120);  // CLDR has no keyword but the name for some
}

TEST(Vocabulary, FirstKindsAreAPrefix) {
  const Vocabulary few(60), many(100);
  for (size_t i = 0; i < 60; ++i) EXPECT_EQ(few.kinds()[i].name, many.kinds()[i].name);
}

TEST(Vocabulary, EveryPrefixOfTwentyMixesCategories) {
  const Vocabulary vocabulary(20);
  std::set<Category> categories;
  for (const Kind& kind : vocabulary.kinds()) categories.insert(kind.category);
  EXPECT_GE(categories.size(), 5u);
}

TEST(Vocabulary, NamesShapesBySignColourAndForm) {
  const Vocabulary vocabulary(10);
  Object shape;
  shape.form = Form::kShape;
  shape.shape = static_cast<int64_t>(Shape::kStar);
  shape.colour = 1;
  EXPECT_EQ(vocabulary.name(shape), "orange star");
  EXPECT_EQ(vocabulary.one(shape), "an orange star");
  EXPECT_EQ(vocabulary.plural(shape), "orange stars");
  EXPECT_EQ(vocabulary.category(shape), "shape");
}

TEST(Vocabulary, TagsOfASceneAreInTheOrderOfTheList) {
  const Vocabulary vocabulary(10);
  Scene scene;
  scene.background.place = Setting::kBeach;
  Object cat;
  cat.kind = 5;
  Object dog;
  dog.kind = 0;
  Object circle;
  circle.form = Form::kShape;
  circle.shape = 0;
  circle.colour = 0;
  scene.objects = {cat, circle, dog, dog};
  EXPECT_EQ(vocabulary.tags(scene),
            (std::vector<std::string>{"dog", "cat", "circle", "red", "beach"}));
  const std::vector<std::string> all = vocabulary.tag_list();
  EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), all.size());
}

TEST(Vocabulary, RefusesMoreKindsThanThereAre) {
  EXPECT_THAT(message_of<InputError>([] { Vocabulary(151); }),
              AllOf(HasSubstr("kinds"), HasSubstr("151"), HasSubstr("150")));
}

TEST(Vocabulary, TellsWhichPackageMendsBadAnnotations) {
  const std::filesystem::path path =
      testing::TempDir() + str("bad_annotations-", ::getpid(), ".xml");
  write_file(path, "<ldml><annotations>");
  EXPECT_THAT(message_of<ResourceError>([&] { Vocabulary(3, path); }),
              AllOf(HasSubstr(path.string()), HasSubstr("unicode-cldr-core")));
  // Names of our own need no annotation; those of CLDR do.
  write_file(path, "<ldml><annotations/></ldml>");
  EXPECT_THAT(message_of<ResourceError>([&] { Vocabulary(kMaxKinds, path); }),
              HasSubstr("unicode-cldr-core"));
}

TEST(SceneConfig, NamesWhatIsOutOfRange) {
  SceneConfig config;
  config.max_objects = 3;
  config.min_objects = 4;
  EXPECT_THAT(message_of<InputError>([&] { config.validate(); }), HasSubstr("min_objects"));
  EXPECT_THAT(message_of<InputError>([] { SceneConfig{.size = 8}.validate(); }),
              AllOf(HasSubstr("size"), HasSubstr("16")));
  EXPECT_THAT(message_of<InputError>([] { parse_split("exam"); }),
              AllOf(HasSubstr("exam"), HasSubstr("held_out")));
}

}  // namespace
}  // namespace lion::scenes
