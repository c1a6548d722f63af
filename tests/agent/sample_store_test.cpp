// SPDX-License-Identifier: EUPL-1.2
#include "agent/sample_store.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <random>

#include "core/calibration_bytes.h"
#include "tests/agent/examples.h"
#include "tests/temporary_folder.h"

namespace wattlife {
namespace {

using std::chrono::days;
using std::chrono::hours;

const UtcTime start = utc("2026-11-02T00:00:00Z");

SampleStore opened(const std::string& path, const SampleStore::Options& options = {}) {
  Result<SampleStore> store = SampleStore::open(path, options);
  if (!store) {
    ADD_FAILURE() << store.error().text;
    std::abort();
  }
  return *std::move(store);
}

Samples all_samples(const std::string& path) {
  Result<Samples> samples = read_samples(path, [](const Id128&) { return std::int64_t{0}; });
  EXPECT_TRUE(samples) << samples.error().text;
  return samples ? *std::move(samples) : Samples{};
}

void append(SampleStore& store, const std::vector<Batch>& batches) {
  const Result<std::int64_t> appended = store.append(batches);
  ASSERT_RESULT(appended);
  EXPECT_EQ(*appended, 0);
}

TEST(SampleStore, GivesBackWindowsAsTheyWereInTheOrderOfTheirRows) {
  const TemporaryFolder folder;
  SampleStore store = opened(folder / "samples.db");
  Window mains = window(start, 7200);
  mains.key = {start, UseState::panel_off, Supply::mains, Tier::calibrated_model, "prior-model-1"};
  mains.wall = Estimate{Energy{9000}, 1.25, 2.5};
  const std::vector<Window> windows = {window(start + hours(1), 5400), mains, window(start, -1)};
  append(store, {batch(1, windows)});
  const Samples samples = all_samples(folder / "samples.db");
  EXPECT_EQ(samples.store_id, *store.store_id());
  EXPECT_EQ(samples.store_id.size(), 16U);
  EXPECT_FALSE(samples.inventory);
  ASSERT_EQ(samples.windows.size(), 3U);
  for (std::size_t i = 0; i < windows.size(); ++i) {
    EXPECT_EQ(samples.windows[i].window, windows[i]);
    EXPECT_EQ(samples.windows[i].row, static_cast<std::int64_t>(i) + 1);
  }
  const Result<Samples> later =
      read_samples(folder / "samples.db", [](const Id128&) { return std::int64_t{2}; });
  ASSERT_RESULT(later);
  ASSERT_EQ(later->windows.size(), 1U);
  EXPECT_EQ(later->windows[0].row, 3);
}

TEST(SampleStore, TwoStoresHaveTwoNamesAndOneKeepsIts) {
  const TemporaryFolder folder;
  const Id128 one = *opened(folder / "a.db").store_id();
  EXPECT_EQ(*opened(folder / "a.db").store_id(), one);
  EXPECT_NE(*opened(folder / "b.db").store_id(), one);
}

TEST(SampleStore, TheSameBatchTwiceCountsOnce) {
  const TemporaryFolder folder;
  const std::vector<Batch> batches = {batch(1, {window(start, 100)}),
                                      batch(2, {window(start + quarter_hour, 200)})};
  {
    SampleStore store = opened(folder / "samples.db");
    append(store, {batches[0]});
    append(store, {batches[0]});
    append(store, batches);
  }
  SampleStore store = opened(folder / "samples.db");
  append(store, batches);
  EXPECT_EQ(all_samples(folder / "samples.db").windows.size(), 2U);
  const auto rows = store.days_from(std::chrono::floor<days>(start));
  ASSERT_RESULT(rows);
  ASSERT_EQ(rows->size(), 1U);
  EXPECT_EQ(rows->front().device->energy, Energy{300});
}

TEST(SampleStore, RemembersWhereASamplerGoesOn) {
  const TemporaryFolder folder;
  EXPECT_EQ(*opened(folder / "samples.db").position(), Position{});
  Batch last = batch(9, {window(start, 100)});
  last.watched_until = at(Duration{1}, Duration{2}, start);
  {
    SampleStore store = opened(folder / "samples.db");
    append(store, {last});
  }
  const Position want{9, last.last_tick, last.watched_until};
  EXPECT_EQ(*opened(folder / "samples.db").position(), want);
}

TEST(SampleStore, HowARunEndedIsKeptUntilTheNextCommit) {
  const Ended all[] = {{Ending::shutdown, milliwatt_hours(31'000), "BAT0/SANYO/45N1/77\n"},
                       {Ending::shutdown, std::nullopt, ""},
                       {Ending::stopped, std::nullopt, ""}};
  for (const Ended& ended : all) {
    SCOPED_TRACE(name_of(ended.how));
    const TemporaryFolder folder;
    Batch last = batch(1, {});
    last.ended = ended;
    append(*std::make_unique<SampleStore>(opened(folder / "samples.db")), {last});
    EXPECT_EQ(opened(folder / "samples.db").position()->ended, ended);
    SampleStore store = opened(folder / "samples.db");
    append(store, {last});
    EXPECT_EQ(store.position()->ended, ended) << "the same batch twice";
    append(store, {batch(2, {})});
    EXPECT_FALSE(store.position()->ended);
    EXPECT_EQ(store.position()->last_batch, 2) << "a batch without windows moves on";
  }
}

TEST(SampleStore, AnEndThatALaterVersionNamesIsNotKnown) {
  const TemporaryFolder folder;
  Batch last = batch(1, {window(start, 100)});
  last.ended = Ended{Ending::shutdown, std::nullopt, ""};
  append(*std::make_unique<SampleStore>(opened(folder / "samples.db")), {last});
  {
    Result<Database> database = Database::open(folder / "samples.db", {});
    ASSERT_RESULT(database);
    expect_done(database->run("UPDATE position SET ended = 'hibernated'"));
  }
  const Result<Position> position = opened(folder / "samples.db").position();
  ASSERT_RESULT(position);
  EXPECT_FALSE(position->ended);
}

TEST(SampleStore, TimeOffIsARowAsAnyOther) {
  const TemporaryFolder folder;
  SampleStore store = opened(folder / "samples.db");
  Window off = window(start, -1);
  off.key.state = UseState::off;
  append(store, {batch(1, {off})});
  const auto samples = all_samples(folder / "samples.db");
  ASSERT_EQ(samples.windows.size(), 1U);
  EXPECT_EQ(samples.windows[0].window, off);
  EXPECT_EQ(store.days_from({})->front().state, UseState::off);
}

TEST(SampleStore, LawDaysAreTheSumOfTheirQuarterHoursExactly) {
  const TemporaryFolder folder;
  SampleStore store = opened(folder / "samples.db");
  std::mt19937_64 random(7);
  const auto below = [&](std::uint64_t limit) {
    return static_cast<std::int64_t>(random() % limit);
  };
  std::vector<Batch> batches;
  for (std::int64_t number = 1; number <= 400; ++number) {
    std::vector<Window> windows;
    const UtcTime slot = start + quarter_hour * below(96 * 4);
    for (const bool known : {true, false}) {
      if (below(3) == 0) continue;
      Window part = window(slot, known ? below(100'000) : -1, Duration{1 + below(400'000)});
      if (known && below(2) == 0) part.wall = Estimate{Energy{below(100'000)}, 0.5, 0.25};
      // Rows with and without a wall figure have methods of their own.
      if (part.wall) part.key.method += "+adapter-1";
      windows.push_back(part);
    }
    if (!windows.empty()) batches.push_back(batch(number, windows));
  }
  append(store, batches);
  std::map<std::tuple<std::string, Tier, std::string>, DayRow> want;
  for (const StoredWindow& stored : all_samples(folder / "samples.db").windows) {
    const Window& w = stored.window;
    const std::string day = to_iso8601(std::chrono::floor<days>(w.key.slot));
    DayRow& row = want[{day, w.key.tier, w.key.method}];
    row.time += w.time;
    if (w.device) row.device = row.device ? *row.device + *w.device : *w.device;
    if (w.wall) row.wall = row.wall ? *row.wall + *w.wall : *w.wall;
  }
  const auto rows = store.days_from(std::chrono::floor<days>(start));
  ASSERT_RESULT(rows);
  ASSERT_EQ(rows->size(), want.size());
  Duration month_time{0};
  for (const DayRow& row : *rows) {
    const DayRow& sum = want[{row.span, row.tier, row.method}];
    SCOPED_TRACE(row.span + row.method);
    EXPECT_EQ(row.time, sum.time);
    EXPECT_EQ(row.device.has_value(), sum.device.has_value());
    if (row.device) {
      EXPECT_EQ(row.device->energy, sum.device->energy);
    }
    EXPECT_EQ(row.wall.has_value(), sum.wall.has_value());
    if (row.wall) {
      EXPECT_EQ(row.wall->energy, sum.wall->energy);
    }
    month_time += row.time;
  }
  const auto months = store.months_from(std::chrono::floor<days>(start));
  ASSERT_RESULT(months);
  Duration time{0};
  for (const DayRow& row : *months) {
    EXPECT_EQ(row.span, "2026-11");
    EXPECT_EQ(row.device.has_value(), row.tier != Tier::unknown);
    time += row.time;
  }
  EXPECT_EQ(time, month_time);
}

// --- Ageing --------------------------------------------------------------------------------------

// One batch per quarter hour from `first`, numbers from `number` on.
std::vector<Batch> quarters(std::int64_t number, UtcTime first, int count) {
  std::vector<Batch> batches;
  for (int i = 0; i < count; ++i) {
    batches.push_back(batch(number + i, {window(first + quarter_hour * i, 10)}));
  }
  return batches;
}

UtcTime oldest_slot(const std::string& path) {
  const Samples samples = all_samples(path);
  return samples.windows.empty() ? UtcTime{} : samples.windows.front().window.key.slot;
}

TEST(SampleStore, QuarterHoursGoAfterThirtyDaysAndDaysStay) {
  const TemporaryFolder folder;
  SampleStore store = opened(folder / "samples.db");
  append(store, quarters(1, start, 96 * 40));
  const UtcTime end = start + days(40);
  const UtcTime oldest = oldest_slot(folder / "samples.db");
  EXPECT_GE(oldest, end - days(32));
  EXPECT_LE(oldest, end - days(30));
  EXPECT_EQ(store.days_from(std::chrono::floor<days>(start))->size(), 40U);
}

TEST(SampleStore, ALaptopThatWasOffForFiveWeeksKeepsWhatItsAgentCouldNotRead) {
  const TemporaryFolder folder;
  SampleStore store = opened(folder / "samples.db");
  append(store, quarters(1, start, 96 * 3));
  const UtcTime back = start + days(3 + 35);
  append(store, quarters(96 * 3 + 1, back, 95));
  EXPECT_EQ(oldest_slot(folder / "samples.db"), start);
  // After a day of running the agent had its chance.
  append(store, quarters(96 * 3 + 96, back + quarter_hour * 95, 97));
  EXPECT_EQ(oldest_slot(folder / "samples.db"), back);
}

TEST(SampleStore, DayTotalsGoAfterFourHundredDays) {
  const TemporaryFolder folder;
  SampleStore store = opened(folder / "samples.db");
  std::vector<Batch> batches;
  for (int day = 0; day < 800; ++day) {
    batches.push_back(batch(day + 1, {window(start + days(day), 10)}));
  }
  append(store, batches);
  const auto rows = store.days_from(UtcDay{});
  ASSERT_RESULT(rows);
  // Counted back from the 96th newest commit at the last removal: batch 768, whose 96th newest is
  // batch 673.
  EXPECT_EQ(rows->front().span, to_iso8601(std::chrono::floor<days>(start) + days(672 - 400)));
  EXPECT_EQ(rows->back().span, to_iso8601(std::chrono::floor<days>(start) + days(799)));
}

TEST(SampleStore, NeverGrowsBeyondItsSizeAndDropsTheOldestFirst) {
  const TemporaryFolder folder;
  const SampleStore::Options options{std::int64_t{1} << 20, days(365)};
  SampleStore store = opened(folder / "samples.db", options);
  std::int64_t gone = 0;
  for (int block = 0; block < 60; ++block) {
    std::vector<Batch> batches;
    for (int i = 0; i < 96; ++i) {
      const int number = block * 96 + i;
      std::vector<Window> windows;
      for (int part = 0; part < 4; ++part) {
        windows.push_back(window(start + quarter_hour * number, 10, Duration{1000}));
        windows.back().key.method = "method-" + std::to_string(part);
      }
      batches.push_back(batch(number + 1, windows));
    }
    const Result<std::int64_t> appended = store.append(batches);
    ASSERT_RESULT(appended);
    gone += *appended;
  }
  EXPECT_GT(gone, 0);
  EXPECT_LE(std::filesystem::file_size(folder / "samples.db"), std::uintmax_t{1} << 20);
  const Samples samples = all_samples(folder / "samples.db");
  EXPECT_GT(samples.windows.size(), 1000U);
  EXPECT_GT(samples.windows.front().row, gone - 1);
  EXPECT_EQ(samples.windows.back().window.key.slot, start + quarter_hour * (60 * 96 - 1));
  // Their days are still there.
  EXPECT_EQ(store.days_from(UtcDay{})->front().span, "2026-11-02");
}

// --- Inventory -----------------------------------------------------------------------------------

TEST(SampleStore, KeepsTheInventoryAndAddsToItsHistoryOnlyWhenItChanged) {
  const TemporaryFolder folder;
  SampleStore store = opened(folder / "samples.db");
  const UtcDay day = std::chrono::floor<days>(start);
  Inventory inventory = laptop();
  EXPECT_TRUE(*store.append_inventory(day, inventory));
  EXPECT_EQ(*store.newest_inventory(), inventory);
  EXPECT_EQ(all_samples(folder / "samples.db").inventory, inventory);

  inventory.batteries[0].now = milliwatt_hours(31'000);  // as it happens to be
  inventory.batteries[0].power = watts(-7);
  inventory.batteries[0].cycles = 235;  // its first two digits stay
  inventory.disks[0].power_on_hours = 1240;
  inventory.faults = {{"nvme/nvme0/log/02", Cause::busy}};
  EXPECT_FALSE(*store.append_inventory(day, inventory));

  inventory.disks[0].media_errors = 1;
  EXPECT_TRUE(*store.append_inventory(day, inventory));
  inventory.batteries[0].serial = "B-2";
  EXPECT_TRUE(*store.append_inventory(day, inventory));
  inventory.disks[0].command_timeouts = 2;
  inventory.disks[0].self_assessment_passed = false;
  inventory.disks[0].reserve_state = 3;
  EXPECT_TRUE(*store.append_inventory(day, inventory));
  EXPECT_EQ((*store.newest_inventory())->disks[0].self_assessment_passed, false);
  EXPECT_EQ((*store.newest_inventory())->disks[0].command_timeouts, 2);
  EXPECT_EQ((*store.newest_inventory())->disks[0].reserve_state, 3);
  inventory.batteries.clear();
  EXPECT_TRUE(*store.append_inventory(day, inventory));
  const auto newest = store.newest_inventory();
  ASSERT_RESULT(newest);
  EXPECT_TRUE((*newest)->batteries.empty());
  EXPECT_EQ((*newest)->disks[0].media_errors, 1);
  EXPECT_EQ((*newest)->disks[0].reallocated, std::nullopt) << "unknown stays unknown, never 0";
}

TEST(SampleStore, RemembersWhatIsGone) {
  const TemporaryFolder folder;
  SampleStore store = opened(folder / "samples.db");
  const UtcDay first = std::chrono::floor<days>(start);
  const auto gone = [&](UtcDay since) {
    const auto parts = store.gone_since(since);
    EXPECT_TRUE(parts) << parts.error().text;
    return parts ? *parts : std::vector<GonePart>{};
  };
  EXPECT_TRUE(gone(first).empty());
  Inventory inventory = laptop();
  Battery second = inventory.batteries[0];
  second.name = "BAT1";
  second.serial = "B-9";
  Disk other = inventory.disks[0];
  other.name = "nvme1";
  other.model = "ANOTHER";
  other.serial = "S-9";
  inventory.batteries.push_back(second);
  inventory.disks.push_back(other);
  ASSERT_TRUE(*store.append_inventory(first, inventory));
  EXPECT_TRUE(gone(first).empty());

  // Another name, and another pack in the same bay: nothing is gone.
  inventory.disks[1].name = "nvme2";
  inventory.batteries[1].serial = "B-10";
  inventory.batteries[1].model = "other";
  ASSERT_TRUE(*store.append_inventory(first + days(1), inventory));
  EXPECT_TRUE(gone(first).empty());

  inventory.disks.pop_back();
  ASSERT_TRUE(*store.append_inventory(first + days(2), inventory));
  inventory.batteries[1].present = false;
  ASSERT_TRUE(*store.append_inventory(first + days(3), inventory));
  const std::string third = to_iso8601(first + days(2));
  const std::string fourth = to_iso8601(first + days(3));
  const std::vector<GonePart> parts = gone(first + days(2));
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_EQ(parts[0], (GonePart{false, "BAT1", "other", fourth}));
  EXPECT_EQ(parts[1], (GonePart{true, "nvme2", "ANOTHER", third}));
  EXPECT_EQ(gone(first + days(3)).size(), 1U) << "the drive went a day earlier";
  EXPECT_TRUE(gone(first + days(4)).empty());

  // A store that came along on another machine says nothing of what the old one had.
  inventory.identity.serial = "PF-2";
  ASSERT_TRUE(*store.append_inventory(first + days(3), inventory));
  EXPECT_TRUE(gone(first).empty());
}

Inventory with_provision() {
  Inventory inventory = laptop();
  inventory.identity.board_serial = "L1HF84B0";
  inventory.identity.virtual_machine = false;
  inventory.identity.modern_standby = true;
  Provision& provision = inventory.provision;
  provision.locks = {true, false, std::nullopt, true, false};
  provision.system = {"Windows 11", "24H2", "Enterprise"};
  provision.tpm_version = "2.0";
  provision.secure_boot = SecureBoot::off;
  provision.panel = Panel{"LGD", 0x05E5, 355, 1920, 1080, std::nullopt};
  provision.memory_slots = {2, 1, 16384};
  provision.firmware_batteries = {
      {"01AV478", milliwatt_hours(57'000), UtcDay{std::chrono::year{2019} / 2 / 9}},
      {std::nullopt, std::nullopt, std::nullopt}};
  provision.asset_tag = "RIJK-4711";
  provision.processor = {"GenuineIntel", 6, 142, 10, true, std::nullopt, false};
  provision.drive_erase = {{"nvme0", true, false, true, true, false, false, false},
                           {"sda", false, true, false, false, true, true, true}};
  return inventory;
}

TEST(SampleStore, KeepsLocksAndWhatElseDecidesAboutASecondLife) {
  const TemporaryFolder folder;
  SampleStore store = opened(folder / "samples.db");
  const UtcDay day = std::chrono::floor<days>(start);
  Inventory inventory = with_provision();
  EXPECT_TRUE(*store.append_inventory(day, inventory));
  EXPECT_EQ(*store.newest_inventory(), inventory);
  EXPECT_FALSE(*store.append_inventory(day, inventory));
  inventory.provision.locks.bios_password = false;
  EXPECT_TRUE(*store.append_inventory(day, inventory)) << "a lock that was cleared is news";
  inventory.provision.panel = Panel{};
  EXPECT_TRUE(*store.append_inventory(day, inventory));
  EXPECT_EQ((*store.newest_inventory())->provision.panel, Panel{}) << "a panel of which nothing is "
                                                                      "known is a panel";
}

// Takes away what came after layout `version`, as an older sampler left the file.
void make_older(Database& database, int version) {
  const auto run = [&](const std::string& sql) { expect_done(database.run(sql)); };
  run("DROP TABLE drive_erase");
  run("DROP TABLE processor");
  for (const char* column : {"ended", "ended_charge_mj", "ended_packs"}) {
    if (version < 7) run(std::string("ALTER TABLE position DROP COLUMN ") + column);
  }
  if (version < 6) run("DROP TABLE firmware_battery");
  if (version < 6) run("DROP TABLE provision");
  if (version < 5) run("DROP TABLE capacity");
  if (version < 4) run("DROP TABLE self");
  for (const char* column : {"command_timeouts", "self_assessment_passed", "reserve_state"}) {
    if (version < 3) run(std::string("ALTER TABLE disk DROP COLUMN ") + column);
  }
  if (version < 2) run("DROP TABLE calibration");
  run("PRAGMA user_version = " + std::to_string(version));
}

class OlderLayout : public ::testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(SampleStore, OlderLayout, ::testing::Values(1, 2, 3, 4, 5, 6, 7));

TEST_P(OlderLayout, GoesOnAndNothingIsLost) {
  const TemporaryFolder folder;
  const std::string path = folder / "samples.db";
  Id128 id;
  {
    SampleStore store = opened(path);
    id = *store.store_id();
    append(store, quarters(1, start, 4));
    EXPECT_TRUE(*store.append_inventory(std::chrono::floor<days>(start), laptop()));
  }
  {
    auto database = Database::open(path, {});
    ASSERT_RESULT(database);
    make_older(*database, GetParam());
  }
  SampleStore store = opened(path);
  EXPECT_EQ(*store.store_id(), id);
  EXPECT_EQ(*store.newest_inventory(), laptop()) << "what it did not hold is not known";
  EXPECT_EQ(all_samples(path).windows.size(), 4U);
  EXPECT_TRUE(*store.append_inventory(std::chrono::floor<days>(start), with_provision()));
  EXPECT_EQ(*store.newest_inventory(), with_provision());
}

TEST(SampleStore, AMachineThatTellsNothingIsKeptAsThat) {
  const TemporaryFolder folder;
  SampleStore store = opened(folder / "samples.db");
  Inventory nothing;
  nothing.os = Os::windows;
  nothing.simulated = true;
  nothing.batteries = {Battery{}};
  nothing.batteries[0].present = false;
  nothing.disks = {Disk{}};
  EXPECT_TRUE(*store.append_inventory(UtcDay{}, nothing));
  EXPECT_EQ(*store.newest_inventory(), nothing);
}

// --- What the reader meets -----------------------------------------------------------------------

TEST(SampleStore, TheReaderSaysWhyItCannotRead) {
  const TemporaryFolder folder;
  const auto cause = [&](const std::string& name) {
    const auto read = read_samples(folder / name, [](const Id128&) { return std::int64_t{0}; });
    return read ? std::string("read") : std::string(name_of(read.error().cause));
  };
  EXPECT_EQ(cause("none.db"), "absent");
  {
    Result<Database> database = Database::open(folder / "empty.db", {});
    ASSERT_RESULT(database);
  }
  EXPECT_EQ(cause("empty.db"), "busy");
  opened(folder / "later.db");
  {
    Result<Database> database = Database::open(folder / "later.db", {});
    ASSERT_RESULT(database);
    expect_done(database->run("PRAGMA user_version = 9"));
  }
  EXPECT_EQ(cause("later.db"), "denied");
  EXPECT_EQ(SampleStore::open(folder / "later.db", {}).error().cause, Cause::denied);
}

TEST(SampleStore, AReaderInItsTransactionSeesOneMomentAndDelaysNobody) {
  const TemporaryFolder folder;
  SampleStore store = opened(folder / "samples.db");
  append(store, {batch(1, {window(start, 1)})});
  Result<Database> reader = Database::open(folder / "samples.db", {OpenMode::read_only, 0});
  ASSERT_RESULT(reader);
  const std::vector<Batch> next = {batch(2, {window(start + quarter_hour, 2)})};
  expect_done(reader->read_transaction([&]() -> Done {
    EXPECT_EQ(*reader->integer("SELECT count(*) FROM quarter"), 1);
    append(store, next);
    EXPECT_EQ(*reader->integer("SELECT count(*) FROM quarter"), 1);
    return done();
  }));
  EXPECT_EQ(all_samples(folder / "samples.db").windows.size(), 2U);
}

// --- What the laptop learned ---------------------------------------------------------------------

Calibration learned(std::size_t windows) {
  Calibration calibration;
  for (std::size_t i = 0; i < windows; ++i) {
    calibration.windows.push_back({{static_cast<float>(2 + i % 7), 1, 0.5F, 0, 0, 0},
                                   static_cast<float>(5 + i % 7),
                                   {},
                                   1,
                                   0,
                                   20'000});
  }
  return refitted(std::move(calibration));
}

TEST(SampleStore, WhatWasLearnedIsStoredWithItsBatchAndComesBack) {
  const TemporaryFolder folder;
  const Calibration calibration = learned(30);
  {
    SampleStore store = opened(folder / "samples.db");
    EXPECT_EQ(store.position()->calibration, Calibration{});
    std::vector<Batch> batches = {batch(1, {window(start, 1)}),
                                  batch(2, {window(start + quarter_hour, 2)})};
    batches[1].calibration = to_bytes(calibration);
    append(store, batches);
    // Trying again, or a batch that says nothing, changes nothing.
    batches[1].calibration = to_bytes(learned(3));
    append(store, batches);
    append(store, {batch(3, {window(start + 2 * quarter_hour, 3)})});
  }
  SampleStore store = opened(folder / "samples.db");
  EXPECT_EQ(store.position()->calibration, calibration);
  EXPECT_EQ(all_samples(folder / "samples.db").calibration, summarise(calibration));
}

TEST(SampleStore, WhatWasLearnedAndCannotBeReadIsLearnedAnew) {
  const TemporaryFolder folder;
  SampleStore store = opened(folder / "samples.db");
  Batch first = batch(1, {window(start, 1)});
  first.calibration = "of a later version";
  append(store, {first});
  const auto position = store.position();
  ASSERT_RESULT(position);
  EXPECT_EQ(position->last_batch, 1);
  EXPECT_EQ(position->calibration, Calibration{});
  EXPECT_FALSE(all_samples(folder / "samples.db").calibration);
}

TEST(SampleStore, AFileOfLayout1KeepsItsRowsAndLearns) {
  const TemporaryFolder folder;
  {
    SampleStore store = opened(folder / "samples.db");
    append(store, {batch(1, {window(start, 1000)})});
    Result<Database> database = Database::open(folder / "samples.db", {});
    ASSERT_RESULT(database);
    make_older(*database, 1);
  }
  EXPECT_EQ(read_samples(folder / "samples.db", [](const Id128&) { return std::int64_t{0}; })
                .error()
                .cause,
            Cause::busy)
      << "the sampler has to start first";
  SampleStore store = opened(folder / "samples.db");
  EXPECT_EQ(store.position()->last_batch, 1);
  Batch second = batch(2, {window(start + quarter_hour, 2000)});
  second.calibration = to_bytes(learned(30));
  append(store, {second});
  EXPECT_EQ(all_samples(folder / "samples.db").windows.size(), 2U);
  EXPECT_EQ(store.position()->calibration, learned(30));
}

}  // namespace
}  // namespace wattlife
