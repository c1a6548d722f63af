// SPDX-License-Identifier: EUPL-1.2
#include "agent/day_rows.h"

namespace wattlife {
namespace {

std::int64_t minutes_of(Duration time) {
  return std::chrono::round<std::chrono::minutes>(time).count();
}

void add_energy(std::vector<Cell>& row, const std::optional<ViewEnergy>& value) {
  if (!value) {
    row.insert(row.end(), 3, Cell());
    return;
  }
  for (const Energy part : {value->energy, value->interval.low, value->interval.high}) {
    row.emplace_back(to_milliwatt_hours(part));
  }
}

}  // namespace

Table day_rows(const View& view, std::optional<UtcDay> from, std::optional<UtcDay> to) {
  Table table{{"day", "simulated", "minutes", "known_minutes", "device_mwh", "device_low_mwh",
               "device_high_mwh", "wall_mwh", "wall_low_mwh", "wall_high_mwh", "measured_minutes",
               "calculated_device_minutes", "calculated_model_minutes", "estimated_minutes",
               "unknown_minutes"},
              {}};
  for (const ViewSpan& span : view.days) {
    const auto day = day_from_iso8601(span.span);
    if (!day || (from && *day < *from) || (to && *day > *to)) continue;
    std::vector<Cell> row{span.span, view.simulated, minutes_of(span.time),
                          minutes_of(span.known_time)};
    add_energy(row, span.device);
    add_energy(row, span.wall);
    for (const Duration time : span.tier_time) row.emplace_back(minutes_of(time));
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace wattlife
