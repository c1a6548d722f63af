// SPDX-License-Identifier: EUPL-1.2
// The inventory in samples.db: one row for the machine and one per pack and drive, added only when
// something changed, so that the tables are its history. Part of agent/sample_store.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/reading.h"
#include "core/result.h"
#include "platform/database.h"

namespace wattlife {

// Its part of the layout of samples.db.
extern const std::string_view inventory_layout;
// What layout 3 added: what a drive says of itself.
extern const std::string_view inventory_layout_2;
// What layout 6 added: locks, and what else decides about a second life.
extern const std::string_view provision_layout;

// All of these belong inside a transaction of the caller.
Done insert_inventory(Database& database, const std::string& day, const Inventory& inventory);
// Empty when there is none yet. Momentary values (charge, power) were not kept.
Result<std::optional<Inventory>> newest_inventory(Database& database);
// A pack or a drive that an earlier inventory of this machine had and the newest one has not.
struct GonePart {
  bool is_drive = false;
  std::string name;
  std::string model;  // empty: unknown
  std::string since;  // day of the first inventory without it
  friend bool operator==(const GonePart&, const GonePart&) = default;
};
// Those that went on `day` or later; sorted. A drive that only has another name now is not gone,
// nor is a pack whose bay holds another.
Result<std::vector<GonePart>> gone_parts(Database& database, const std::string& day);
// Inventories that were made before `day`; the newest always stays.
Done remove_old_inventory(Database& database, const std::string& day);
Done remove_all_but_newest_inventory(Database& database);

}  // namespace wattlife
