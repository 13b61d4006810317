#include "lion/text/added_tokens.h"

#include "text_fixtures.h"

namespace lion {
namespace {

using Parts = std::vector<std::pair<std::string, int64_t>>;

Parts cut(const AddedTokens& tokens, std::string_view text) {
  Parts parts;
  for (const AddedTokens::Part& part : tokens.cut(text)) {
    parts.emplace_back(std::string(part.text), part.id);
  }
  return parts;
}

TEST(AddedTokens, LeftmostThenLongest) {
  const AddedTokens tokens({{.id = 7, .content = "<x>"}, {.id = 8, .content = "<x>>"}});
  EXPECT_EQ(cut(tokens, "a<x>b"), (Parts{{"a", -1}, {"<x>", 7}, {"b", -1}}));
  EXPECT_EQ(cut(tokens, "<x>><x>"), (Parts{{"<x>>", 8}, {"<x>", 7}}));
  EXPECT_EQ(cut(tokens, "<<x"), (Parts{{"<<x", -1}}));
  EXPECT_EQ(cut(tokens, ""), Parts{});
}

TEST(AddedTokens, StrippingTakesWhiteSpaceAlong) {
  const AddedTokens tokens({{.id = 7, .content = "<l>", .left_strip = true},
                            {.id = 8, .content = "<r>", .right_strip = true}});
  EXPECT_EQ(cut(tokens, "a \u3000<l> b"), (Parts{{"a", -1}, {" \u3000<l>", 7}, {" b", -1}}));
  EXPECT_EQ(cut(tokens, "a <r> \n b"), (Parts{{"a ", -1}, {"<r> \n ", 8}, {"b", -1}}));
  EXPECT_EQ(cut(tokens, "<r>  <l>"), (Parts{{"<r>  ", 8}, {"<l>", 7}}));
}

}  // namespace
}  // namespace lion
