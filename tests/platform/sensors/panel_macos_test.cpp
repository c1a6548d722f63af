// SPDX-License-Identifier: EUPL-1.2
#include <gtest/gtest.h>

#include "platform/sensors/decoders.h"
#include "tests/platform/edid_builder.h"
#include "tests/platform/tree_of.h"

namespace wattlife {
namespace {

// The form in which ioreg shows it.
std::string attributes(const std::string& product, const std::string& rest = "") {
  return "{\"ProductAttributes\"={" + product + "}" + rest + "}";
}

TEST(MacPanel, TakesWhatTheFramebufferTells) {
  const auto panel = decode_mac_panel(
      attributes("\"LegacyManufacturerID\"=1552,\"ProductID\"=41034,\"YearOfManufacture\"=2021,"
                 "\"SerialNumber\"=314041,\"WeekOfManufacture\"=8",
                 ",\"NativeFormatHorizontalPixels\"=3024,\"NativeFormatVerticalPixels\"=1964,"
                 "\"MaxHorizontalImageSize\"=30,\"MaxVerticalImageSize\"=20"));
  ASSERT_TRUE(panel) << panel.error().text;
  EXPECT_EQ(*panel, (Panel{"APP", 41034, 361, 3024, 1964, 2021}));
}

TEST(MacPanel, WhatIsNotToldIsNotKnown) {
  const struct {
    const char* what;
    std::string list;
    Panel expected;
  } cases[] = {
      {"as panels of M1 say it",
       attributes("\"ManufacturerID\"=\"00-10-fa\",\"ProductID\"=55204023186497,"
                  "\"LegacyManufacturerID\"=1552"),
       {"APP", {}, {}, {}, {}, {}}},
      {"pixels inside",
       attributes("\"LegacyManufacturerID\"=1552,\"NativeFormatHorizontalPixels\"=2560,"
                  "\"NativeFormatVerticalPixels\"=1600"),
       {"APP", {}, {}, 2560, 1600, {}}},
      {"one side",
       attributes("\"LegacyManufacturerID\"=1552",
                  ",\"NativeFormatVerticalPixels\"=1600,\"MaxVerticalImageSize\"=20"),
       {"APP", {}, {}, {}, {}, {}}},
      {"nonsense",
       attributes("\"LegacyManufacturerID\"=1552,\"ProductID\"=0,\"YearOfManufacture\"=1990",
                  ",\"NativeFormatHorizontalPixels\"=0,\"NativeFormatVerticalPixels\"=1600,"
                  "\"MaxHorizontalImageSize\"=30,\"MaxVerticalImageSize\"=-1"),
       {"APP", {}, {}, {}, {}, {}}},
  };
  for (const auto& c : cases) {
    const auto panel = decode_mac_panel(c.list);
    ASSERT_TRUE(panel) << c.what;
    EXPECT_EQ(*panel, c.expected) << c.what;
  }
}

TEST(MacPanel, AMonitorIsNoPanel) {
  EXPECT_EQ(decode_mac_panel(attributes("\"LegacyManufacturerID\"=7789,\"ProductID\"=23305"))
                .error()
                .cause,
            Cause::absent);
  EXPECT_EQ(decode_mac_panel(attributes("")).error().cause, Cause::absent);
  EXPECT_EQ(decode_mac_panel("x").error().cause, Cause::malformed);
}

TEST(MacPanel, AnEdidGoesFirstAndADesktopHasNone) {
  const auto panel_of = [](Answers answers) {
    std::vector<Fault> faults;
    const auto panel = read_panel_macos(tree_of(std::move(answers), Os::macos), faults);
    return std::pair{panel, faults};
  };
  const std::string lid = attributes("\"LegacyManufacturerID\"=1552");
  EXPECT_EQ(panel_of({}).first, std::nullopt);
  EXPECT_EQ(panel_of({{"ioreg/DisplayAttributes", lid}}).first, std::nullopt);
  EXPECT_EQ(panel_of({{"ioreg/DisplayAttributes", lid}, {"ioreg/AppleSmartBattery", "{}"}})
                .first.value_or(Panel{})
                .maker,
            "APP");
  EXPECT_EQ(panel_of({{"panel/edid", edid_block()},
                      {"ioreg/DisplayAttributes", lid},
                      {"ioreg/AppleSmartBattery", "{}"}})
                .first.value_or(Panel{})
                .maker,
            "LGD");
  const auto broken = panel_of({{"panel/edid", "x"},
                                {"ioreg/DisplayAttributes", Cause::busy},
                                {"ioreg/AppleSmartBattery", "{}"}});
  EXPECT_EQ(broken.first, std::nullopt);
  EXPECT_EQ(broken.second, (std::vector<Fault>{{"panel/edid", Cause::malformed},
                                               {"ioreg/DisplayAttributes", Cause::busy}}));
}

}  // namespace
}  // namespace wattlife
