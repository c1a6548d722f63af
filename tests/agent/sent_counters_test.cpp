// SPDX-License-Identifier: EUPL-1.2
#include "agent/sent_counters.h"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <random>

#include "agent/outbox.h"
#include "tests/agent/examples.h"
#include "tests/temporary_folder.h"

namespace wattlife {
namespace {

using std::chrono::days;

const UtcDay today = UtcDay{std::chrono::year{2026} / 11 / 24};

SentCounters sent_on(const Inventory& inventory, UtcDay day) {
  return limit_counters(inventory, part_names(inventory), {}, day).fresh;
}

TEST(SentCounters, AValueStaysThirteenWeeksAndEachCounterHasItsOwn) {
  const Inventory before = laptop();
  SentCounters sent = sent_on(before, today);
  ASSERT_EQ(sent.size(), 2U);
  for (SentCounter& row : sent) {
    if (row.counter == "cycles") row.day = today - days(50);
  }
  Inventory now = before;
  now.batteries[0].cycles = 900;
  now.disks[0].power_on_hours = 9000;
  const auto at = [&](int later) {
    return limit_counters(now, part_names(now), sent, today + days(later));
  };
  EXPECT_EQ(at(40).inventory.batteries[0].cycles, before.batteries[0].cycles);
  EXPECT_FALSE(at(40).renews);
  EXPECT_EQ(at(41).inventory.batteries[0].cycles, 900) << "91 days after its own day";
  EXPECT_EQ(at(41).inventory.disks[0].power_on_hours, before.disks[0].power_on_hours);
  EXPECT_TRUE(at(41).renews);
  EXPECT_EQ(at(90).inventory.disks[0].power_on_hours, before.disks[0].power_on_hours);
  EXPECT_EQ(at(91).inventory.disks[0].power_on_hours, 9000);
}

TEST(SentCounters, APartThatComesBackIsThePartThatItWas) {
  const Inventory with = laptop();
  Inventory other = with;
  other.batteries[0].serial = "another";
  other.batteries[0].cycles = 4;
  SentCounters sent = sent_on(with, today);
  const auto swapped = limit_counters(other, part_names(other), sent, today + days(10));
  EXPECT_EQ(swapped.inventory.batteries[0].cycles, 4) << "a pack that was never told of";
  EXPECT_EQ(swapped.inventory.disks[0].power_on_hours, with.disks[0].power_on_hours);
  sent = merged(sent, swapped.fresh);
  Inventory back = with;
  back.batteries[0].cycles = 500;
  EXPECT_EQ(
      limit_counters(back, part_names(back), sent, today + days(20)).inventory.batteries[0].cycles,
      with.batteries[0].cycles);
}

TEST(SentCounters, ACounterThatIsNotReadIsLeftOutAndNotCalledNew) {
  const Inventory before = laptop();
  const SentCounters sent = sent_on(before, today);
  Inventory silent = before;
  silent.batteries[0].cycles.reset();
  const auto limited = limit_counters(silent, part_names(silent), sent, today + days(200));
  EXPECT_EQ(limited.inventory.batteries[0].cycles, std::nullopt);
  EXPECT_FALSE(limited.renews);
}

TEST(SentCounters, AnEnrolmentSaysNoMoreThanWasSent) {
  Inventory now = laptop();
  const SentCounters sent = sent_on(now, today - days(300));
  now.batteries[0].cycles = 900;
  now.disks[0].media_errors = 7;
  const Inventory told = as_last_sent(now, part_names(now), sent);
  EXPECT_EQ(told.batteries[0].cycles, laptop().batteries[0].cycles);
  EXPECT_EQ(told.disks[0].media_errors, 7) << "errors are no use";
  EXPECT_EQ(as_last_sent(now, part_names(now), {}).batteries[0].cycles, std::nullopt);
}

TEST(SentCounters, PacksAreNumberedInTheOrderInWhichTheyCame) {
  Inventory first = laptop();
  auto packs = number_packs(first, part_names(first), {});
  EXPECT_EQ(first.batteries[0].pack_number, 1);
  Inventory second = laptop();
  second.batteries[0].serial = "another";
  packs = number_packs(second, part_names(second), packs);
  EXPECT_EQ(second.batteries[0].pack_number, 2);
  Inventory again = laptop();
  packs = number_packs(again, part_names(again), packs);
  EXPECT_EQ(again.batteries[0].pack_number, 1);
  EXPECT_EQ(packs.size(), 2U);
  Inventory empty = laptop();
  empty.batteries[0].present = false;
  EXPECT_EQ(number_packs(empty, part_names(empty), packs).size(), 2U);
  EXPECT_EQ(empty.batteries[0].pack_number, std::nullopt);
}

TEST(SentCounters, TwoPacksOfOneNumberAreTwoParts) {
  Inventory twins = laptop();
  twins.batteries.push_back(twins.batteries[0]);
  twins.batteries[1].name = "BAT1";
  const PartNames parts = part_names(twins);
  EXPECT_NE(parts.batteries[0], parts.batteries[1]);
}

// --- A year of a laptop --------------------------------------------------------------------------

// A laptop in use: counters rise every day, capacity wanders, errors come, packs are swapped.
struct Year {
  std::mt19937_64 random;
  Inventory now = laptop();
  std::int64_t below(std::int64_t limit) {
    return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(limit));
  }
  void next_day() {
    now.batteries[0].cycles = now.batteries[0].cycles.value_or(0) + below(3);
    Disk& disk = now.disks[0];
    disk.power_on_hours = disk.power_on_hours.value_or(0) + below(24);
    disk.data_units_written = disk.data_units_written.value_or(0) + below(100'000);
    if (below(4) == 0) now.batteries[0].full = milliwatt_hours(40'000 + below(9'000));
    if (below(60) == 0) disk.media_errors = disk.media_errors.value_or(0) + 1;
    if (below(90) == 0) std::swap(now.batteries[0].serial, spare);
    if (below(120) == 0) now.identity.memory_mib = 8192 * (1 + below(3));
  }
  std::optional<std::string> spare = "the spare pack";
};

struct Seen {
  std::int64_t value = 0;
  UtcDay day{};  // when this value was sent first
};

// One counter in one report.
void expect_slow(std::map<std::string, Seen>& seen, const std::string& name,
                 const std::optional<std::int64_t>& value, UtcDay day) {
  if (!value) return;
  EXPECT_EQ(*value, rounded_to_two_digits(*value)) << name;
  const auto [at, first] = seen.try_emplace(name, Seen{*value, day});
  if (first || at->second.value == *value) return;
  EXPECT_GE((day - at->second.day).count(), 91) << name << " changed too soon";
  at->second = {*value, day};
}

// Every day the program starts anew on the same file; nothing is kept but what is in it.
TEST(SentCounters, LawInAYearNoCounterOfUseChangesWithinThirteenWeeksAndErrorsGoAtOnce) {
  for (unsigned seed = 1; seed <= 3; ++seed) {
    SCOPED_TRACE(seed);
    const TemporaryFolder folder;
    Year year{std::mt19937_64(seed)};
    std::map<std::string, Seen> seen;
    std::int64_t told_errors = -1;
    std::vector<std::string> made;  // the bytes of each report when it was made
    for (int number = 0; number < 371; ++number) {
      SCOPED_TRACE(number);
      year.next_day();
      const UtcDay day = today + days(number);
      Result<Outbox> outbox = Outbox::open(folder / "outbox.db");
      ASSERT_RESULT(outbox);
      Samples samples;
      samples.store_id = Id128(16, 's');
      samples.inventory = year.now;
      const Result<Shipped> shipped = as_shipped(year.now, newest_data_list);
      ASSERT_RESULT(shipped);
      const auto reported = outbox->reported(samples.store_id);
      ASSERT_RESULT(reported);
      const auto due = due_reports(samples, *shipped, *reported, UtcTime{day}, PeriodLength::week,
                                   newest_data_list);
      // The same facts owe the same, as often as one asks.
      const auto again = due_reports(samples, *shipped, *reported, UtcTime{day}, PeriodLength::week,
                                     newest_data_list);
      ASSERT_EQ(again.size(), due.size());
      expect_done(outbox->add(due, samples.store_id, day));
      if (!due.empty()) {
        made.push_back(outbox->queued()->back().bytes);
        const Inventory& sent = *due.back().inventory;
        EXPECT_EQ(again.back().inventory, sent);
        const std::string pack = std::to_string(sent.batteries[0].pack_number.value_or(0));
        expect_slow(seen, "cycles of pack " + pack, sent.batteries[0].cycles, day);
        expect_slow(seen, "hours", sent.disks[0].power_on_hours, day);
        expect_slow(seen, "written", sent.disks[0].data_units_written, day);
        told_errors = sent.disks[0].media_errors.value_or(0);
      }
      EXPECT_EQ(told_errors, year.now.disks[0].media_errors.value_or(0)) << "errors go at once";
    }
    // Capacity wanders, so there is a report every week or so, and few values of a counter.
    EXPECT_GT(made.size(), 40U);
    EXPECT_EQ(seen.at("hours").day, today + days(364)) << "it is renewed when 13 weeks are over";
    Result<Outbox> outbox = Outbox::open(folder / "outbox.db");
    ASSERT_RESULT(outbox);
    const auto kept = outbox->queued();
    ASSERT_RESULT(kept);
    ASSERT_EQ(kept->size(), made.size());
    for (std::size_t i = 0; i < made.size(); ++i) EXPECT_EQ((*kept)[i].bytes, made[i]);
  }
}

}  // namespace
}  // namespace wattlife
