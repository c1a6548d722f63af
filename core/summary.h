// SPDX-License-Identifier: EUPL-1.2
// What a device says about one period, before it is put into bytes. Nothing in it is finer than
// the period: no slot, no day, no time (1-mission, rule 4).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

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

// Two significant decimal digits, towards zero: 12,345 -> 12,000. What rises with use ships so.
std::int64_t rounded_to_two_digits(std::int64_t value);

// The inventory as it may leave the device: use counters rounded, momentary values (charge,
// power, voltage) gone, and the serials gone unless `with_serials`.
Inventory shippable(const Inventory& inventory, bool with_serials);

}  // namespace wattlife
