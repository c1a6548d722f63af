// SPDX-License-Identifier: EUPL-1.2
#include "platform/os_support_file.h"

#include <gtest/gtest.h>

namespace wattlife {
namespace {

constexpr const char* good =
    "[[system]]\nname = \"Debian GNU/Linux\"\nversion = \"12\"\nuntil = 2028-06-30\n"
    "read = 2026-11-24\nsource = \"here\"\n";

TEST(OsSupportFile, TheBuiltInTableIsSound) {
  const auto table = built_in_os_support();
  ASSERT_TRUE(table) << table.error().text;
  EXPECT_GE(table->size(), 15u);
  for (const OsSupportRow& row : *table) {
    const std::string name = row.name + " " + row.version;
    EXPECT_TRUE(row.source.starts_with("https://")) << name;
    EXPECT_GE(row.read, *day_from_iso8601("2026-01-01")) << name;
    EXPECT_EQ(row.until.has_value(), row.reason.empty()) << name;
    if (!row.until) continue;
    EXPECT_GT(*row.until, *day_from_iso8601("2020-01-01")) << name;
    EXPECT_LT(*row.until, *day_from_iso8601("2040-01-01")) << name;
  }
  const auto until = [&](OperatingSystem system) { return supported_until(system, *table); };
  EXPECT_EQ(until({"Windows 10", "22H2", "Professional"}), day_from_iso8601("2025-10-14"));
  EXPECT_EQ(until({"Windows 11", "24H2", "Enterprise"}), day_from_iso8601("2027-10-12"));
  EXPECT_EQ(until({"Debian GNU/Linux", "12", {}}), day_from_iso8601("2028-06-30"));
  for (const char* version : {"13.7", "14.8.1", "15.1", "26.0"}) {
    EXPECT_EQ(until({"macOS", version, {}}), std::nullopt) << "Apple names no day";
    const auto why = why_not_known({"macOS", version, {}}, *table);
    ASSERT_TRUE(why) << version;
    EXPECT_TRUE(why->starts_with("Apple gives no day")) << version;
  }
  EXPECT_EQ(why_not_known({"macOS", "12.7", {}}, *table), std::nullopt) << "not in the table";
}

// Microsoft ends servicing on the second Tuesday of a month: a slip of a day is seen here.
TEST(OsSupportFile, WindowsEndsOnASecondTuesday) {
  const auto table = built_in_os_support();
  ASSERT_TRUE(table);
  for (const OsSupportRow& row : *table) {
    if (!row.name.starts_with("Windows")) continue;
    const std::chrono::year_month_day date{row.until.value()};
    EXPECT_EQ(std::chrono::weekday{row.until.value()}, std::chrono::Tuesday) << row.version;
    const auto in_month = static_cast<unsigned>(date.day());
    EXPECT_TRUE(in_month >= 8 && in_month <= 14) << row.version;
  }
}

TEST(OsSupportFile, SaysWhatIsWrong) {
  const std::string text = good;
  const auto without = [&](const std::string& part) {
    std::string changed = text;
    return changed.erase(changed.find(part), part.size());
  };
  const struct {
    std::string text;
    const char* says;
  } cases[] = {
      {without("source = \"here\"\n"), "\"source\" is missing"},
      {without("until = 2028-06-30\n"), "\"until\" must be a day"},
      {without("read = 2026-11-24\n"), "\"read\" must be a day"},
      {without("name = \"Debian GNU/Linux\"\n"), "\"name\" is missing"},
      {text + "colour = \"red\"\n", "key \"colour\" is not known"},
      {text + "editions = \"Pro\"\n", "lower case"},
      {text + text, "stands there twice"},
      {text + "reason = \"why\"\n", "\"reason\" stands where"},
      {"[[system]]\nname = \"a\"\nversion = \"1\"\nuntil = \"onbekend\"\nread = 2026-11-24\n"
       "source = \"here\"\n",
       "\"reason\" stands where"},
      {"", "holds no row"},
      {"[[system]", "table.toml:1"},
  };
  for (const auto& c : cases) {
    const auto table = os_support_from(c.text, "table.toml");
    ASSERT_FALSE(table) << c.says;
    EXPECT_EQ(table.error().cause, Cause::malformed);
    EXPECT_NE(table.error().text.find(c.says), std::string::npos) << table.error().text;
  }
  EXPECT_TRUE(os_support_from(good, "table.toml"));
}

}  // namespace
}  // namespace wattlife
