// SPDX-License-Identifier: EUPL-1.2
#include "core/ata_health.h"

#include <gtest/gtest.h>

#include "core/health.h"

namespace wattlife {
namespace {

using Reasons = std::vector<std::string>;

AtaAttribute attribute(int id, std::uint64_t raw, int value = 100) {
  return {id, false, value, value, std::nullopt, raw};
}

Disk disk_of(const AtaReport& report, const DriveTable& table = {}) {
  Disk disk;
  disk.kind = DiskKind::ata;
  add_ata_health(report, table, disk);
  return disk;
}

TEST(AtaHealth, patterns) {
  EXPECT_TRUE(fits("ST*", "ST500NM0011"));
  EXPECT_TRUE(fits("*", ""));
  EXPECT_TRUE(fits("INTEL SSDSC2BB???G?", "intel ssdsc2bb240g7"));
  EXPECT_TRUE(fits("*GMTS*", "TS32GMTS400"));
  EXPECT_TRUE(fits("a*b*c", "abxbc"));
  EXPECT_FALSE(fits("ST*", "WDC ST"));
  EXPECT_FALSE(fits("ST?", "ST"));
  EXPECT_FALSE(fits("", "x"));
  EXPECT_FALSE(fits("a*b*c", "abxb"));
}

TEST(AtaHealth, meanings_by_name) {
  EXPECT_EQ(meaning_from("half_minutes"), Meaning::half_minutes);
  EXPECT_EQ(meaning_from("percent_left_raw"), Meaning::percent_left_raw);
  EXPECT_EQ(meaning_from("wear"), std::nullopt);
}

TEST(Traps, Trap24_attribute_202_has_opposite_meanings_and_none_without_a_row) {
  const DriveTable table = {
      {"Used*", DriveMedium::solid_state, {{202, Meaning::percent_used_raw}}},
      {"Left*", DriveMedium::solid_state, {{202, Meaning::percent_left_raw}}}};
  AtaReport report;
  report.medium = DriveMedium::solid_state;
  report.attributes = {attribute(202, 30)};
  report.model = "Used 1";
  EXPECT_EQ(disk_of(report, table).percentage_used, 30);
  report.model = "Left 1";
  EXPECT_EQ(disk_of(report, table).percentage_used, 70);
  report.model = "Third 1";
  EXPECT_EQ(disk_of(report, table), disk_of({})) << "raw only, nothing derived";
}

TEST(AtaHealth, a_solid_state_drive_without_a_row_derives_nothing) {
  AtaReport report{"X", DriveMedium::solid_state, {}, {}, {}};
  for (int id = 1; id < 256; ++id) report.attributes.push_back(attribute(id, 7));
  const Disk disk = disk_of(report);
  Disk nothing;
  nothing.kind = DiskKind::ata;
  EXPECT_EQ(disk, nothing);
  EXPECT_EQ(judge_disk(disk).verdict, Verdict::unknown);
}

TEST(AtaHealth, five_counts_of_a_hard_disk_need_no_row) {
  const std::pair<int, const char*> cases[] = {{5, "reallocated_sectors"},
                                               {187, "media_errors"},
                                               {188, "command_timeouts"},
                                               {197, "pending_sectors"},
                                               {198, "uncorrectable_errors"}};
  for (const DriveMedium medium : {DriveMedium::rotating, DriveMedium::unknown}) {
    for (const auto& [id, reason] : cases) {
      AtaReport report{"X", medium, {}, {}, {}};
      for (const auto& [other, unused] : cases) report.attributes.push_back(attribute(other, 0));
      EXPECT_EQ(judge_disk(disk_of(report)), (Judgement{Verdict::good, {}}));
      for (AtaAttribute& a : report.attributes) a.raw = a.id == id ? 1 : 0;
      EXPECT_EQ(judge_disk(disk_of(report)), (Judgement{Verdict::watch, {reason}})) << id;
    }
  }
}

TEST(AtaHealth, packed_raws) {
  EXPECT_EQ(count_in_raw(0), 0);
  EXPECT_EQ(count_in_raw(1760), 1760);
  EXPECT_EQ(count_in_raw(8'590'065'666), 2) << "Seagate 188: 2 2 2";
  EXPECT_EQ(count_in_raw(51'540'393'996), 12) << "Seagate 188: 12 12 12";
  EXPECT_EQ(count_in_raw(8'589'934'592'000), 0) << "Fujitsu 5: 0 (2000 0)";
  EXPECT_EQ(count_in_raw((std::uint64_t{5} << 16) + 53'045), 53'045) << "Seagate 5: 53045 (0 5)";
}

TEST(AtaHealth, hours_have_the_unit_of_the_model) {
  struct Case {
    Meaning meaning;
    std::uint64_t raw;
    std::optional<std::int64_t> hours;
  };
  const Case cases[] = {
      {Meaning::hours, 68'060, 68'060},
      {Meaning::hours, 167'031'278'144'165, 2'725},  // 2725 (151 234 0)
      {Meaning::hours, 598'640, std::nullopt},       // 68 years
      {Meaning::minutes, 121'017, 2'016},
      {Meaning::half_minutes, 557'429, 4'645},
      {Meaning::seconds, 7'200, 2},
      {Meaning::hours_and_milliseconds, (std::uint64_t{0x1234} << 32) + 15'820, 15'820},
      {Meaning::ignored, 100, std::nullopt},
      {Meaning::count, 100, std::nullopt},
  };
  for (const Case& c : cases) {
    const DriveTable table = {{"*", DriveMedium::rotating, {{9, c.meaning}}}};
    AtaReport report{"X", DriveMedium::rotating, {attribute(9, c.raw)}, {}, {}};
    EXPECT_EQ(disk_of(report, table).power_on_hours, c.hours) << c.raw;
  }
  AtaReport report{"X", DriveMedium::rotating, {attribute(9, 100)}, {}, {}};
  EXPECT_EQ(disk_of(report).power_on_hours, std::nullopt) << "no row, no unit";
}

TEST(AtaHealth, device_statistics_go_before_attributes) {
  const DriveTable table = {{"*",
                             DriveMedium::solid_state,
                             {{5, Meaning::count},
                              {9, Meaning::hours},
                              {187, Meaning::count},
                              {233, Meaning::percent_left_normalised}}}};
  AtaReport report{"X",
                   DriveMedium::solid_state,
                   {attribute(5, 3), attribute(9, 10), attribute(187, 4), attribute(233, 0, 69)},
                   {},
                   {}};
  EXPECT_EQ(disk_of(report, table).percentage_used, 31);
  report.statistics = {11, 12, 13, 14, 127, 40};
  const Disk disk = disk_of(report, table);
  EXPECT_EQ(disk.percentage_used, 127) << "may exceed 100";
  EXPECT_EQ(disk.power_on_hours, 11);
  EXPECT_EQ(disk.reallocated, 13);
  EXPECT_EQ(disk.media_errors, 14);
  EXPECT_EQ(judge_disk(disk).verdict, Verdict::watch);
}

TEST(AtaHealth, a_drive_that_says_it_fails_fails) {
  AtaReport report{"X", DriveMedium::solid_state, {attribute(5, 0)}, {}, false};
  EXPECT_EQ(judge_disk(disk_of(report)), (Judgement{Verdict::fail, {"self_assessment_failed"}}));
  report.passed = true;
  EXPECT_EQ(judge_disk(disk_of(report)).verdict, Verdict::unknown) << "no news is not good news";
  report.attributes = {{1, true, 16, 16, 16, 0}};
  EXPECT_EQ(judge_disk(disk_of(report)).verdict, Verdict::fail) << "at its threshold";
}

TEST(AtaHealth, thresholds) {
  struct Case {
    int value;
    std::optional<int> threshold;
    bool failed;
  };
  const Case cases[] = {{16, 16, true},    {15, 16, true},           {17, 16, false},
                        {1, 0, false},     {1, std::nullopt, false}, {0, 16, false},
                        {254, 255, false}, {1, 254, false}};
  for (const Case& c : cases) {
    const AtaReport report{
        "X", DriveMedium::rotating, {{1, true, c.value, c.value, c.threshold, 0}}, {}, {}};
    EXPECT_EQ(!failed_attributes(report).empty(), c.failed) << c.value;
  }
}

}  // namespace
}  // namespace wattlife
