// SPDX-License-Identifier: EUPL-1.2
// Derived tables: from reports to their rows, in the tables that are read or in those that a
// rebuild fills beside them. The order in which reports were applied is kept with them, so that a
// rebuild does the same additions in the same order and ends with the same bits. Rows of reports
// about different devices are written together.
#include <array>
#include <deque>

#include "collector/sql_fleet_store.h"
#include "core/text.h"

namespace wattlife {

// The values of rows, one row after the other; those of the reports must outlive them.
struct DerivedRows {
  std::vector<Bound> counted;
  std::vector<Bound> uncounted;
  std::vector<Bound> energy;
  std::vector<Bound> inventory;
  std::vector<Bound> provision;
  std::vector<Bound> no_provision;  // device, day
  std::vector<Bound> days;          // device, day: of inventories
  std::vector<Bound> battery;
  std::vector<Bound> disk;
  std::deque<std::string> bytes;  // what values are views of
};

namespace {

constexpr std::string_view counted_before = "deze rijen zijn al geteld";
constexpr std::string_view counted_elsewhere =
    "deze periode is al geteld van een andere installatie";

std::optional<std::int64_t> in_mwh(const std::optional<Energy>& energy) {
  return energy ? std::optional<std::int64_t>(to_milliwatt_hours(*energy)) : std::nullopt;
}

// Texts below write @table for a derived table.
std::string in(DerivedTables tables, std::string_view sql) {
  std::string text;
  for (const char c : sql) {
    if (c == '@') {
      text += prefix_of(tables);
    } else {
      text += c;
    }
  }
  return text;
}

// Own variances add, shared deviations add: the same laptop, hence the same gauge.
constexpr RowsText upsert_energy{
    "INSERT INTO @energy AS present VALUES ", "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    " ON CONFLICT (device, begin_day, end_day, state, supply, tier, method) DO UPDATE SET "
    "time_ms = present.time_ms + excluded.time_ms, "
    "device_mj = coalesce(present.device_mj + excluded.device_mj, present.device_mj, "
    "excluded.device_mj), "
    "device_variance_own_j2 = coalesce(present.device_variance_own_j2 + "
    "excluded.device_variance_own_j2, present.device_variance_own_j2, "
    "excluded.device_variance_own_j2), "
    "device_deviation_shared_j = coalesce(present.device_deviation_shared_j + "
    "excluded.device_deviation_shared_j, present.device_deviation_shared_j, "
    "excluded.device_deviation_shared_j), "
    "wall_mj = coalesce(present.wall_mj + excluded.wall_mj, present.wall_mj, "
    "excluded.wall_mj), "
    "wall_variance_own_j2 = coalesce(present.wall_variance_own_j2 + "
    "excluded.wall_variance_own_j2, present.wall_variance_own_j2, "
    "excluded.wall_variance_own_j2), "
    "wall_deviation_shared_j = coalesce(present.wall_deviation_shared_j + "
    "excluded.wall_deviation_shared_j, present.wall_deviation_shared_j, "
    "excluded.wall_deviation_shared_j)"};
constexpr RowsText insert_counted{
    "INSERT INTO @counted (store_id, begin_day, end_day, first_row, last_row, device, enrolment, "
    "install_id) VALUES ",
    "(?, ?, ?, ?, ?, ?, ?, ?)", ""};
constexpr RowsText insert_uncounted{"INSERT INTO @uncounted (report, reason) VALUES ", "(?, ?)",
                                    ""};
// The later report of a day replaces the earlier one; a day is as fine as it gets.
constexpr RowsText upsert_inventory{
    "INSERT INTO @inventory AS present VALUES ", "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    " ON CONFLICT (device) DO UPDATE SET "
    "day = excluded.day, os = excluded.os, manufacturer = excluded.manufacturer, "
    "model = excluded.model, sku = excluded.sku, bios_day = excluded.bios_day, "
    "chassis = excluded.chassis, cpu = excluded.cpu, memory_mib = excluded.memory_mib, "
    "simulated = excluded.simulated WHERE excluded.day >= present.day"};
// As the bytes of its message: nothing asks the database about a part of it.
constexpr RowsText upsert_provision{
    "INSERT INTO @provision AS present VALUES ", "(?, ?, ?)",
    " ON CONFLICT (device) DO UPDATE SET day = excluded.day, told = excluded.told "
    "WHERE excluded.day >= present.day"};
constexpr RowsText insert_battery{"INSERT INTO @battery VALUES ",
                                  "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", ""};
constexpr RowsText insert_disk{"INSERT INTO @disk VALUES ",
                               "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", ""};

// A list of devices with a day each, for PostgreSQL: rows are found by an array of devices, so that
// no plan can be to read a whole table that was small once.
constexpr std::string_view days_head = "WITH k AS MATERIALIZED (VALUES ";
constexpr std::string_view days_row = "(CAST(? AS BIGINT), CAST(? AS BIGINT))";

// $1 is the place of a summary among those that are asked about, $2 to $9 what is its own.
constexpr std::string_view known_of_summary =
    "SELECT $1, "
    // Its month is folded: nothing is added to it any more (fleet_retention.cpp).
    "EXISTS (SELECT 1 FROM horizon h WHERE h.day >= $4 OR h.day > $10) "
    "OR EXISTS (SELECT 1 FROM folded f WHERE f.device = $7 AND f.begin_day = $3 "
    "AND f.end_day = $4), "
    "EXISTS (SELECT 1 FROM @counted c WHERE c.store_id = $2 AND c.begin_day < $4 "
    "AND c.end_day > $3 AND c.first_row <= $6 AND c.last_row >= $5), "
    "EXISTS (SELECT 1 FROM @counted c WHERE c.device = $7 AND c.begin_day < $4 "
    "AND c.end_day > $3 AND c.store_id <> $2 "
    "AND NOT (c.enrolment = $8 AND c.install_id = $9))";
constexpr std::string_view known_of_summary_row =
    "(CAST(? AS BIGINT), CAST(? AS BYTEA), CAST(? AS BIGINT), CAST(? AS BIGINT), "
    "CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT), "
    "CAST(? AS BYTEA), CAST(? AS BIGINT))";

// The texts above for one set of tables.
struct TextsOf {
  explicit TextsOf(DerivedTables tables)
      : known(in(tables, known_of_summary), known_of_summary_row) {
    const RowsText* texts[] = {&upsert_energy,    &insert_counted,   &insert_uncounted,
                               &upsert_inventory, &upsert_provision, &insert_battery,
                               &insert_disk};
    for (std::size_t i = 0; i < heads.size(); ++i) heads[i] = in(tables, texts[i]->head);
    for (const char* table : {"battery", "disk"}) {
      const std::string name = std::string(prefix_of(tables)) + table;
      days_one.push_back("DELETE FROM " + name + " WHERE device = ? AND day = ?");
      days_many.push_back(") DELETE FROM " + name +
                          " t USING k WHERE t.device = k.column1 AND t.day = k.column2 "
                          "AND t.device = ANY (ARRAY(SELECT column1 FROM k))");
    }
    const std::string provision = std::string(prefix_of(tables)) + "provision";
    days_one.push_back("DELETE FROM " + provision + " WHERE device = ? AND day <= ?");
    days_many.push_back(") DELETE FROM " + provision +
                        " t USING k WHERE t.device = k.column1 AND t.day <= k.column2 "
                        "AND t.device = ANY (ARRAY(SELECT column1 FROM k))");
  }
  RowsText at(std::size_t which, const RowsText& text) const {
    return {heads[which], text.row, text.tail};
  }
  RowsText gone(std::size_t which, bool many) const {
    if (many) return {days_head, days_row, days_many[which]};
    return {days_one[which], "", ""};
  }

  QuestionOfRows known;
  std::array<std::string, 7> heads;
  std::vector<std::string> days_one;
  std::vector<std::string> days_many;
};

const TextsOf& texts_of(DerivedTables tables) {
  static const TextsOf all[] = {TextsOf(DerivedTables::live), TextsOf(DerivedTables::again),
                                TextsOf(DerivedTables::checked)};
  return all[static_cast<std::size_t>(tables)];
}

void add_estimate(std::vector<Bound>& values, const std::optional<Estimate>& estimate) {
  if (!estimate) {
    values.insert(values.end(), 3, Bound(nullptr));
    return;
  }
  values.emplace_back(estimate->energy.milli);
  values.emplace_back(estimate->variance_own_j2);
  values.emplace_back(estimate->deviation_shared_j);
}

void add_energy(std::vector<Bound>& values, std::int64_t device, const Period& period,
                const EnergyRow& row) {
  for (const std::int64_t number : {device, day_number(period.begin), day_number(period.end)}) {
    values.emplace_back(number);
  }
  for (const std::string_view name :
       {std::string_view(name_of(row.state)), std::string_view(name_of(row.supply)),
        std::string_view(name_of(row.tier)), std::string_view(row.method)}) {
    values.emplace_back(name);
  }
  values.emplace_back(std::int64_t{row.time.count()});
  add_estimate(values, row.device);
  add_estimate(values, row.wall);
}

void add_parts(DerivedRows& rows, std::int64_t device, std::int64_t day,
               const Inventory& inventory) {
  std::int64_t place = 0;
  for (const Battery& battery : inventory.batteries) {
    const auto limit = battery.charge_limit
                           ? std::optional<std::int64_t>(battery.charge_limit->milli)
                           : std::nullopt;
    rows.battery.insert(
        rows.battery.end(),
        {Bound(device), Bound(day), Bound(place++), Bound(std::string_view(battery.name)),
         Bound(std::int64_t{battery.present}), bound(in_mwh(battery.design)),
         bound(in_mwh(battery.full)), bound(battery.cycles), bound(limit),
         bound(battery.manufacturer), bound(battery.model), bound(battery.pack_number)});
  }
  place = 0;
  for (const Disk& disk : inventory.disks) {
    rows.disk.insert(rows.disk.end(), {Bound(device),
                                       Bound(day),
                                       Bound(place++),
                                       Bound(std::string_view(disk.name)),
                                       Bound(std::string_view(name_of(disk.kind))),
                                       bound(disk.model),
                                       bound(disk.size_bytes),
                                       bound(disk.critical_warning),
                                       bound(disk.percentage_used),
                                       bound(disk.available_spare),
                                       bound(disk.spare_threshold),
                                       bound(disk.data_units_written),
                                       bound(disk.power_on_hours),
                                       bound(disk.media_errors),
                                       bound(disk.reallocated),
                                       bound(disk.pending),
                                       bound(disk.uncorrectable),
                                       bound(disk.command_timeouts),
                                       bound(disk.self_assessment_passed),
                                       bound(disk.reserve_state)});
  }
}

void add_inventory(DerivedRows& rows, std::int64_t device, UtcDay on, const Inventory& inventory) {
  const Identity& identity = inventory.identity;
  const std::int64_t day = day_number(on);
  const auto bios_day = identity.bios_date
                            ? std::optional<std::int64_t>(day_number(*identity.bios_date))
                            : std::nullopt;
  rows.inventory.insert(rows.inventory.end(),
                        {Bound(device), Bound(day), Bound(std::string_view(name_of(inventory.os))),
                         bound(identity.manufacturer), bound(identity.model), bound(identity.sku),
                         bound(bios_day), bound(identity.chassis), bound(identity.cpu),
                         bound(identity.memory_mib), Bound(std::int64_t{inventory.simulated})});
  if (inventory.provision == Provision{}) {
    rows.no_provision.insert(rows.no_provision.end(), {Bound(device), Bound(day)});
  } else {
    rows.bytes.push_back(to_bytes(inventory.provision));
    rows.provision.insert(rows.provision.end(),
                          {Bound(device), Bound(day), Bound(Bytes{rows.bytes.back()})});
  }
  rows.days.insert(rows.days.end(), {Bound(device), Bound(day)});
  add_parts(rows, device, day, inventory);
}

Done write(Sql& sql, DerivedTables tables, const DerivedRows& rows) {
  const TextsOf& texts = texts_of(tables);
  const bool many = sql.either("one", "many") == "many";
  Done step = sql.run_rows(texts.at(0, upsert_energy), rows.energy);
  if (step) step = sql.run_rows(texts.at(1, insert_counted), rows.counted);
  if (step) step = sql.run_rows(texts.at(2, insert_uncounted), rows.uncounted);
  if (step) step = sql.run_rows(texts.at(3, upsert_inventory), rows.inventory);
  if (step) step = sql.run_rows(texts.gone(2, many), rows.no_provision);
  if (step) step = sql.run_rows(texts.at(4, upsert_provision), rows.provision);
  if (step) step = sql.run_rows(texts.gone(0, many), rows.days);
  if (step) step = sql.run_rows(texts.gone(1, many), rows.days);
  if (step) step = sql.run_rows(texts.at(5, insert_battery), rows.battery);
  if (step) step = sql.run_rows(texts.at(6, insert_disk), rows.disk);
  return step;
}

}  // namespace

// Reports that were kept apart, in the order in which they came.
Done SqlFleetStore::apply_waiting(std::int64_t enrolment) {
  struct Waiting {
    std::int64_t row;
    UtcDay day;
    std::string body;
  };
  const auto device = sql_->integer("SELECT device FROM enrolment WHERE id = ?", {enrolment});
  if (!device) return device.error();
  std::int64_t after = 0;
  while (true) {
    std::optional<Waiting> waiting;
    const Done read = sql_->query(
        "SELECT r.id, r.day, b.body FROM report r "
        "JOIN report_body b ON b.report = r.id AND b.day = r.day "
        "WHERE r.enrolment = ? AND r.applied IS NULL AND r.reason IS NULL AND r.id > ? "
        "ORDER BY r.id LIMIT 1",
        {enrolment, after}, [&](const SqlRow& row) {
          waiting = Waiting{row.integer(0), day_from(row.integer(1)), row.text(2)};
          return done();
        });
    if (!read || !waiting) return read;
    after = waiting->row;
    const auto report = report_from(waiting->body);
    if (!report) return report.error();
    // Laptops that were made from one image may share the number of their store.
    if (report->summary) {
      if (Done held = hold({lock_of_store(report->store_id)}); !held) return held;
    }
    const auto place = place_of(waiting->row);
    if (!place) return place.error();
    const Applicable applicable{waiting->row, enrolment, *device, waiting->day, &*report, *place};
    if (Done derived = derive(DerivedTables::live, std::span(&applicable, 1)); !derived) {
      return derived;
    }
  }
}

// The next place in the order, given to that report.
Result<std::int64_t> SqlFleetStore::place_of(std::int64_t report_row) {
  if (Done stepped = step_counter("UPDATE counter SET applied = applied + 1"); !stepped) {
    return stepped.error();
  }
  return sql_->integer(
      "UPDATE report SET applied = " +
          std::string(sql_->either("(SELECT applied FROM counter)", "nextval('applied')")) +
          " WHERE id = ? RETURNING applied",
      {report_row});
}

// In their order; those that follow each other and are about different devices and stores together.
Done SqlFleetStore::derive(DerivedTables tables, std::span<const Applicable> applicable) {
  std::set<std::int64_t> devices;
  std::set<Id128> stores;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < applicable.size(); ++i) {
    const Applicable& one = applicable[i];
    const bool seen = devices.count(one.device) > 0 ||
                      (one.report->summary && stores.count(one.report->store_id) > 0);
    if (seen) {
      const auto wave = applicable.subspan(begin, i - begin);
      if (Done derived = derive_wave(tables, wave); !derived) return derived;
      devices.clear();
      stores.clear();
      begin = i;
    }
    devices.insert(one.device);
    if (one.report->summary) stores.insert(one.report->store_id);
  }
  return derive_wave(tables, applicable.subspan(begin));
}

Done SqlFleetStore::derive_wave(DerivedTables tables, std::span<const Applicable> applicable) {
  DerivedRows rows;
  if (Done told = summaries(tables, applicable, rows); !told) return told;
  for (const Applicable& one : applicable) {
    if (!one.report->inventory) continue;
    if (one.may_be_overtaken) {
      const auto overtaken = inventory_overtaken(one);
      if (!overtaken) return overtaken.error();
      if (*overtaken) continue;
    }
    add_inventory(rows, one.device, one.day, *one.report->inventory);
  }
  return write(*sql_, tables, rows);
}

// A collector that was put back to a backup gets the next report first and those that it lacks
// after it, on one day: the later inventory of that installation then is the one that counts.
Result<bool> SqlFleetStore::inventory_overtaken(const Applicable& applicable) {
  bool overtaken = false;
  const Report& report = *applicable.report;
  const Done read = sql_->query(
      "SELECT b.body FROM report r JOIN report_body b ON b.report = r.id AND b.day = r.day "
      "WHERE r.enrolment = ? AND r.install_id = ? AND r.sequence > ? AND r.day = ? "
      "AND r.applied < ?",
      {applicable.enrolment, Bytes{report.install_id}, report.sequence, day_number(applicable.day),
       applicable.applied},
      [&](const SqlRow& row) {
        const auto later = report_from(row.text(0));
        overtaken = overtaken || (later && later->inventory);
        return done();
      });
  if (!read) return read.error();
  return overtaken;
}

// The energy of those summaries that count, and why the others do not.
Done SqlFleetStore::summaries(DerivedTables tables, std::span<const Applicable> applicable,
                              DerivedRows& rows) {
  std::vector<Bound> values;
  for (std::size_t i = 0; i < applicable.size(); ++i) {
    const Applicable& one = applicable[i];
    if (!one.report->summary) continue;
    const Summary& summary = *one.report->summary;
    values.insert(
        values.end(),
        {Bound(static_cast<std::int64_t>(i)), Bound(Bytes{one.report->store_id}),
         Bound(day_number(summary.period.begin)), Bound(day_number(summary.period.end)),
         Bound(std::int64_t{summary.first_window}), Bound(std::int64_t{summary.last_window}),
         Bound(one.device), Bound(one.enrolment), Bound(Bytes{one.report->install_id}),
         Bound(day_number(one.day))});
  }
  enum class Fate { over, counted_before, counted_elsewhere, counts };
  std::vector<Fate> fates(applicable.size(), Fate::over);
  const Done read =
      sql_->query_rows(texts_of(tables).known.text(*sql_), values, [&](const SqlRow& row) {
        Fate& fate = fates[static_cast<std::size_t>(row.integer(0))];
        if (row.integer(1) == 0) {
          fate = row.integer(2) != 0   ? Fate::counted_before
                 : row.integer(3) != 0 ? Fate::counted_elsewhere
                                       : Fate::counts;
        }
        return done();
      });
  if (!read) return read;
  for (std::size_t i = 0; i < applicable.size(); ++i) {
    const Applicable& one = applicable[i];
    if (!one.report->summary || fates[i] == Fate::over) continue;
    const Summary& summary = *one.report->summary;
    if (fates[i] != Fate::counts) {
      rows.uncounted.insert(
          rows.uncounted.end(),
          {Bound(one.report_row),
           Bound(fates[i] == Fate::counted_before ? counted_before : counted_elsewhere)});
      continue;
    }
    rows.counted.insert(
        rows.counted.end(),
        {Bound(Bytes{one.report->store_id}), Bound(day_number(summary.period.begin)),
         Bound(day_number(summary.period.end)), Bound(std::int64_t{summary.first_window}),
         Bound(std::int64_t{summary.last_window}), Bound(one.device), Bound(one.enrolment),
         Bound(Bytes{one.report->install_id})});
    for (const EnergyRow& row : summary.energy) {
      add_energy(rows.energy, one.device, summary.period, row);
    }
  }
  return done();
}

}  // namespace wattlife
