// SPDX-License-Identifier: EUPL-1.2
// What a device says about one period, before it is put into bytes. Nothing in it is finer than
// the period: no slot, no day, no time (1-mission, rule 4).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/calibration.h"
#include "core/energy.h"
#include "core/reading.h"
#include "core/time.h"

namespace wattlife {

// Energy and time of one period under one state, supply, tier and method.
struct EnergyRow {
  UseState state = UseState::awake;
  Supply supply = Supply::unknown;
  Tier tier = Tier::unknown;
  std::string method;
  Duration time{0};
  std::optional<Estimate> device;
  std::optional<Estimate> wall;
  friend bool operator==(const EnergyRow&, const EnergyRow&) = default;
};

// Identifies an installation and where in it a report stands; see docs/wire.md.
using Id128 = std::string;  // 16 bytes, random

// Health of one pack or drive as it ships: no serials; counters that rise with use are rounded to
// two digits.
struct Summary {
  Period period{};
  std::vector<EnergyRow> energy;  // sorted; the sum of the windows, exactly
  std::int64_t first_window = 0;  // the span of rows in samples.db that this summary counts
  std::int64_t last_window = 0;
  friend bool operator==(const Summary&, const Summary&) = default;
};

// A window as it was stored, with the number of its row.
struct StoredWindow {
  std::int64_t row = 0;
  Window window;
};

// The sum of `windows`, which all lie in `period` (others are a bug) and must not be empty.
Summary summarise(Period period, const std::vector<StoredWindow>& windows);

// What a laptop learned about itself: a property of its hardware and not of its user. Devices of
// one model that learned well say what a laptop of that model is like before it measured itself.
struct CalibrationSummary {
  FormFactor form = FormFactor::laptop_14;
  Tier tier = Tier::calibrated_model;
  std::string method;  // of the fit, with its version
  std::string doubt;   // why it is not relied upon (yet); "none" when it is
  Vector weights{};
  Symmetric covariance;
  double residual_w = 0;
  std::int64_t windows = 0;              // rounded to two digits
  std::optional<double> left_out_error;  // share
  friend bool operator==(const CalibrationSummary&, const CalibrationSummary&) = default;
};
// Empty while there is nothing to tell.
std::optional<CalibrationSummary> summarise(const Calibration& calibration);
// Whether `now` says something that matters beside what was sent: another tier or method, a weight
// that moved by half its deviation, a deviation that halved or doubled.
bool materially_different(const CalibrationSummary& sent, const CalibrationSummary& now);

// Two significant decimal digits, towards zero: 12,345 -> 12,000. What rises with use ships so.
std::int64_t rounded_to_two_digits(std::int64_t value);

// The inventory as it may leave the device: use counters rounded, momentary values (charge,
// power, voltage) gone, and the serials gone unless `with_serials`.
Inventory shippable(const Inventory& inventory, bool with_serials);

}  // namespace wattlife
