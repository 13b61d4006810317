#include "lion/eval/report/html_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace lion::eval {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(HtmlEscape, Markup) {
  EXPECT_EQ(html_escape("a < b && 'c' > \"d\""),
            "a &lt; b &amp;&amp; &#39;c&#39; &gt; &quot;d&quot;");
  EXPECT_EQ(html_escape("</pre><script>x()</script>"),
            "&lt;/pre&gt;&lt;script&gt;x()&lt;/script&gt;");
  EXPECT_EQ(html_escape(""), "");
}

TEST(HtmlEscape, AnyBytes) {
  EXPECT_EQ(html_escape("gr\xC3\xBC\xC3\x9F \xF0\x9F\x90\x88"),
            "gr\xC3\xBC\xC3\x9F \xF0\x9F\x90\x88");
  EXPECT_EQ(html_escape("a\xFF\xC3z"), "a\xEF\xBF\xBD\xEF\xBF\xBDz");
  EXPECT_EQ(html_escape(std::string_view("a\0\x1B\x7F\n\t", 6)),
            "a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\n\t");
  EXPECT_EQ(html_escape("\xC2\x85"), "\xEF\xBF\xBD");  // a control character of Latin-1
}

TEST(HtmlExcerpt, CutsBetweenCharacters) {
  EXPECT_EQ(html_excerpt("short", 5), "short");
  EXPECT_EQ(html_excerpt("\xC3\xBC\xC3\xBC\xC3\xBC", 2),
            "\xC3\xBC\xC3\xBC… <em class=\"none\">1 more characters</em>");
  EXPECT_THAT(html_excerpt(std::string(5000, 'x'), 1200), HasSubstr("3,800 more characters"));
  EXPECT_THAT(html_excerpt("&&&&", 2), HasSubstr("&amp;&amp;…"));
}

TEST(HtmlExcerpt, SaysThatThereIsNothing) {
  EXPECT_EQ(html_excerpt(""), "<em class=\"none\">empty</em>");
  EXPECT_EQ(html_excerpt(" \n\t\xE2\x80\x83"), "<em class=\"none\">empty</em>");
  EXPECT_EQ(html_excerpt(" . "), " . ");
}

TEST(HtmlNumber, Decimals) {
  EXPECT_EQ(html_number(51.0849, 2), "51.08");
  EXPECT_EQ(html_number(-1.5, 0), "-2");
  EXPECT_EQ(html_number(-0.0004, 2), "0.00");
  EXPECT_EQ(html_number(0, 3), "0.000");
  EXPECT_EQ(html_number(1e20, 1), "100000000000000000000.0");
  EXPECT_EQ(html_number(std::numeric_limits<double>::max(), 2).size(), 312u);
  EXPECT_EQ(html_number(std::nan(""), 2), "–");
  EXPECT_EQ(html_number(-std::numeric_limits<double>::infinity(), 2), "–");
}

TEST(HtmlCount, Thousands) {
  EXPECT_EQ(html_count(0), "0");
  EXPECT_EQ(html_count(999), "999");
  EXPECT_EQ(html_count(1000), "1,000");
  EXPECT_EQ(html_count(-123456), "-123,456");
  EXPECT_EQ(html_count(20640), "20,640");
  EXPECT_EQ(html_count(1234567), "1,234,567");
}

TEST(HtmlAnchor, OnlyWhatALinkMayHold) {
  EXPECT_EQ(html_anchor("refcoco_testA"), "b-refcoco-testA");
  EXPECT_NE(html_anchor("refcoco+_val"), html_anchor("refcoco_val"));
  EXPECT_THAT(html_anchor("\"><x y='"), Not(testing::ContainsRegex("[\"'<> ]")));
}

}  // namespace
}  // namespace lion::eval
