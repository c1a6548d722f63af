// SPDX-License-Identifier: EUPL-1.2
// samples.db: what this laptop measured, kept on this laptop (docs/samples-db.md). One writer, the
// sampler; one reader, the agent, which opens it read-only for one short transaction. Write-ahead
// log, one commit per quarter hour.
//
// Rows of `quarter` are only ever added, so their numbers say what an agent has reported already;
// `day` is their sum, in the same transaction, and outlives them.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "agent/capacity_rows.h"
#include "agent/inventory_rows.h"
#include "agent/sampler.h"
#include "agent/self_rows.h"
#include "core/energy.h"
#include "core/reading.h"
#include "core/result.h"
#include "core/summary.h"
#include "core/time.h"
#include "platform/database.h"

namespace wattlife {

inline constexpr std::chrono::days day_retention{400};
// An agent that runs hourly had the chance to see a row when so many commits came after it. Ages
// are counted back from that commit and not from now: a laptop that was off for five weeks must
// not lose what its agent could not read.
inline constexpr std::int64_t commits_before_ageing = 96;

// The sum of a day, or of several, under one key.
struct DayRow {
  std::string span;  // "2026-01-05", or "2026-01" for a month
  UseState state = UseState::awake;
  Supply supply = Supply::unknown;
  Tier tier = Tier::unknown;
  std::string method;
  Duration time{0};
  std::optional<Estimate> device;
  std::optional<Estimate> wall;
  friend bool operator==(const DayRow&, const DayRow&) = default;
};

// The sampler's side. Errors of all functions are those of platform/database; a file that is
// damaged is malformed and stays where it is: see set_damaged_aside() in platform/database.
class SampleStore {
 public:
  struct Options {
    std::int64_t most_bytes = std::int64_t{64} << 20;  // the file never grows beyond this
    std::chrono::days quarter_retention{30};
  };
  // Opens or makes the file.
  static Result<SampleStore> open(const std::string& path, const Options& options);

  Result<Id128> store_id();
  Result<Position> position();

  // Adds the batches whose number is higher than the store's last one, and their days, and removes
  // what is too old, in one transaction. Calling it again with the same batches changes nothing, so
  // that a commit whose outcome nobody knows can be tried again.
  // What comes back: how many quarter-hour rows had to go early because the file was nearly full.
  Result<std::int64_t> append(const std::vector<Batch>& batches);

  // Adds `inventory` when what may leave the device of it differs from the newest one in the
  // store (numbers that rise with use count by their first two digits). True when it did. Notes
  // what its packs hold, at most once a week each, in the same transaction.
  Result<bool> append_inventory(UtcDay day, const Inventory& inventory);

  Result<std::optional<Inventory>> newest_inventory();
  // Parts that went on `first` or later (agent/inventory_rows).
  Result<std::vector<GonePart>> gone_since(UtcDay first);

  // What the system noted of capacity before this program came: asked for once in the life of a
  // store. Adding it again changes nothing.
  Result<bool> wants_capacity_history();
  Done add_capacity_history(const CapacityHistory& history);
  // What a pack held when full (agent/capacity_rows), up to `last_day`, oldest first.
  Result<std::vector<CapacityPoint>> capacity_of(const std::string& pack, UtcDay last_day);

  // Rows of the days from `first` on, sorted; and the same added up by month.
  Result<std::vector<DayRow>> days_from(UtcDay first);
  Result<std::vector<DayRow>> months_from(UtcDay first);

  // What measuring cost, by day, from `first` on.
  Result<std::vector<SelfDay>> self_from(UtcDay first);

 private:
  explicit SampleStore(Database database, const Options& options)
      : database_(std::move(database)), options_(options) {}
  Result<std::int64_t> make_room();
  Done remove_old(std::int64_t newest_batch);

  Database database_;
  Options options_;
};

// What the agent sees, at one moment.
struct Samples {
  Id128 store_id;
  std::vector<StoredWindow> windows;  // in the order of their rows
  std::optional<Inventory> inventory;
  std::optional<CalibrationSummary> calibration = std::nullopt;  // what it learned about itself
};

// Rows with a number above what `after_row` answers for the id of the store, and the newest
// inventory. Opens, reads, closes.
// Errors: absent (the sampler never ran), busy (the sampler writes, or was cut off and has to
// start first), denied (rights, or a later layout), malformed (damaged), io.
Result<Samples> read_samples(const std::string& path,
                             const std::function<Result<std::int64_t>(const Id128&)>& after_row);

}  // namespace wattlife
