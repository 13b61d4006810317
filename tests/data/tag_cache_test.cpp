#include "lion/data/tag_cache.h"

#include "lion/base/file.h"
#include "loader_fixtures.h"

namespace lion::data {
namespace {

using testing::AllOf;
using testing::HasSubstr;

using Tags = std::vector<std::string>;

class TagCacheTest : public FolderTest {
 protected:
  std::string load_error() {
    return error_of<InputError>([&] { TagCache::load(path_); });
  }

  const std::filesystem::path path_ = folder_ / "tags.jsonl";
};

TEST_F(TagCacheTest, GivesBackWhatWasAdded) {
  {
    TagCacheWriter writer(path_, "ram 0.8");
    EXPECT_FALSE(writer.had("b.jpg"));
    writer.add("b.jpg", Tags{"dog", "hot dog"});
    writer.add("a.jpg", Tags{});
    writer.add("c \"quoted\".jpg", Tags{"dog"});
    writer.sync();
  }
  const TagCache cache = TagCache::load(path_);
  EXPECT_EQ(cache.fingerprint(), "ram 0.8");
  EXPECT_EQ(cache.size(), 3);
  EXPECT_EQ(cache.tags("b.jpg"), "dog, hot dog");
  EXPECT_EQ(cache.tags("a.jpg"), "");
  EXPECT_EQ(cache.tags("c \"quoted\".jpg"), "dog");
  EXPECT_TRUE(cache.contains("a.jpg"));
  EXPECT_FALSE(cache.contains("a"));
}

TEST_F(TagCacheTest, IsReadableByPeople) {
  TagCacheWriter(path_, "ram").add("a.jpg", Tags{"dog", "cat"});
  EXPECT_EQ(read_file(path_),
            "{\"tag_cache\":1,\"fingerprint\":\"ram\"}\n"
            "{\"image\":\"a.jpg\",\"tags\":[\"dog\",\"cat\"]}\n");
}

TEST_F(TagCacheTest, GoesOnAfterATornLine) {
  TagCacheWriter(path_, "ram").add("a.jpg", Tags{"dog"});
  const std::string whole = read_file(path_);
  write_file(path_, whole + "{\"image\":\"b.jpg\",\"ta");
  EXPECT_EQ(TagCache::load(path_).size(), 1);
  {
    TagCacheWriter writer(path_, "ram");
    EXPECT_TRUE(writer.had("a.jpg"));
    EXPECT_FALSE(writer.had("b.jpg"));
    writer.add("b.jpg", Tags{"cat"});
  }
  EXPECT_EQ(read_file(path_), whole + "{\"image\":\"b.jpg\",\"tags\":[\"cat\"]}\n");
}

TEST_F(TagCacheTest, ATornHeaderBeginsAgain) {
  write_file(path_, "{\"tag_ca");
  TagCacheWriter(path_, "ram").add("a.jpg", Tags{"dog"});
  EXPECT_EQ(TagCache::load(path_).tags("a.jpg"), "dog");
}

TEST_F(TagCacheTest, TheLastLineOfAImageCounts) {
  TagCacheWriter writer(path_, "ram");
  for (const char* tag : {"old", "older", "new"}) writer.add("a.jpg", Tags{tag});
  writer.add("b.jpg", Tags{"b"});
  const TagCache cache = TagCache::load(path_);
  EXPECT_EQ(cache.size(), 2);
  EXPECT_EQ(cache.tags("a.jpg"), "new");
  EXPECT_EQ(cache.tags("b.jpg"), "b");
}

TEST_F(TagCacheTest, NamesNeedNotBeUtf8) {
  const std::string name = "caf\xe9.jpg";
  TagCacheWriter(path_, "ram").add(name, Tags{"cup"});
  EXPECT_EQ(TagCache::load(path_).tags(name), "cup");
}

TEST_F(TagCacheTest, ManyImages) {
  TagCacheWriter writer(path_, "ram");
  for (int i = 0; i < 3000; ++i) {
    writer.add(str(i * 7919 % 3000, ".jpg"), Tags{str("t", i * 7919 % 3000 % 50), "all"});
  }
  const TagCache cache = TagCache::load(path_);
  EXPECT_EQ(cache.size(), 3000);
  for (int i = 0; i < 3000; ++i) ASSERT_EQ(cache.tags(str(i, ".jpg")), str("t", i % 50, ", all"));
}

TEST_F(TagCacheTest, SaysHowToMakeMissingTags) {
  TagCacheWriter(path_, "ram").add("a.jpg", Tags{"dog"});
  const TagCache cache = TagCache::load(path_);
  EXPECT_THAT(error_of<InputError>([&] { cache.tags("z.jpg"); }),
              AllOf(HasSubstr(path_.string()), HasSubstr("z.jpg"), HasSubstr("lion data tags")));
}

TEST_F(TagCacheTest, RefusesTagsOfAnotherTagger) {
  { TagCacheWriter writer(path_, "ram 0.8"); }
  EXPECT_THAT(error_of<InputError>([&] { TagCacheWriter(path_, "ram 0.85"); }),
              AllOf(HasSubstr("got \"ram 0.8\""), HasSubstr("expected \"ram 0.85\""),
                    HasSubstr("Remove it")));
}

TEST_F(TagCacheTest, NamesTheLineThatIsWrong) {
  EXPECT_THROW(TagCache::load(folder_ / "none"), ResourceError);
  EXPECT_THROW(TagCacheWriter(folder_ / "none" / "tags.jsonl", "ram"), ResourceError);
  const std::string header = "{\"tag_cache\":1,\"fingerprint\":\"ram\"}\n";
  write_file(path_, "");
  EXPECT_THAT(load_error(), HasSubstr(path_.string()));
  write_file(path_, "{\"image\":\"a.jpg\",\"tags\":[]}\n");
  EXPECT_THAT(load_error(), AllOf(HasSubstr("is no tag cache"), HasSubstr("Name the right file")));
  EXPECT_THAT(error_of<InputError>([&] { TagCacheWriter(path_, "ram"); }),
              HasSubstr("is no tag cache"));
  write_file(path_, "{\"tag_cache\":2,\"fingerprint\":\"ram\"}\n");
  EXPECT_THAT(load_error(), HasSubstr("version 2"));
  write_file(path_, header + "{\"image\":\"a.jpg\"}\n");
  EXPECT_THAT(load_error(), AllOf(HasSubstr("tags.jsonl:2"), HasSubstr("\"tags\"")));
  write_file(path_, header + "{\"image\":\"a.jpg\",\"tags\":[3]}\n");
  EXPECT_THAT(load_error(), HasSubstr("tags.jsonl:2"));
  write_file(path_, header + "\nnonsense\n");
  EXPECT_THAT(load_error(), HasSubstr("tags.jsonl:2"));
}

}  // namespace
}  // namespace lion::data
