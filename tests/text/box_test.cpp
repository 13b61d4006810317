#include "lion/text/box.h"

#include "text_fixtures.h"

namespace lion {
namespace {

TEST(Box, Formats) {
  EXPECT_EQ(format_box({0.44, 0.06, 0.65, 0.367}), "[0.440,0.060,0.650,0.367]");
  EXPECT_EQ(format_box({0.0, 0.0, 1.0, 1.0}), "[0.000,0.000,1.000,1.000]");
  EXPECT_EQ(format_box({0.0625, 0.0005, 0.9995, 1.0 / 3.0}), "[0.062,0.001,1.000,0.333]");
}

TEST(Box, FindsBoxesInAnAnswer) {
  const std::string text = "Answer: [0.440,0.060,0.650,0.367] and [0, .5, 1., 0.75].";
  const std::vector<ParsedBox> boxes = parse_boxes(text);
  ASSERT_EQ(boxes.size(), 2u);
  EXPECT_EQ(boxes[0].box, (Box{0.44, 0.06, 0.65, 0.367}));
  EXPECT_EQ(text.substr(boxes[0].offset, boxes[0].length), "[0.440,0.060,0.650,0.367]");
  EXPECT_FALSE(boxes[0].clamped || boxes[0].reordered || boxes[0].degenerate);
  EXPECT_EQ(boxes[1].box, (Box{0.0, 0.5, 1.0, 0.75}));
  EXPECT_EQ(text.substr(boxes[1].offset, boxes[1].length), "[0, .5, 1., 0.75]");
}

TEST(Box, MakesBoxesSoundAndTells) {
  const auto only = [](std::string_view text) {
    const std::vector<ParsedBox> boxes = parse_boxes(text);
    EXPECT_EQ(boxes.size(), 1u) << text;
    return boxes.at(0);
  };
  const ParsedBox clamped = only("[0.1,0.2,1.5,0.9]");
  EXPECT_EQ(clamped.box, (Box{0.1, 0.2, 1.0, 0.9}));
  EXPECT_TRUE(clamped.clamped);
  EXPECT_FALSE(clamped.reordered);
  const ParsedBox reordered = only("[0.9,0.2,0.1,0.3]");
  EXPECT_EQ(reordered.box, (Box{0.1, 0.2, 0.9, 0.3}));
  EXPECT_TRUE(reordered.reordered);
  EXPECT_FALSE(reordered.clamped);
  EXPECT_TRUE(only("[0.1,0.2,0.1,0.3]").degenerate);
  EXPECT_TRUE(only("[0,0,0,0]").degenerate);
  const ParsedBox both = only("[7,0.5,5,0.5]");
  EXPECT_EQ(both.box, (Box{1.0, 0.5, 1.0, 0.5}));
  EXPECT_TRUE(both.clamped && both.degenerate);
}

TEST(Box, HugeAndTinyNumbersStayNumbers) {
  const std::string huge(5000, '9');
  const std::string tiny = "0." + std::string(5000, '0') + "1";
  const std::vector<ParsedBox> boxes = parse_boxes("[" + tiny + ",0,1," + huge + "]");
  ASSERT_EQ(boxes.size(), 1u);
  EXPECT_EQ(boxes[0].box, (Box{0.0, 0.0, 1.0, 1.0}));
  EXPECT_TRUE(boxes[0].clamped);
}

TEST(Box, NonsenseIsNoBox) {
  for (const char* text : {"",
                           "no box",
                           "[",
                           "]",
                           "[]",
                           "[ ]",
                           "[,,,]",
                           "[1..2,,]",
                           "[.5,1e9,0,1]",
                           "[.,.,.,.]",
                           "[0.1,0.2,0.3]",
                           "[0.1,0.2,0.3,0.4,0.5]",
                           "[0.1 0.2 0.3 0.4]",
                           "[-0.1,0.2,0.3,0.4]",
                           "[nan,0,1,1]",
                           "[inf,0,1,1]",
                           "[0.1,0.2,0.3,0.4",
                           "0.1,0.2,0.3,0.4]",
                           "[0. 1,0,1,1]",
                           "[0.1.2,0,1,1]",
                           "[+0.1,0,1,1]",
                           "[0x1,0,1,1]",
                           "[0.1,0.2,0.3,0.4)"}) {
    EXPECT_TRUE(parse_boxes(text).empty()) << text;
  }
  EXPECT_EQ(parse_boxes("[[0.1,0.2,0.3,0.4]]").size(), 1u);
  EXPECT_EQ(parse_boxes("[0.1,0.2[0.1,0.2,0.3,0.4]").size(), 1u);
  EXPECT_EQ(parse_boxes("[a][0.1,0.2,0.3,0.4]").size(), 1u);
}

TEST(Box, Pixels) {
  EXPECT_EQ(to_pixels({0.25, 0.5, 0.75, 1.0}, 640, 480), (PixelBox{160.0, 240.0, 480.0, 480.0}));
  expect_error<InputError>([] { to_pixels({}, 0, 480); },
                           {"to_pixels", "0 x 480", "size of the image"});
}

TEST(Box, Argument) {
  EXPECT_EQ(parse_box_argument("0.1,0.2,0.5,0.9", 640, 480), (Box{0.1, 0.2, 0.5, 0.9}));
  EXPECT_EQ(parse_box_argument(" 0, 0, 1, 1 ", 640, 480), (Box{0.0, 0.0, 1.0, 1.0}));
  EXPECT_EQ(parse_box_argument("160,240,480,480px", 640, 480), (Box{0.25, 0.5, 0.75, 1.0}));
  // Whatever `lion ground` prints can be pasted.
  for (const char* text :
       {"[0.250,0.500,0.750,1.000]", "Answer: [0.250,0.500,0.750,1.000]", "[160,240,480,480px]",
        "[160, 240, 480, 480]px", "160,240,480,480 px",
        "box [0.250,0.500,0.750,1.000]  160,240,480,480px  confidence 0.78",
        "Answer: [0.250,0.500,0.750,1.000]\nbox [0.250,0.500,0.750,1.000]  160,240,480,480px\n",
        R"({"x0": 0.25, "y0": 5e-1, "x1": 0.75, "y1": 1.0, "pixels": {"x0": 160}})",
        R"({"x0": 160.0, "y0": 240.0, "x1": 480.0, "y1": 480})"}) {
    EXPECT_EQ(parse_box_argument(text, 640, 480), (Box{0.25, 0.5, 0.75, 1.0})) << text;
  }
  const auto wrong = [](const char* text, std::vector<std::string> parts) {
    parts.push_back(str("box \"", text, "\""));
    expect_error<InputError>([&] { parse_box_argument(text, 640, 480); }, parts);
  };
  wrong("", {"four numbers", "Write for instance"});
  wrong("1,2,3", {"four numbers"});
  wrong("a,b,c,d", {"four numbers"});
  wrong("0.1,0.2,0.5,0.9%", {"four numbers"});
  wrong("10,20,50,90", {"fractions from 0 to 1", "Write px"});
  wrong("0,0,641,480px", {"640 x 480", "Keep the box in the image"});
  wrong("0.5,0.2,0.1,0.9", {"x0 < x1", "top left"});
  wrong("0.5,0.2,0.5,0.9", {"x0 < x1"});
  wrong("[0.1,0.2,0.3,0.4] and [0.1,0.2,0.3,0.5]", {"four numbers"});
  wrong(R"({"x0": 0.1, "y0": 0.2, "x1": 0.3})", {"four numbers"});
  wrong(R"({"x0": -1, "y0": 0.2, "x1": 0.3, "y1": 0.5})", {"four numbers"});
  wrong(R"({"x0": 0, "y0": 0, "x1": 641, "y1": 2})", {"640 x 480"});
}

}  // namespace
}  // namespace lion
