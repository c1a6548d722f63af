// SPDX-License-Identifier: EUPL-1.2
// sys/class/power_supply and sys/class/powercap.
#include <algorithm>
#include <utility>
#include <vector>

#include "core/text.h"
#include "platform/sensors/decoders.h"

namespace wattlife {
namespace {

constexpr std::string_view supplies = "sys/class/power_supply";
constexpr std::string_view zones = "sys/class/powercap";

// What is not believed: more than any laptop has, which means a wrong unit or a broken gauge.
constexpr std::int64_t most_energy_uwh = 1'000'000'000;  // 1 kWh
constexpr std::int64_t least_design_mwh = 1'000;         // 1 Wh: firmware that is a factor 1000 off
constexpr std::int64_t most_voltage_uv = 100'000'000;    // 100 V
constexpr std::int64_t most_current_ua = 100'000'000;    // 100 A
constexpr std::int64_t most_power_mw = 300'000;          // 300 W
constexpr std::int64_t most_cycles = 10'000;

// The lines KEY=VALUE of a uevent, with the prefix of power supplies taken off. A pack has about
// twenty, and is read at every tick: they stay in their order, in one piece of memory.
class Attributes {
 public:
  explicit Attributes(std::string_view uevent) {
    constexpr std::string_view prefix = "POWER_SUPPLY_";
    rows_.reserve(32);
    while (!uevent.empty()) {
      std::string_view line = take_line(uevent);
      if (!line.starts_with(prefix)) continue;
      line.remove_prefix(prefix.size());
      const std::size_t equals = line.find('=');
      if (equals == std::string_view::npos) continue;
      rows_.emplace_back(line.substr(0, equals), trimmed(line.substr(equals + 1)));
    }
  }

  // Of two lines of one name the first counts.
  bool has(std::string_view key) const { return find(key) != rows_.end(); }
  std::string_view text(std::string_view key) const {
    const auto found = find(key);
    return found == rows_.end() ? std::string_view() : found->second;
  }
  bool any_name(bool (*fits)(std::string_view)) const {
    return std::any_of(rows_.begin(), rows_.end(), [&](const Row& row) { return fits(row.first); });
  }

 private:
  using Row = std::pair<std::string_view, std::string_view>;
  std::vector<Row>::const_iterator find(std::string_view key) const {
    return std::find_if(rows_.begin(), rows_.end(),
                        [&](const Row& row) { return row.first == key; });
  }

  std::vector<Row> rows_;
};

// A name for people; empty when the driver or the firmware has none.
std::optional<std::string> label_of(const Attributes& attributes, std::string_view key) {
  return label_from(attributes.text(key));
}

std::optional<std::int64_t> number_of(const Attributes& attributes, std::string_view key,
                                      std::int64_t low, std::int64_t high) {
  const auto number = integer_from(attributes.text(key));
  if (!number || *number < low || *number > high) return std::nullopt;
  return number;
}

bool is_peripheral(const Attributes& attributes) { return attributes.text("SCOPE") == "Device"; }

bool tells_charge(const Attributes& attributes) {
  return attributes.any_name([](std::string_view name) {
    return name.starts_with("ENERGY_") || name.starts_with("CHARGE_") || name == "CAPACITY";
  });
}

// Kernels before 5.8 leave the type out of uevent: then only what it tells says what it is.
bool is_battery(const Attributes& attributes) {
  const std::string_view type = attributes.text("TYPE");
  return type == "Battery" || (type.empty() && tells_charge(attributes));
}

BatteryStatus status_of(std::string_view text) {
  if (text == "Charging") return BatteryStatus::charging;
  if (text == "Discharging") return BatteryStatus::discharging;
  if (text == "Full") return BatteryStatus::full;
  if (text == "Not charging") return BatteryStatus::not_charging;
  return BatteryStatus::unknown;
}

// The lowest believable value is 1 for capacities, 0 for what is left in the pack.
std::optional<Energy> energy_of(const Attributes& attributes, std::string_view energy_name,
                                std::string_view charge_name, std::int64_t low) {
  if (const auto uwh = number_of(attributes, energy_name, low, most_energy_uwh)) {
    return Energy{(*uwh * 36 + 5) / 10};  // 1 µWh is 3.6 mJ
  }
  const auto uah = number_of(attributes, charge_name, low, most_energy_uwh);
  const auto uv = number_of(attributes, "VOLTAGE_MIN_DESIGN", 1, most_voltage_uv);
  if (!uah || !uv) return std::nullopt;
  // µAh times mV is nWh, and 1 nWh is 0.0036 mJ.
  const Energy energy{(*uah * (*uv / 1000) * 36 + 5000) / 10'000};
  const Energy least{low > 0 ? 1 : 0};
  if (energy < least || energy > milliwatt_hours(most_energy_uwh / 1000)) return std::nullopt;
  return energy;
}

// How much flows, whichever way: power_now, else current times voltage. The voltage of the moment
// gives the power of the moment; the design voltage stands in when it is missing.
std::optional<std::int64_t> magnitude_mw(const Attributes& attributes) {
  constexpr std::int64_t most_uw = most_power_mw * 1000;
  if (attributes.has("POWER_NOW")) {
    const auto uw = number_of(attributes, "POWER_NOW", -most_uw, most_uw);
    if (!uw) return std::nullopt;
    return (std::abs(*uw) + 500) / 1000;
  }
  const auto ua = number_of(attributes, "CURRENT_NOW", -most_current_ua, most_current_ua);
  auto uv = number_of(attributes, "VOLTAGE_NOW", 1, most_voltage_uv);
  if (!uv) uv = number_of(attributes, "VOLTAGE_MIN_DESIGN", 1, most_voltage_uv);
  if (!ua || !uv) return std::nullopt;
  const std::int64_t mw = (std::abs(*ua) * (*uv / 1000) + 500'000) / 1'000'000;
  return mw > most_power_mw ? std::nullopt : std::optional(mw);
}

// What the contract of USB Power Delivery allows: voltage_max times current_max. Never what flows,
// and nothing at all while nothing is plugged in (drivers then leave the default of a USB port).
std::optional<Power> rated_of(const Attributes& attributes, const std::optional<bool>& online) {
  if (online == false) return std::nullopt;
  const auto uv = number_of(attributes, "VOLTAGE_MAX", 1, most_voltage_uv);
  const auto ua = number_of(attributes, "CURRENT_MAX", 1, most_current_ua);
  if (!uv || !ua) return std::nullopt;
  const std::int64_t mw = ((*uv / 1000) * (*ua / 1000) + 500) / 1000;
  return mw < 1 || mw > most_power_mw ? std::nullopt : std::optional(Power{mw});
}

std::optional<Power> power_of(const Attributes& attributes, BatteryStatus status) {
  const auto mw = magnitude_mw(attributes);
  if (!mw) return std::nullopt;
  if (status == BatteryStatus::charging) return Power{*mw};
  // A pack that discharges at 0 W does not exist: the gauge has no answer (yet).
  if (status == BatteryStatus::discharging)
    return *mw == 0 ? std::nullopt : std::optional(Power{-*mw});
  // Without a direction only zero means something.
  return *mw == 0 ? std::optional(Power{0}) : std::nullopt;
}

// The uevent, with the type added from its own file when this kernel leaves it out.
Result<std::string> supply_text(const MachineTree& tree, const std::string& folder) {
  auto uevent = tree.read(folder + "/uevent");
  if (!uevent) return uevent;
  constexpr std::string_view type_line = "\nPOWER_SUPPLY_TYPE=";
  if (uevent->starts_with(type_line.substr(1)) || uevent->find(type_line) != std::string::npos) {
    return uevent;
  }
  if (const auto type = tree.read(folder + "/type")) {
    *uevent += "\nPOWER_SUPPLY_TYPE=" + std::string(trimmed(*type)) + "\n";
  }
  if (const auto scope = tree.read(folder + "/scope")) {
    *uevent += "POWER_SUPPLY_SCOPE=" + std::string(trimmed(*scope)) + "\n";
  }
  return uevent;
}

bool is_top_zone(std::string_view name, std::string_view control_type) {
  return name.size() > control_type.size() + 1 &&
         name.substr(0, control_type.size()) == control_type && name[control_type.size()] == ':' &&
         name.find(':', control_type.size() + 1) == std::string_view::npos;
}

std::optional<Boundary> boundary_of(std::string_view zone_name) {
  if (zone_name.substr(0, 8) == "package-") return Boundary::cpu;
  if (zone_name == "psys" || zone_name.substr(0, 5) == "psys-") return Boundary::psys;
  return std::nullopt;
}

void read_zone(const MachineTree& tree, const std::string& folder, PowerReading& into,
               std::vector<std::string>& names) {
  const auto name_text = tree.read(folder + "/name");
  if (!name_text) return add_fault(into.faults, folder + "/name", name_text.error().cause);
  const std::string name = to_valid_utf8(trimmed(*name_text));
  const auto boundary = boundary_of(name);
  if (!boundary || std::find(names.begin(), names.end(), name) != names.end()) return;
  names.push_back(name);

  const std::string energy_path = folder + "/energy_uj";
  const auto energy_text = tree.read(energy_path);
  if (!energy_text) return add_fault(into.faults, energy_path, energy_text.error().cause);
  const auto energy = integer_from(trimmed(*energy_text));
  std::optional<std::int64_t> range;
  if (const auto text = tree.read(folder + "/max_energy_range_uj")) {
    range = integer_from(trimmed(*text));
    if (range && *range <= 0) range.reset();
  }
  if (!energy || *energy < 0 || (range && *energy > *range)) {
    return add_fault(into.faults, energy_path, Cause::malformed);
  }
  into.counters.push_back({name, *boundary, *energy, range});
}

std::optional<Battery> battery_from(std::string_view name, const Attributes& attributes) {
  if (!is_battery(attributes) || is_peripheral(attributes)) return std::nullopt;

  Battery battery;
  battery.name = to_valid_utf8(name);
  battery.manufacturer = label_of(attributes, "MANUFACTURER");
  battery.model = label_of(attributes, "MODEL_NAME");
  battery.serial = label_of(attributes, "SERIAL_NUMBER");
  // Said to be there, or nothing said: there. An empty bay keeps its last numbers in some drivers.
  battery.present = !attributes.has("PRESENT") || attributes.text("PRESENT") == "1";
  if (!battery.present) return battery;

  battery.status = status_of(attributes.text("STATUS"));
  battery.design = energy_of(attributes, "ENERGY_FULL_DESIGN", "CHARGE_FULL_DESIGN", 1);
  battery.full = energy_of(attributes, "ENERGY_FULL", "CHARGE_FULL", 1);
  battery.now = energy_of(attributes, "ENERGY_NOW", "CHARGE_NOW", 0);
  if (battery.design && *battery.design < milliwatt_hours(least_design_mwh)) {
    battery.design.reset();
    battery.full.reset();
    battery.now.reset();
  }
  battery.power = power_of(attributes, battery.status);
  if (const auto uv = number_of(attributes, "VOLTAGE_NOW", 1, most_voltage_uv)) {
    battery.voltage = Voltage{(*uv + 500) / 1000};
  }
  battery.cycles = number_of(attributes, "CYCLE_COUNT", 1, most_cycles);  // 0: not counted
  return battery;
}

std::optional<Adapter> adapter_from(std::string_view name, const Attributes& attributes) {
  const std::string_view type = attributes.text("TYPE");
  const bool is_supply = type.empty() ? attributes.has("ONLINE") && !tells_charge(attributes)
                                      : type != "Battery" && type != "UPS" && type != "Unknown";
  if (!is_supply || is_peripheral(attributes)) return std::nullopt;
  Adapter adapter{to_valid_utf8(name), std::nullopt};
  // 0 off line, 1 on line, 2 on line at a voltage that can be programmed.
  if (const auto online = number_of(attributes, "ONLINE", 0, 2)) adapter.online = *online > 0;
  adapter.rated = rated_of(attributes, adapter.online);
  return adapter;
}

}  // namespace

std::optional<Battery> linux_battery(std::string_view name, std::string_view uevent) {
  return battery_from(name, Attributes(uevent));
}

std::optional<Adapter> linux_adapter(std::string_view name, std::string_view uevent) {
  return adapter_from(name, Attributes(uevent));
}

void read_power_supplies_linux(const MachineTree& tree, PowerReading& into) {
  for (const std::string& name : names_in(tree, supplies, into.faults)) {
    const std::string folder = std::string(supplies) + "/" + name;
    const auto uevent = supply_text(tree, folder);
    if (!uevent) {
      add_fault(into.faults, folder + "/uevent", uevent.error().cause);
      continue;
    }
    const Attributes attributes(*uevent);
    if (auto battery = battery_from(name, attributes)) {
      into.batteries.push_back(*std::move(battery));
    } else if (auto adapter = adapter_from(name, attributes)) {
      into.adapters.push_back(*std::move(adapter));
    }
  }
}

void read_charge_limits_linux(const MachineTree& tree, std::vector<Battery>& batteries) {
  for (Battery& battery : batteries) {
    const std::string folder = std::string(supplies) + "/" + battery.name;
    for (const char* file : {"/charge_control_end_threshold", "/charge_stop_threshold"}) {
      const auto text = tree.read(folder + file);
      const auto percent = text ? integer_from(trimmed(*text)) : std::nullopt;
      if (!percent) continue;
      // 0 and 100 are how drivers say that there is no limit.
      if (*percent > 0 && *percent < 100) battery.charge_limit = Ratio{*percent * 10};
      break;
    }
  }
}

void read_powercap_linux(const MachineTree& tree, PowerReading& into) {
  const std::vector<std::string> folders = names_in(tree, zones, into.faults);
  std::vector<std::string> names;  // zones that were dealt with, whether or not they could be read
  // The second control type shows the same counter again; it counts where it is the only one.
  for (const std::string_view control_type : {"intel-rapl", "intel-rapl-mmio"}) {
    for (const std::string& folder : folders) {
      if (is_top_zone(folder, control_type)) {
        read_zone(tree, std::string(zones) + "/" + folder, into, names);
      }
    }
  }
}

}  // namespace wattlife
