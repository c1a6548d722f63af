// SPDX-License-Identifier: EUPL-1.2
#include "core/summary.h"

#include <algorithm>
#include <cassert>

namespace wattlife {

Summary summarise(Period period, const std::vector<StoredWindow>& windows) {
  assert(!windows.empty());
  std::vector<Window> rows;
  Summary summary{period, {}, windows.front().row, windows.front().row};
  for (const StoredWindow& stored : windows) {
    assert(stored.window.key.slot >= period.begin && stored.window.key.slot < period.end);
    Window window = stored.window;
    window.key.slot = UtcTime{period.begin};  // from here on there is no time inside the period
    accumulate(rows, {window});
    summary.first_window = std::min(summary.first_window, stored.row);
    summary.last_window = std::max(summary.last_window, stored.row);
  }
  for (const Window& row : rows) {
    summary.energy.push_back({row.key.state, row.key.supply, row.key.tier, row.key.method, row.time,
                              row.device, row.wall});
  }
  return summary;
}

std::int64_t rounded_to_two_digits(std::int64_t value) {
  std::int64_t scale = 1;
  while (value / scale > 99 || value / scale < -99) scale *= 10;
  return value / scale * scale;
}

Inventory shippable(const Inventory& inventory, bool with_serials) {
  const auto round = [](std::optional<std::int64_t>& counter) {
    if (counter) counter = rounded_to_two_digits(*counter);
  };
  Inventory clean = inventory;
  clean.faults.clear();
  if (!with_serials) {
    clean.identity.serial.reset();
    clean.identity.uuid.reset();
    clean.identity.board_serial.reset();
    clean.provision.asset_tag.reset();
  }
  for (Battery& battery : clean.batteries) {
    battery.status = BatteryStatus::unknown;
    battery.now.reset();
    battery.power.reset();
    battery.voltage.reset();
    round(battery.cycles);
    if (!with_serials) battery.serial.reset();
  }
  for (Disk& disk : clean.disks) {
    round(disk.data_units_written);
    round(disk.power_on_hours);
    if (!with_serials) disk.serial.reset();
  }
  return clean;
}

}  // namespace wattlife
