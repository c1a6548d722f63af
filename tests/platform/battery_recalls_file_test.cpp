// SPDX-License-Identifier: EUPL-1.2
#include "platform/battery_recalls_file.h"

#include <gtest/gtest.h>

namespace wattlife {
namespace {

constexpr const char* good =
    "[[recall]]\nid = \"x\"\nmaker = \"Maker\"\npacks = \"A1; A2 ;\"\nday = 2018-01-04\n"
    "look_up = \"there\"\nread = 2026-11-24\nsource = \"here\"\n";

TEST(BatteryRecallsFile, EveryRowNamesItsSourceAndDays) {
  const auto table = built_in_battery_recalls();
  ASSERT_TRUE(table) << table.error().text;
  EXPECT_GE(table->size(), 10U);
  for (const BatteryRecall& row : *table) {
    EXPECT_TRUE(row.source.starts_with("https://") || row.source.starts_with("http://")) << row.id;
    EXPECT_GT(row.day, *day_from_iso8601("2010-01-01")) << row.id;
    EXPECT_GT(row.read, row.day) << row.id;
    EXPECT_FALSE(row.look_up.empty()) << row.id;
    // Short enough to fit anything is no pattern of a notice.
    for (const auto* list : {&row.packs, &row.barcodes, &row.laptops}) {
      for (const std::string& pattern : *list) EXPECT_GE(pattern.size(), 4U) << row.id;
    }
  }
}

TEST(BatteryRecallsFile, ThePacksOfTheNoticesAreFoundAndTheirNeighboursAreNot) {
  const auto table = built_in_battery_recalls();
  ASSERT_TRUE(table);
  const struct {
    const char* maker;
    const char* model;
    const char* pack;
    const char* id;  // empty: none
  } cases[] = {
      {"LENOVO", "ThinkPad X220", "42T4861", "lenovo-2015"},
      {"LENOVO", "ThinkPad X230", "45N1022", "lenovo-2015"},
      {"LENOVO", "ThinkPad Edge E420", "", "lenovo-2015"},
      {"LENOVO", "ThinkPad T480s", "01AV478", ""},
      {"HP", "HP ProBook 650 G2", "RR03XL", "hp-2018"},
      {"HP", "HP ProBook 450 G4", "", "hp-2019"},
      {"HP", "HP ProBook 450 G7", "RH03XL", ""},
      {"HP", "HP EliteBook 840 G7", "SS03XL", ""},
      {"TOSHIBA", "Satellite C55", "G71C000FR210", "toshiba-2017"},
      {"FUJITSU", "LIFEBOOK E752", "", "fujitsu-2018"},
      {"Apple Inc.", "MacBookPro11,4", "", "apple-2019"},
      {"Apple Inc.", "MacBookPro11,3", "", ""},
      {"Dell Inc.", "Latitude 7490", "DELL F3YGT", ""},
  };
  for (const auto& c : cases) {
    Inventory inventory;
    inventory.identity.manufacturer = c.maker;
    inventory.identity.model = c.model;
    inventory.batteries.resize(1);
    inventory.batteries[0].model = c.pack;
    const auto matches = recalls_to_look_up(inventory, *table);
    const std::string id = matches.empty() ? "" : matches.front().id;
    EXPECT_EQ(id, c.id) << c.model;
    EXPECT_LE(matches.size(), 1U) << c.model;
  }
}

TEST(BatteryRecallsFile, AListIsReadPartByPart) {
  const auto table = battery_recalls_from(good, "table.toml");
  ASSERT_TRUE(table) << table.error().text;
  EXPECT_EQ(table->front().packs, (std::vector<std::string>{"A1", "A2"}));
  EXPECT_TRUE(table->front().laptops.empty());
}

TEST(BatteryRecallsFile, SaysWhatIsWrong) {
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
      {without("look_up = \"there\"\n"), "\"look_up\" is missing"},
      {without("maker = \"Maker\"\n"), "\"maker\" is missing"},
      {without("day = 2018-01-04\n"), "\"day\" must be a day"},
      {without("read = 2026-11-24\n"), "\"read\" must be a day"},
      {without("packs = \"A1; A2 ;\"\n"), "names no packs"},
      {text + "colour = \"red\"\n", "key \"colour\" is not known"},
      {text + text, "stands there twice"},
      {"", "holds no row"},
      {"[[recall]", "table.toml:1"},
  };
  for (const auto& c : cases) {
    const auto table = battery_recalls_from(c.text, "table.toml");
    ASSERT_FALSE(table) << c.says;
    EXPECT_EQ(table.error().cause, Cause::malformed);
    EXPECT_NE(table.error().text.find(c.says), std::string::npos) << table.error().text;
  }
}

}  // namespace
}  // namespace wattlife
