// SPDX-License-Identifier: EUPL-1.2
// The table `capacity` of samples.db: what each pack held when full, at most once a week, and once
// what the system noted before this program came. Never anything about use: no charge, no hours,
// no energy drawn. Part of agent/sample_store.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/capacity_series.h"
#include "core/reading.h"
#include "core/result.h"
#include "core/time.h"
#include "platform/database.h"

namespace wattlife {

extern const std::string_view capacity_layout;

// What is known of a pack that left the laptop goes after this.
inline constexpr std::chrono::days gone_pack_retention{3 * 365 + 1};

// What the system noted of the pack `pack` before this program was installed.
struct CapacityHistory {
  UtcDay read_on;
  std::string pack;
  std::vector<CapacityPoint> points;  // in the order of the system
};

// Names a pack for ever: maker, model and serial number; without a serial, its place. It holds the
// serial, so it stays in samples.db.
std::string pack_identity(const Battery& battery);

// All of these belong inside a transaction of the caller, or read.

// One note for each pack that tells what it holds, dated `day`. A pack has one own note in an ISO
// week: a later day replaces it when full or design changed (the gauge learned), and a note of
// another week is another row.
Done note_own_capacity(Database& database, UtcDay day, const std::vector<Battery>& batteries);

// Whether the system's own history is still to be asked for.
Result<bool> wants_capacity_history(Database& database);
// Adds it, and says that it was asked for; a second time changes nothing. Points from before the
// system saw another pack are of packs that are gone: they are kept apart.
Done add_capacity_history(Database& database, const CapacityHistory& history);

// Own and system's notes of a pack up to `last_day`, oldest first.
Result<std::vector<CapacityPoint>> capacity_of(Database& database, const std::string& pack,
                                               UtcDay last_day);

// Packs of which nothing was noted since `first_day`.
Done remove_gone_packs(Database& database, const std::string& first_day);

}  // namespace wattlife
