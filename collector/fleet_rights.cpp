// SPDX-License-Identifier: EUPL-1.2
// Rights of people over what is kept of one device (AVG 15 and 17): all of it to read, all of it to
// erase. Both go over one list of tables; a test walks the layout of the database, so that a table
// of devices that is not in the list is noticed.
#include <algorithm>
#include <set>

#include "collector/digest.h"
#include "collector/sql_fleet_store.h"
#include "core/text.h"

namespace wattlife {
namespace {

// Which rows of a table belong to a device; `?` is the number of its row.
constexpr std::string_view by_device = "device = ?";
constexpr std::string_view by_enrolment =
    "enrolment IN (SELECT id FROM enrolment WHERE device = ?)";
constexpr std::string_view by_report =
    "report IN (SELECT r.id FROM report r JOIN enrolment e ON e.id = r.enrolment "
    "WHERE e.device = ?)";
// What an organisation said of that serial number is about this device as well.
constexpr std::string_view by_serial =
    "EXISTS (SELECT 1 FROM serial s JOIN enrolment e ON e.id = s.enrolment "
    "JOIN device d ON d.id = e.device WHERE d.id = ? AND s.value = stock.serial "
    "AND d.organisation = stock.organisation)";

enum class TableRole { kept, derived };
// `columns` as they are told: a letter for what it holds (d day, x bytes, i integer, r real, t
// text, b truth) and the name. Empty: bodies, which are read into messages instead.
struct TableOfDevice {
  std::string_view name;
  std::string_view rows;
  TableRole role;
  std::string_view columns;
};
// In the order in which they can be erased: what finds others goes after them.
constexpr TableOfDevice tables[] = {
    {"stock", by_serial, TableRole::kept, "t:serial t:asset_tag"},
    {"uncounted", by_report, TableRole::derived, "t:reason"},
    {"report_body", by_report, TableRole::kept, ""},
    {"report", by_enrolment, TableRole::kept,
     "x:install_id i:sequence d:day x:digest t:reason i:applied"},
    {"set_aside", by_enrolment, TableRole::kept, "d:day t:reason x:digest"},
    {"installation", by_enrolment, TableRole::kept,
     "x:install_id i:last_contact d:last_day i:complete_through"},
    {"retired_key", by_enrolment, TableRole::kept, "d:day"},
    {"serial", by_enrolment, TableRole::kept, "t:kind t:value d:first_day d:last_day"},
    {"energy", by_device, TableRole::derived,
     "d:begin_day d:end_day t:state t:supply t:tier t:method i:time_ms i:device_mj "
     "r:device_variance_own_j2 r:device_deviation_shared_j i:wall_mj r:wall_variance_own_j2 "
     "r:wall_deviation_shared_j"},
    {"counted", by_device, TableRole::derived,
     "x:store_id d:begin_day d:end_day i:first_row i:last_row x:install_id"},
    {"inventory", by_device, TableRole::derived,
     "d:day t:os t:manufacturer t:model t:sku d:bios_day t:chassis t:cpu i:memory_mib "
     "b:simulated"},
    {"provision", by_device, TableRole::derived, "d:day"},
    {"battery", by_device, TableRole::derived,
     "d:day i:place t:name b:present i:design_mwh i:full_mwh i:cycles i:charge_limit_permille "
     "t:manufacturer t:model i:pack_number"},
    {"disk", by_device, TableRole::derived,
     "d:day i:place t:name t:kind t:model i:size_bytes i:critical_warning i:percentage_used "
     "i:available_spare i:spare_threshold i:data_units_written i:power_on_hours i:media_errors "
     "i:reallocated i:pending i:uncorrectable i:command_timeouts b:self_assessment_passed "
     "i:reserve_state"},
    {"folded", by_device, TableRole::derived, "d:begin_day d:end_day"},
    {"enrolment", by_device, TableRole::kept,
     "x:public_id t:state b:unproven b:settled x:install_id d:secret_day b:secret_used "
     "t:manufacturer t:model b:simulated d:first_day d:last_day d:count_day i:count "
     "b:by_certificate b:continued t:revoked_for"},
    {"device", "id = ?", TableRole::kept, "x:public_id d:first_day d:last_day"},
};

Cell cell_of(const SqlRow& row, int column, char kind) {
  if (row.is_null(column)) return {};
  switch (kind) {
    case 'd':
      return to_iso8601(day_from(row.integer(column)));
    case 'x':
      return hex_from_bytes(row.text(column));
    case 'i':
      return row.integer(column);
    case 'r':
      return row.real(column);
    case 'b':
      return row.integer(column) != 0;
    default:
      return row.text(column);
  }
}

Result<HeldTable> rows_of(Sql& sql, const TableOfDevice& table, std::int64_t device) {
  HeldTable held{std::string(table.name), {}};
  std::string kinds;
  std::string select;
  std::string order;
  for (const std::string_view column : split(table.columns, ' ')) {
    kinds += column.front();
    held.rows.columns.emplace_back(column.substr(2));
    select += (select.empty() ? "" : ", ") + held.rows.columns.back();
    order += (order.empty() ? "" : ", ") + std::to_string(kinds.size());
  }
  const Done read = sql.query("SELECT " + select + " FROM " + held.name + " WHERE " +
                                  std::string(table.rows) + " ORDER BY " + order,
                              {device}, [&](const SqlRow& row) {
                                std::vector<Cell> cells;
                                for (std::size_t i = 0; i < kinds.size(); ++i) {
                                  cells.push_back(cell_of(row, static_cast<int>(i), kinds[i]));
                                }
                                held.rows.rows.push_back(std::move(cells));
                                return done();
                              });
  if (!read) return read.error();
  return held;
}

Done read_bodies(Sql& sql, std::int64_t device, HeldDevice& held) {
  const auto into = [](std::vector<HeldBody>& bodies) {
    return [&bodies](const SqlRow& row) {
      bodies.push_back(
          {day_from(row.integer(0)), row.integer(1), row.optional_text(2), row.text(3)});
      return done();
    };
  };
  Done read = sql.query(
      "SELECT r.day, r.sequence, r.reason, b.body FROM report r "
      "JOIN report_body b ON b.report = r.id AND b.day = r.day "
      "JOIN enrolment e ON e.id = r.enrolment WHERE e.device = ? ORDER BY r.id",
      {device}, into(held.reports));
  if (read) {
    read = sql.query(
        "SELECT s.day, 0, s.reason, s.body FROM set_aside s "
        "JOIN enrolment e ON e.id = s.enrolment WHERE e.device = ? ORDER BY s.id",
        {device}, into(held.set_aside));
  }
  if (!read) return read;
  return sql.query("SELECT told FROM provision WHERE device = ?", {device}, [&](const SqlRow& row) {
    held.provision = row.text(0);
    return done();
  });
}

Done read_audit(Sql& sql, std::int64_t device, HeldDevice& held) {
  std::set<std::string> references = {device_reference(held.id)};
  const Done read = sql.query("SELECT public_id FROM enrolment WHERE device = ?", {device},
                              [&](const SqlRow& row) {
                                references.insert(device_reference(row.text(0)));
                                return done();
                              });
  if (!read) return read;
  for (const std::string& reference : references) {
    const auto entries = wattlife::audit_entries(sql, {std::nullopt, reference});
    if (!entries) return entries.error();
    held.audit.insert(held.audit.end(), entries->begin(), entries->end());
  }
  std::sort(held.audit.begin(), held.audit.end(),
            [](const ChainedEntry& a, const ChainedEntry& b) { return a.number < b.number; });
  return done();
}

}  // namespace

std::string erased_installation(const Id128& install_id) {
  return sha256("wattlife erased installation " + install_id);
}

Result<std::int64_t> SqlFleetStore::device_row(const Id128& device) {
  auto row = sql_->integer("SELECT id FROM device WHERE public_id = ?", {Bytes{device}});
  if (!row && row.error().cause == Cause::absent) {
    return Error{Cause::absent, hex_from_bytes(device) + ": no device with this id"};
  }
  if (const Done owner = remember_owner(device); !owner) return owner.error();
  return row;
}

Result<std::vector<Id128>> SqlFleetStore::find_devices(const std::string& text) {
  std::set<Id128> found;
  Done read = sql_->query(
      "SELECT d.public_id, e.public_id FROM device d JOIN enrolment e ON e.device = d.id", {},
      [&](const SqlRow& row) {
        if (begins_id(text, row.text(0)) || begins_id(text, row.text(1))) {
          found.insert(row.text(0));
        }
        return done();
      });
  if (read) {
    read = sql_->query(
        "SELECT d.public_id FROM serial s JOIN enrolment e ON e.id = s.enrolment "
        "JOIN device d ON d.id = e.device WHERE s.value = ?",
        {std::string_view(text)}, [&](const SqlRow& row) {
          found.insert(row.text(0));
          return done();
        });
  }
  if (!read) return read.error();
  return std::vector<Id128>(found.begin(), found.end());
}

Result<HeldDevice> SqlFleetStore::held(const Id128& device) {
  HeldDevice held;
  const Done read = sql_->read_transaction([&]() -> Done {
    held = {};
    held.id = device;
    const auto row = device_row(device);
    if (!row) return row.error();
    auto oin = sql_->text(
        "SELECT o.oin FROM organisation o JOIN device d ON d.organisation = o.id WHERE d.id = ?",
        {*row});
    if (!oin) return oin.error();
    held.oin = *std::move(oin);
    for (const TableOfDevice& table : tables) {
      if (table.columns.empty()) continue;
      auto rows = rows_of(*sql_, table, *row);
      if (!rows) return rows.error();
      held.tables.push_back(*std::move(rows));
    }
    Done step = read_bodies(*sql_, *row, held);
    return step ? read_audit(*sql_, *row, held) : step;
  });
  if (!read) return read.error();
  return held;
}

// --- Erasing
// --------------------------------------------------------------------------------------

// Up to which report each installation came, so that the same ones are not taken in again.
Done SqlFleetStore::remember_installations(std::int64_t device, UtcDay today) {
  std::map<Id128, std::int64_t> through;
  const Done read = sql_->query(
      "SELECT i.install_id, i.complete_through FROM installation i "
      "JOIN enrolment e ON e.id = i.enrolment WHERE e.device = ? "
      "UNION ALL SELECT r.install_id, r.sequence FROM report r "
      "JOIN enrolment e ON e.id = r.enrolment WHERE e.device = ?",
      {device, device}, [&](const SqlRow& row) {
        std::int64_t& last = through[row.text(0)];
        last = std::max(last, row.integer(1));
        return done();
      });
  if (!read) return read;
  for (const auto& [install_id, last] : through) {
    if (last == 0) continue;
    const std::string installation = erased_installation(install_id);
    const Done kept = sql_->run(
        "INSERT INTO erased (installation, through, day) VALUES (?, ?, ?) "
        "ON CONFLICT (installation) DO UPDATE SET day = excluded.day, through = CASE WHEN "
        "erased.through < excluded.through THEN excluded.through ELSE erased.through END",
        {Bytes{installation}, last, day_number(today)});
    if (!kept) return kept;
  }
  return done();
}

// Months of a group so small that its sum may tell of this device.
Done SqlFleetStore::forget_months(std::int64_t device, ErasedDevice& result) {
  const std::string_view rows =
      "FROM energy_month WHERE devices < ? "
      "AND organisation = (SELECT organisation FROM device WHERE id = ?) "
      "AND month <= (SELECT last_day FROM device WHERE id = ?) "
      "AND model IN ("
      "SELECT coalesce(i.manufacturer, '') || ' ' || coalesce(i.model, '') FROM inventory i "
      "WHERE i.device = ? UNION SELECT coalesce(e.manufacturer, '') || ' ' || "
      "coalesce(e.model, '') FROM enrolment e WHERE e.device = ? UNION SELECT ' ')";
  const auto count =
      sql_->integer("SELECT count(*) " + std::string(rows),
                    {std::int64_t{smallest_kept_group}, device, device, device, device});
  if (!count) return count.error();
  result.month_rows = *count;
  return sql_->run("DELETE " + std::string(rows),
                   {std::int64_t{smallest_kept_group}, device, device, device, device});
}

// Whether a report of another device was not counted because its rows were counted of this one: a
// store that was copied with an image.
Result<bool> SqlFleetStore::others_count_now(std::int64_t device) {
  std::set<Id128> stores;
  Done read = sql_->query("SELECT DISTINCT store_id FROM counted WHERE device = ?", {device},
                          [&](const SqlRow& row) {
                            stores.insert(row.text(0));
                            return done();
                          });
  bool others = false;
  if (read && !stores.empty()) {
    read = sql_->query(
        "SELECT b.body FROM uncounted u JOIN report r ON r.id = u.report "
        "JOIN report_body b ON b.report = r.id AND b.day = r.day "
        "JOIN enrolment e ON e.id = r.enrolment WHERE e.device <> ?",
        {device}, [&](const SqlRow& row) {
          const auto report = report_from(row.text(0));
          others = others || (report && stores.count(report->store_id) > 0);
          return done();
        });
  }
  if (!read) return read.error();
  return others;
}

Done SqlFleetStore::erase_rows(std::int64_t device, ErasedDevice& result) {
  for (const TableOfDevice& table : tables) {
    const std::string rows = std::string(table.name) + " WHERE " + std::string(table.rows);
    const auto count = sql_->integer("SELECT count(*) FROM " + rows, {device});
    if (!count) return count.error();
    if (table.role == TableRole::derived) result.derived_rows += *count;
    if (table.name == "report" || table.name == "set_aside") result.reports += *count;
    if (table.name == "serial") result.serials = *count;
    if (table.name == "stock") result.stock = *count;
    if (Done gone = sql_->run("DELETE FROM " + rows, {device}); !gone) return gone;
  }
  return done();
}

Result<ErasedDevice> SqlFleetStore::erase(const Id128& device, UtcDay today) {
  ErasedDevice result;
  // SQLite overwrites what is deleted; PostgreSQL does it with its next VACUUM.
  const std::string_view overwrite = sql_->either("PRAGMA secure_delete = ON", "");
  if (!overwrite.empty()) {
    if (Done set = sql_->run(overwrite); !set) return set.error();
  }
  const Done erased = sql_->transaction_alone([&]() -> Done {
    result = {};
    objects_.clear();
    const auto row = device_row(device);
    if (!row) return row.error();
    const auto others = others_count_now(*row);
    if (!others) return others.error();
    result.rebuild_needed = *others;
    // Tables of a rebuild or a check that is under way hold rows of it as well; it begins again.
    Done step = drop_derived(DerivedTables::again);
    if (step) step = drop_derived(DerivedTables::checked);
    if (step) step = remember_installations(*row, today);
    if (step) step = forget_months(*row, result);
    if (step) {
      step = sql_->run("UPDATE enrolment SET candidate = NULL WHERE candidate = ?", {*row});
    }
    if (step) step = erase_rows(*row, result);
    return step ? write_down() : step;
  });
  if (!erased) return erased.error();
  // The log of what was written before holds it too, until it is folded into the file.
  const std::string_view fold = sql_->either("PRAGMA wal_checkpoint(TRUNCATE)", "");
  if (!fold.empty()) {
    // It answers 1 when a reader was in the way. What was erased stays erased either way.
    const auto in_the_way = sql_->integer(fold);
    result.still_in_log = !in_the_way || *in_the_way != 0;
  }
  return result;
}

}  // namespace wattlife
