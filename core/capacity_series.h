// SPDX-License-Identifier: EUPL-1.2
// The history of what a battery holds when full, from raw readings to weekly values that can be
// trusted: units repaired, impossible readings left out, changes of pack and recalibrations found.
// The rules are section 11 of the measurement notes (docs/health.md). Health is a fraction of the
// first design value seen of a pack: some firmware moves the design value down with the capacity.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/reading.h"
#include "core/time.h"
#include "core/units.h"

namespace wattlife {

// Who noted a capacity: this program, or the system before it was installed.
enum class CapacityOrigin { own_reading, os_history };
const char* name_of(CapacityOrigin origin);  // "own_reading", "os_history"

// One note of what a pack holds. Never anything about use: no energy drawn, no hours, no charge.
struct CapacityPoint {
  UtcDay day;                          // the last day that the note covers
  Energy full;                         // zero or less: not known
  Energy design;                       // zero or less: not known
  std::optional<std::int64_t> cycles;  // of charging; empty when the pack does not count
  CapacityOrigin origin = CapacityOrigin::own_reading;
  bool new_pack = false;  // the source says that this is another pack than before
  friend bool operator==(const CapacityPoint&, const CapacityPoint&) = default;
};

// What one of our own readings notes: empty for a pack that is absent or does not tell. `before` is
// the serial number of the pack noted last, if any; another one is another pack.
std::optional<CapacityPoint> capacity_note(const Battery& battery, UtcDay day,
                                           const std::optional<std::string>& before);

// The median of one ISO week.
struct CapacityWeek {
  UtcDay monday;
  UtcDay first_day;  // of the readings in it
  UtcDay last_day;
  double health = 0;  // full over the first design value seen; 1.0 is new
  friend bool operator==(const CapacityWeek&, const CapacityWeek&) = default;
};

// Why a stretch of the history begins where it does.
enum class SegmentStart {
  first,           // the history begins
  pack_changed,    // the source says so
  design_changed,  // the design value moved by more than 5 %
  jump_up,         // more than 8 points up and it stayed: recalibrated, or cells replaced
  step_up,         // more than 4 points up: recalibrated
  step_down,       // more than 4 points down
};
const char* name_of(SegmentStart start);

struct CapacitySegment {
  UtcDay from;
  UtcDay to;
  SegmentStart start = SegmentStart::first;
  std::size_t first_week = 0;  // in CapacitySeries::weeks
  std::size_t weeks = 0;
  friend bool operator==(const CapacitySegment&, const CapacitySegment&) = default;
};

// Why a gauge is not believed, strongest first. `none`: it is.
enum class GaugeDoubt {
  none,
  no_history,     // not one usable reading
  gauge_suspect,  // the newest reading is below 20 % or above 120 % of design
  unlearned,      // full equals design exactly: the gauge never measured, or firmware moves design
  gauge_frozen,   // moved less than 0.2 points in 35 days or more
  single_event,   // one reading that nothing confirmed yet
};
const char* name_of(GaugeDoubt doubt);

struct CapacitySeries {
  std::vector<CapacityWeek> weeks;        // trusted values only, in order
  std::vector<CapacitySegment> segments;  // all weeks, in order, none empty
  std::size_t pack_begin = 0;             // first week of the pack, or calibration, of today
  GaugeDoubt doubt = GaugeDoubt::no_history;
  bool suspect_lately = false;  // one of the last three weeks was left out as impossible
  bool unit_repaired = false;   // the pack reported 1,000 times too little or too much
  bool design_follows_full = false;
  int learning_events = 0;  // in the pack of today: changes of more than 0.6 points
};

// The middle value; the mean of the two in the middle of an even number; 0 of none.
double median_of(std::vector<double> values);

// In any order; points without a usable full and design value are left out.
CapacitySeries capacity_series(std::vector<CapacityPoint> points);

}  // namespace wattlife
