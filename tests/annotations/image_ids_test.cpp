#include "lion/annotations/image_ids.h"

#include "tests/data/data_fixtures.h"

namespace lion::data {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class ImageIdsTest : public DataTest {
 protected:
  std::set<int64_t> ids(const std::string& name, std::string_view content) {
    return read_image_ids(write(name, content));
  }
};

TEST_F(ImageIdsTest, Lines) {
  EXPECT_THAT(ids("a.txt", "7\r\n\nval2014/COCO_val2014_000000000042.jpg\n 9 \ncoco_12\n"),
              ElementsAre(7, 9, 12, 42));
}

TEST_F(ImageIdsTest, AnnotationFiles) {
  EXPECT_THAT(ids("a.json", "[5, \"6\", \"000000000007.jpg\"]"), ElementsAre(5, 6, 7));
  EXPECT_THAT(ids("lavis.json", R"([{"image": "val2014/COCO_val2014_000000000042.jpg",
                                     "caption": ["x"]}, {"image_id": "coco_43"}])"),
              ElementsAre(42, 43));
  EXPECT_THAT(ids("mdetr.json", R"({"images": [{"id": 0, "caption": "x",
                                    "file_name": "COCO_train2014_000000000003.jpg"}],
                                    "annotations": []})"),
              ElementsAre(3));
  EXPECT_THAT(ids("karpathy.json",
                  R"({"images": [{"cocoid": 1, "split": "train"}, {"cocoid": 2, "split": "test"},
                      {"cocoid": 3, "split": "restval"}, {"cocoid": 4, "split": "val"}]})"),
              ElementsAre(2, 4));
  EXPECT_THAT(ids("refs.json", R"([{"image_id": 8, "split": "testA", "sentences": [],
                                    "file_name": "COCO_train2014_000000000008_1.jpg"},
                                   {"image_id": 9, "split": "train"}])"),
              ElementsAre(8));
}

TEST_F(ImageIdsTest, AnythingElseIsAnError) {
  EXPECT_THAT(message_of<InputError>([&] { ids("a.txt", "1\nsome.jpg\n"); }),
              AllOf(HasSubstr("a.txt, line 2"), HasSubstr("some.jpg")));
  EXPECT_THAT(message_of<InputError>([&] { ids("a.json", "[1, true]"); }), HasSubstr("element 1"));
  EXPECT_THAT(message_of<InputError>([&] { ids("a.json", "[{\"x\": 1}]"); }),
              HasSubstr("is no image"));
}

}  // namespace
}  // namespace lion::data
