// SPDX-License-Identifier: EUPL-1.2
#include "agent/sample_store.h"

#include <algorithm>
#include <array>
#include <utility>

#include "agent/inventory_rows.h"
#include "agent/platform_rows.h"
#include "core/calibration_bytes.h"
#include "core/text.h"
#include "platform/process.h"

namespace wattlife {
namespace {

constexpr std::int64_t layout_version = 8;

constexpr std::string_view measuring_layout = R"(
CREATE TABLE meta(key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE position(
  one INTEGER PRIMARY KEY CHECK(one = 1),
  last_batch INTEGER NOT NULL,
  last_boot_ms INTEGER, last_awake_ms INTEGER, last_utc_ms INTEGER,
  watched_boot_ms INTEGER, watched_awake_ms INTEGER, watched_utc_ms INTEGER) STRICT;
INSERT INTO position(one, last_batch) VALUES(1, 0);
CREATE TABLE quarter(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  batch INTEGER NOT NULL,
  slot_utc_ms INTEGER NOT NULL,
  state TEXT NOT NULL, supply TEXT NOT NULL, tier TEXT NOT NULL, method TEXT NOT NULL,
  time_ms INTEGER NOT NULL,
  device_energy_mj INTEGER, device_variance_own_j2 REAL, device_deviation_shared_j REAL,
  wall_energy_mj INTEGER, wall_variance_own_j2 REAL, wall_deviation_shared_j REAL) STRICT;
CREATE TABLE day(
  day TEXT NOT NULL,
  state TEXT NOT NULL, supply TEXT NOT NULL, tier TEXT NOT NULL, method TEXT NOT NULL,
  time_ms INTEGER NOT NULL,
  device_energy_mj INTEGER, device_variance_own_j2 REAL, device_deviation_shared_j REAL,
  wall_energy_mj INTEGER, wall_variance_own_j2 REAL, wall_deviation_shared_j REAL,
  PRIMARY KEY(day, state, supply, tier, method)) STRICT, WITHOUT ROWID;
)";

// Layout 2: what the laptop learned about itself.
constexpr std::string_view calibration_layout = R"(
CREATE TABLE calibration(
  one INTEGER PRIMARY KEY CHECK(one = 1),
  bytes BLOB NOT NULL) STRICT;
)";

// Layout 7: how the last run of the sampler ended, when it knew.
constexpr std::string_view ending_layout = R"(
ALTER TABLE position ADD COLUMN ended TEXT;
ALTER TABLE position ADD COLUMN ended_charge_mj INTEGER;
ALTER TABLE position ADD COLUMN ended_packs TEXT;
)";

std::int64_t to_utc_ms(UtcTime t) { return t.time_since_epoch().count(); }
UtcTime from_utc_ms(std::int64_t ms) { return UtcTime{Duration{ms}}; }
UtcDay day_of(UtcTime t) { return std::chrono::floor<std::chrono::days>(t); }

// The value of an enumeration by its stable name; empty for a name that is not one.
template <class Enum, std::size_t size>
std::optional<Enum> named(const std::array<Enum, size>& all, std::string_view name) {
  for (const Enum value : all) {
    if (name == name_of(value)) return value;
  }
  return std::nullopt;
}

constexpr std::array all_states{UseState::active, UseState::idle,  UseState::panel_off,
                                UseState::awake,  UseState::sleep, UseState::off};
constexpr std::array all_endings{Ending::stopped, Ending::shutdown};
constexpr std::array all_supplies{Supply::battery, Supply::mains, Supply::unknown};
constexpr std::array all_tiers{Tier::measured, Tier::calibrated_device, Tier::calibrated_model,
                               Tier::estimated, Tier::unknown};

struct Key {
  UseState state;
  Supply supply;
  Tier tier;
};
Result<Key> key_from(const Row& row, int column) {
  const auto state = named(all_states, row.text(column));
  const auto supply = named(all_supplies, row.text(column + 1));
  const auto tier = named(all_tiers, row.text(column + 2));
  if (!state || !supply || !tier) {
    return Error{Cause::malformed, "samples.db: a row with an unknown state, supply or tier"};
  }
  return Key{*state, *supply, *tier};
}

std::optional<Estimate> estimate_from(const Row& row, int column) {
  const auto energy_mj = row.optional_integer(column);
  if (!energy_mj) return std::nullopt;
  return Estimate{Energy{*energy_mj}, row.real(column + 1), row.real(column + 2)};
}

// An estimate as three values to bind; all NULL when there is none.
struct BoundEstimate {
  Bound energy_mj = nullptr;
  Bound variance_own_j2 = nullptr;
  Bound deviation_shared_j = nullptr;
};
BoundEstimate bound_estimate(const std::optional<Estimate>& estimate) {
  if (!estimate) return {};
  return {estimate->energy.milli, estimate->variance_own_j2, estimate->deviation_shared_j};
}

Done insert(Database& database, std::int64_t batch, const Window& window) {
  const WindowKey& key = window.key;
  const BoundEstimate device = bound_estimate(window.device);
  const BoundEstimate wall = bound_estimate(window.wall);
  const std::int64_t time_ms = window.time.count();
  const std::string_view state = name_of(key.state);
  const std::string_view supply = name_of(key.supply);
  const std::string_view tier = name_of(key.tier);
  const Done row = database.run(
      "INSERT INTO quarter(batch, slot_utc_ms, state, supply, tier, method, time_ms,"
      " device_energy_mj, device_variance_own_j2, device_deviation_shared_j,"
      " wall_energy_mj, wall_variance_own_j2, wall_deviation_shared_j)"
      " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {batch, to_utc_ms(key.slot), state, supply, tier, key.method, time_ms, device.energy_mj,
       device.variance_own_j2, device.deviation_shared_j, wall.energy_mj, wall.variance_own_j2,
       wall.deviation_shared_j});
  if (!row) return row;
  // x + NULL is NULL, so coalesce(sum, old, new) keeps what is known and unknown stays unknown.
  const std::string day = to_iso8601(day_of(key.slot));
  return database.run(
      "INSERT INTO day VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
      " time_ms = time_ms + excluded.time_ms,"
      " device_energy_mj = coalesce(device_energy_mj + excluded.device_energy_mj,"
      "   device_energy_mj, excluded.device_energy_mj),"
      " device_variance_own_j2 = coalesce(device_variance_own_j2 + excluded.device_variance_own_j2,"
      "   device_variance_own_j2, excluded.device_variance_own_j2),"
      " device_deviation_shared_j ="
      "   coalesce(device_deviation_shared_j + excluded.device_deviation_shared_j,"
      "   device_deviation_shared_j, excluded.device_deviation_shared_j),"
      " wall_energy_mj = coalesce(wall_energy_mj + excluded.wall_energy_mj,"
      "   wall_energy_mj, excluded.wall_energy_mj),"
      " wall_variance_own_j2 = coalesce(wall_variance_own_j2 + excluded.wall_variance_own_j2,"
      "   wall_variance_own_j2, excluded.wall_variance_own_j2),"
      " wall_deviation_shared_j ="
      "   coalesce(wall_deviation_shared_j + excluded.wall_deviation_shared_j,"
      "   wall_deviation_shared_j, excluded.wall_deviation_shared_j)",
      {day, state, supply, tier, key.method, time_ms, device.energy_mj, device.variance_own_j2,
       device.deviation_shared_j, wall.energy_mj, wall.variance_own_j2, wall.deviation_shared_j});
}

// Where a sampler goes on after `batch`.
Done move_position(Database& database, const Batch& batch) {
  const Now& last = batch.last_tick;
  const Now& watched = batch.watched_until;
  Bound ended = nullptr;
  Bound charge_mj = nullptr;
  Bound packs = nullptr;
  if (batch.ended) {
    ended = std::string_view(name_of(batch.ended->how));
    if (batch.ended->charge) charge_mj = batch.ended->charge->milli;
    if (!batch.ended->packs.empty()) packs = std::string_view(batch.ended->packs);
  }
  return database.run(
      "UPDATE position SET last_batch = ?, last_boot_ms = ?, last_awake_ms = ?, last_utc_ms = ?,"
      " watched_boot_ms = ?, watched_awake_ms = ?, watched_utc_ms = ?,"
      " ended = ?, ended_charge_mj = ?, ended_packs = ?",
      {batch.number, last.boot.since_boot.count(), last.awake.since_boot.count(),
       to_utc_ms(last.utc), watched.boot.since_boot.count(), watched.awake.since_boot.count(),
       to_utc_ms(watched.utc), ended, charge_mj, packs});
}

Done insert(Database& database, const Batch& batch) {
  for (const Window& window : batch.windows) {
    if (Done row = insert(database, batch.number, window); !row) return row;
  }
  if (!batch.calibration.empty()) {
    const Done learned =
        database.run("INSERT OR REPLACE INTO calibration VALUES(1, ?)", {Bytes{batch.calibration}});
    if (!learned) return learned;
  }
  if (batch.spent && !batch.windows.empty()) {
    // The latest: an earlier one may be of a time in which nothing was measured.
    const std::string day = to_iso8601(day_of(batch.windows.back().key.slot));
    if (Done added = add_self_cost(database, day, *batch.spent); !added) return added;
  }
  return move_position(database, batch);
}

// How the last run ended; empty when nobody knew, or a later program has another word for it.
std::optional<Ended> ended_from(const Row& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  const auto how = named(all_endings, row.text(column));
  if (!how) return std::nullopt;
  Ended ended{*how, std::nullopt, {}};
  if (const auto charge_mj = row.optional_integer(column + 1)) ended.charge = Energy{*charge_mj};
  if (!row.is_null(column + 2)) ended.packs = row.text(column + 2);
  return ended;
}

std::optional<Now> now_from(const Row& row, int column) {
  const auto boot = row.optional_integer(column);
  const auto awake = row.optional_integer(column + 1);
  const auto utc = row.optional_integer(column + 2);
  if (!boot || !awake || !utc) return std::nullopt;
  return Now{BootTime{Duration{*boot}}, AwakeTime{Duration{*awake}}, from_utc_ms(*utc)};
}

// What was learned; nothing when there is none, or when a later program wrote it: then it is
// learned anew, which costs a few days and no measurement.
Result<Calibration> stored_calibration(Database& database) {
  const Result<std::string> bytes = database.text("SELECT bytes FROM calibration");
  if (!bytes) {
    if (bytes.error().cause != Cause::absent) return bytes.error();
    return Calibration{};
  }
  Result<Calibration> calibration = calibration_from_bytes(*bytes);
  if (!calibration) {
    log(LogLevel::warning, "samples.db: " + calibration.error().text + "; it is learned anew");
    return Calibration{};
  }
  return calibration;
}

Done name_the_store(Database& database) {
  return database.transaction([&]() -> Done {
    std::array<std::uint8_t, 16> id{};
    fill_random(id);
    const std::string bytes(id.begin(), id.end());
    return database.run("INSERT OR IGNORE INTO meta VALUES('store_id', ?)", {Bytes{bytes}});
  });
}

Result<Id128> store_id_of(Database& database) {
  return database.text("SELECT value FROM meta WHERE key = 'store_id'");
}

Result<std::vector<DayRow>> day_rows(Database& database, std::string_view sql, UtcDay first) {
  std::vector<DayRow> rows;
  const std::string from = to_iso8601(first);
  const Done asked = database.query(sql, {from}, [&](const Row& row) -> Done {
    const Result<Key> key = key_from(row, 1);
    if (!key) return key.error();
    rows.push_back({row.text(0), key->state, key->supply, key->tier, row.text(4),
                    Duration{row.integer(5)}, estimate_from(row, 6), estimate_from(row, 9)});
    return done();
  });
  if (!asked) return asked.error();
  return rows;
}

}  // namespace

Result<SampleStore> SampleStore::open(const std::string& path, const Options& options) {
  // Never wait longer for the agent than a second: the next tick comes soon enough.
  // A small log: a commit of a quarter hour is about a dozen pages.
  const Database::Options how{OpenMode::write_ahead_log, 1000, 0640, 256, 200};
  Result<Database> database = Database::open(path, how);
  if (!database) return database.error();
  const std::string layout = std::string(measuring_layout) + std::string(inventory_layout);
  // Only ever appended to: an older file says by number which of them it has.
  const auto made = database->migrate({layout, calibration_layout, std::string(inventory_layout_2),
                                       std::string(self_layout), std::string(capacity_layout),
                                       std::string(provision_layout), std::string(ending_layout),
                                       std::string(platform_layout)});
  if (!made) return made.error();
  const Result<std::int64_t> page_bytes = database->integer("PRAGMA page_size");
  if (!page_bytes) return page_bytes.error();
  const std::string pages =
      std::to_string(std::max<std::int64_t>(options.most_bytes / *page_bytes, 16));
  if (Done limit = database->run("PRAGMA max_page_count = " + pages); !limit) return limit.error();
  if (!store_id_of(*database)) {
    if (Done named = name_the_store(*database); !named) return named.error();
  }
  return SampleStore(*std::move(database), options);
}

Result<Id128> SampleStore::store_id() { return store_id_of(database_); }

Result<Position> SampleStore::position() {
  Position position;
  const Done asked = database_.query(
      "SELECT last_batch, last_boot_ms, last_awake_ms, last_utc_ms,"
      " watched_boot_ms, watched_awake_ms, watched_utc_ms,"
      " ended, ended_charge_mj, ended_packs FROM position",
      {}, [&](const Row& row) {
        position = {row.integer(0), now_from(row, 1), now_from(row, 4), {}, ended_from(row, 7)};
        return done();
      });
  if (!asked) return asked.error();
  Result<Calibration> learned = stored_calibration(database_);
  if (!learned) return learned.error();
  position.calibration = *std::move(learned);
  return position;
}

Result<std::int64_t> SampleStore::append(const std::vector<Batch>& batches) {
  std::int64_t gone_early = 0;
  const Done stored = database_.transaction([&]() -> Done {
    const Result<std::int64_t> last = database_.integer("SELECT last_batch FROM position");
    if (!last) return last.error();
    const Result<std::int64_t> gone = make_room();
    if (!gone) return gone.error();
    gone_early = *gone;
    for (const Batch& batch : batches) {
      if (batch.number <= *last) continue;
      if (Done added = insert(database_, batch); !added) return added;
      // Once a day is often enough, and touches the first pages of the file only then.
      if (batch.number % 96 != 0) continue;
      if (Done removed = remove_old(batch.number); !removed) return removed;
    }
    return done();
  });
  if (!stored) return stored.error();
  return gone_early;
}

Done SampleStore::remove_old(std::int64_t newest_batch) {
  const Result<std::int64_t> seen =
      database_.integer("SELECT slot_utc_ms FROM quarter WHERE batch <= ? ORDER BY id DESC LIMIT 1",
                        {newest_batch - commits_before_ageing + 1});
  if (!seen) return seen.error().cause == Cause::absent ? done() : Done(seen.error());
  const UtcTime reference = from_utc_ms(*seen);
  // Rows are nearly in the order of time: those before the first one that stays can go.
  const Done quarters = database_.run(
      "DELETE FROM quarter WHERE id < coalesce("
      "(SELECT id FROM quarter WHERE slot_utc_ms >= ? ORDER BY id LIMIT 1), 0)",
      {to_utc_ms(reference - options_.quarter_retention)});
  if (!quarters) return quarters;
  const std::string first_day = to_iso8601(day_of(reference) - day_retention);
  if (Done days = database_.run("DELETE FROM day WHERE day < ?", {first_day}); !days) return days;
  if (Done self = remove_old_self_rows(database_, first_day); !self) return self;
  const std::string gone_since = to_iso8601(day_of(reference) - gone_pack_retention);
  if (Done packs = remove_gone_packs(database_, gone_since); !packs) return packs;
  return remove_old_inventory(database_, first_day);
}

Result<std::int64_t> SampleStore::make_room() {
  const auto used = [&]() -> Result<std::int64_t> {
    return database_.integer(
        "SELECT (page_count - freelist_count) * page_size"
        " FROM pragma_page_count, pragma_freelist_count, pragma_page_size");
  };
  std::int64_t gone = 0;
  // A tenth at a time; quarter hours go first, because days still tell their sum.
  for (int attempt = 0; attempt < 20; ++attempt) {
    const Result<std::int64_t> bytes = used();
    if (!bytes) return bytes.error();
    if (*bytes <= options_.most_bytes / 10 * 9) break;
    const Done quarters = database_.run(
        "DELETE FROM quarter WHERE id IN (SELECT id FROM quarter ORDER BY id"
        " LIMIT (SELECT count(*) / 10 + 1 FROM quarter))");
    if (!quarters) return quarters.error();
    gone += database_.changed_rows();
    if (database_.changed_rows() > 0) continue;
    const Done days = database_.run(
        "DELETE FROM day WHERE day IN (SELECT DISTINCT day FROM day ORDER BY day"
        " LIMIT (SELECT count(DISTINCT day) / 10 + 1 FROM day))");
    if (!days) return days.error();
    if (Done old = remove_all_but_newest_inventory(database_); !old) return old.error();
  }
  return gone;
}

Result<bool> SampleStore::append_inventory(UtcDay day, const Inventory& inventory) {
  bool added = false;
  const Done stored = database_.transaction([&]() -> Done {
    if (Done noted = note_own_capacity(database_, day, inventory.batteries); !noted) return noted;
    const Result<std::optional<Inventory>> newest = wattlife::newest_inventory(database_);
    if (!newest) return newest.error();
    if (*newest && shippable(**newest, true) == shippable(inventory, true)) return done();
    added = true;
    return insert_inventory(database_, to_iso8601(day), inventory);
  });
  if (!stored) return stored.error();
  return added;
}

Result<std::optional<Inventory>> SampleStore::newest_inventory() {
  return wattlife::newest_inventory(database_);
}

Result<std::vector<GonePart>> SampleStore::gone_since(UtcDay first) {
  return gone_parts(database_, to_iso8601(first));
}

Result<bool> SampleStore::wants_capacity_history() {
  return wattlife::wants_capacity_history(database_);
}

Done SampleStore::add_capacity_history(const CapacityHistory& history) {
  return database_.transaction(
      [&]() -> Done { return wattlife::add_capacity_history(database_, history); });
}

Result<std::vector<CapacityPoint>> SampleStore::capacity_of(const std::string& pack,
                                                            UtcDay last_day) {
  return wattlife::capacity_of(database_, pack, last_day);
}

Result<std::vector<DayRow>> SampleStore::days_from(UtcDay first) {
  return day_rows(database_, "SELECT * FROM day WHERE day >= ?", first);
}

Result<std::vector<DayRow>> SampleStore::months_from(UtcDay first) {
  return day_rows(database_,
                  "SELECT substr(day, 1, 7), state, supply, tier, method, sum(time_ms),"
                  " sum(device_energy_mj), sum(device_variance_own_j2),"
                  " sum(device_deviation_shared_j),"
                  " sum(wall_energy_mj), sum(wall_variance_own_j2), sum(wall_deviation_shared_j)"
                  " FROM day WHERE day >= ? GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5",
                  first);
}

Result<std::vector<SelfDay>> SampleStore::self_from(UtcDay first) {
  return self_days(database_, to_iso8601(first));
}

Result<Samples> read_samples(const std::string& path,
                             const std::function<Result<std::int64_t>(const Id128&)>& after_row) {
  Result<Database> database = Database::open(path, {OpenMode::read_only, 1000});
  if (!database) return database.error();
  Samples samples;
  const Done read = database->read_transaction([&]() -> Done {
    const Result<std::int64_t> version = database->integer("PRAGMA user_version");
    if (!version) return version.error();
    if (*version < layout_version) {
      return Error{Cause::busy, path + ": the sampler is still making it: try again later"};
    }
    if (*version > layout_version) {
      return Error{Cause::denied, path +
                                      ": was made by a later version of the sampler: install "
                                      "the agent of that version"};
    }
    const Result<Id128> id = store_id_of(*database);
    if (!id) {
      if (id.error().cause != Cause::absent) return id.error();
      return Error{Cause::busy, path + ": the sampler is still making it: try again later"};
    }
    samples.store_id = *id;
    const Result<std::int64_t> after = after_row(*id);
    if (!after) return after.error();
    Result<std::optional<Inventory>> inventory = newest_inventory(*database);
    if (!inventory) return inventory.error();
    samples.inventory = *std::move(inventory);
    const Result<Calibration> learned = stored_calibration(*database);
    if (!learned) return learned.error();
    samples.calibration = summarise(*learned);
    return database->query(
        "SELECT id, slot_utc_ms, time_ms, state, supply, tier, method,"
        " device_energy_mj, device_variance_own_j2, device_deviation_shared_j,"
        " wall_energy_mj, wall_variance_own_j2, wall_deviation_shared_j"
        " FROM quarter WHERE id > ? ORDER BY id",
        {*after}, [&](const Row& row) -> Done {
          const Result<Key> key = key_from(row, 3);
          if (!key) return key.error();
          samples.windows.push_back(
              {row.integer(0),
               {{from_utc_ms(row.integer(1)), key->state, key->supply, key->tier, row.text(6)},
                Duration{row.integer(2)},
                estimate_from(row, 7),
                estimate_from(row, 10)}});
          return done();
        });
  });
  if (!read) return read.error();
  return samples;
}

}  // namespace wattlife
