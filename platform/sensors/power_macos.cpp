// SPDX-License-Identifier: EUPL-1.2
// The entry AppleSmartBattery of the registry of macOS, and the processor load. None of the keys
// is documented by Apple; each is optional, and none is believed outside of what a laptop can have.
#include <algorithm>

#include "platform/sensors/decoders.h"
#include "platform/sensors/little_endian.h"
#include "platform/sensors/property_list.h"

namespace wattlife {
namespace {

constexpr const char* battery_path = "ioreg/AppleSmartBattery";
constexpr std::int64_t most_charge_mah = 100'000;
constexpr std::int64_t most_voltage_mv = 100'000;
constexpr std::int64_t most_current_ma = 100'000;
constexpr std::int64_t most_power_mw = 300'000;
constexpr std::int64_t most_cycles = 10'000;

std::optional<std::int64_t> within(const std::optional<std::int64_t>& number, std::int64_t low,
                                   std::int64_t high) {
  if (!number || *number < low || *number > high) return std::nullopt;
  return number;
}

// A key of the entry itself, or of BatteryData inside it: models differ.
std::optional<std::int64_t> number_of(const Property& entry, std::string_view key) {
  if (const auto number = entry.integer_at(key)) return number;
  const Property* inside = entry.find("BatteryData");
  return inside != nullptr ? inside->integer_at(key) : std::nullopt;
}

// Cells in a row, from their voltages; else from the voltage of the pack, which is below 9 V with
// two cells and above it with three, the only numbers that Apple builds.
std::optional<std::int64_t> cells_of(const Property& entry) {
  for (const Property* holder : {&entry, entry.find("BatteryData")}) {
    const Property* voltages = holder != nullptr ? holder->find("CellVoltage") : nullptr;
    if (voltages == nullptr) continue;
    const auto cells = std::count_if(voltages->items.begin(), voltages->items.end(),
                                     [](const Property& cell) { return cell.integer > 0; });
    if (cells > 0 && cells <= 6) return cells;
  }
  const auto mv = within(number_of(entry, "Voltage"), 6'000, 13'500);
  return mv ? std::optional<std::int64_t>(*mv < 9'000 ? 2 : 3) : std::nullopt;
}

// mAh at the nominal 3.8 V of a cell; mAh times mV is µWh, and 1 µWh is 3.6 mJ.
std::optional<Energy> energy_of(const std::optional<std::int64_t>& mah,
                                const std::optional<std::int64_t>& cells) {
  constexpr std::int64_t millivolts_of_cell = 3'800;
  if (!mah || !cells) return std::nullopt;
  return Energy{*mah * *cells * millivolts_of_cell * 36 / 10};
}

// Since Apple silicon, MaxCapacity is 100 and CurrentCapacity a percentage; before, both are mAh.
std::optional<std::int64_t> charge_of(const Property& entry, const char* raw, const char* plain) {
  if (const auto mah = within(number_of(entry, raw), 0, most_charge_mah)) return mah;
  const auto most = number_of(entry, "MaxCapacity");
  if (!most || *most <= 100) return std::nullopt;
  return within(number_of(entry, plain), 0, most_charge_mah);
}

BatteryStatus status_of(const Property& entry, const std::optional<std::int64_t>& current) {
  const auto charging = entry.truth_at("IsCharging");
  const auto connected = entry.truth_at("ExternalConnected");
  if (!charging || !connected) return BatteryStatus::unknown;
  if (*charging) return BatteryStatus::charging;
  if (!*connected) return BatteryStatus::discharging;
  // A weak adapter: the pack helps. Small currents are the gauge's own error.
  constexpr std::int64_t least_help_ma = 50;
  if (current && *current <= -least_help_ma) return BatteryStatus::discharging;
  return entry.truth_at("FullyCharged") == true ? BatteryStatus::full : BatteryStatus::not_charging;
}

// Current times voltage, signed as ours is; a sign that the flags contradict is no reading.
std::optional<Power> power_of(const std::optional<std::int64_t>& current,
                              const std::optional<std::int64_t>& voltage, BatteryStatus status) {
  if (!current || !voltage) return std::nullopt;
  const std::int64_t uw = *current * *voltage;
  const std::int64_t mw = (uw + (uw < 0 ? -500 : 500)) / 1'000;
  if (mw > most_power_mw || mw < -most_power_mw) return std::nullopt;
  const bool fits = status == BatteryStatus::charging      ? mw > 0
                    : status == BatteryStatus::discharging ? mw < 0
                                                           : status != BatteryStatus::unknown;
  return fits ? std::optional(Power{mw}) : std::nullopt;
}

std::optional<std::string> label_of(const Property& entry,
                                    std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys) {
    if (const auto text = entry.text_at(key)) {
      if (auto label = label_from(*text)) return label;
    }
  }
  return std::nullopt;
}

Adapter adapter_of(const Property& entry) {
  Adapter adapter{"AC", entry.truth_at("ExternalConnected"), std::nullopt};
  const Property* details = entry.find("AdapterDetails");
  if (adapter.online != true || details == nullptr) return adapter;
  if (const auto w = within(details->integer_at("Watts"), 1, most_power_mw / 1'000)) {
    adapter.rated = watts(*w);
  }
  return adapter;
}

// user, system, idle, nice: ticks of all processors in 32 bits each.
std::optional<Activity> activity_from(std::string_view load) {
  constexpr std::size_t load_bytes = 16;
  if (load.size() != load_bytes) return std::nullopt;
  std::int64_t total = 0;
  for (std::size_t at = 0; at < load_bytes; at += 4) {
    total += static_cast<std::int64_t>(little_endian(load, at, 4));
  }
  Activity activity;
  activity.cpu_total_ticks = total;
  activity.cpu_busy_ticks = total - static_cast<std::int64_t>(little_endian(load, 8, 4));
  return activity;
}

}  // namespace

std::optional<EnergyCounter> macos_accumulator(std::string_view name, std::int64_t milliwatts,
                                               std::int64_t samples) {
  constexpr std::int64_t most_samples = 10'000'000'000;  // 300 years of seconds
  constexpr std::int64_t most_mean_mw = 200'000;
  if (samples <= 0 || samples > most_samples) return std::nullopt;
  // Some fields of real machines hold what no laptop uses: then the counter is not believed at all.
  if (milliwatts <= 0 || milliwatts >= samples * most_mean_mw) return std::nullopt;
  return EnergyCounter{std::string(name), Boundary::sys, milliwatts * 1'000, std::nullopt};
}

std::optional<Battery> macos_battery(const Property& entry) {
  Battery battery;
  battery.name = "battery0";
  battery.manufacturer = label_of(entry, {"Manufacturer"});
  battery.model = label_of(entry, {"DeviceName"});
  battery.serial = label_of(entry, {"BatterySerialNumber", "Serial"});
  battery.present = entry.truth_at("BatteryInstalled").value_or(true);
  if (!battery.present) return battery;

  const auto cells = cells_of(entry);
  battery.design = energy_of(within(number_of(entry, "DesignCapacity"), 1, most_charge_mah), cells);
  auto full = charge_of(entry, "AppleRawMaxCapacity", "MaxCapacity");
  if (!full) full = number_of(entry, "NominalChargeCapacity");
  battery.full = energy_of(within(full, 1, most_charge_mah), cells);
  battery.now = energy_of(charge_of(entry, "AppleRawCurrentCapacity", "CurrentCapacity"), cells);

  auto current = number_of(entry, "Amperage");
  if (!current) current = number_of(entry, "InstantAmperage");
  current = within(current, -most_current_ma, most_current_ma);
  const auto voltage = within(number_of(entry, "Voltage"), 1, most_voltage_mv);
  battery.status = status_of(entry, current);
  battery.power = power_of(current, voltage, battery.status);
  if (voltage) battery.voltage = Voltage{*voltage};
  battery.cycles = within(number_of(entry, "CycleCount"), 1, most_cycles);
  return battery;
}

void read_battery_macos(const MachineTree& tree, PowerReading& into) {
  const auto bytes = tree.read(battery_path);
  if (!bytes) return add_fault(into.faults, battery_path, bytes.error().cause);
  const auto entry = parse_property_list(*bytes);
  if (!entry) return add_fault(into.faults, battery_path, entry.error().cause);
  if (auto battery = macos_battery(*entry)) into.batteries.push_back(*std::move(battery));
  into.adapters.push_back(adapter_of(*entry));
  const Property* telemetry = entry->find("PowerTelemetryData");
  if (telemetry == nullptr) return;
  const auto load = telemetry->integer_at("AccumulatedSystemLoad");
  const auto samples = telemetry->integer_at("SystemLoadAccumulatorCount");
  if (!load || !samples) return;
  if (auto counter = macos_accumulator("system-load", *load, *samples)) {
    into.counters.push_back(*std::move(counter));
  }
}

void read_activity_macos(const MachineTree& tree, PowerReading& into) {
  constexpr const char* path = "cpu/load";
  const auto load = tree.read(path);
  if (!load) return add_fault(into.faults, path, load.error().cause);
  const auto activity = activity_from(*load);
  if (!activity) return add_fault(into.faults, path, Cause::malformed);
  into.activity.cpu_busy_ticks = activity->cpu_busy_ticks;
  into.activity.cpu_total_ticks = activity->cpu_total_ticks;
}

}  // namespace wattlife
