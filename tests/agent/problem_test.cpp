// SPDX-License-Identifier: EUPL-1.2
#include "agent/problem.h"

#include <gtest/gtest.h>

#include <random>

namespace wattlife {
namespace {

TEST(Problem, FindsATextMemberAndNothingElse) {
  struct Case {
    const char* name;
    const char* json;
    std::optional<std::string> want;
  };
  const Case cases[] = {
      {"alone", R"({"type":"a"})", "a"},
      {"spaces", " {\r\n \"type\" :\t\"a\" } ", "a"},
      {"after others", R"({"status":400,"x":[1,{"type":"no"}],"y":{"type":"no"},"type":"yes"})",
       "yes"},
      {"after true, null, -1e5", R"({"a":true,"b":null,"c":-1.5e+5,"type":"yes"})", "yes"},
      {"brackets in texts", R"({"a":"}]\"{","type":"yes"})", "yes"},
      {"escapes", R"({"type":"\"\\\/\b\f\n\r\té€\ud800"})", "\"\\/\b\f\n\r\t\u00e9\u20ac\uFFFD"},
      {"code points", R"({"type":"\u0041\u00e9\u20AC"})", "A\u00e9\u20ac"},
      {"the first one counts", R"({"type":"a","type":"b"})", "a"},
      {"not a text", R"({"type":1})", std::nullopt},
      {"only deeper", R"({"x":{"type":"no"}})", std::nullopt},
      {"a prefix of a name", R"({"typ":"no","typed":"no"})", std::nullopt},
      {"an array", R"(["type","a"])", std::nullopt},
      {"a page", "<html>\"type\":\"a\"</html>", std::nullopt},
      {"cut off in the text", R"({"type":"a)", std::nullopt},
      {"cut off in an escape", R"({"type":"a\)", std::nullopt},
      {"a bad escape", R"({"type":"\x"})", std::nullopt},
      {"a short unicode escape", R"({"type":"\u12"})", std::nullopt},
      {"no value", R"({"a":,"type":"b"})", std::nullopt},
      {"a line break in a text", "{\"type\":\"a\nb\"}", std::nullopt},
      {"nothing", "", std::nullopt},
      {"deep", R"({"a":[[[[[[[[[[[[[[[[[[[[{}]]]]]]]]]]]]]]]]]]]],"type":"yes"})", "yes"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(json_text_member(c.json, "type"), c.want);
  }
}

TEST(Problem, OnlyOurTypeInAProblemDocumentIsOurs) {
  const std::string ours =
      R"({"type":"urn:wattlife:problem:unauthorised","title":"T","detail":"D"})";
  EXPECT_TRUE(problem_from({401, "application/problem+json", {}, ours}).ours);
  EXPECT_EQ(problem_from({401, "application/problem+json", {}, ours}).text, "D");
  EXPECT_FALSE(problem_from({401, "text/html", {}, ours}).ours);
  EXPECT_FALSE(problem_from({401, "", {}, ours}).ours);
  EXPECT_FALSE(problem_from({401, "application/json", {}, ours}).ours);
  EXPECT_FALSE(
      problem_from({401, "application/problem+json", {}, R"({"type":"about:blank"})"}).ours);
  EXPECT_FALSE(problem_from({401, "application/problem+json", {}, "x"}).ours);
}

TEST(Problem, ItsTextIsShortAndPrintable) {
  const std::string title =
      R"({"type":"urn:wattlife:problem:x","title":"a\nb)" + std::string(1000, 'c') + "\xff\"}";
  const std::string text = problem_from({400, "application/problem+json", {}, title}).text;
  EXPECT_EQ(text.substr(0, 4), "a bc");
  EXPECT_EQ(text.size(), 200U);
}

TEST(Problem, AnyBytesAreReadSafely) {
  std::mt19937 random(3);
  const std::string alphabet = "{}[]\",:\\u0041type \n\x80tnf-1";
  for (int round = 0; round < 20'000; ++round) {
    std::string json = "{";
    for (auto i = random() % 40; i > 0; --i) json += alphabet[random() % alphabet.size()];
    const auto found = json_text_member(json, "type");
    EXPECT_LE(found.value_or("").size(), 3 * json.size());
  }
}

}  // namespace
}  // namespace wattlife
