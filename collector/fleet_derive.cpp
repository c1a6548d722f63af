// SPDX-License-Identifier: EUPL-1.2
// Derived tables: from one report to its rows, in the tables that are read or in those that a
// rebuild fills beside them. The order in which reports were applied is kept with them, so that a
// rebuild does the same additions in the same order and ends with the same bits.
#include "collector/sql_fleet_store.h"
#include "core/text.h"

namespace wattlife {
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
    if (Done applied = apply({waiting->row, enrolment, *device, waiting->day, &*report});
        !applied) {
      return applied;
    }
  }
}

Done SqlFleetStore::apply(const Applicable& applicable) {
  // Laptops that were made from one image may share the number of their store.
  if (applicable.report->summary) {
    if (Done held = hold({lock_of_store(applicable.report->store_id)}); !held) return held;
  }
  Done placed = step_counter("UPDATE counter SET applied = applied + 1");
  if (placed) {
    placed = sql_->run(
        "UPDATE report SET applied = " +
            std::string(sql_->either("(SELECT applied FROM counter)", "nextval('applied')")) +
            " WHERE id = ?",
        {applicable.report_row});
  }
  if (!placed) return placed;
  return derive(DerivedTables::live, applicable);
}

Done SqlFleetStore::derive(DerivedTables tables, const Applicable& applicable) {
  Done step = done();
  if (applicable.report->summary) step = derive_summary(tables, applicable);
  if (!step || !applicable.report->inventory) return step;
  const auto overtaken = inventory_overtaken(applicable);
  if (!overtaken) return overtaken.error();
  return *overtaken ? done() : derive_inventory(tables, applicable);
}

// A collector that was put back to a backup gets the next report first and those that it lacks
// after it, on one day: the later inventory of that installation then is the one that counts.
Result<bool> SqlFleetStore::inventory_overtaken(const Applicable& applicable) {
  bool overtaken = false;
  const Report& report = *applicable.report;
  const Done read = sql_->query(
      "SELECT b.body FROM report r JOIN report_body b ON b.report = r.id AND b.day = r.day "
      "WHERE r.enrolment = ? AND r.install_id = ? AND r.sequence > ? AND r.day = ? "
      "AND r.applied < (SELECT m.applied FROM report m WHERE m.id = ?)",
      {applicable.enrolment, Bytes{report.install_id}, report.sequence, day_number(applicable.day),
       applicable.report_row},
      [&](const SqlRow& row) {
        const auto later = report_from(row.text(0));
        overtaken = overtaken || (later && later->inventory);
        return done();
      });
  if (!read) return read.error();
  return overtaken;
}

Done SqlFleetStore::derive_summary(DerivedTables tables, const Applicable& applicable) {
  const Report& report = *applicable.report;
  const Summary& summary = *report.summary;
  const std::int64_t begin = day_number(summary.period.begin);
  const std::int64_t end = day_number(summary.period.end);
  bool over = false;  // its month is folded: nothing is added to it any more (fleet_retention.cpp)
  bool rows_known = false;
  bool period_known = false;
  const Done read = sql_->query(
      in(tables,
         "SELECT EXISTS (SELECT 1 FROM horizon WHERE day >= ?) "
         "OR EXISTS (SELECT 1 FROM folded WHERE device = ? AND begin_day = ? AND end_day = ?), "
         "EXISTS (SELECT 1 FROM @counted WHERE store_id = ? AND begin_day < ? AND end_day > ? "
         "AND first_row <= ? AND last_row >= ?), "
         "EXISTS (SELECT 1 FROM @counted WHERE device = ? AND begin_day < ? AND end_day > ? "
         "AND store_id <> ? AND NOT (enrolment = ? AND install_id = ?))"),
      {end, applicable.device, begin, end, Bytes{report.store_id}, end, begin, summary.last_window,
       summary.first_window, applicable.device, end, begin, Bytes{report.store_id},
       applicable.enrolment, Bytes{report.install_id}},
      [&](const SqlRow& row) {
        over = row.integer(0) != 0;
        rows_known = row.integer(1) != 0;
        period_known = row.integer(2) != 0;
        return done();
      });
  if (!read || over) return read;
  if (rows_known || period_known) {
    return sql_->run(in(tables, "INSERT INTO @uncounted (report, reason) VALUES (?, ?)"),
                     {applicable.report_row, rows_known ? counted_before : counted_elsewhere});
  }
  const Done span = sql_->run(
      in(tables,
         "INSERT INTO @counted (store_id, begin_day, end_day, first_row, last_row, device, "
         "enrolment, install_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"),
      {Bytes{report.store_id}, begin, end, summary.first_window, summary.last_window,
       applicable.device, applicable.enrolment, Bytes{report.install_id}});
  if (!span) return span;
  for (const EnergyRow& row : summary.energy) {
    const Done added = derive_energy(tables, applicable.device, summary.period, row);
    if (!added) return added;
  }
  return done();
}

// Own variances add, shared deviations add: the same laptop, hence the same gauge.
Done SqlFleetStore::derive_energy(DerivedTables tables, std::int64_t device, const Period& period,
                                  const EnergyRow& row) {
  const auto energy = [](const std::optional<Estimate>& estimate) {
    return estimate ? Bound(estimate->energy.milli) : Bound(nullptr);
  };
  const auto own = [](const std::optional<Estimate>& estimate) {
    return estimate ? Bound(estimate->variance_own_j2) : Bound(nullptr);
  };
  const auto shared = [](const std::optional<Estimate>& estimate) {
    return estimate ? Bound(estimate->deviation_shared_j) : Bound(nullptr);
  };
  return sql_->run(
      in(tables,
         "INSERT INTO @energy AS present VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
         "ON CONFLICT (device, begin_day, end_day, state, supply, tier, method) DO UPDATE SET "
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
         "excluded.wall_deviation_shared_j)"),
      {device, day_number(period.begin), day_number(period.end),
       std::string_view(name_of(row.state)), std::string_view(name_of(row.supply)),
       std::string_view(name_of(row.tier)), std::string_view(row.method), row.time.count(),
       energy(row.device), own(row.device), shared(row.device), energy(row.wall), own(row.wall),
       shared(row.wall)});
}

// As the bytes of its message: nothing asks the database about a part of it.
Done SqlFleetStore::derive_provision(DerivedTables tables, std::int64_t device, UtcDay day,
                                     const Provision& provision) {
  if (provision == Provision{}) {
    return sql_->run(in(tables, "DELETE FROM @provision WHERE device = ? AND day <= ?"),
                     {device, day_number(day)});
  }
  const std::string told = to_bytes(provision);
  return sql_->run(
      in(tables,
         "INSERT INTO @provision AS present VALUES (?, ?, ?) ON CONFLICT (device) DO UPDATE SET "
         "day = excluded.day, told = excluded.told WHERE excluded.day >= present.day"),
      {device, day_number(day), Bytes{told}});
}

Done SqlFleetStore::derive_inventory(DerivedTables tables, const Applicable& applicable) {
  const Inventory& inventory = *applicable.report->inventory;
  const Identity& identity = inventory.identity;
  const std::int64_t device = applicable.device;
  const std::int64_t day = day_number(applicable.day);
  const auto bios_day = identity.bios_date
                            ? std::optional<std::int64_t>(day_number(*identity.bios_date))
                            : std::nullopt;
  // The later report of a day replaces the earlier one; a day is as fine as it gets.
  Done step = sql_->run(
      in(tables,
         "INSERT INTO @inventory AS present VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
         "ON CONFLICT (device) DO UPDATE SET "
         "day = excluded.day, os = excluded.os, manufacturer = excluded.manufacturer, "
         "model = excluded.model, sku = excluded.sku, bios_day = excluded.bios_day, "
         "chassis = excluded.chassis, cpu = excluded.cpu, memory_mib = excluded.memory_mib, "
         "simulated = excluded.simulated WHERE excluded.day >= present.day"),
      {device, day, std::string_view(name_of(inventory.os)), bound(identity.manufacturer),
       bound(identity.model), bound(identity.sku), bound(bios_day), bound(identity.chassis),
       bound(identity.cpu), bound(identity.memory_mib), std::int64_t{inventory.simulated}});
  if (step) step = derive_provision(tables, device, applicable.day, inventory.provision);
  if (step)
    step =
        sql_->run(in(tables, "DELETE FROM @battery WHERE device = ? AND day = ?"), {device, day});
  if (step)
    step = sql_->run(in(tables, "DELETE FROM @disk WHERE device = ? AND day = ?"), {device, day});
  std::int64_t place = 0;
  for (const Battery& battery : inventory.batteries) {
    if (!step) return step;
    const auto limit = battery.charge_limit
                           ? std::optional<std::int64_t>(battery.charge_limit->milli)
                           : std::nullopt;
    step =
        sql_->run(in(tables, "INSERT INTO @battery VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
                  {device, day, place++, std::string_view(battery.name),
                   std::int64_t{battery.present}, bound(in_mwh(battery.design)),
                   bound(in_mwh(battery.full)), bound(battery.cycles), bound(limit),
                   bound(battery.manufacturer), bound(battery.model), bound(battery.pack_number)});
  }
  place = 0;
  for (const Disk& disk : inventory.disks) {
    if (!step) return step;
    step = sql_->run(
        in(tables,
           "INSERT INTO @disk VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
        {device,
         day,
         place++,
         std::string_view(disk.name),
         std::string_view(name_of(disk.kind)),
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
  return step;
}

}  // namespace wattlife
