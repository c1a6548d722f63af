// SPDX-License-Identifier: EUPL-1.2
// Which reports the device owes, from what it measured and what it reported before. Pure.
//
// Energy goes only for complete periods, and each row of samples.db exactly once: rows that come
// later for a period that was reported (the clock was set back) become a further report about it.
// The inventory goes at once at first; later when something changed that matters.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/sample_store.h"
#include "agent/sent_counters.h"
#include "core/reading.h"
#include "core/summary.h"
#include "core/time.h"
#include "proto/wire.h"

namespace wattlife {

// Rows first..last of one store.
struct RowRange {
  std::int64_t first = 0;
  std::int64_t last = 0;
  friend bool operator==(const RowRange&, const RowRange&) = default;
};

// What earlier reports hold.
struct Reported {
  std::vector<RowRange> rows;          // of the store at hand; sorted, not touching
  std::optional<Inventory> inventory;  // as it was sent last
  std::optional<Serials> serials;      // the same; of the enrolment at first
  UtcDay inventory_day{};              // when it was sent last
  // Of each counter that rises with use; empty when an older program sent the inventory, whose
  // counters were then all true on `counters_day`.
  SentCounters counters = {};
  UtcDay counters_day{};
  std::vector<std::string> packs = {};  // that this installation met, in that order
  std::optional<CalibrationSummary> calibration = std::nullopt;  // as it was sent last
  UtcDay calibration_day{};                                      // when that was
};

struct DueReport {
  std::optional<Summary> summary;
  std::vector<RowRange> rows;  // that the summary counts
  std::optional<Inventory> inventory;
  SentCounters counters = {};           // all that was sent of them, with this inventory
  std::vector<std::string> packs = {};  // the same as in Reported, with this inventory
  std::optional<Serials> serials;
  std::optional<CalibrationSummary> calibration = std::nullopt;
  std::uint32_t data_list = first_data_list;  // the list of collected data that it goes by
};

// An inventory and its serials exactly as a report can say them: rounded, repaired, in the units of
// the wire. Only values in this form can be compared with what was sent. Malformed when
// the machine says something that no report can say (more packs than any laptop has).
struct Shipped {
  Inventory inventory;
  Serials serials;
  PartNames parts = {};  // of the inventory; these do not ship
  std::uint32_t data_list = first_data_list;
};
// With what the list of collected data has that was accepted, and nothing else.
Result<Shipped> as_shipped(const Inventory& inventory,
                           std::uint32_t accepted_list = first_data_list);

// The same for an enrolment: its counters are those that were sent last.
Shipped for_enrolment(const Shipped& current, const Reported& reported);

// Oldest period first; the inventory, when it is due, goes with the last of them or alone.
// `current` is the newest inventory of `samples` in its form for sending, when there is one; `now`
// is the moment of the machine that was measured. The calibration goes beside an inventory, when
// `accepted_list`, the list of collected data that was accepted, has it: at first, and a week later
// at the earliest when it changed materially. `current` was made for the same list.
std::vector<DueReport> due_reports(const Samples& samples, const std::optional<Shipped>& current,
                                   const Reported& reported, UtcTime now, PeriodLength length,
                                   std::uint32_t accepted_list = first_data_list);

// The list of collected data that the setting AcceptedDataList names: the first when it is not set
// or no number, the newest that this program knows when it names a later one.
std::uint32_t accepted_list_from(std::string_view setting);

// The inventory to send, or empty when nothing changed that matters enough: identity, parts,
// verdicts and error counters matter at once; capacity, wear and what is frozen of a drive after a
// week; counters that only rise with use never, and each is renewed at most every 13 weeks
// (agent/sent_counters). `at_once`: it goes whether something changed or not.
struct NextInventory {
  Inventory inventory;
  SentCounters counters;  // all that was sent of them, when this was
};
std::optional<NextInventory> next_inventory(const Reported& reported, const Shipped& current,
                                            UtcDay today, bool at_once = false);

// When each row really was, as far as one can tell. A wall clock can be years wrong until somebody
// sets it; rows that were labelled then are recognised by their order (a row was measured before
// the rows after it, and after this program was made) and take their place before the first row
// with a credible label. Empty for rows after which no label is credible yet.
std::vector<std::optional<UtcTime>> credible_slots(const std::vector<StoredWindow>& windows,
                                                   UtcTime now);

inline constexpr Duration report_margin = quarter_hour;  // after the end of a period
inline constexpr std::chrono::days inventory_pause{7};
inline constexpr std::chrono::days calibration_pause{7};

}  // namespace wattlife
