// SPDX-License-Identifier: EUPL-1.2
#include "core/summary.h"

#include <algorithm>
#include <cassert>
#include <cmath>

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

std::optional<CalibrationSummary> summarise(const Calibration& calibration) {
  if (!calibration.fit || calibration.windows.empty()) return std::nullopt;
  const PowerModel model = model_of(calibration);
  const Fit& fit = *calibration.fit;
  CalibrationSummary summary;
  summary.form = calibration.prior.form;
  summary.tier =
      model.origin == ModelOrigin::calibrated ? Tier::calibrated_device : Tier::calibrated_model;
  summary.method = calibrated_method;
  summary.doubt = name_of(calibration.doubt);
  summary.weights = fit.weights;
  summary.covariance = fit.covariance_own + fit.covariance_shared;
  summary.residual_w = fit.residual_w;
  summary.windows = rounded_to_two_digits(static_cast<std::int64_t>(calibration.windows.size()));
  summary.left_out_error = calibration.left_out;
  return summary;
}

bool materially_different(const CalibrationSummary& sent, const CalibrationSummary& now) {
  if (sent.tier != now.tier || sent.method != now.method || sent.form != now.form) return true;
  for (std::size_t i = 0; i < dimension; ++i) {
    const double before = std::sqrt(std::max(0.0, sent.covariance(i, i)));
    const double after = std::sqrt(std::max(0.0, now.covariance(i, i)));
    if (std::abs(now.weights[i] - sent.weights[i]) > 0.5 * before) return true;
    if (after < 0.5 * before || after > 2 * before) return true;
  }
  return false;
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
