// SPDX-License-Identifier: EUPL-1.2
#include "agent/inventory_rows.h"

#include <algorithm>
#include <array>

#include "agent/platform_rows.h"
#include "core/time.h"

namespace wattlife {

const std::string_view inventory_layout = R"(
CREATE TABLE inventory(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  day TEXT NOT NULL,
  os TEXT NOT NULL,
  manufacturer TEXT, model TEXT, sku TEXT, serial TEXT, uuid TEXT, bios_day TEXT, chassis TEXT,
  cpu TEXT, memory_mib INTEGER,
  simulated INTEGER NOT NULL) STRICT;
CREATE TABLE battery(
  inventory INTEGER NOT NULL REFERENCES inventory ON DELETE CASCADE,
  place INTEGER NOT NULL,
  name TEXT NOT NULL, present INTEGER NOT NULL,
  design_mj INTEGER, full_mj INTEGER, cycles INTEGER, charge_limit_permille INTEGER,
  manufacturer TEXT, model TEXT, serial TEXT,
  PRIMARY KEY(inventory, place)) STRICT, WITHOUT ROWID;
CREATE TABLE disk(
  inventory INTEGER NOT NULL REFERENCES inventory ON DELETE CASCADE,
  place INTEGER NOT NULL,
  name TEXT NOT NULL, kind TEXT NOT NULL,
  model TEXT, serial TEXT, size_bytes INTEGER, critical_warning INTEGER, percentage_used INTEGER,
  available_spare INTEGER, spare_threshold INTEGER, data_units_written INTEGER,
  power_on_hours INTEGER, media_errors INTEGER, reallocated INTEGER, pending INTEGER,
  uncorrectable INTEGER,
  PRIMARY KEY(inventory, place)) STRICT, WITHOUT ROWID;
)";

const std::string_view provision_layout = R"(
CREATE TABLE provision(
  inventory INTEGER PRIMARY KEY REFERENCES inventory ON DELETE CASCADE,
  board_serial TEXT, asset_tag TEXT, virtual_machine INTEGER, modern_standby INTEGER,
  bios_password INTEGER, activation_lock INTEGER, managed INTEGER, persistence INTEGER,
  disk_encryption INTEGER,
  os_name TEXT, os_version TEXT, os_edition TEXT, tpm_version TEXT, secure_boot TEXT NOT NULL,
  has_panel INTEGER NOT NULL, panel_maker TEXT, panel_product INTEGER, panel_diagonal_mm INTEGER,
  panel_width_px INTEGER, panel_height_px INTEGER, panel_year INTEGER,
  memory_slots INTEGER, memory_slots_used INTEGER, largest_module_mib INTEGER) STRICT;
CREATE TABLE firmware_battery(
  inventory INTEGER NOT NULL REFERENCES inventory ON DELETE CASCADE,
  place INTEGER NOT NULL,
  name TEXT, design_mj INTEGER, made_day TEXT,
  PRIMARY KEY(inventory, place)) STRICT, WITHOUT ROWID;
)";

const std::string_view inventory_layout_2 = R"(
ALTER TABLE disk ADD COLUMN command_timeouts INTEGER;
ALTER TABLE disk ADD COLUMN self_assessment_passed INTEGER;
ALTER TABLE disk ADD COLUMN reserve_state INTEGER;
)";

namespace {

template <class Dimension>
std::optional<std::int64_t> milli(const std::optional<Quantity<Dimension>>& quantity) {
  return quantity ? std::optional(quantity->milli) : std::nullopt;
}
template <class Wanted>
std::optional<Wanted> quantity(const std::optional<std::int64_t>& milli) {
  return milli ? std::optional(Wanted{*milli}) : std::nullopt;
}
std::optional<std::string> day_text(const std::optional<UtcDay>& day) {
  return day ? std::optional(to_iso8601(*day)) : std::nullopt;
}

template <class Enum, std::size_t size>
Result<Enum> named(const std::array<Enum, size>& all, const std::string& name) {
  for (const Enum value : all) {
    if (name == name_of(value)) return value;
  }
  return Error{Cause::malformed, "samples.db: an unknown word in the inventory: " + name};
}
constexpr std::array all_systems{Os::linux_os, Os::windows, Os::macos};
constexpr std::array all_kinds{DiskKind::nvme, DiskKind::ata, DiskKind::emmc};

Done insert(Database& database, std::int64_t inventory, std::int64_t place, const Battery& b) {
  const auto design_mj = milli(b.design);
  const auto full_mj = milli(b.full);
  const auto charge_limit_permille = milli(b.charge_limit);
  return database.run("INSERT INTO battery VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                      {inventory, place, b.name, std::int64_t{b.present}, bound(design_mj),
                       bound(full_mj), bound(b.cycles), bound(charge_limit_permille),
                       bound(b.manufacturer), bound(b.model), bound(b.serial)});
}

Done insert(Database& database, std::int64_t inventory, std::int64_t place, const Disk& d) {
  return database.run(
      "INSERT INTO disk VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
      " ?, ?, ?)",
      {inventory,
       place,
       d.name,
       std::string_view(name_of(d.kind)),
       bound(d.model),
       bound(d.serial),
       bound(d.size_bytes),
       bound(d.critical_warning),
       bound(d.percentage_used),
       bound(d.available_spare),
       bound(d.spare_threshold),
       bound(d.data_units_written),
       bound(d.power_on_hours),
       bound(d.media_errors),
       bound(d.reallocated),
       bound(d.pending),
       bound(d.uncorrectable),
       bound(d.command_timeouts),
       bound(d.self_assessment_passed),
       bound(d.reserve_state)});
}

std::optional<bool> as_truth(const std::optional<std::int64_t>& integer) {
  return integer ? std::optional(*integer != 0) : std::nullopt;
}
constexpr std::array all_secure_boot{SecureBoot::unknown, SecureBoot::capable, SecureBoot::off,
                                     SecureBoot::on};

Done insert(Database& database, std::int64_t inventory, std::int64_t place,
            const FirmwareBattery& battery) {
  const auto design_mj = milli(battery.design);
  const auto made = day_text(battery.made);
  return database.run("INSERT INTO firmware_battery VALUES(?, ?, ?, ?, ?)",
                      {inventory, place, bound(battery.name), bound(design_mj), bound(made)});
}

Done insert_provision(Database& database, std::int64_t id, const Inventory& inventory) {
  const Provision& p = inventory.provision;
  const Panel panel = p.panel.value_or(Panel{});
  const Done row = database.run(
      "INSERT INTO provision VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
      " ?, ?, ?, ?)",
      {id,
       bound(inventory.identity.board_serial),
       bound(p.asset_tag),
       bound(inventory.identity.virtual_machine),
       bound(inventory.identity.modern_standby),
       bound(p.locks.bios_password),
       bound(p.locks.activation),
       bound(p.locks.managed),
       bound(p.locks.persistence),
       bound(p.locks.disk_encryption),
       bound(p.system.name),
       bound(p.system.version),
       bound(p.system.edition),
       bound(p.tpm_version),
       std::string_view(name_of(p.secure_boot)),
       std::int64_t{p.panel.has_value()},
       bound(panel.maker),
       bound(panel.product),
       bound(panel.diagonal_mm),
       bound(panel.width_px),
       bound(panel.height_px),
       bound(panel.year),
       bound(p.memory_slots.total),
       bound(p.memory_slots.used),
       bound(p.memory_slots.largest_module_mib)});
  if (!row) return row;
  std::int64_t place = 0;
  for (const FirmwareBattery& battery : p.firmware_batteries) {
    if (Done pack = insert(database, id, place++, battery); !pack) return pack;
  }
  return done();
}

Done read_provision(Database& database, std::int64_t id, Inventory& into) {
  const Done asked = database.query(
      "SELECT board_serial, asset_tag, virtual_machine, bios_password, activation_lock, managed,"
      " persistence, disk_encryption, os_name, os_version, os_edition, tpm_version, secure_boot,"
      " has_panel, panel_maker, panel_product, panel_diagonal_mm, panel_width_px, panel_height_px,"
      " panel_year, memory_slots, memory_slots_used, largest_module_mib, modern_standby"
      " FROM provision WHERE inventory = ?",
      {id}, [&](const Row& row) -> Done {
        const Result<SecureBoot> secure_boot = named(all_secure_boot, row.text(12));
        if (!secure_boot) return secure_boot.error();
        const auto truth = [&](int column) { return as_truth(row.optional_integer(column)); };
        Provision& p = into.provision;
        into.identity.board_serial = row.optional_text(0);
        p.asset_tag = row.optional_text(1);
        into.identity.virtual_machine = truth(2);
        into.identity.modern_standby = truth(23);
        p.locks = {truth(3), truth(4), truth(5), truth(6), truth(7)};
        p.system = {row.optional_text(8), row.optional_text(9), row.optional_text(10)};
        p.tpm_version = row.optional_text(11);
        p.secure_boot = *secure_boot;
        if (row.integer(13) != 0) {
          p.panel =
              Panel{row.optional_text(14),    row.optional_integer(15), row.optional_integer(16),
                    row.optional_integer(17), row.optional_integer(18), row.optional_integer(19)};
        }
        p.memory_slots = {row.optional_integer(20), row.optional_integer(21),
                          row.optional_integer(22)};
        return done();
      });
  if (!asked) return asked;
  return database.query(
      "SELECT name, design_mj, made_day FROM firmware_battery WHERE inventory = ? ORDER BY place",
      {id}, [&](const Row& row) {
        const auto made = row.optional_text(2);
        into.provision.firmware_batteries.push_back(
            {row.optional_text(0), quantity<Energy>(row.optional_integer(1)),
             made ? day_from_iso8601(*made) : std::nullopt});
        return done();
      });
}

Done read_machine(Database& database, std::int64_t id, Inventory& into) {
  return database.query(
      "SELECT os, manufacturer, model, sku, serial, uuid, bios_day, chassis, cpu, memory_mib,"
      " simulated FROM inventory WHERE id = ?",
      {id}, [&](const Row& row) -> Done {
        const Result<Os> os = named(all_systems, row.text(0));
        if (!os) return os.error();
        const auto bios_day = row.optional_text(6);
        into.os = *os;
        into.identity = {
            row.optional_text(1),   row.optional_text(2),
            row.optional_text(3),   row.optional_text(4),
            row.optional_text(5),   bios_day ? day_from_iso8601(*bios_day) : std::nullopt,
            row.optional_text(7),   row.optional_text(8),
            row.optional_integer(9)};
        into.simulated = row.integer(10) != 0;
        return done();
      });
}

Done read_batteries(Database& database, std::int64_t id, Inventory& into) {
  return database.query(
      "SELECT name, present, design_mj, full_mj, cycles, charge_limit_permille, manufacturer,"
      " model, serial FROM battery WHERE inventory = ? ORDER BY place",
      {id}, [&](const Row& row) {
        Battery b;
        b.name = row.text(0);
        b.present = row.integer(1) != 0;
        b.design = quantity<Energy>(row.optional_integer(2));
        b.full = quantity<Energy>(row.optional_integer(3));
        b.cycles = row.optional_integer(4);
        b.charge_limit = quantity<Ratio>(row.optional_integer(5));
        b.manufacturer = row.optional_text(6);
        b.model = row.optional_text(7);
        b.serial = row.optional_text(8);
        into.batteries.push_back(std::move(b));
        return done();
      });
}

Done read_disks(Database& database, std::int64_t id, Inventory& into) {
  return database.query(
      "SELECT name, kind, model, serial, size_bytes, critical_warning, percentage_used,"
      " available_spare, spare_threshold, data_units_written, power_on_hours, media_errors,"
      " reallocated, pending, uncorrectable, command_timeouts, self_assessment_passed,"
      " reserve_state FROM disk WHERE inventory = ? ORDER BY place",
      {id}, [&](const Row& row) -> Done {
        const Result<DiskKind> kind = named(all_kinds, row.text(1));
        if (!kind) return kind.error();
        const auto passed = row.optional_integer(16);
        into.disks.push_back(
            {row.text(0), *kind, row.optional_text(2), row.optional_text(3),
             row.optional_integer(4), row.optional_integer(5), row.optional_integer(6),
             row.optional_integer(7), row.optional_integer(8), row.optional_integer(9),
             row.optional_integer(10), row.optional_integer(11), row.optional_integer(12),
             row.optional_integer(13), row.optional_integer(14), row.optional_integer(15),
             passed ? std::optional(*passed != 0) : std::nullopt, row.optional_integer(17)});
        return done();
      });
}

}  // namespace

Done insert_inventory(Database& database, const std::string& day, const Inventory& inventory) {
  const Identity& identity = inventory.identity;
  const auto bios_day = day_text(identity.bios_date);
  const Done machine = database.run(
      "INSERT INTO inventory(day, os, manufacturer, model, sku, serial, uuid, bios_day, chassis,"
      " cpu, memory_mib, simulated) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {day, std::string_view(name_of(inventory.os)), bound(identity.manufacturer),
       bound(identity.model), bound(identity.sku), bound(identity.serial), bound(identity.uuid),
       bound(bios_day), bound(identity.chassis), bound(identity.cpu), bound(identity.memory_mib),
       std::int64_t{inventory.simulated}});
  if (!machine) return machine;
  const std::int64_t id = database.last_insert_id();
  if (Done rest = insert_provision(database, id, inventory); !rest) return rest;
  if (Done rest = insert_platform(database, id, inventory.provision); !rest) return rest;
  std::int64_t place = 0;
  for (const Battery& battery : inventory.batteries) {
    if (Done row = insert(database, id, place++, battery); !row) return row;
  }
  place = 0;
  for (const Disk& disk : inventory.disks) {
    if (Done row = insert(database, id, place++, disk); !row) return row;
  }
  return done();
}

Result<std::optional<Inventory>> newest_inventory(Database& database) {
  const Result<std::int64_t> id = database.integer("SELECT max(id) FROM inventory");
  if (!id) {
    if (id.error().cause == Cause::absent) return std::optional<Inventory>();
    return id.error();
  }
  Inventory inventory;
  if (Done machine = read_machine(database, *id, inventory); !machine) return machine.error();
  if (Done packs = read_batteries(database, *id, inventory); !packs) return packs.error();
  if (Done rest = read_provision(database, *id, inventory); !rest) return rest.error();
  if (Done rest = read_platform(database, *id, inventory.provision); !rest) return rest.error();
  if (Done drives = read_disks(database, *id, inventory); !drives) return drives.error();
  return std::optional(std::move(inventory));
}

Result<std::vector<GonePart>> gone_parts(Database& database, const std::string& day) {
  // Of the same machine: a store may have come along on another one.
  static const std::string begin =
      "WITH newest AS (SELECT * FROM inventory ORDER BY id DESC LIMIT 1), seen AS "
      "(SELECT name, model, max(inventory) AS last FROM ";
  static const std::string middle =
      " GROUP BY name, model)"
      " SELECT seen.name, seen.model, next.day FROM seen, newest"
      " JOIN inventory AS old ON old.id = seen.last"
      " JOIN inventory AS next ON next.id = (SELECT min(id) FROM inventory WHERE id > seen.last)"
      " WHERE next.day >= ? AND old.model IS newest.model AND old.serial IS newest.serial"
      " AND NOT EXISTS (SELECT 1 FROM ";
  struct Table {
    bool is_drive;
    std::string query;
  };
  const Table tables[] = {
      {false, begin + "battery WHERE present = 1" + middle +
                  "battery AS now WHERE now.inventory = newest.id AND now.present = 1"
                  " AND now.name = seen.name) ORDER BY 1, 2"},
      {true, begin + "disk" + middle +
                 "disk AS now WHERE now.inventory = newest.id"
                 " AND (now.name = seen.name OR now.model = seen.model)) ORDER BY 1, 2"}};
  std::vector<GonePart> parts;
  for (const Table& table : tables) {
    const Done asked = database.query(table.query, {std::string_view(day)}, [&](const Row& row) {
      parts.push_back(
          {table.is_drive, row.text(0), row.optional_text(1).value_or(""), row.text(2)});
      return done();
    });
    if (!asked) return asked.error();
  }
  return parts;
}

Done remove_old_inventory(Database& database, const std::string& day) {
  return database.run(
      "DELETE FROM inventory WHERE day < ? AND id < (SELECT max(id) FROM inventory)", {day});
}

Done remove_all_but_newest_inventory(Database& database) {
  return database.run("DELETE FROM inventory WHERE id < (SELECT max(id) FROM inventory)");
}

}  // namespace wattlife
