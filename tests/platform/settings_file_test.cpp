// SPDX-License-Identifier: EUPL-1.2
#include <gtest/gtest.h>

#include "platform/settings_file.h"

namespace wattlife {
namespace {

TEST(TomlSettings, ReadsEachKindOfValueAsText) {
  const auto row = toml_settings(
      "# comment\n"
      "CollectorUrl = \"https://collector.example/\"\n"
      "Literal = 'C:\\path'\n"
      "SampleIntervalSeconds = 60\n"
      "Negative = -1_000\n"
      "UploadOnMetered = true\n"
      "Off = false\n"
      "AcquisitionDate = 2026-01-05\n",
      "agent.toml");
  ASSERT_TRUE(row) << row.error().text;
  const TomlRow expected = {{"CollectorUrl", "https://collector.example/"},
                            {"Literal", "C:\\path"},
                            {"SampleIntervalSeconds", "60"},
                            {"Negative", "-1000"},
                            {"UploadOnMetered", "true"},
                            {"Off", "false"},
                            {"AcquisitionDate", "2026-01-05"}};
  EXPECT_EQ(*row, expected);
  EXPECT_TRUE(toml_settings("", "empty")->empty());
  const auto foreign =
      toml_settings("\"\xc3\xa9\" = \"\"\"\xc3\xa9\\\n  \xc3\xa9\"\"\" # \xc3\xa9\n", "x");
  ASSERT_TRUE(foreign) << foreign.error().text;
  EXPECT_EQ(*foreign, (TomlRow{{"\xc3\xa9", "\xc3\xa9\xc3\xa9"}}));
}

TEST(TomlSettings, SaysWhichFileLineAndColumnAreWrong) {
  const struct {
    const char* text;
    const char* begins;
  } cases[] = {
      {"a = 1\nb = \n", "x.toml:2:"},
      {"a = 1\na = 2\n", "x.toml:2:"},
      {"a = \"no end\n", "x.toml:1:"},
      {"a = 1.5\n", "x.toml:1:5: \"a\" must be"},
      {"\nlist = [1, 2]\n", "x.toml:2:8: \"list\" must be"},
      {"[section]\na = 1\n", "x.toml:1:1: \"section\" must be"},
      {"a.b = 1\n", "x.toml:1:"},
      {"when = 07:32:00\n", "x.toml:1:8: \"when\" must be"},
      {"a = \"\xff\"\n", "x.toml:1:"},
      {"[[{x]]\n", "x.toml:1:"},  // the library would end the program
      {"[{\n", "x.toml:1:"},
      {"a = 1 \xc3\xa9\n", "x.toml:1:"},  // and here it would go anywhere
      {"\xc3\xa9 = 1\n", "x.toml:1:"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.text);
    const auto row = toml_settings(c.text, "x.toml");
    ASSERT_FALSE(row);
    EXPECT_EQ(row.error().cause, Cause::malformed);
    EXPECT_EQ(row.error().text.substr(0, std::string(c.begins).size()), c.begins);
  }
}

TEST(TomlRows, ReadsAnArrayOfTablesInOrder) {
  constexpr std::string_view text =
      "version = \"2026-1\"\n"
      "[[rule]]\nid = \"b\"\nwhen_unknown = true\nreason = '''\ntwo\nlines'''\n"
      "[[other]]\nid = \"o\"\n"
      "[[rule]]\nid = \"a\"\n";
  const auto rows = toml_rows(text, "rule", "rules.toml");
  ASSERT_TRUE(rows) << rows.error().text;
  ASSERT_EQ(rows->size(), 2u);
  EXPECT_EQ((*rows)[0], (TomlRow{{"id", "b"}, {"when_unknown", "true"}, {"reason", "two\nlines"}}));
  EXPECT_EQ((*rows)[1], (TomlRow{{"id", "a"}}));
  EXPECT_TRUE(toml_rows(text, "absent", "rules.toml")->empty());
  EXPECT_EQ(*toml_text(text, "version", "rules.toml"), "2026-1");
  EXPECT_EQ(*toml_text(text, "absent", "rules.toml"), std::nullopt);
}

TEST(TomlRows, RefusesWhatIsNoArrayOfFlatTables) {
  for (const char* text : {"rule = 1\n", "rule = [1]\n", "[rule]\nid = 1\n", "[[rule]]\nid = [1]\n",
                           "[[rule]]\n[rule.sub]\na = 1\n", "[[rule\n"}) {
    SCOPED_TRACE(text);
    const auto rows = toml_rows(text, "rule", "rules.toml");
    ASSERT_FALSE(rows);
    EXPECT_EQ(rows.error().cause, Cause::malformed);
    EXPECT_EQ(rows.error().text.substr(0, 11), "rules.toml:");
  }
  EXPECT_FALSE(toml_text("version = 1\n", "version", "rules.toml"));
}

TEST(TomlSections, AreRowsByPath) {
  const auto sections = toml_sections(
      "top = 1\n[sign_in]\nway = \"oidc\"\nlist = [\"a\", \"b\"]\nnone = []\n"
      "[sign_in.roles]\n\"x y\" = \"beheerder\"\n",
      "collector.toml");
  ASSERT_TRUE(sections) << sections.error().text;
  const TomlSections expected = {{"", {{"top", "1"}}},
                                 {"sign_in", {{"way", "oidc"}, {"list", "a\nb"}, {"none", ""}}},
                                 {"sign_in.roles", {{"x y", "beheerder"}}}};
  EXPECT_EQ(*sections, expected);
  const struct {
    const char* text;
    const char* begins;
  } cases[] = {
      {"a = [1]\n", "x.toml:1:5: \"a\" must be"},
      {"a = [\"x\\ny\"]\n", "x.toml:1:5: \"a\" must be"},
      {"a = 1.5\n", "x.toml:1:5: \"a\" must be"},
      {"[a.b.c]\nx = 1\n", "x.toml:1:1: a section is"},
      {"[\"a.b\"]\nx = 1\n", "x.toml:1:1: a section is"},
      {"[[a]]\nx = 1\n", "x.toml:1:1: \"a\" must be"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.text);
    const auto wrong = toml_sections(c.text, "x.toml");
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().text.substr(0, std::string(c.begins).size()), c.begins);
  }
}

}  // namespace
}  // namespace wattlife
