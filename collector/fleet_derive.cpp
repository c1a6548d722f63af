// SPDX-License-Identifier: EUPL-1.2
// Derived tables: from one report to its rows, and all of them again. The order in which reports
// were applied is kept with them, so that a rebuild does the same additions in the same order and
// ends with the same bits.
#include <algorithm>
#include <bit>

#include "collector/digest.h"
#include "collector/sql_fleet_store.h"
#include "core/text.h"

namespace wattlife {
namespace {

// How a table is dumped for comparison: columns in the order of the table.
struct TableShape {
  std::string_view name;
  std::string_view order;
  int columns;
  std::vector<int> reals;  // columns of which every bit counts
};

const TableShape shapes[] = {
    {"energy", "device, begin_day, end_day, state, supply, tier, method", 14, {9, 10, 12, 13}},
    {"counted", "store_id, begin_day, end_day, first_row", 8, {}},
    {"uncounted", "report", 2, {}},
    {"inventory", "device", 11, {}},
    {"provision", "device", 3, {}},
    {"battery", "device, day, place", 11, {}},
    {"disk", "device, day, place", 20, {}},
};

std::string cell_text(const TableShape& shape, const SqlRow& row, int column) {
  if (row.is_null(column)) return "-";
  const bool real = std::find(shape.reals.begin(), shape.reals.end(), column) != shape.reals.end();
  return real ? std::to_string(std::bit_cast<std::uint64_t>(row.real(column))) : row.text(column);
}

constexpr std::string_view counted_before = "deze rijen zijn al geteld";
constexpr std::string_view counted_elsewhere =
    "deze periode is al geteld van een andere installatie";

std::optional<std::int64_t> in_mwh(const std::optional<Energy>& energy) {
  return energy ? std::optional<std::int64_t>(to_milliwatt_hours(*energy)) : std::nullopt;
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
        "SELECT id, day, body FROM report "
        "WHERE enrolment = ? AND applied IS NULL AND reason IS NULL AND id > ? ORDER BY id LIMIT 1",
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
  const auto place = next(Counter::applied);
  if (!place) return place.error();
  Done step =
      sql_->run("UPDATE report SET applied = ? WHERE id = ?", {*place, applicable.report_row});
  if (step && applicable.report->summary) step = apply_summary(applicable);
  if (step && applicable.report->inventory) step = apply_inventory(applicable);
  return step;
}

Done SqlFleetStore::apply_summary(const Applicable& applicable) {
  const Report& report = *applicable.report;
  const Summary& summary = *report.summary;
  const std::int64_t begin = day_number(summary.period.begin);
  const std::int64_t end = day_number(summary.period.end);
  const auto rows_known = sql_->integer(
      "SELECT count(*) FROM counted WHERE store_id = ? AND begin_day < ? AND end_day > ? "
      "AND first_row <= ? AND last_row >= ?",
      {Bytes{report.store_id}, end, begin, summary.last_window, summary.first_window});
  if (!rows_known) return rows_known.error();
  const auto period_known = sql_->integer(
      "SELECT count(*) FROM counted WHERE device = ? AND begin_day < ? AND end_day > ? "
      "AND store_id <> ? AND NOT (enrolment = ? AND install_id = ?)",
      {applicable.device, end, begin, Bytes{report.store_id}, applicable.enrolment,
       Bytes{report.install_id}});
  if (!period_known) return period_known.error();
  if (*rows_known > 0 || *period_known > 0) {
    return sql_->run("INSERT INTO uncounted (report, reason) VALUES (?, ?)",
                     {applicable.report_row, *rows_known > 0 ? counted_before : counted_elsewhere});
  }
  const Done span = sql_->run(
      "INSERT INTO counted (store_id, begin_day, end_day, first_row, last_row, device, enrolment, "
      "install_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      {Bytes{report.store_id}, begin, end, summary.first_window, summary.last_window,
       applicable.device, applicable.enrolment, Bytes{report.install_id}});
  if (!span) return span;
  for (const EnergyRow& row : summary.energy) {
    if (Done added = apply_energy(applicable.device, summary.period, row); !added) return added;
  }
  return done();
}

// Own variances add, shared deviations add: the same laptop, hence the same gauge.
Done SqlFleetStore::apply_energy(std::int64_t device, const Period& period, const EnergyRow& row) {
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
      "INSERT INTO energy VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
      "ON CONFLICT (device, begin_day, end_day, state, supply, tier, method) DO UPDATE SET "
      "time_ms = energy.time_ms + excluded.time_ms, "
      "device_mj = coalesce(energy.device_mj + excluded.device_mj, energy.device_mj, "
      "excluded.device_mj), "
      "device_variance_own_j2 = coalesce(energy.device_variance_own_j2 + "
      "excluded.device_variance_own_j2, energy.device_variance_own_j2, "
      "excluded.device_variance_own_j2), "
      "device_deviation_shared_j = coalesce(energy.device_deviation_shared_j + "
      "excluded.device_deviation_shared_j, energy.device_deviation_shared_j, "
      "excluded.device_deviation_shared_j), "
      "wall_mj = coalesce(energy.wall_mj + excluded.wall_mj, energy.wall_mj, excluded.wall_mj), "
      "wall_variance_own_j2 = coalesce(energy.wall_variance_own_j2 + "
      "excluded.wall_variance_own_j2, energy.wall_variance_own_j2, excluded.wall_variance_own_j2), "
      "wall_deviation_shared_j = coalesce(energy.wall_deviation_shared_j + "
      "excluded.wall_deviation_shared_j, energy.wall_deviation_shared_j, "
      "excluded.wall_deviation_shared_j)",
      {device, day_number(period.begin), day_number(period.end),
       std::string_view(name_of(row.state)), std::string_view(name_of(row.supply)),
       std::string_view(name_of(row.tier)), std::string_view(row.method), row.time.count(),
       energy(row.device), own(row.device), shared(row.device), energy(row.wall), own(row.wall),
       shared(row.wall)});
}

// As the bytes of its message: nothing asks the database about a part of it.
Done SqlFleetStore::apply_provision(std::int64_t device, UtcDay day, const Provision& provision) {
  if (provision == Provision{}) {
    return sql_->run("DELETE FROM provision WHERE device = ? AND day <= ?",
                     {device, day_number(day)});
  }
  const std::string told = to_bytes(provision);
  return sql_->run(
      "INSERT INTO provision VALUES (?, ?, ?) ON CONFLICT (device) DO UPDATE SET "
      "day = excluded.day, told = excluded.told WHERE excluded.day >= provision.day",
      {device, day_number(day), Bytes{told}});
}

Done SqlFleetStore::apply_inventory(const Applicable& applicable) {
  const Inventory& inventory = *applicable.report->inventory;
  const Identity& identity = inventory.identity;
  const std::int64_t device = applicable.device;
  const std::int64_t day = day_number(applicable.day);
  const auto bios_day = identity.bios_date
                            ? std::optional<std::int64_t>(day_number(*identity.bios_date))
                            : std::nullopt;
  // The later report of a day replaces the earlier one; a day is as fine as it gets.
  Done step = sql_->run(
      "INSERT INTO inventory VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
      "ON CONFLICT (device) DO UPDATE SET "
      "day = excluded.day, os = excluded.os, manufacturer = excluded.manufacturer, "
      "model = excluded.model, sku = excluded.sku, bios_day = excluded.bios_day, "
      "chassis = excluded.chassis, cpu = excluded.cpu, memory_mib = excluded.memory_mib, "
      "simulated = excluded.simulated WHERE excluded.day >= inventory.day",
      {device, day, std::string_view(name_of(inventory.os)), bound(identity.manufacturer),
       bound(identity.model), bound(identity.sku), bound(bios_day), bound(identity.chassis),
       bound(identity.cpu), bound(identity.memory_mib), std::int64_t{inventory.simulated}});
  if (step) step = apply_provision(device, applicable.day, inventory.provision);
  if (step) step = sql_->run("DELETE FROM battery WHERE device = ? AND day = ?", {device, day});
  if (step) step = sql_->run("DELETE FROM disk WHERE device = ? AND day = ?", {device, day});
  std::int64_t place = 0;
  for (const Battery& battery : inventory.batteries) {
    if (!step) return step;
    const auto limit = battery.charge_limit
                           ? std::optional<std::int64_t>(battery.charge_limit->milli)
                           : std::nullopt;
    step = sql_->run(
        "INSERT INTO battery VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        {device, day, place++, std::string_view(battery.name), std::int64_t{battery.present},
         bound(in_mwh(battery.design)), bound(in_mwh(battery.full)), bound(battery.cycles),
         bound(limit), bound(battery.manufacturer), bound(battery.model)});
  }
  place = 0;
  for (const Disk& disk : inventory.disks) {
    if (!step) return step;
    step = sql_->run(
        "INSERT INTO disk VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
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

// --- Again, from the reports
// ------------------------------------------------------------------------

Done SqlFleetStore::rebuild_tables(CheckResult& result) {
  for (const TableShape& shape : shapes) {
    if (Done emptied = sql_->run("DELETE FROM " + std::string(shape.name)); !emptied) {
      return emptied;
    }
  }
  std::int64_t after = 0;
  while (true) {
    Applicable next;
    std::string body;
    std::int64_t applied = 0;
    const Done read = sql_->query(
        "SELECT r.applied, r.id, r.enrolment, e.device, r.day, r.body "
        "FROM report r JOIN enrolment e ON e.id = r.enrolment "
        "WHERE r.applied > ? ORDER BY r.applied LIMIT 1",
        {after}, [&](const SqlRow& row) {
          applied = row.integer(0);
          next = {row.integer(1), row.integer(2), row.integer(3), day_from(row.integer(4)),
                  nullptr};
          body = row.text(5);
          return done();
        });
    if (!read) return read;
    if (applied == 0) return done();
    after = applied;
    const auto report = report_from(body);
    if (!report) {
      return Error{Cause::malformed, "report " + std::to_string(next.report_row) +
                                         " can no longer be read: " + report.error().text};
    }
    next.report = &*report;
    Done step = done();
    if (report->summary) step = apply_summary(next);
    if (step && report->inventory) step = apply_inventory(next);
    if (!step) return step;
    ++result.reports;
  }
}

// A chain of digests over the rows, so that a table need not fit into memory.
static Result<std::string> digest_of(Sql& sql, const TableShape& shape, std::int64_t& rows) {
  std::string digest;
  const std::string all =
      "SELECT * FROM " + std::string(shape.name) + " ORDER BY " + std::string(shape.order);
  const Done read = sql.query(all, {}, [&](const SqlRow& row) {
    std::string line = digest;
    for (int column = 0; column < shape.columns; ++column) {
      const std::string cell = cell_text(shape, row, column);
      line += std::to_string(cell.size()) + ":" + cell;
    }
    digest = sha256(line);
    ++rows;
    return done();
  });
  if (!read) return read.error();
  return digest;
}

// Rebuilds inside a transaction of the caller, and says which tables came out otherwise.
Done SqlFleetStore::compare_rebuilt(CheckResult& result) {
  std::vector<std::string> before;
  std::int64_t ignored = 0;
  for (const TableShape& shape : shapes) {
    auto digest = digest_of(*sql_, shape, ignored);
    if (!digest) return digest.error();
    before.push_back(*std::move(digest));
  }
  if (Done made = rebuild_tables(result); !made) return made;
  for (std::size_t i = 0; i < before.size(); ++i) {
    const auto digest = digest_of(*sql_, shapes[i], result.derived_rows);
    if (!digest) return digest.error();
    if (*digest != before[i]) result.different_tables.emplace_back(shapes[i].name);
  }
  return done();
}

Result<CheckResult> SqlFleetStore::rebuild() {
  CheckResult result;
  const Done rebuilt = sql_->transaction([&] { return compare_rebuilt(result); });
  if (!rebuilt) return rebuilt.error();
  return result;
}

Result<CheckResult> SqlFleetStore::check() {
  if (Done sound = sql_->check(); !sound) return sound.error();
  CheckResult result;
  const Error give_up{Cause::absent, "checked"};  // only makes the transaction roll back
  const Done checked = sql_->transaction([&]() -> Done {
    if (Done compared = compare_rebuilt(result); !compared) return compared;
    return give_up;
  });
  if (!(checked.error() == give_up)) return checked.error();
  return result;
}

}  // namespace wattlife
