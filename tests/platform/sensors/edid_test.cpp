// SPDX-License-Identifier: EUPL-1.2
#include <gtest/gtest.h>

#include "platform/sensors/decoders.h"
#include "tests/platform/edid_builder.h"

namespace wattlife {
namespace {

TEST(Edid, ReadsTheInternalPanel) {
  const auto panel = decode_edid(edid_block());
  ASSERT_TRUE(panel) << panel.error().text;
  EXPECT_EQ(panel->maker, "LGD");
  EXPECT_EQ(panel->product, 0x05E5);
  EXPECT_EQ(panel->diagonal_mm, 355) << "14.0 inch";
  EXPECT_EQ(panel->width_px, 1920);
  EXPECT_EQ(panel->height_px, 1080);
  EXPECT_EQ(panel->year, 2018);
}

// Two panels of one type are the same value, whatever their number and week.
TEST(Edid, NeverTakesTheSerialNumberOrTheWeek) {
  std::string named = edid_block({{12, 99}, {13, 98}, {14, 97}, {15, 96}, {16, 50}});
  named.replace(72, 18, std::string("\0\0\0\xFF\0", 5) + "SERIAL-12345\n");
  set_edid_checksum(named);
  EXPECT_EQ(*decode_edid(named), *decode_edid(edid_block()));
}

TEST(Edid, WhatIsNotWrittenIsNotKnown) {
  const struct {
    const char* what;
    std::vector<std::pair<std::size_t, unsigned>> changes;
    Panel expected;
  } cases[] = {
      {"no letters", {{8, 0}, {9, 0}}, {{}, 0x05E5, 355, 1920, 1080, 2018}},
      {"a fourth kind of letter", {{8, 0x7F}, {9, 0xFF}}, {{}, 0x05E5, 355, 1920, 1080, 2018}},
      {"no product", {{10, 0}, {11, 0}}, {"LGD", {}, 355, 1920, 1080, 2018}},
      {"no year", {{17, 0}}, {"LGD", 0x05E5, 355, 1920, 1080, {}}},
      {"a model year", {{16, 255}, {17, 34}}, {"LGD", 0x05E5, 355, 1920, 1080, 2024}},
      {"no timing", {{54, 0}, {55, 0}}, {"LGD", 0x05E5, 354, {}, {}, 2018}},
      {"no millimetres", {{66, 0}, {67, 0}, {68, 0}}, {"LGD", 0x05E5, 354, 1920, 1080, 2018}},
      {"an aspect ratio instead of a size",
       {{66, 0}, {67, 0}, {68, 0}, {21, 79}, {22, 0}},
       {"LGD", 0x05E5, {}, 1920, 1080, 2018}},
  };
  for (const auto& c : cases) {
    const auto panel = decode_edid(edid_block(c.changes));
    ASSERT_TRUE(panel) << c.what;
    EXPECT_EQ(*panel, c.expected) << c.what;
  }
}

TEST(Edid, IsRefusedWhenItIsNone) {
  std::string bent = edid_block();
  bent[60] ^= 1;
  const struct {
    const char* why;
    std::string bytes;
  } cases[] = {
      {"bytes", edid_block().substr(0, 127)},
      {"does not begin", edid_block({{0, 1}})},
      {"checksum", bent},
      {"older", edid_block({{19, 2}})},
      {"older", edid_block({{18, 2}, {19, 0}})},
      {"bytes", ""},
  };
  for (const auto& c : cases) {
    const auto panel = decode_edid(c.bytes);
    ASSERT_FALSE(panel) << c.why;
    EXPECT_EQ(panel.error().cause, Cause::malformed);
    EXPECT_NE(panel.error().text.find(c.why), std::string::npos) << panel.error().text;
  }
}

TEST(Edid, ExtensionsAreNotLookedAt) {
  EXPECT_EQ(*decode_edid(edid_block() + std::string(128, '\x55')), *decode_edid(edid_block()));
}

}  // namespace
}  // namespace wattlife
