// SPDX-License-Identifier: EUPL-1.2
#include "core/battery_recall.h"

#include <gtest/gtest.h>

namespace wattlife {
namespace {

const UtcDay notice = *day_from_iso8601("2018-01-04");

std::vector<BatteryRecall> rows() {
  BatteryRecall by_number;
  by_number.id = "by-number";
  by_number.maker = "Lenovo";
  by_number.packs = {"42T4695", "45N1022"};
  by_number.laptops = {"ThinkPad T410"};
  by_number.day = notice;
  by_number.look_up = "https://maker.example";
  BatteryRecall by_code;
  by_code.id = "by-code";
  by_code.maker = "HP";
  by_code.barcodes = {"6BZLU"};
  BatteryRecall by_type;
  by_type.id = "by-type";
  by_type.maker = "HP";
  by_type.laptops = {"ProBook 64? G2"};
  return {by_number, by_code, by_type};
}

Inventory laptop(const char* maker, const char* model, const char* pack, const char* serial) {
  Inventory inventory;
  inventory.identity.manufacturer = maker;
  inventory.identity.model = model;
  Battery battery;
  battery.name = "BAT0";
  if (pack != nullptr) battery.model = pack;
  if (serial != nullptr) battery.serial = serial;
  inventory.batteries = {battery};
  return inventory;
}

TEST(BatteryRecall, MatchesWhatTheNoticeNamesAndNothingElse) {
  const struct {
    const char* maker;
    const char* model;
    const char* pack;
    const char* serial;
    std::vector<std::string> ids;
    bool of_pack;
  } cases[] = {
      {"LENOVO", "ThinkPad X200", "42T4695", nullptr, {"by-number"}, true},
      {"LENOVO", "ThinkPad X200", "42t4695 ", nullptr, {"by-number"}, true},
      {"LENOVO", "ThinkPad T410", "42T9999", nullptr, {"by-number"}, false},
      {"LENOVO", "ThinkPad T410", nullptr, nullptr, {"by-number"}, false},
      {"LENOVO", "ThinkPad T410s", "42T9999", nullptr, {}, false},
      {"LENOVO", "ThinkPad X200", "42T469", nullptr, {}, false},
      {"Dell Inc.", "ThinkPad T410", "42T4695", nullptr, {}, false},
      {"HP", "HP 250 G4", nullptr, "6BZLU1234", {"by-code"}, true},
      {"HP", "HP 250 G4", "6BZLU1234", nullptr, {}, false},
      {"HP", "HP ProBook 645 G2", "CI03XL", "123", {"by-type"}, false},
      {"HP", "HP ProBook 645 G2 Notebook PC", "CI03XL", "123", {"by-type"}, false},
      {"HP", "HP ProBook 6450 G2", "CI03XL", "123", {}, false},
      {"HP", "HP ProBook 645 G3", "CI03XL", "123", {}, false},
      {"HP", "ProBook", "CI03XL", "123", {}, false},
  };
  for (const auto& c : cases) {
    const auto matches = recalls_to_look_up(laptop(c.maker, c.model, c.pack, c.serial), rows());
    std::vector<std::string> ids;
    for (const RecallMatch& match : matches) {
      ids.push_back(match.id);
      EXPECT_EQ(match.of_pack, c.of_pack) << c.model;
      EXPECT_EQ(match.battery, "BAT0");
    }
    EXPECT_EQ(ids, c.ids) << c.model << ", " << (c.pack == nullptr ? "" : c.pack);
  }
}

TEST(BatteryRecall, SaysOfWhenTheNoticeIsAndWhereToLook) {
  const auto matches = recalls_to_look_up(laptop("Lenovo", "x", "45N1022", nullptr), rows());
  EXPECT_EQ(
      matches,
      (std::vector<RecallMatch>{{"by-number", "BAT0", true, notice, "https://maker.example"}}));
}

TEST(BatteryRecall, APlaceWithoutAPackAndAMachineWithoutANameMatchNothing) {
  Inventory inventory = laptop("Lenovo", "ThinkPad T410", "42T4695", nullptr);
  inventory.batteries[0].present = false;
  EXPECT_TRUE(recalls_to_look_up(inventory, rows()).empty());
  inventory.batteries[0].present = true;
  EXPECT_EQ(recalls_to_look_up(inventory, rows()).size(), 1U);
  EXPECT_TRUE(recalls_to_look_up(inventory, {}).empty());
  inventory.identity = {};
  EXPECT_TRUE(recalls_to_look_up(inventory, rows()).empty());
}

TEST(BatteryRecall, TwoPacksAreToldApart) {
  Inventory inventory = laptop("Lenovo", "ThinkPad X200", "42T4695", nullptr);
  inventory.batteries.push_back(inventory.batteries[0]);
  inventory.batteries[1].name = "BAT1";
  inventory.batteries[1].model = "45N1023";
  const auto matches = recalls_to_look_up(inventory, rows());
  ASSERT_EQ(matches.size(), 1U);
  EXPECT_EQ(matches[0].battery, "BAT0");
}

}  // namespace
}  // namespace wattlife
