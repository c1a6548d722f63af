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
  return part;
}

// A clock that was set back must not stop anything for years.
bool passed(UtcDay since, std::chrono::days pause, UtcDay today) {
  return today >= since + pause || today < since - std::chrono::days{1};
}

std::vector<Verdict> verdicts(const Inventory& inventory) {
  std::vector<Verdict> all;
  for (const Battery& battery : inventory.batteries) all.push_back(judge_battery(battery).verdict);
  for (const Disk& disk : inventory.disks) all.push_back(judge_disk(disk).verdict);
  return all;
}

// Puts the counters of the same parts of `sent` in place of those of `inventory`.
void keep_counters(Inventory& inventory, const Inventory& sent) {
  for (Battery& battery : inventory.batteries) {
    for (const Battery& old : sent.batteries) {
      if (old.name == battery.name && old.model == battery.model) battery.cycles = old.cycles;
    }
  }
  for (Disk& disk : inventory.disks) {
    for (const Disk& old : sent.disks) {
      if (old.name != disk.name || old.model != disk.model) continue;
      disk.data_units_written = old.data_units_written;
      disk.power_on_hours = old.power_on_hours;
    }
  }
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

Result<Shipped> as_shipped(const Inventory& inventory) {
  Report report;
  report.install_id = Id128(id_bytes, '\x01');
  report.sequence = 1;
  report.agent_version = WATTLIFE_VERSION;
  report.data_list_version = data_list_version;
  report.inventory = shippable(inventory, false);
  report.serials = serials_of(inventory);
  const Result<Report> read = report_from(to_bytes(report));
  if (!read) {
    return Error{read.error().cause,
                 "the inventory of this machine cannot be sent: " + read.error().text};
  }
  return Shipped{read->inventory.value_or(Inventory{}), read->serials.value_or(Serials{})};
}

std::optional<NextInventory> next_inventory(const Reported& reported, const Inventory& current,
                                            UtcDay today) {
  NextInventory next{current, true};
  if (!reported.inventory) return next;
  const Inventory& sent = *reported.inventory;
  const bool urgent = urgent_part(next.inventory) != urgent_part(sent) ||
                      verdicts(next.inventory) != verdicts(sent);
  const bool changed = without_counters(next.inventory) != without_counters(sent);
  const bool renew = passed(reported.counters_day, counters_pause, today) && next.inventory != sent;
  if (!urgent && !renew && !(changed && passed(reported.inventory_day, inventory_pause, today))) {
    return std::nullopt;
  }
  if (!passed(reported.counters_day, counters_pause, today)) {
    keep_counters(next.inventory, sent);
    next.fresh_counters = false;
  }
  return next;
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
    due.push_back({summarise(period, rows.windows), std::move(rows.rows), {}, false, {}});
  }
  return due;
}

// The calibration to send, when it may go and says something that matters.
std::optional<CalibrationSummary> next_calibration(const std::optional<CalibrationSummary>& learned,
                                                   const Reported& reported, UtcDay today,
                                                   std::uint32_t accepted_list) {
  if (!learned || accepted_list < calibration_list_version) return std::nullopt;
  if (!reported.calibration) return learned;
  if (!passed(reported.calibration_day, calibration_pause, today)) return std::nullopt;
  if (!materially_different(*reported.calibration, *learned)) return std::nullopt;
  return learned;
}

}  // namespace

std::uint32_t list_of(const DueReport& due) {
  return due.calibration ? calibration_list_version : data_list_version;
}

std::uint32_t accepted_list_from(std::string_view setting) {
  const auto number = integer_from(trimmed(setting));
  if (!number || *number < data_list_version || *number > 1000) return data_list_version;
  return static_cast<std::uint32_t>(*number);
}

std::vector<DueReport> due_reports(const Samples& samples, const std::optional<Shipped>& current,
                                   const Reported& reported, UtcTime now, PeriodLength length,
                                   std::uint32_t accepted_list) {
  std::vector<DueReport> due = due_summaries(samples, reported, now, length);
  if (!current) return due;
  const UtcDay today = std::chrono::floor<std::chrono::days>(now);
  std::optional<NextInventory> inventory = next_inventory(reported, current->inventory, today);
  std::optional<Serials> serials;
  if (reported.serials && *reported.serials != current->serials) {
    // A part was changed: what its predecessor counted says nothing about it.
    serials = current->serials;
    inventory = {current->inventory, true};
  }
  const auto calibration = next_calibration(samples.calibration, reported, today, accepted_list);
  // A calibration is a property of hardware: it never goes without what the hardware is.
  if (calibration && !inventory) {
    inventory = NextInventory{reported.inventory.value_or(current->inventory), false};
  }
  if (!inventory) return due;
  if (due.empty()) due.emplace_back();
  due.back().calibration = calibration;
  due.back().inventory = std::move(inventory->inventory);
  due.back().fresh_counters = inventory->fresh_counters;
  due.back().serials = std::move(serials);
  return due;
}

}  // namespace wattlife
