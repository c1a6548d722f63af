// SPDX-License-Identifier: EUPL-1.2
// Physical quantities as types that hold int64 milli-units, so that sums are exact and a
// watt cannot be added to a joule. Numbers from outside are range-checked where they arrive;
// inside, sums therefore cannot overflow (a year of 200,000 laptops is about 3.6e16 mJ).
#pragma once

#include <compare>
#include <cstdint>

namespace wattlife {

template <class Dimension>
struct Quantity {
  std::int64_t milli = 0;

  friend constexpr auto operator<=>(Quantity, Quantity) = default;
  friend constexpr Quantity operator+(Quantity a, Quantity b) { return {a.milli + b.milli}; }
  friend constexpr Quantity operator-(Quantity a, Quantity b) { return {a.milli - b.milli}; }
  constexpr Quantity operator-() const { return {-milli}; }
  constexpr Quantity& operator+=(Quantity other) {
    milli += other.milli;
    return *this;
  }
};

using Energy = Quantity<struct EnergyDimension>;    // milli-joule
using Power = Quantity<struct PowerDimension>;      // milli-watt
using Voltage = Quantity<struct VoltageDimension>;  // milli-volt
using Ratio = Quantity<struct RatioDimension>;      // per mille: 832 is 83.2 %

constexpr Energy joules(std::int64_t j) { return {j * 1000}; }
constexpr Energy milliwatt_hours(std::int64_t mwh) { return {mwh * 3600}; }
constexpr Power watts(std::int64_t w) { return {w * 1000}; }

// Milli-watt-hours, rounded half away from zero; exact for a value made by milliwatt_hours().
constexpr std::int64_t to_milliwatt_hours(Energy energy) {
  return (energy.milli + (energy.milli < 0 ? -1800 : 1800)) / 3600;
}

// For presentation only: everything inside stays in milli-units.
constexpr double to_kilowatt_hours(Energy energy) {
  return static_cast<double>(energy.milli) / 3.6e9;
}

}  // namespace wattlife
