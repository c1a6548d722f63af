// SPDX-License-Identifier: EUPL-1.2
// The N-th call to the disk fails while the sampler stores, for every N. Afterwards nothing is
// lost, nothing is there twice, nothing is half there.
#include <gtest/gtest.h>

#include <map>
#include <optional>

#include "agent/keeper.h"
#include "tests/agent/examples.h"
#include "tests/fault/failures.h"
#include "tests/temporary_folder.h"

namespace wattlife {
namespace {

const UtcTime start = utc("2026-11-23T23:15:00Z");
const UtcDay today = std::chrono::floor<std::chrono::days>(start);

Ended how_it_ended(std::int64_t number) {
  return {Ending::shutdown, milliwatt_hours(1'000 * number), "BAT0/SANYO/45N1/77\n"};
}

// Batches of several rows, over midnight; row energies are distinct powers of two, so that a sum
// tells which rows are in it.
std::vector<Batch> batches() {
  std::vector<Batch> all;
  for (std::int64_t number = 1; number <= 4; ++number) {
    const UtcTime slot = start + quarter_hour * number;
    all.push_back(batch(
        number, {window(slot, std::int64_t{1} << (2 * number)), window(slot, -1, Duration{1000}),
                 window(slot, std::int64_t{1} << (2 * number + 1))}));
    all.back().windows[2].key.state = UseState::active;
    // The second and the last run of the machine end in a shutdown.
    if (number % 2 == 0) all.back().ended = how_it_ended(number);
  }
  return all;
}

struct Content {
  std::map<std::int64_t, int> rows_of_batch;
  std::int64_t quarter_mj = 0;
  std::int64_t day_mj = 0;
  std::int64_t quarter_ms = 0;
  std::int64_t day_ms = 0;
  std::int64_t last_batch = 0;
  std::optional<Ended> ended;
  std::int64_t inventories = 0;
  std::int64_t own_notes = 0;
  std::int64_t os_notes = 0;
  std::int64_t histories = 0;
};

// What is in the file when it is opened by a program that knows nothing of what happened.
Content content_of(const std::string& path) {
  Content content;
  Result<SampleStore> recovered = SampleStore::open(path, {});
  EXPECT_TRUE(recovered) << recovered.error().text;
  Result<Database> database = Database::open(path, {OpenMode::read_only, 0});
  EXPECT_TRUE(database) << database.error().text;
  if (!database) return content;
  expect_done(database->check());
  expect_done(database->query(
      "SELECT batch, count(*) FROM quarter GROUP BY batch", {}, [&](const Row& row) {
        content.rows_of_batch[row.integer(0)] = static_cast<int>(row.integer(1));
        return done();
      }));
  const auto number = [&](std::string_view sql) { return *database->integer(sql); };
  content.quarter_mj = number("SELECT coalesce(sum(device_energy_mj), 0) FROM quarter");
  content.day_mj = number("SELECT coalesce(sum(device_energy_mj), 0) FROM day");
  content.quarter_ms = number("SELECT coalesce(sum(time_ms), 0) FROM quarter");
  content.day_ms = number("SELECT coalesce(sum(time_ms), 0) FROM day");
  content.last_batch = number("SELECT last_batch FROM position");
  content.ended = recovered->position()->ended;
  content.inventories = number("SELECT count(*) FROM inventory");
  content.own_notes = number("SELECT count(*) FROM capacity WHERE origin = 'own'");
  content.os_notes = number("SELECT count(*) FROM capacity WHERE origin = 'os'");
  content.histories = number("SELECT count(*) FROM meta WHERE key = 'capacity_history'");
  return content;
}

void expect_whole(const Content& content) {
  for (const auto& [batch, rows] : content.rows_of_batch) {
    EXPECT_EQ(rows, 3) << "batch " << batch << " is half there, or there twice";
    EXPECT_LE(batch, content.last_batch);
  }
  EXPECT_EQ(static_cast<std::int64_t>(content.rows_of_batch.size()), content.last_batch);
  // The end of a run stands there with its batch, and never with another one.
  const std::int64_t last = content.last_batch;
  EXPECT_EQ(content.ended,
            last > 0 && last % 2 == 0 ? std::optional(how_it_ended(last)) : std::nullopt);
  EXPECT_EQ(content.quarter_mj, content.day_mj);
  EXPECT_EQ(content.quarter_ms, content.day_ms);
  EXPECT_EQ(content.os_notes, 3 * content.histories) << "half a history, or one twice";
  EXPECT_LE(content.own_notes, 1) << "one pack, one week";
}

Keeper keeper_in(const TemporaryFolder& folder) {
  return Keeper({folder / "samples.db", folder / "view.json", std::int64_t{64} << 20});
}

// What the system noted of the pack in three weeks.
CapacityHistory history() {
  CapacityHistory history{today, pack_identity(laptop().batteries[0]), {}};
  for (int week = 3; week > 0; --week) {
    history.points.push_back({today - std::chrono::days(7 * week), milliwatt_hours(51'000),
                              milliwatt_hours(57'000), std::nullopt, CapacityOrigin::os_history,
                              false});
  }
  return history;
}

// A sampler's work over four quarter hours, as its loop does it; errors are its keeper's business.
SamplerState work(Keeper& keeper, SamplerState state) {
  keeper.keep_inventory(today, laptop());
  if (keeper.wants_capacity_history()) keeper.keep_capacity_history(history());
  for (const Batch& batch : batches()) {
    if (batch.number <= state.last_batch) continue;
    state.unwritten.push_back(batch);
    state.last_batch = batch.number;
    state = keeper.keep(std::move(state));
    if (batch.number != 2) continue;
    Inventory changed = laptop();
    changed.disks[0].media_errors = 5;
    keeper.keep_inventory(today, changed);
  }
  return state;
}

const std::int64_t all_mj = (std::int64_t{1} << 10) - 4;  // bits 2 to 9

TEST(SampleStoreFault, ASamplerThatLivesOnLosesNothing) {
  fault::for_every_call([](const fault::Failure& failure, int nth) {
    const TemporaryFolder folder;
    Keeper keeper = keeper_in(folder);
    fault::arm(nth, failure.failing, failure.code, failure.calls);
    SamplerState state = work(keeper, {});
    fault::disarm();
    // The disk works again; the next tick stores what waited.
    state = keeper.keep(std::move(state), Keeper::Chance::last_call);
    EXPECT_TRUE(state.unwritten.empty());
    EXPECT_FALSE(keeper.fault());
    const Content content = content_of(folder / "samples.db");
    expect_whole(content);
    EXPECT_EQ(content.last_batch, 4);
    EXPECT_EQ(content.quarter_mj, all_mj);
    // Of two inventories that both had to wait only the newest counts.
    EXPECT_GE(content.inventories, 1);
    EXPECT_LE(content.inventories, 2);
    EXPECT_EQ(content.own_notes, 1);
    EXPECT_FALSE(std::filesystem::exists(folder / "samples.db.damaged"));
  });
}

TEST(SampleStoreFault, ASamplerThatIsKilledLeavesWholeBatchesOnly) {
  fault::for_every_call([](const fault::Failure& failure, int nth) {
    const TemporaryFolder folder;
    {
      Keeper keeper = keeper_in(folder);
      fault::arm(nth, failure.failing, failure.code, failure.calls);
      work(keeper, {});
    }  // gone, with the disk as it is
    fault::disarm();
    const Content content = content_of(folder / "samples.db");
    expect_whole(content);
    // The next sampler goes on where the store says.
    Keeper keeper = keeper_in(folder);
    const Result<Position> position = keeper.open();
    ASSERT_RESULT(position);
    EXPECT_EQ(position->last_batch, content.last_batch);
    work(keeper, started(*position));
    const Content after = content_of(folder / "samples.db");
    expect_whole(after);
    EXPECT_EQ(after.last_batch, 4);
    EXPECT_EQ(after.quarter_mj, all_mj);
    EXPECT_EQ(after.own_notes, 1);
    EXPECT_EQ(after.histories, 1);
  });
}

}  // namespace
}  // namespace wattlife
