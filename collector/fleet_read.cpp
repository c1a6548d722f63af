// SPDX-License-Identifier: EUPL-1.2
// Reading for pages, lists and sums.
#include <algorithm>
#include <iterator>

#include "collector/sql_fleet_store.h"

namespace wattlife {
namespace {

// The value whose name_of() is `name`; the tables hold names that this program wrote.
template <class T, std::size_t N>
T value_of(const T (&values)[N], std::string_view name, T otherwise) {
  const auto found = std::find_if(std::begin(values), std::end(values),
                                  [&](T value) { return name == name_of(value); });
  return found == std::end(values) ? otherwise : *found;
}

constexpr UseState use_states[] = {UseState::active, UseState::idle,  UseState::panel_off,
                                   UseState::awake,  UseState::sleep, UseState::off};
constexpr Supply supplies[] = {Supply::battery, Supply::mains, Supply::unknown};
constexpr Tier tiers[] = {Tier::measured, Tier::calibrated_device, Tier::calibrated_model,
                          Tier::estimated, Tier::unknown};
constexpr Os systems[] = {Os::linux_os, Os::windows, Os::macos};
constexpr DiskKind disk_kinds[] = {DiskKind::nvme, DiskKind::ata, DiskKind::emmc};

std::optional<Energy> energy_of(const SqlRow& row, int column) {
  const auto mwh = row.optional_integer(column);
  return mwh ? std::optional<Energy>(milliwatt_hours(*mwh)) : std::nullopt;
}

std::optional<Estimate> estimate_of(const SqlRow& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return Estimate{Energy{row.integer(column)}, row.real(column + 1), row.real(column + 2)};
}

// State, supply, tier and method, from `column` on.
EnergyRow energy_row_of(const SqlRow& row, int column) {
  EnergyRow energy;
  energy.state = value_of(use_states, row.text(column), UseState::awake);
  energy.supply = value_of(supplies, row.text(column + 1), Supply::unknown);
  energy.tier = value_of(tiers, row.text(column + 2), Tier::unknown);
  energy.method = row.text(column + 3);
  return energy;
}

// What people must see first of a device with several enrolments.
int urgency(EnrolmentState state) {
  switch (state) {
    case EnrolmentState::conflict:
      return 3;
    case EnrolmentState::confirmed:
      return 2;
    case EnrolmentState::to_confirm:
      return 1;
    case EnrolmentState::revoked:
      return 0;
  }
  return 0;
}

// A device while it is put together, by the number of its row.
using ByRow = std::map<std::int64_t, FleetDevice>;

// For the `?` of "? = 1 OR … oin = ?": whether the rows of all are asked for, and else of whom. An
// OIN without digits is nobody's, not everybody's.
std::int64_t of_all(const Reach& reach) { return reach.oin ? 0 : 1; }
std::string_view of_whom(const Reach& reach) {
  return reach.oin ? std::string_view(*reach.oin) : std::string_view();
}

Done read_devices(Sql& sql, const Reach& reach, ByRow& devices) {
  return sql.query(
      "SELECT d.id, d.public_id, o.oin, d.first_day, d.last_day, e.state, e.unproven, e.simulated, "
      "e.candidate IS NOT NULL, e.manufacturer, e.model, coalesce(p.oin, '') "
      "FROM device d JOIN organisation o ON o.id = d.organisation "
      "LEFT JOIN organisation p ON p.id = d.operator "
      "JOIN enrolment e ON e.device = d.id WHERE ? = 1 OR o.oin = ? OR p.oin = ? "
      "ORDER BY d.id, e.id",
      {of_all(reach), of_whom(reach), of_whom(reach)}, [&](const SqlRow& row) {
        const auto [at, fresh] = devices.try_emplace(row.integer(0));
        FleetDevice& device = at->second;
        const EnrolmentState state =
            enrolment_state_from(row.text(5)).value_or(EnrolmentState::revoked);
        if (!fresh && urgency(state) < urgency(device.state)) return done();
        device.id = row.text(1);
        device.oin = row.text(2);
        device.first_day = day_from(row.integer(3));
        device.last_day = day_from(row.integer(4));
        device.state = state;
        device.unproven = row.integer(6) != 0;
        device.simulated = row.integer(7) != 0;
        device.continues_known = row.integer(8) != 0;
        device.manufacturer = row.optional_text(9);
        device.model = row.optional_text(10);
        device.operator_oin = row.text(11);
        device.locks_hidden = reach.oin && *reach.oin != device.oin;
        return done();
      });
}

// A query over all devices, or over those whose numbers are in `rows`, with commas between.
Done query_of(Sql& sql, std::string_view begin, std::string_view device, std::string_view end,
              const std::string& rows, const std::function<Done(const SqlRow&)>& visit) {
  if (rows.empty()) return sql.query(std::string(begin) + std::string(end), {}, visit);
  const std::string list(sql.either(" IN (SELECT value FROM json_each('[' || ? || ']'))",
                                    " = ANY (string_to_array(?, ',')::BIGINT[])"));
  return sql.query(std::string(begin) + " WHERE " + std::string(device) + list + std::string(end),
                   {std::string_view(rows)}, visit);
}

Done read_inventories(Sql& sql, const std::string& rows, ByRow& devices) {
  return query_of(
      sql,
      "SELECT device, day, os, manufacturer, model, sku, bios_day, chassis, cpu, memory_mib, "
      "simulated FROM inventory",
      "device", " ORDER BY device", rows, [&](const SqlRow& row) {
        const auto found = devices.find(row.integer(0));
        if (found == devices.end()) return done();
        FleetDevice& device = found->second;
        InventoryOfDay latest;
        latest.day = day_from(row.integer(1));
        Inventory& inventory = latest.inventory;
        inventory.os = value_of(systems, row.text(2), Os::linux_os);
        inventory.identity.manufacturer = row.optional_text(3);
        inventory.identity.model = row.optional_text(4);
        inventory.identity.sku = row.optional_text(5);
        if (const auto day = row.optional_integer(6)) inventory.identity.bios_date = day_from(*day);
        inventory.identity.chassis = row.optional_text(7);
        inventory.identity.cpu = row.optional_text(8);
        inventory.identity.memory_mib = row.optional_integer(9);
        inventory.simulated = row.integer(10) != 0;
        device.simulated = device.simulated || inventory.simulated;
        if (inventory.identity.manufacturer) device.manufacturer = inventory.identity.manufacturer;
        if (inventory.identity.model) device.model = inventory.identity.model;
        device.inventory = latest;
        return done();
      });
}

Done read_provisions(Sql& sql, const std::string& rows, ByRow& devices) {
  return query_of(sql, "SELECT device, told FROM provision", "device", "", rows,
                  [&](const SqlRow& row) -> Done {
                    const auto found = devices.find(row.integer(0));
                    if (found == devices.end() || !found->second.inventory) return done();
                    // Of a device that is only operated, the second wall of PostgreSQL hides the
                    // same.
                    if (found->second.locks_hidden) return done();
                    auto provision = provision_from(row.text(1));
                    if (!provision) return provision.error();
                    found->second.inventory->inventory.provision = *std::move(provision);
                    return done();
                  });
}

Done read_batteries(Sql& sql, const std::string& rows, ByRow& devices) {
  return query_of(
      sql,
      "SELECT device, day, name, present, design_mwh, full_mwh, cycles, charge_limit_permille, "
      "manufacturer, model, pack_number FROM battery",
      "device", " ORDER BY device, day, place", rows, [&](const SqlRow& row) {
        const auto found = devices.find(row.integer(0));
        if (found == devices.end()) return done();
        Battery battery;
        battery.name = row.text(2);
        battery.present = row.integer(3) != 0;
        battery.design = energy_of(row, 4);
        battery.full = energy_of(row, 5);
        battery.cycles = row.optional_integer(6);
        if (const auto limit = row.optional_integer(7)) battery.charge_limit = Ratio{*limit};
        battery.manufacturer = row.optional_text(8);
        battery.model = row.optional_text(9);
        battery.pack_number = row.optional_integer(10);
        FleetDevice& device = found->second;
        const UtcDay day = day_from(row.integer(1));
        if (device.battery_history.empty() || device.battery_history.back().day != day) {
          device.battery_history.push_back({day, {}});
        }
        device.battery_history.back().batteries.push_back(battery);
        if (device.inventory && device.inventory->day == day) {
          device.inventory->inventory.batteries.push_back(battery);
        }
        return done();
      });
}

// Only those of the latest inventory: no rule looks at a drive's past yet.
Done read_disks(Sql& sql, const std::string& rows, ByRow& devices) {
  return query_of(sql,
                  "SELECT d.device, d.name, d.kind, d.model, d.size_bytes, d.critical_warning, "
                  "d.percentage_used, d.available_spare, d.spare_threshold, d.data_units_written, "
                  "d.power_on_hours, d.media_errors, d.reallocated, d.pending, d.uncorrectable, "
                  "d.command_timeouts, d.self_assessment_passed, d.reserve_state "
                  "FROM disk d JOIN inventory i ON i.device = d.device AND i.day = d.day",
                  "d.device", " ORDER BY d.device, d.place", rows, [&](const SqlRow& row) {
                    const auto found = devices.find(row.integer(0));
                    if (found == devices.end() || !found->second.inventory) return done();
                    Disk disk;
                    disk.name = row.text(1);
                    disk.kind = value_of(disk_kinds, row.text(2), DiskKind::ata);
                    disk.model = row.optional_text(3);
                    disk.size_bytes = row.optional_integer(4);
                    disk.critical_warning = row.optional_integer(5);
                    disk.percentage_used = row.optional_integer(6);
                    disk.available_spare = row.optional_integer(7);
                    disk.spare_threshold = row.optional_integer(8);
                    disk.data_units_written = row.optional_integer(9);
                    disk.power_on_hours = row.optional_integer(10);
                    disk.media_errors = row.optional_integer(11);
                    disk.reallocated = row.optional_integer(12);
                    disk.pending = row.optional_integer(13);
                    disk.uncorrectable = row.optional_integer(14);
                    disk.command_timeouts = row.optional_integer(15);
                    if (const auto passed = row.optional_integer(16))
                      disk.self_assessment_passed = *passed != 0;
                    disk.reserve_state = row.optional_integer(17);
                    found->second.inventory->inventory.disks.push_back(disk);
                    return done();
                  });
}

Done read_periods(Sql& sql, const std::string& rows, ByRow& devices) {
  return query_of(
      sql, "SELECT DISTINCT device, begin_day, end_day FROM energy", "device",
      " ORDER BY device, begin_day, end_day", rows, [&](const SqlRow& row) {
        const auto found = devices.find(row.integer(0));
        // The second wall hides these from who only operates it; so does this.
        if (found != devices.end() && !found->second.locks_hidden) {
          found->second.periods.push_back({day_from(row.integer(1)), day_from(row.integer(2))});
        }
        return done();
      });
}

Done read_energy(Sql& sql, const Reach& reach, std::vector<EnergyEntry>& entries) {
  return sql.query(
      "SELECT e.device, coalesce(i.manufacturer, '') || ' ' || coalesce(i.model, ''), e.begin_day, "
      "e.end_day, e.state, e.supply, e.tier, e.method, e.time_ms, e.device_mj, "
      "e.device_variance_own_j2, e.device_deviation_shared_j, e.wall_mj, e.wall_variance_own_j2, "
      "e.wall_deviation_shared_j FROM energy e LEFT JOIN inventory i ON i.device = e.device "
      "WHERE (? = 1 OR e.device IN (SELECT d.id FROM device d "
      "JOIN organisation o ON o.id = d.organisation WHERE o.oin = ?)) "
      // What a retention has yet to take away (fleet_retention.cpp) is not shown any more.
      "AND (e.end_day > (SELECT h.day FROM horizon h) "
      "OR NOT EXISTS (SELECT 1 FROM rebuilding w WHERE w.name = 'retention')) "
      "ORDER BY e.device, e.begin_day, e.end_day, e.state, e.supply, e.tier, e.method",
      {of_all(reach), of_whom(reach)}, [&](const SqlRow& row) {
        EnergyEntry entry;
        entry.device = row.integer(0);
        entry.device_model = row.text(1);
        entry.period = {day_from(row.integer(2)), day_from(row.integer(3))};
        entry.row = energy_row_of(row, 4);
        entry.row.time = Duration{row.integer(8)};
        entry.row.device = estimate_of(row, 9);
        entry.row.wall = estimate_of(row, 12);
        entries.push_back(std::move(entry));
        return done();
      });
}

Done read_months(Sql& sql, const Reach& reach, std::vector<EnergyMonth>& months) {
  return sql.query(
      "SELECT o.oin, m.model, m.month, m.state, m.supply, m.tier, m.method, m.devices, m.time_ms, "
      "m.known_ms, m.wall_known_ms, m.device_mj, m.device_variance_own_j2, "
      "m.device_deviation_shared_j, m.wall_mj, m.wall_variance_own_j2, m.wall_deviation_shared_j "
      "FROM energy_month m JOIN organisation o ON o.id = m.organisation "
      "WHERE (? = 1 OR o.oin = ?) "
      // Months that are not whole yet are not shown.
      "AND NOT EXISTS (SELECT 1 FROM rebuilding w WHERE w.name = 'retention' "
      "AND m.month >= w.reports) "
      "ORDER BY o.oin, m.model, m.month, m.state, m.supply, m.tier, m.method",
      {of_all(reach), of_whom(reach)}, [&](const SqlRow& row) {
        EnergyMonth month;
        month.oin = row.text(0);
        month.device_model = row.text(1);
        month.month = day_from(row.integer(2));
        month.row = energy_row_of(row, 3);
        month.devices = row.integer(7);
        month.row.time = Duration{row.integer(8)};
        month.known = Duration{row.integer(9)};
        month.wall_known = Duration{row.integer(10)};
        month.row.device = estimate_of(row, 11);
        month.row.wall = estimate_of(row, 14);
        months.push_back(std::move(month));
        return done();
      });
}

}  // namespace

Done SqlFleetStore::read_details(const std::string& rows, ByRow& devices) {
  Done step = read_inventories(*sql_, rows, devices);
  if (step) step = read_provisions(*sql_, rows, devices);
  if (step) step = read_batteries(*sql_, rows, devices);
  if (step) step = read_disks(*sql_, rows, devices);
  if (step) step = read_periods(*sql_, rows, devices);
  return step;
}

Result<std::vector<FleetDevice>> SqlFleetStore::devices(const Reach& reach) {
  ByRow devices;
  const Done read = sql_->read_transaction(reach, [&]() -> Done {
    devices.clear();
    const Done step = read_devices(*sql_, reach, devices);
    return step ? read_details("", devices) : step;
  });
  if (!read) return read.error();
  std::vector<FleetDevice> list;
  for (auto& [row, device] : devices) list.push_back(std::move(device));
  return list;
}

Result<std::vector<EnergyEntry>> SqlFleetStore::energy(const Reach& reach) {
  std::vector<EnergyEntry> entries;
  const Done read = sql_->read_transaction(reach, [&] {
    entries.clear();
    return read_energy(*sql_, reach, entries);
  });
  if (!read) return read.error();
  return entries;
}

Result<std::vector<EnergyMonth>> SqlFleetStore::energy_months(const Reach& reach) {
  std::vector<EnergyMonth> months;
  const Done read = sql_->read_transaction(reach, [&] {
    months.clear();
    return read_months(*sql_, reach, months);
  });
  if (!read) return read.error();
  return months;
}

}  // namespace wattlife
