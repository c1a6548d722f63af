// SPDX-License-Identifier: EUPL-1.2
// The structures of IOCTL_BATTERY_QUERY_INFORMATION and IOCTL_BATTERY_QUERY_STATUS, as bytes.
#include <algorithm>

#include "core/text.h"
#include "platform/sensors/decoders.h"

namespace wattlife {
namespace {

constexpr std::size_t information_bytes = 36;
constexpr std::size_t status_bytes = 16;

// BATTERY_INFORMATION.Capabilities
constexpr std::uint32_t is_system_battery = 0x8000'0000;
constexpr std::uint32_t capacity_is_relative = 0x4000'0000;
constexpr std::uint32_t is_short_term = 0x2000'0000;
// BATTERY_STATUS.PowerState
constexpr std::uint32_t power_on_line = 1;
constexpr std::uint32_t discharging = 2;
constexpr std::uint32_t charging = 4;
// BATTERY_STATUS.Rate when the pack does not say.
constexpr std::uint32_t unknown_rate = 0x8000'0000;

// What is not believed, as on Linux: more than any laptop has. The system's marks for "unknown"
// (0xFFFFFFFF) lie beyond these too.
constexpr std::uint32_t most_energy_mwh = 1'000'000;
constexpr std::uint32_t least_design_mwh = 1'000;
constexpr std::uint32_t most_voltage_mv = 100'000;
constexpr std::int64_t most_power_mw = 300'000;
constexpr std::uint32_t most_cycles = 10'000;

std::uint32_t number_at(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    value |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
  }
  return value;
}

std::optional<Energy> energy_of(std::uint32_t mwh, std::uint32_t low) {
  if (mwh < low || mwh > most_energy_mwh) return std::nullopt;
  return milliwatt_hours(mwh);
}

BatteryStatus status_of(std::uint32_t state, const Battery& battery) {
  const bool flows_in = (state & charging) != 0;
  const bool flows_out = (state & discharging) != 0;
  if (flows_in && flows_out) return BatteryStatus::unknown;
  if (flows_in) return BatteryStatus::charging;
  if (flows_out) return BatteryStatus::discharging;
  // Windows has no word for full: on mains, at rest, and not a bit missing.
  const bool topped = battery.now && battery.full && *battery.now >= *battery.full;
  if ((state & power_on_line) != 0 && topped) return BatteryStatus::full;
  return BatteryStatus::not_charging;
}

// Signed as ours is. Some packs tell only what flows out and say 0 while they charge; a pack that
// discharges at 0 W does not exist; a sign that the flags contradict is no reading.
std::optional<Power> power_of(std::uint32_t rate, BatteryStatus status) {
  if (rate == unknown_rate) return std::nullopt;
  const std::int64_t mw = static_cast<std::int32_t>(rate);
  if (mw > most_power_mw || mw < -most_power_mw) return std::nullopt;
  switch (status) {
    case BatteryStatus::charging:
      return mw > 0 ? std::optional(Power{mw}) : std::nullopt;
    case BatteryStatus::discharging:
      return mw < 0 ? std::optional(Power{mw}) : std::nullopt;
    case BatteryStatus::unknown:
      return std::nullopt;
    case BatteryStatus::full:
    case BatteryStatus::not_charging:
      break;
  }
  return Power{mw};
}

void append_utf8(std::string& text, std::uint32_t point) {
  const auto add = [&](std::uint32_t byte) { text += static_cast<char>(byte); };
  if (point < 0x80) {
    add(point);
  } else if (point < 0x800) {
    add(0xC0 | point >> 6);
    add(0x80 | (point & 0x3F));
  } else if (point < 0x10000) {
    add(0xE0 | point >> 12);
    add(0x80 | (point >> 6 & 0x3F));
    add(0x80 | (point & 0x3F));
  } else {
    add(0xF0 | point >> 18);
    add(0x80 | (point >> 12 & 0x3F));
    add(0x80 | (point >> 6 & 0x3F));
    add(0x80 | (point & 0x3F));
  }
}

std::optional<std::string> label_at(const MachineTree& tree, const std::string& path,
                                    std::vector<Fault>& faults) {
  const auto bytes = tree.read(path);
  if (!bytes) {
    add_fault(faults, path, bytes.error().cause);
    return std::nullopt;
  }
  return label_from(utf8_from_utf16le(*bytes));
}

// The pack in one place for packs; empty when it is none of the laptop's own. One that cannot be
// read is listed without numbers, so that nobody takes the sum of the others for the laptop's.
std::optional<Battery> battery_at(const MachineTree& tree, const std::string& name,
                                  const std::string& folder, std::vector<Fault>& faults) {
  Battery battery;
  battery.name = name;
  const auto information = tree.read(folder + "/information");
  if (!information) {
    battery.present = information.error().cause != Cause::absent;
    add_fault(faults, folder + "/information", information.error().cause);
    return battery;
  }
  const auto status = tree.read(folder + "/status");
  if (!status) add_fault(faults, folder + "/status", status.error().cause);
  std::optional<std::string_view> status_view;
  if (status) status_view = *status;
  auto decoded = windows_battery(name, *information, status_view);
  if (!decoded && status && status->size() < status_bytes) {
    // The short one may be the status alone: capacities are still worth having.
    add_fault(faults, folder + "/status", Cause::malformed);
    decoded = windows_battery(name, *information, std::nullopt);
  }
  if (!decoded) {
    add_fault(faults, folder + "/information", decoded.error().cause);
    return battery;
  }
  return *std::move(decoded);
}

}  // namespace

std::string utf8_from_utf16le(std::string_view bytes) {
  constexpr std::uint32_t replacement = 0xFFFD;
  const auto unit_at = [&](std::size_t index) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[2 * index])) |
           static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[2 * index + 1])) << 8;
  };
  const auto is_high = [](std::uint32_t unit) { return unit >= 0xD800 && unit < 0xDC00; };
  const auto is_low = [](std::uint32_t unit) { return unit >= 0xDC00 && unit < 0xE000; };
  std::string text;
  const std::size_t units = bytes.size() / 2;
  for (std::size_t i = 0; i < units; ++i) {
    const std::uint32_t unit = unit_at(i);
    if (unit == 0) break;
    if (is_high(unit) && i + 1 < units && is_low(unit_at(i + 1))) {
      append_utf8(text, 0x10000 + ((unit - 0xD800) << 10) + (unit_at(i + 1) - 0xDC00));
      ++i;
    } else {
      append_utf8(text, is_high(unit) || is_low(unit) ? replacement : unit);
    }
  }
  return text;
}

Result<std::optional<Battery>> windows_battery(std::string_view name, std::string_view information,
                                               std::optional<std::string_view> status) {
  if (information.size() < information_bytes) {
    return Error{Cause::malformed, std::string(name) + ": BATTERY_INFORMATION is " +
                                       std::to_string(information.size()) +
                                       " bytes long, expected 36"};
  }
  if (status && status->size() < status_bytes) {
    return Error{Cause::malformed, std::string(name) + ": BATTERY_STATUS is " +
                                       std::to_string(status->size()) + " bytes long, expected 16"};
  }
  const std::uint32_t capabilities = number_at(information, 0);
  if ((capabilities & is_system_battery) == 0 || (capabilities & is_short_term) != 0) {
    return std::optional<Battery>();
  }
  Battery battery;
  battery.name = name;
  const bool has_unit = (capabilities & capacity_is_relative) == 0;
  if (has_unit) {
    battery.design = energy_of(number_at(information, 12), 1);
    battery.full = energy_of(number_at(information, 16), 1);
    if (status) battery.now = energy_of(number_at(*status, 4), 0);
    // A unit that is a factor 1000 off.
    if (battery.design && *battery.design < milliwatt_hours(least_design_mwh)) {
      battery.design.reset();
      battery.full.reset();
      battery.now.reset();
    }
  }
  const std::uint32_t cycles = number_at(information, 32);
  if (cycles > 0 && cycles <= most_cycles) battery.cycles = cycles;  // 0: not counted
  if (status) {
    battery.status = status_of(number_at(*status, 0), battery);
    const std::uint32_t mv = number_at(*status, 8);
    if (mv > 0 && mv <= most_voltage_mv) battery.voltage = Voltage{mv};
    if (has_unit) battery.power = power_of(number_at(*status, 12), battery.status);
  }
  return std::optional(battery);
}

std::optional<Energy> windows_battery_step(std::string_view scales, std::optional<Energy> now) {
  constexpr std::size_t scale_bytes = 8;
  constexpr std::size_t most_scales = 4;
  constexpr std::uint32_t most_step_mwh = 10'000;  // 10 Wh: no gauge any more
  std::optional<Energy> widest;
  for (std::size_t i = 0; i < std::min(scales.size() / scale_bytes, most_scales); ++i) {
    const std::uint32_t step = number_at(scales, i * scale_bytes);
    const std::uint32_t up_to = number_at(scales, i * scale_bytes + 4);
    if (step == 0 || step > most_step_mwh) continue;
    const Energy energy = milliwatt_hours(step);
    if (now && *now <= milliwatt_hours(up_to)) return energy;
    if (!widest || *widest < energy) widest = energy;
  }
  return widest;
}

void read_batteries_windows(const MachineTree& tree, PowerReading& into) {
  for (const std::string& number : names_in(tree, "battery", into.faults)) {
    const std::string folder = "battery/" + number;
    auto battery = battery_at(tree, "battery" + to_valid_utf8(number), folder, into.faults);
    if (!battery) continue;
    if (battery->present) {
      battery->manufacturer = label_at(tree, folder + "/manufacturer", into.faults);
      battery->model = label_at(tree, folder + "/name", into.faults);
      battery->serial = label_at(tree, folder + "/serial", into.faults);
      const auto scales = tree.read(folder + "/granularity");
      // Steps of a capacity without a unit have none either.
      if (scales && battery->full) battery->step = windows_battery_step(*scales, battery->now);
      if (!scales) add_fault(into.faults, folder + "/granularity", scales.error().cause);
    }
    into.batteries.push_back(*std::move(battery));
  }
}

}  // namespace wattlife
