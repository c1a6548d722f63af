// SPDX-License-Identifier: EUPL-1.2
#include "agent/due_reports.h"

#include <algorithm>
#include <map>
#include <utility>

#include "core/health.h"
#include "core/text.h"

namespace wattlife {
namespace {

constexpr UtcTime program_made{UtcDay{std::chrono::year{2024} / 1 / 1}};
// A clock that is corrected by less is not worth a different label.
constexpr Duration small_correction = std::chrono::hours(24);

bool is_reported(const std::vector<RowRange>& rows, std::int64_t row) {
  return std::any_of(rows.begin(), rows.end(), [&](const RowRange& range) {
    return row >= range.first && row <= range.last;
  });
}

// Appends `row`, which is above all others, to sorted ranges.
void append_row(std::vector<RowRange>& rows, std::int64_t row) {
  if (!rows.empty() && rows.back().last + 1 == row) {
    rows.back().last = row;
  } else {
    rows.push_back({row, row});
  }
}

struct PeriodRows {
  std::vector<StoredWindow> windows;
  std::vector<RowRange> rows;
};

// --- Inventory -----------------------------------------------------------------------------------

// Without the counters that only rise with use.
Inventory without_counters(Inventory inventory) {
  for (Battery& battery : inventory.batteries) battery.cycles.reset();
  for (Disk& disk : inventory.disks) {
    disk.data_units_written.reset();
    disk.power_on_hours.reset();
  }
  return inventory;
}

// What matters at once, and nothing else.
Inventory urgent_part(const Inventory& inventory) {
  Inventory part = without_counters(inventory);
  for (Battery& battery : part.batteries) {
    battery.full.reset();
    battery.charge_limit.reset();
  }
  for (Disk& disk : part.disks) {
    disk.percentage_used.reset();
    disk.available_spare.reset();
  }
  // Comes and goes with each start and each sleep: at once it would tell when those were.
  for (DriveErase& erase : part.provision.drive_erase) erase.frozen = false;
  return part;
}

std::vector<Verdict> verdicts(const Inventory& inventory) {
  std::vector<Verdict> all;
  for (const Battery& battery : inventory.batteries) all.push_back(judge_battery(battery).verdict);
  for (const Disk& disk : inventory.disks) all.push_back(judge_disk(disk).verdict);
  return all;
}

// Empties the name of a part whose serial number is none of `told`.
void forget_new_part(std::string& part, const std::vector<std::string>& told) {
  const bool without_serial = part.find("/in ") != std::string::npos;
  const bool known = std::any_of(told.begin(), told.end(), [&](const std::string& serial) {
    return part.ends_with("/" + serial);
  });
  if (!without_serial && !known) part.clear();
}

// What earlier programs and this one sent of the counters of today's parts.
SentCounters sent_counters(const Reported& reported, const Shipped& current) {
  if (!reported.counters.empty() || !reported.inventory) return reported.counters;
  // Of a part that was swapped meanwhile its predecessor's counters say nothing.
  PartNames parts = current.parts;
  const Serials told = reported.serials.value_or(current.serials);
  for (std::string& part : parts.batteries) forget_new_part(part, told.battery_serials);
  for (std::string& part : parts.disks) forget_new_part(part, told.disk_serials);
  return counters_sent_in(*reported.inventory, reported.counters_day, current.inventory, parts);
}

}  // namespace

std::vector<std::optional<UtcTime>> credible_slots(const std::vector<StoredWindow>& windows,
                                                   UtcTime now) {
  std::vector<std::optional<UtcTime>> slots(windows.size());
  UtcTime limit = now + small_correction;  // of the next row that is credible
  for (std::size_t i = windows.size(); i-- > 0;) {
    const UtcTime label = windows[i].window.key.slot;
    if (label >= program_made && label <= limit) {
      slots[i] = label;
      limit = label + small_correction;
      continue;
    }
    if (i + 1 == windows.size() || !slots[i + 1]) continue;  // nothing after it to go by
    // A clock that is wrong still runs: the distance to the next row holds when that one was
    // labelled by the same wrong clock.
    const UtcTime next_label = windows[i + 1].window.key.slot;
    const bool same_clock = *slots[i + 1] != next_label;
    const Duration distance =
        same_clock ? std::clamp(next_label - label, Duration{0}, small_correction) : Duration{0};
    slots[i] = quarter_start(*slots[i + 1] - distance);
  }
  return slots;
}

Result<Shipped> as_shipped(const Inventory& inventory, std::uint32_t accepted_list) {
  Report report;
  report.install_id = Id128(id_bytes, '\x01');
  report.sequence = 1;
  report.agent_version = WATTLIFE_VERSION;
  report.data_list_version = accepted_list;
  report.inventory = shippable(inventory, false);
  report.serials = serials_of(inventory);
  const Result<Report> read = report_from(to_bytes(report));
  if (!read) {
    return Error{read.error().cause,
                 "the inventory of this machine cannot be sent: " + read.error().text};
  }
  return Shipped{read->inventory.value_or(Inventory{}), read->serials.value_or(Serials{}),
                 part_names(inventory), accepted_list};
}

Shipped for_enrolment(const Shipped& current, const Reported& reported) {
  Shipped shipped = current;
  shipped.inventory =
      as_last_sent(current.inventory, current.parts, sent_counters(reported, current));
  return shipped;
}

std::optional<NextInventory> next_inventory(const Reported& reported, const Shipped& current,
                                            UtcDay today, bool at_once) {
  const SentCounters before = sent_counters(reported, current);
  LimitedInventory limited = limit_counters(current.inventory, current.parts, before, today);
  if (reported.inventory && !at_once) {
    const Inventory& sent = *reported.inventory;
    const bool urgent = urgent_part(limited.inventory) != urgent_part(sent) ||
                        verdicts(limited.inventory) != verdicts(sent);
    const bool changed = without_counters(limited.inventory) != without_counters(sent);
    const bool renew = limited.renews;
    if (!urgent && !renew && !(changed && passed(reported.inventory_day, inventory_pause, today))) {
      return std::nullopt;
    }
  }
  return NextInventory{std::move(limited.inventory), merged(before, limited.fresh)};
}

namespace {

std::vector<DueReport> due_summaries(const Samples& samples, const Reported& reported, UtcTime now,
                                     PeriodLength length) {
  const auto slots = credible_slots(samples.windows, now);
  UtcTime newest{};
  std::map<Period, PeriodRows> periods;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    if (!slots[i]) continue;
    newest = std::max(newest, *slots[i]);
    StoredWindow stored = samples.windows[i];
    if (is_reported(reported.rows, stored.row)) continue;
    stored.window.key.slot = *slots[i];
    PeriodRows& rows = periods[period_of(*slots[i], length)];
    append_row(rows.rows, stored.row);
    rows.windows.push_back(std::move(stored));
  }
  std::vector<DueReport> due;
  for (auto& [period, rows] : periods) {
    // Complete: it is over, and the sampler is already writing about what came after it.
    const UtcTime end{period.end};
    if (now < end + report_margin || newest < end) continue;
    DueReport report;
    report.summary = summarise(period, rows.windows);
    report.rows = std::move(rows.rows);
    due.push_back(std::move(report));
  }
  return due;
}

// The calibration to send, when it may go and says something that matters.
std::optional<CalibrationSummary> next_calibration(const std::optional<CalibrationSummary>& learned,
                                                   const Reported& reported, UtcDay today,
                                                   std::uint32_t accepted_list) {
  if (!learned || !may_send(DataGroup::calibration, accepted_list)) return std::nullopt;
  if (!reported.calibration) return learned;
  if (!passed(reported.calibration_day, calibration_pause, today)) return std::nullopt;
  if (!materially_different(*reported.calibration, *learned)) return std::nullopt;
  return learned;
}

}  // namespace

std::uint32_t accepted_list_from(std::string_view setting) {
  const auto number = integer_from(trimmed(setting));
  if (!number || *number < first_data_list || *number > 1000) return first_data_list;
  return std::min(static_cast<std::uint32_t>(*number), newest_data_list);
}

namespace {

// Adds the inventory and what goes with it to the last report, when they are due.
void add_inventory(const Samples& samples, Shipped current, const Reported& reported, UtcDay today,
                   std::uint32_t accepted_list, std::vector<DueReport>& due) {
  std::vector<std::string> packs = reported.packs;
  if (may_send(DataGroup::outlook, accepted_list)) {
    packs = number_packs(current.inventory, current.parts, std::move(packs));
  }
  // A part was changed: that goes at once.
  const bool new_serials = reported.serials && *reported.serials != current.serials;
  std::optional<NextInventory> inventory = next_inventory(reported, current, today, new_serials);
  const auto calibration = next_calibration(samples.calibration, reported, today, accepted_list);
  // A calibration is a property of hardware: it never goes without what the hardware is.
  if (calibration && !inventory) inventory = next_inventory(reported, current, today, true);
  if (!inventory) return;
  if (due.empty()) due.emplace_back();
  DueReport& last = due.back();
  last.inventory = std::move(inventory->inventory);
  last.counters = std::move(inventory->counters);
  last.packs = std::move(packs);
  last.calibration = calibration;
  if (new_serials) last.serials = current.serials;
}

}  // namespace

std::vector<DueReport> due_reports(const Samples& samples, const std::optional<Shipped>& current,
                                   const Reported& reported, UtcTime now, PeriodLength length,
                                   std::uint32_t accepted_list) {
  std::vector<DueReport> due = due_summaries(samples, reported, now, length);
  if (current) {
    const UtcDay today = std::chrono::floor<std::chrono::days>(now);
    add_inventory(samples, *current, reported, today, accepted_list, due);
  }
  for (DueReport& report : due) report.data_list = accepted_list;
  return due;
}

}  // namespace wattlife
