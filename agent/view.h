// SPDX-License-Identifier: EUPL-1.2
// public/view.json: what everybody on this laptop may know of what it measured
// (docs/samples-db.md). The sampler writes it after each commit; the tray, the command line and the
// employee read it. Nothing in it is finer than a day, and no serial number is in it. Pure: rows
// in, text out.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/battery_view.h"
#include "agent/sample_store.h"
#include "core/calibration.h"
#include "core/reading.h"
#include "core/settings.h"
#include "core/time.h"

namespace wattlife {

// How much the view shows, today included.
inline constexpr std::chrono::days days_shown{31};
inline constexpr std::chrono::days months_shown{396};
inline constexpr std::chrono::days self_days_shown{7};
// Raised when a member changes its meaning; members are added without that.
inline constexpr std::int64_t view_format = 1;

struct ViewFacts {
  UtcDay today;
  std::vector<DayRow> days;        // sorted by span
  std::vector<DayRow> months;      // the same
  std::vector<SelfDay> self;       // the same: what measuring cost on the last days
  std::vector<PackHistory> packs;  // that are in the laptop
  std::vector<GonePart> gone;      // on the last days
  std::optional<Calibration> learned;
  std::optional<Inventory> inventory;
  std::vector<Fault> faults;               // what could not be read at the last tick
  std::optional<std::string> store_fault;  // why measurements cannot be kept now
  std::string collector_url;               // empty: nothing leaves this laptop
  std::string period;                      // of one report: "week", "four-weeks"
  std::string version;
};

// The facts that settings tell: where reports go, and about what span.
void add_settings(ViewFacts& facts, const Settings& settings);

std::string view_json(const ViewFacts& facts);

}  // namespace wattlife
