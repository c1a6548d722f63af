// SPDX-License-Identifier: EUPL-1.2
#include "agent/inventory_rows.h"

#include <algorithm>
#include <array>

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
  if (Done drives = read_disks(database, *id, inventory); !drives) return drives.error();
  return std::optional(std::move(inventory));
}

Done remove_old_inventory(Database& database, const std::string& day) {
  return database.run(
      "DELETE FROM inventory WHERE day < ? AND id < (SELECT max(id) FROM inventory)", {day});
}

Done remove_all_but_newest_inventory(Database& database) {
  return database.run("DELETE FROM inventory WHERE id < (SELECT max(id) FROM inventory)");
}

}  // namespace wattlife
