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
    EXPECT_TRUE(row.source.starts_with("https://")) << row.name << " " << row.version;
    EXPECT_GT(row.until, UtcDay{std::chrono::year{2020} / 1 / 1});
    EXPECT_LT(row.until, UtcDay{std::chrono::year{2040} / 1 / 1});
  }
  const auto until = [&](OperatingSystem system) { return supported_until(system, *table); };
  EXPECT_EQ(until({"Windows 10", "22H2", "Professional"}), day_from_iso8601("2025-10-14"));
  EXPECT_EQ(until({"Windows 11", "24H2", "Enterprise"}), day_from_iso8601("2027-10-12"));
  EXPECT_EQ(until({"Debian GNU/Linux", "12", {}}), day_from_iso8601("2028-06-30"));
  EXPECT_EQ(until({"macOS", "15.1", {}}), std::nullopt) << "Apple names no day";
}

// Microsoft ends servicing on the second Tuesday of a month: a slip of a day is seen here.
TEST(OsSupportFile, WindowsEndsOnASecondTuesday) {
  const auto table = built_in_os_support();
  ASSERT_TRUE(table);
  for (const OsSupportRow& row : *table) {
    if (!row.name.starts_with("Windows")) continue;
    const std::chrono::year_month_day date{row.until};
    EXPECT_EQ(std::chrono::weekday{row.until}, std::chrono::Tuesday) << row.version;
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
