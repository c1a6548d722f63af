// SPDX-License-Identifier: EUPL-1.2
#include "agent/keeper.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <set>

#include "platform/process.h"
#include "tests/agent/examples.h"
#include "tests/temporary_folder.h"

namespace wattlife {
namespace {

const UtcTime start = utc("2026-11-23T08:00:00Z");
const UtcDay today = std::chrono::floor<std::chrono::days>(start);

Keeper::Options options(const TemporaryFolder& folder) {
  return {folder / "samples.db", folder / "view.json", std::int64_t{64} << 20};
}

SamplerState with(std::vector<Batch> batches) {
  SamplerState state;
  state.last_batch = batches.back().number;
  state.unwritten = std::move(batches);
  return state;
}

std::size_t rows(const TemporaryFolder& folder) {
  const auto samples =
      read_samples(folder / "samples.db", [](const Id128&) { return std::int64_t{0}; });
  EXPECT_TRUE(samples) << samples.error().text;
  return samples ? samples->windows.size() : 0;
}

std::string view(const TemporaryFolder& folder) {
  const Result<std::string> text = read_file(folder / "view.json", 1 << 20);
  return text ? *text : text.error().text;
}

TEST(Keeper, WhatIsStoredIsNoLongerUnwritten) {
  const TemporaryFolder folder;
  Keeper keeper(options(folder));
  ASSERT_RESULT(keeper.open());
  const SamplerState state = keeper.keep(with({batch(1, {window(start, 10)})}));
  EXPECT_TRUE(state.unwritten.empty());
  EXPECT_FALSE(keeper.fault());
  EXPECT_EQ(rows(folder), 1U);
}

TEST(Keeper, WhileTheStoreIsLockedNothingIsLostAndTheViewSaysSo) {
  const TemporaryFolder folder;
  Keeper keeper(options(folder));
  ASSERT_RESULT(keeper.open());
  SamplerState state;
  {
    Result<Database> other = Database::open(folder / "samples.db", {});
    ASSERT_RESULT(other);
    expect_done(other->transaction([&]() -> Done {
      state = keeper.keep(with({batch(1, {window(start, 10)})}));
      EXPECT_EQ(state.unwritten.size(), 1U);
      EXPECT_TRUE(keeper.fault());
      keeper.keep_inventory(today, laptop());
      return done();
    }));
    ViewFacts facts;
    facts.today = today;
    keeper.publish(facts);
    EXPECT_NE(view(folder).find("\"store_fault\":\""), std::string::npos) << view(folder);
  }
  state.unwritten.push_back(batch(2, {window(start + quarter_hour, 20)}));
  state.last_batch = 2;
  state = keeper.keep(std::move(state));
  EXPECT_TRUE(state.unwritten.empty());
  EXPECT_FALSE(keeper.fault());
  EXPECT_EQ(rows(folder), 2U);
  const auto samples =
      read_samples(folder / "samples.db", [](const Id128&) { return std::int64_t{0}; });
  ASSERT_RESULT(samples);
  EXPECT_EQ(samples->inventory, laptop()) << "the inventory waited too";
}

TEST(Keeper, TheHistoryOfTheSystemWaitsForTheStoreAndIsInTheView) {
  const TemporaryFolder folder;
  Keeper keeper(options(folder));
  ASSERT_RESULT(keeper.open());
  EXPECT_TRUE(keeper.wants_capacity_history());
  CapacityHistory history{today, pack_identity(laptop().batteries[0]), {}};
  for (int week = 60; week > 0; --week) {
    history.points.push_back({today - std::chrono::days(7 * week),
                              milliwatt_hours(50'000 + 100 * week), milliwatt_hours(57'000),
                              std::nullopt, CapacityOrigin::os_history, false});
  }
  {
    Result<Database> other = Database::open(folder / "samples.db", {});
    ASSERT_RESULT(other);
    expect_done(other->transaction([&]() -> Done {
      keeper.keep_capacity_history(history);
      EXPECT_TRUE(keeper.fault());
      EXPECT_FALSE(keeper.wants_capacity_history()) << "it is in memory";
      return done();
    }));
  }
  keeper.keep(with({batch(1, {window(start, 10)})}));
  EXPECT_FALSE(keeper.fault());
  EXPECT_FALSE(keeper.wants_capacity_history());
  ViewFacts facts;
  facts.today = today;
  facts.inventory = laptop();
  keeper.keep_inventory(today, laptop());
  keeper.publish(facts);
  // 61 points: the median of the last three weeks is 50.1 of 57 Wh.
  EXPECT_NE(view(folder).find(R"("battery":{"name":"BAT0","health_permille":879,)"),
            std::string::npos)
      << view(folder);
  EXPECT_EQ(view(folder).find("B-1"), std::string::npos) << "no serial";
}

TEST(Keeper, ADamagedStoreIsSetAsideAndMeasuringGoesOn) {
  const TemporaryFolder folder;
  std::ofstream(folder / "samples.db") << std::string(8192, 'x');
  Keeper keeper(options(folder));
  const Result<Position> position = keeper.open();
  ASSERT_RESULT(position);
  EXPECT_EQ(*position, Position{});
  EXPECT_TRUE(std::filesystem::exists(folder / "samples.db.damaged"));
  EXPECT_TRUE(keeper.keep(with({batch(1, {window(start, 10)})})).unwritten.empty());
  EXPECT_EQ(rows(folder), 1U);
}

TEST(Keeper, DamageFoundWhileWritingIsSetAsideAtTheNextTick) {
  const TemporaryFolder folder;
  {
    Keeper keeper(options(folder));
    ASSERT_RESULT(keeper.open());
    keeper.keep(with({batch(1, {window(start, 10)})}));
  }
  {  // every page but the first, which opening reads
    std::fstream file(folder / "samples.db", std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4096);
    const auto size = std::filesystem::file_size(folder / "samples.db");
    file << std::string(size - 4096, '\x5a');
  }
  Keeper keeper(options(folder));
  SamplerState state = with({batch(2, {window(start + quarter_hour, 20)})});
  for (int tick = 0; tick < 3 && !state.unwritten.empty(); ++tick) {
    state = keeper.keep(std::move(state));
  }
  EXPECT_TRUE(state.unwritten.empty());
  EXPECT_TRUE(std::filesystem::exists(folder / "samples.db.damaged"));
  EXPECT_EQ(rows(folder), 1U);
}

TEST(Keeper, AStoreOfALaterVersionIsLeftAlone) {
  const TemporaryFolder folder;
  {
    Result<Database> later = Database::open(folder / "samples.db", {});
    ASSERT_RESULT(later);
    expect_done(later->run("PRAGMA user_version = 99"));
  }
  Keeper keeper(options(folder));
  const Result<Position> position = keeper.open();
  ASSERT_FALSE(position);
  EXPECT_EQ(position.error().cause, Cause::denied);
  EXPECT_FALSE(std::filesystem::exists(folder / "samples.db.damaged"));
}

TEST(Keeper, TheViewHoldsTheDaysOfTheStore) {
  const TemporaryFolder folder;
  Keeper keeper(options(folder));
  ASSERT_RESULT(keeper.open());
  keeper.keep(with({batch(1, {window(start, 10), window(start - days_shown - quarter_hour, 5)})}));
  ViewFacts facts;
  facts.today = today;
  keeper.publish(facts);
  EXPECT_NE(view(folder).find("\"span\":\"2026-11-23\""), std::string::npos);
  EXPECT_EQ(view(folder).find("\"span\":\"2026-10-23\""), std::string::npos);
  EXPECT_NE(view(folder).find("\"span\":\"2026-10\""), std::string::npos);
  EXPECT_NE(view(folder).find("\"store_fault\":null"), std::string::npos);
}

// A keeper reads again only the days that can have changed; one that was just opened reads all.
TEST(Keeper, TheViewIsTheSameWhetherTheDaysWereReadBeforeOrNot) {
  const TemporaryFolder folder;
  Keeper keeper(options(folder));
  ASSERT_RESULT(keeper.open());
  std::mt19937 dice(20261124);
  ViewFacts facts;
  facts.inventory = laptop();
  UtcTime now = start;
  std::set<std::string> seen;
  for (std::int64_t number = 1; number <= 300; ++number) {
    // Mostly on; now and then late rows, days off, and a clock that was set back by weeks.
    const auto fate = dice() % 20;
    now += fate == 0   ? std::chrono::hours(24 * (dice() % 40))
           : fate == 1 ? -std::chrono::hours(24 * (dice() % 20))
                       : std::chrono::hours(dice() % 7);
    std::vector<Window> windows = {window(now, static_cast<std::int64_t>(dice() % 5000))};
    if (fate == 2) windows.push_back(window(now - std::chrono::hours(24 * (dice() % 450)), -1));
    Batch finished = batch(number, std::move(windows));
    finished.spent = SelfCost{
        quarter_hour, std::chrono::microseconds(dice() % 1000), 17, std::nullopt, std::nullopt, {}};
    if (fate < 4) {
      Inventory inventory = laptop();
      inventory.batteries[0].full = milliwatt_hours(40'000 + dice() % 5000);
      facts.inventory = inventory;
      keeper.keep_inventory(std::chrono::floor<std::chrono::days>(now), inventory);
    }
    EXPECT_TRUE(keeper.keep(with({finished})).unwritten.empty());
    facts.today = std::chrono::floor<std::chrono::days>(now);
    keeper.publish(facts);
    const std::string known = view(folder);
    Keeper fresh(options(folder));
    ASSERT_RESULT(fresh.open());
    fresh.publish(facts);
    ASSERT_EQ(known, view(folder)) << "after batch " << number << " on " << to_iso8601(now);
    seen.insert(known);
  }
  EXPECT_EQ(seen.size(), 300U);
}

}  // namespace
}  // namespace wattlife
