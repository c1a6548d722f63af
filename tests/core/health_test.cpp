// SPDX-License-Identifier: EUPL-1.2
#include "core/health.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace wattlife {
namespace {

using Reasons = std::vector<std::string>;

Battery battery(std::optional<std::int64_t> design_mwh, std::optional<std::int64_t> full_mwh) {
  Battery made;
  made.name = "BAT0";
  if (design_mwh) made.design = milliwatt_hours(*design_mwh);
  if (full_mwh) made.full = milliwatt_hours(*full_mwh);
  return made;
}

TEST(Health, battery_health_is_what_the_gauge_says) {
  EXPECT_EQ(battery_health(battery(50'000, 41'600)), Ratio{832});
  EXPECT_EQ(battery_health(battery(50'000, 54'500)), Ratio{1090}) << "above design is kept";
  EXPECT_EQ(battery_health(battery(60'000, 1)), Ratio{0});
}

TEST(Health, battery_health_is_unknown_rather_than_zero) {
  EXPECT_FALSE(battery_health(battery({}, 41'600)));
  EXPECT_FALSE(battery_health(battery(50'000, {})));
  EXPECT_FALSE(battery_health(battery(0, 41'600)));
  EXPECT_FALSE(battery_health(battery(50'000, 0)));
  EXPECT_FALSE(battery_health(battery(-50'000, -50'000)));
}

struct BatteryCase {
  const char* name;
  std::optional<std::int64_t> full_mwh;  // of 60,000
  Verdict verdict;
  Reasons reasons;
};

TEST(Health, judge_battery_at_each_threshold) {
  const BatteryCase cases[] = {
      {"85.0 % is good", 51'000, Verdict::good, {}},
      {"84.9 % is watched", 50'940, Verdict::watch, {"below_good_threshold"}},
      {"75.0 % is watched", 45'000, Verdict::watch, {"below_good_threshold"}},
      {"74.9 %: one reading does not say replace",
       44'940,
       Verdict::watch,
       {"below_replace_threshold"}},
      {"20.0 % is believed", 12'000, Verdict::watch, {"below_replace_threshold"}},
      {"19.9 % is not believed", 11'940, Verdict::unknown, {"gauge_suspect"}},
      {"100.1 % is good, over design", 60'060, Verdict::good, {"over_design"}},
      {"120.0 % is believed", 72'000, Verdict::good, {"over_design"}},
      {"120.1 % is not believed", 72'060, Verdict::unknown, {"gauge_suspect"}},
      {"exactly the design: never learned", 60'000, Verdict::unknown, {"unlearned"}},
      {"no full charge", std::nullopt, Verdict::unknown, {"capacity_unknown"}},
  };
  for (const BatteryCase& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(judge_battery(battery(60'000, c.full_mwh)), (Judgement{c.verdict, c.reasons}));
  }
}

TEST(Health, an_absent_pack_is_unknown_never_good) {
  Battery absent = battery(60'000, 58'000);
  absent.present = false;
  EXPECT_EQ(judge_battery(absent), (Judgement{Verdict::unknown, {"no_battery"}}));
}

TEST(Health, a_charge_limit_is_told) {
  Battery limited = battery(60'000, 55'000);
  limited.charge_limit = Ratio{800};
  EXPECT_EQ(judge_battery(limited), (Judgement{Verdict::good, {"charge_limited"}}));
  limited.charge_limit = Ratio{1000};
  EXPECT_EQ(judge_battery(limited), (Judgement{Verdict::good, {}}));
}

struct DiskCase {
  const char* name;
  void (*set)(Disk&);
  Verdict verdict;
  Reasons reasons;
};

TEST(Health, judge_nvme) {
  const DiskCase cases[] = {
      {"nothing told", [](Disk&) {}, Verdict::unknown, {"no_health_data"}},
      {"hours alone tell no health",
       [](Disk& d) { d.power_on_hours = 9'000; },
       Verdict::unknown,
       {"no_health_data"}},
      {"no warning", [](Disk& d) { d.critical_warning = 0; }, Verdict::good, {}},
      {"spare bit",
       [](Disk& d) { d.critical_warning = 1; },
       Verdict::fail,
       {"spare_below_threshold"}},
      {"hot now", [](Disk& d) { d.critical_warning = 2; }, Verdict::good, {"hot_now"}},
      {"reliability",
       [](Disk& d) { d.critical_warning = 4; },
       Verdict::fail,
       {"reliability_degraded"}},
      {"read only", [](Disk& d) { d.critical_warning = 8; }, Verdict::fail, {"read_only"}},
      {"backup", [](Disk& d) { d.critical_warning = 16; }, Verdict::watch, {"backup_failed"}},
      {"99 % used", [](Disk& d) { d.percentage_used = 99; }, Verdict::good, {}},
      {"100 % used", [](Disk& d) { d.percentage_used = 100; }, Verdict::watch, {"beyond_rating"}},
      {"255 % used", [](Disk& d) { d.percentage_used = 255; }, Verdict::watch, {"beyond_rating"}},
      {"spare at its threshold",
       [](Disk& d) { d.available_spare = 10, d.spare_threshold = 10; },
       Verdict::good,
       {}},
      {"spare below it",
       [](Disk& d) { d.available_spare = 9, d.spare_threshold = 10; },
       Verdict::fail,
       {"spare_below_threshold"}},
      {"spare without threshold", [](Disk& d) { d.available_spare = 0; }, Verdict::good, {}},
      {"media errors", [](Disk& d) { d.media_errors = 1; }, Verdict::watch, {"media_errors"}},
      {"a failure outranks what comes after",
       [](Disk& d) { d.critical_warning = 4, d.media_errors = 1; },
       Verdict::fail,
       {"reliability_degraded", "media_errors"}},
  };
  for (const DiskCase& c : cases) {
    SCOPED_TRACE(c.name);
    Disk disk;
    c.set(disk);
    EXPECT_EQ(judge_disk(disk), (Judgement{c.verdict, c.reasons}));
  }
}

TEST(Health, judge_ata) {
  const DiskCase cases[] = {
      {"all zero",
       [](Disk& d) { d.reallocated = 0, d.pending = 0, d.uncorrectable = 0; },
       Verdict::good,
       {}},
      {"reallocated", [](Disk& d) { d.reallocated = 1; }, Verdict::watch, {"reallocated_sectors"}},
      {"pending", [](Disk& d) { d.pending = 3; }, Verdict::watch, {"pending_sectors"}},
      {"uncorrectable",
       [](Disk& d) { d.uncorrectable = 3; },
       Verdict::watch,
       {"uncorrectable_errors"}},
  };
  for (const DiskCase& c : cases) {
    SCOPED_TRACE(c.name);
    Disk disk;
    disk.kind = DiskKind::ata;
    c.set(disk);
    EXPECT_EQ(judge_disk(disk), (Judgement{c.verdict, c.reasons}));
  }
}

}  // namespace
}  // namespace wattlife
