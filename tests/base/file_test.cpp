#include "lion/base/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lion/base/error.h"

namespace lion {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

/// The message of the `E` that `action` throws.
template <typename E, typename Action>
std::string error_of(Action action) {
  try {
    action();
  } catch (const E& error) {
    return error.what();
  }
  ADD_FAILURE() << "no error was thrown";
  return "";
}

class FileTest : public testing::Test {
 protected:
  FileTest() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::path(testing::TempDir()) / str("lion-base-", test->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~FileTest() override { fs::remove_all(folder_); }

  fs::path folder_;
};

TEST_F(FileTest, MapsWhatWasWritten) {
  write_file(folder_ / "a", "some bytes");
  const auto file = MappedFile::open(folder_ / "a");
  const auto bytes = file->bytes();
  EXPECT_EQ(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()),
            "some bytes");
  file->release(bytes);
  EXPECT_EQ(bytes[0], std::byte{'s'}) << "released pages are read again";
  write_file(folder_ / "empty", "");
  EXPECT_TRUE(MappedFile::open(folder_ / "empty")->bytes().empty());
}

TEST_F(FileTest, SaysWhatCannotBeRead) {
  const std::string absent = error_of<ResourceError>([&] { MappedFile::open(folder_ / "no"); });
  EXPECT_THAT(absent, HasSubstr("no: cannot be opened for reading (No such file or directory)"));
  EXPECT_THAT(absent, HasSubstr("Check the path"));
  EXPECT_THAT(error_of<ResourceError>([&] { read_file(folder_); }),
              HasSubstr("is not a regular file. Name a file."));
}

TEST_F(FileTest, ReadFileHasALimit) {
  write_file(folder_ / "a", "12345");
  EXPECT_EQ(read_file(folder_ / "a", 5), "12345");
  EXPECT_THAT(error_of<ResourceError>([&] { read_file(folder_ / "a", 4); }),
              HasSubstr("a: is 5 B, more than the 4 B that are read here."));
}

TEST_F(FileTest, AtomicFileAppearsOnCommit) {
  write_file(folder_ / "a", "old");
  {
    AtomicFile file(folder_ / "a");
    file.write("ne");
    file.write("w");
    EXPECT_EQ(read_file(folder_ / "a"), "old");
    file.commit();
  }
  EXPECT_EQ(read_file(folder_ / "a"), "new");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 1);
}

TEST_F(FileTest, AtomicFileLeavesNothingWithoutCommit) {
  { AtomicFile(folder_ / "a").write("half"); }
  EXPECT_TRUE(fs::is_empty(folder_));
  EXPECT_THAT(error_of<ResourceError>([&] { AtomicFile(folder_ / "no" / "a"); }),
              HasSubstr("no/a: cannot be written"));
}

TEST_F(FileTest, AtomicFileSaysWhatStandsInItsPlace) {
  fs::create_directories(folder_ / "a" / "b");
  AtomicFile file(folder_ / "a");
  EXPECT_THAT(error_of<ResourceError>([&] { file.commit(); }),
              HasSubstr("a: could not be completed"));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 1);
}

TEST_F(FileTest, AtomicFolderAppearsOnCommit) {
  for (const char* name : {"out", "slash/"}) {
    AtomicFolder folder(folder_ / name);
    write_file(folder.path() / "x", "1");
    EXPECT_FALSE(fs::exists(folder_ / name / "x"));
    folder.commit();
    EXPECT_EQ(read_file(folder_ / name / "x"), "1");
  }
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 2);
}

TEST_F(FileTest, AtomicFolderLeavesNothingWithoutCommit) {
  {
    AtomicFolder folder(folder_ / "out");
    write_file(folder.path() / "x", "1");
  }
  EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(FileTest, AtomicFolderTakesAnEmptyFolderOnly) {
  fs::create_directories(folder_ / "empty");
  AtomicFolder(folder_ / "empty").commit();
  fs::create_directories(folder_ / "full");
  write_file(folder_ / "full" / "x", "1");
  EXPECT_THAT(error_of<InputError>([&] { AtomicFolder(folder_ / "full"); }),
              HasSubstr("full: already exists. Remove it or name another folder."));
  EXPECT_EQ(read_file(folder_ / "full" / "x"), "1");
  write_file(folder_ / "file", "1");
  error_of<InputError>([&] { AtomicFolder(folder_ / "file"); });
}

}  // namespace
}  // namespace lion
