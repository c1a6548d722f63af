// SPDX-License-Identifier: EUPL-1.2
#include "agent/due_reports.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "tests/agent/examples.h"

namespace wattlife {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

constexpr PeriodLength week = PeriodLength::week;
const UtcTime monday = utc("2026-11-09T00:00:00Z");
const UtcDay today = std::chrono::floor<days>(monday);

Samples samples_of(std::vector<UtcTime> slots, std::int64_t first_row = 1) {
  Samples samples;
  samples.store_id = Id128(16, 's');
  for (const UtcTime slot : slots) samples.windows.push_back({first_row++, window(slot, 1000)});
  return samples;
}

std::vector<DueReport> due(const Samples& samples, UtcTime now, const Reported& reported = {}) {
  return due_reports(samples, std::nullopt, reported, now, week);
}

// --- Energy --------------------------------------------------------------------------------------

TEST(DueReports, ASummaryOnlyOfAPeriodThatIsOverAndLeftBehindByTheSampler) {
  const UtcTime end = monday + days(7);
  struct Case {
    const char* name;
    std::vector<UtcTime> slots;
    UtcTime now;
    std::size_t want;
  };
  const Case cases[] = {
      {"nothing measured", {}, end + days(1), 0},
      {"in the middle of the period", {monday, monday + hours(5)}, monday + hours(6), 0},
      {"over, but the sampler has not come past its end", {monday}, end + days(1), 0},
      {"just over", {monday, end}, end + minutes(14), 0},
      {"over", {monday, end}, end + minutes(15), 1},
      {"two periods", {monday, end, end + days(7)}, end + days(8), 2},
      {"a period without any row between", {monday, end + days(7)}, end + days(8), 1},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(due(samples_of(c.slots), c.now).size(), c.want);
  }
}

TEST(DueReports, PeriodsAreCutAtTheEndOfAMonthAndOldestFirst) {
  const Samples samples = samples_of({utc("2026-11-29T23:45:00Z"), utc("2026-11-30T12:00:00Z"),
                                      utc("2026-12-01T00:00:00Z"), utc("2026-12-07T00:00:00Z")});
  const auto reports = due(samples, utc("2026-12-07T01:00:00Z"));
  ASSERT_EQ(reports.size(), 3U);
  EXPECT_EQ(to_iso8601(reports[0].summary->period.begin), "2026-11-23");
  EXPECT_EQ(to_iso8601(reports[1].summary->period.begin), "2026-11-30");
  EXPECT_EQ(to_iso8601(reports[1].summary->period.end), "2026-12-01");
  EXPECT_EQ(to_iso8601(reports[2].summary->period.end), "2026-12-07");
  EXPECT_EQ(reports[1].rows, (std::vector<RowRange>{{2, 2}}));
}

TEST(DueReports, RowsThatComeLaterForAReportedPeriodBecomeAFurtherReport) {
  // Rows 1-3; then the clock was set back a week: row 4; then forward: 5.
  const Samples samples = samples_of({monday, monday + days(7), monday + days(7) + hours(1),
                                      monday + hours(2), monday + days(14)});
  Reported reported;
  reported.rows = {{1, 1}};
  const auto reports = due(samples, monday + days(15), reported);
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_EQ(reports[0].summary->period.begin, today);
  // Row 4 is of the first week, and so are the two that were measured before it.
  EXPECT_EQ(reports[0].rows, (std::vector<RowRange>{{2, 4}}));
}

TEST(DueReports, ASmallSetBackKeepsItsLabels) {
  const Samples samples = samples_of({monday + hours(3), monday + hours(1), monday + days(7)});
  const auto slots = credible_slots(samples.windows, monday + days(8));
  EXPECT_EQ(slots[0], monday + hours(3));
  EXPECT_EQ(slots[1], monday + hours(1));
}

TEST(DueReports, RowsLabelledByAWrongClockTakeTheirPlaceBeforeTheFirstRightOne) {
  const UtcTime future = utc("2036-05-01T00:00:00Z");
  const UtcTime past = utc("1970-01-01T00:00:00Z");
  struct Case {
    const char* name;
    std::vector<UtcTime> slots;
    std::vector<std::optional<UtcTime>> want;
  };
  const Case cases[] = {
      {"a clock years ahead, then set",
       {future, future + hours(1), monday},
       {monday - hours(1), monday, monday}},
      {"a clock that begins in 1970, then set",
       {past, past + quarter_hour, monday},
       {monday - quarter_hour, monday, monday}},
      {"not set yet", {monday, future}, {monday, std::nullopt}},
      {"never set", {past, past + hours(1)}, {std::nullopt, std::nullopt}},
      {"reset at every start",
       {past, past + hours(1), past, past + hours(2), monday},
       {monday - hours(3), monday - hours(2), monday - hours(2), monday, monday}},
      {"right before and after",
       {monday - hours(5), future, monday},
       {monday - hours(5), monday, monday}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(credible_slots(samples_of(c.slots).windows, monday + hours(1)), c.want);
  }
}

TEST(DueReports, AWrongClockKeepsRowsWaitingAndLosesNone) {
  const UtcTime future = utc("2036-05-01T00:00:00Z");
  Samples samples = samples_of({monday, future, future + quarter_hour});
  EXPECT_TRUE(due(samples, monday + days(8)).empty());
  samples = samples_of({monday, future, future + quarter_hour, monday + days(7)});
  const auto reports = due(samples, monday + days(8));
  ASSERT_EQ(reports.size(), 1U);
  samples =
      samples_of({monday, future, future + quarter_hour, monday + days(7), monday + days(14)});
  Reported reported;
  reported.rows = reports[0].rows;
  const auto later = due(samples, monday + days(15), reported);
  std::int64_t counted = 0;
  for (const auto* list : {&reports, &later}) {
    for (const DueReport& report : *list) {
      for (const RowRange& range : report.rows) counted += range.last - range.first + 1;
    }
  }
  EXPECT_EQ(counted, 4);
}

// Rows arrive over a year with clocks that jump; the agent runs at random moments. In the end each
// row is in exactly one report, and the energy in the reports is the energy in the rows.
TEST(DueReports, LawEveryRowIsInExactlyOneReport) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    const auto below = [&](std::uint64_t limit) {
      return static_cast<std::int64_t>(random() % limit);
    };
    Samples samples;
    samples.store_id = Id128(16, 's');
    Reported reported;
    std::set<std::int64_t> counted;
    Energy in_rows, in_reports;
    UtcTime now = monday;
    const auto run_agent = [&] {
      for (const DueReport& report : due(samples, now, reported)) {
        for (const RowRange& range : report.rows) {
          for (std::int64_t row = range.first; row <= range.last; ++row) {
            EXPECT_TRUE(counted.insert(row).second) << "row " << row << " counted twice";
          }
          reported.rows.push_back(range);
        }
        for (const EnergyRow& row : report.summary->energy) in_reports += row.device->energy;
      }
    };
    for (std::int64_t row = 1; row <= 1500; ++row) {
      now += quarter_hour + (below(30) == 0 ? hours(below(60)) : hours(0));
      if (below(200) == 0) now -= hours(below(24 * 9));     // set back
      if (below(400) == 0) now += hours(24 * below(4000));  // wildly wrong for a while
      if (below(40) == 0) now = std::min(now, monday + hours(6 * row));
      const Window added = window(quarter_start(now), 1 + below(1000));
      in_rows += added.device->energy;
      samples.windows.push_back({row, added});
      if (below(20) == 0) run_agent();
    }
    // The clock is right at last, and two more weeks pass.
    now = monday + hours(6 * 1500) + days(30);
    for (std::int64_t row = 1501; row <= 1503; ++row) {
      const Window added = window(quarter_start(now), 7);
      in_rows += added.device->energy;
      samples.windows.push_back({row, added});
      now += days(7);
    }
    run_agent();
    EXPECT_EQ(counted.size(), 1502U) << "all but the row of the period that still runs";
    EXPECT_EQ(in_reports + Energy{7}, in_rows);
  }
}

// --- Inventory -----------------------------------------------------------------------------------

Shipped shipped(const Inventory& inventory) {
  const Result<Shipped> shipped = as_shipped(inventory);
  EXPECT_TRUE(shipped) << shipped.error().text;
  return shipped ? *shipped : Shipped{};
}

Reported after_sending(const Inventory& inventory) {
  Reported reported;
  reported.inventory = shipped(inventory).inventory;
  reported.serials = shipped(inventory).serials;
  reported.inventory_day = today;
  reported.counters_day = today;  // as a program of before left it
  return reported;
}

TEST(DueReports, TheFirstReportIsTheInventoryAtOnceWithoutSerials) {
  const auto reports = due_reports(samples_of({}), shipped(laptop()), {}, monday, week);
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_FALSE(reports[0].summary);
  EXPECT_EQ(reports[0].inventory->identity.model, "ThinkPad T480");
  EXPECT_EQ(reports[0].inventory->identity.serial, std::nullopt);
  EXPECT_EQ(reports[0].inventory->disks[0].power_on_hours, 1200);
  EXPECT_EQ(reports[0].counters.size(), 2U);
  for (const SentCounter& row : reports[0].counters) EXPECT_EQ(row.day, today) << row.counter;
  EXPECT_FALSE(reports[0].serials) << "they went with the enrolment";
}

TEST(DueReports, TheInventoryGoesAgainOnlyForWhatMatters) {
  struct Case {
    const char* name;
    int days_later;
    void (*change)(Inventory&);
    bool want;
  };
  const Case cases[] = {
      {"nothing", 400, [](Inventory&) {}, false},
      {"charge and power", 400,
       [](Inventory& i) {
         i.batteries[0].now = milliwatt_hours(1);
         i.batteries[0].power = watts(5);
       },
       false},
      {"hours, in the first two digits", 30,
       [](Inventory& i) {
         i.disks[0].power_on_hours = 1900;
         i.batteries[0].cycles = 400;
       },
       false},
      {"hours, after 13 weeks", 91, [](Inventory& i) { i.disks[0].power_on_hours = 1900; }, true},
      {"hours, in the third digit", 91, [](Inventory& i) { i.disks[0].power_on_hours = 1250; },
       false},
      {"capacity, the next day", 1,
       [](Inventory& i) { i.batteries[0].full = milliwatt_hours(49'500); }, false},
      {"capacity, a week later", 7,
       [](Inventory& i) { i.batteries[0].full = milliwatt_hours(49'500); }, true},
      {"a verdict, at once", 0, [](Inventory& i) { i.batteries[0].full = milliwatt_hours(30'000); },
       true},
      {"an error counter, at once", 0, [](Inventory& i) { i.disks[0].media_errors = 1; }, true},
      {"a drive less, at once", 0, [](Inventory& i) { i.disks.clear(); }, true},
      {"a pack more, at once", 0, [](Inventory& i) { i.batteries.push_back({}); }, true},
      {"memory, at once", 0, [](Inventory& i) { i.identity.memory_mib = 8192; }, true},
      {"the clock was set back a year", -365,
       [](Inventory& i) { i.batteries[0].full = milliwatt_hours(49'500); }, true},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    Inventory changed = laptop();
    c.change(changed);
    const auto next =
        next_inventory(after_sending(laptop()), shipped(changed), today + days(c.days_later));
    EXPECT_EQ(next.has_value(), c.want);
  }
}

// A drive is frozen by the firmware at a start and mostly not after sleep.
TEST(DueReports, WhetherADriveIsFrozenWaitsForAWeekAndWhetherItIsLockedDoesNot) {
  Inventory erasable = laptop();
  erasable.provision.drive_erase = {{"sda", false, true, false, true, true, false, false}};
  const auto made = [&](const Inventory& inventory) {
    return *as_shipped(inventory, newest_data_list);
  };
  Reported reported;
  const auto first = next_inventory(reported, made(erasable), today);
  ASSERT_TRUE(first);
  reported.inventory = first->inventory;
  reported.inventory_day = today;
  reported.counters = first->counters;
  erasable.provision.drive_erase[0].frozen = true;
  EXPECT_FALSE(next_inventory(reported, made(erasable), today + days(6)));
  const auto later = next_inventory(reported, made(erasable), today + days(7));
  ASSERT_TRUE(later);
  EXPECT_TRUE(later->inventory.provision.drive_erase.at(0).frozen);
  erasable.provision.drive_erase[0].locked = true;
  EXPECT_TRUE(next_inventory(reported, made(erasable), today));
}

TEST(DueReports, UseCountersAreRenewedAtMostEveryThirteenWeeks) {
  Inventory changed = laptop();
  changed.disks[0].media_errors = 3;
  changed.disks[0].power_on_hours = 2345;
  changed.batteries[0].cycles = 300;
  changed.disks.push_back(changed.disks[0]);
  changed.disks[1].name = "nvme1";
  const Reported reported = after_sending(laptop());
  const auto soon = next_inventory(reported, shipped(changed), today + days(10));
  ASSERT_TRUE(soon);
  EXPECT_EQ(soon->inventory.disks[0].media_errors, 3);
  EXPECT_EQ(soon->inventory.disks[0].power_on_hours, 1200);
  EXPECT_EQ(soon->inventory.batteries[0].cycles, 230);
  EXPECT_EQ(soon->inventory.disks[1].power_on_hours, 2300) << "a drive that is new here";
  const auto later = next_inventory(reported, shipped(changed), today + days(91));
  ASSERT_TRUE(later);
  EXPECT_EQ(later->inventory.disks[0].power_on_hours, 2300);
}

TEST(DueReports, SerialsGoOnlyWhenOneChanged) {
  const Reported reported = after_sending(laptop());
  EXPECT_TRUE(due_reports(samples_of({}), shipped(laptop()), reported, monday, week).empty());
  Inventory swapped = laptop();
  swapped.batteries[0].serial = "B-2";
  swapped.batteries[0].cycles = 3;
  const auto reports = due_reports(samples_of({}), shipped(swapped), reported, monday, week);
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_EQ(reports[0].serials->battery_serials, (std::vector<std::string>{"B-2"}));
  EXPECT_EQ(reports[0].inventory->batteries[0].cycles, 3) << "not those of the pack before it";
}

TEST(DueReports, TheInventoryTravelsWithTheNewestSummary) {
  const Samples samples = samples_of({monday, monday + days(7), monday + days(14)});
  const auto reports = due_reports(samples, shipped(laptop()), {}, monday + days(15), week);
  ASSERT_EQ(reports.size(), 2U);
  EXPECT_FALSE(reports[0].inventory);
  EXPECT_TRUE(reports[1].inventory);
}

TEST(DueReports, AnInventoryThatNoReportCanSayIsAnErrorAndNotACrash) {
  Inventory crowded = laptop();
  crowded.batteries.resize(100);
  EXPECT_EQ(as_shipped(crowded).error().cause, Cause::malformed);
}

// --- Calibration ---------------------------------------------------------------------------------

CalibrationSummary calibrated(double base_w = 2.5) {
  CalibrationSummary calibration;
  calibration.tier = Tier::calibrated_device;
  calibration.method = "calibrated-model-1";
  calibration.doubt = "none";
  calibration.weights = {base_w, 1.1, 0.9, 2.5, 1.0, 0.8, 1.1};
  calibration.covariance = Symmetric::diagonal({0.04, 0.001, 0.04, 0.04, 0.1, 0.1, 0.02});
  calibration.windows = 120;
  return calibration;
}

TEST(DueReports, ACalibrationGoesOnlyWhenItsListWasAccepted) {
  Samples samples = samples_of({});
  samples.calibration = calibrated();
  const auto due_with = [&](std::uint32_t list) {
    return due_reports(samples, shipped(laptop()), {}, monday, week, list);
  };
  ASSERT_EQ(due_with(1).size(), 1U);
  EXPECT_FALSE(due_with(1)[0].calibration);
  EXPECT_EQ(due_with(1)[0].data_list, 1U);
  ASSERT_EQ(due_with(2).size(), 1U);
  EXPECT_EQ(due_with(2)[0].calibration, calibrated());
  EXPECT_EQ(due_with(2)[0].data_list, 2U);
}

// What came later than the first list stays here until it was accepted, and goes at once then; when
// the acceptance is taken back, the collector hears of nothing and keeps nothing.
TEST(DueReports, LocksAndPacksGoOnlyWhenTheirListWasAccepted) {
  Inventory locked = laptop();
  locked.provision.locks.bios_password = true;
  locked.provision.processor.vendor = "GenuineIntel";
  const auto due_with = [&](std::uint32_t list, const Reported& reported) {
    return due_reports(samples_of({}), *as_shipped(locked, list), reported, monday, week, list);
  };
  const auto first = due_with(1, {});
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first[0].inventory->provision, Provision{});
  EXPECT_EQ(first[0].inventory->batteries[0].pack_number, std::nullopt);
  EXPECT_TRUE(first[0].packs.empty());

  Reported reported;
  reported.inventory = first[0].inventory;
  reported.inventory_day = today;
  reported.counters = first[0].counters;
  EXPECT_TRUE(due_with(1, reported).empty());
  const auto second = due_with(2, reported);
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(second[0].inventory->provision, locked.provision);
  EXPECT_EQ(second[0].inventory->batteries[0].pack_number, 1);
  EXPECT_EQ(second[0].data_list, 2U);

  reported.inventory = second[0].inventory;
  reported.packs = second[0].packs;
  EXPECT_TRUE(due_with(2, reported).empty());
  const auto back = due_with(1, reported);
  ASSERT_EQ(back.size(), 1U);
  EXPECT_EQ(back[0].inventory->provision, Provision{});
}

TEST(DueReports, AnEnrolmentSaysOfCountersWhatTheReportBeforeItSaid) {
  Reported reported = after_sending(laptop());
  Inventory worn = laptop();
  worn.disks[0].power_on_hours = 9'000;
  worn.batteries[0].cycles = 800;
  const Shipped told = for_enrolment(shipped(worn), reported);
  EXPECT_EQ(told.inventory.disks[0].power_on_hours, 1200);
  EXPECT_EQ(told.inventory.batteries[0].cycles, 230);
}

TEST(DueReports, TheSettingNamesTheList) {
  EXPECT_EQ(accepted_list_from(""), 1U);
  EXPECT_EQ(accepted_list_from("1"), 1U);
  EXPECT_EQ(accepted_list_from(" 2 "), 2U);
  EXPECT_EQ(accepted_list_from("3"), newest_data_list) << "a list that this program does not know";
  EXPECT_EQ(accepted_list_from("0"), 1U);
  EXPECT_EQ(accepted_list_from("-2"), 1U);
  EXPECT_EQ(accepted_list_from("two"), 1U);
  EXPECT_EQ(accepted_list_from("99999999999"), 1U);
}

TEST(DueReports, ACalibrationGoesAgainWhenItChangedMateriallyAndAWeekPassed) {
  Reported reported = after_sending(laptop());
  reported.calibration = calibrated();
  reported.calibration_day = today;
  reported.packs = shipped(laptop()).parts.batteries;
  reported.inventory->batteries[0].pack_number = 1;
  struct Case {
    const char* name;
    CalibrationSummary now;
    days later;
    bool want;
  };
  CalibrationSummary doubted = calibrated();
  doubted.tier = Tier::calibrated_model;
  CalibrationSummary more_windows = calibrated();
  more_windows.windows = 200;
  more_windows.residual_w = 0.4;
  const Case cases[] = {{"the same", calibrated(), days(30), false},
                        {"more windows say the same", more_windows, days(30), false},
                        {"a weight moved a little", calibrated(2.55), days(30), false},
                        {"a weight moved", calibrated(2.8), days(7), true},
                        {"a weight moved, within the week", calibrated(2.8), days(6), false},
                        {"it is doubted", doubted, days(7), true},
                        {"the clock was set back", calibrated(2.8), days(-40), true}};
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    Samples samples = samples_of({});
    samples.calibration = c.now;
    const auto reports =
        due_reports(samples, shipped(laptop()), reported, monday + c.later, week, newest_data_list);
    ASSERT_EQ(reports.size(), c.want ? 1U : 0U);
    if (!c.want) continue;
    EXPECT_EQ(reports[0].calibration, c.now);
    EXPECT_TRUE(reports[0].inventory) << "never without the hardware that it is of";
    EXPECT_FALSE(reports[0].serials);
  }
}

}  // namespace
}  // namespace wattlife
