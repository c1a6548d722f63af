// SPDX-License-Identifier: EUPL-1.2
#include "tools/fortnight.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <string_view>

#include "core/reading.h"
#include "core/text.h"
#include "platform/sensors/sensors.h"
#include "tools/dice.h"

namespace wattlife {
namespace {

using std::chrono::days;
using std::chrono::minutes;

constexpr double hours_per_minute = 1.0 / 60.0;
constexpr std::int64_t rapl_range_uj = 262'143'328'850;  // 2^32 units of 61 microjoule
constexpr int processors = 8;
constexpr int ticks_per_minute = processors * 100 * 60;

// --- What the laptop does in a minute ------------------------------------------------------------

struct Minute {
  UtcTime utc;
  bool busy = true;
  bool panel_on = true;
  bool on_mains = true;
  bool after_sleep = false;  // asleep since the minute before
  bool after_boot = false;   // switched off since the minute before
};

struct Span {
  int begin;  // minutes since 00:00 UTC
  int end;
  bool holds(int minute) const { return minute >= begin && minute < end; }
};

// One day from its first minute to its last.
void append_day(std::vector<Minute>& plan, UtcDay day, bool booted, int last_minute, Dice& dice) {
  const int begin = dice.whole(440, 490);
  const int end = std::min(last_minute, dice.whole(930, 990));
  const int lunch = dice.whole(670, 690);
  const Span asleep{lunch, lunch + dice.whole(35, 50)};
  const int morning = dice.whole(510, 590);
  const int afternoon = dice.whole(760, 860);
  const Span meetings[] = {{morning, morning + dice.whole(30, 80)},
                           {afternoon, afternoon + dice.whole(30, 100)}};
  bool busy = true;
  int idle_minutes = 0;
  for (int minute = begin; minute < end; ++minute) {
    if (asleep.holds(minute)) continue;
    busy = busy ? !dice.chance(0.04) : dice.chance(0.12);
    idle_minutes = busy ? 0 : idle_minutes + 1;
    Minute m;
    m.utc = UtcTime{day} + minutes{minute};
    m.busy = busy;
    m.panel_on = idle_minutes < 10;
    m.on_mains = !meetings[0].holds(minute) && !meetings[1].holds(minute);
    m.after_boot = minute == begin && booted;
    m.after_sleep = (minute == begin && !booted) || minute == asleep.end;
    plan.push_back(m);
  }
}

std::vector<Minute> plan_fortnight(UtcDay end_monday, Dice& dice) {
  std::vector<Minute> plan;
  bool booted = true;
  for (int offset = -14; offset < 0; ++offset) {
    const int weekday = (offset + 14) % 7;
    if (weekday >= 5) {
      booted = true;  // off over the weekend
      continue;
    }
    append_day(plan, end_monday + days{offset}, booted, 24 * 60, dice);
    booted = dice.chance(0.3);
  }
  append_day(plan, end_monday, true, 520, dice);  // half an hour of the next week
  return plan;
}

// --- What the laptop is --------------------------------------------------------------------------

struct Pack {
  std::string name;
  double full_mwh = 0;
  double now_mwh = 0;
  double limit = 1.0;   // share of full where charging stops
  double power_mw = 0;  // into the pack
  double voltage_mv = 0;
};

struct Machine {
  Os os = Os::linux_os;
  std::map<std::string, CapturedValue, std::less<>> values;  // as recorded
  std::vector<Pack> packs;
  std::vector<std::string> adapters;
  Now now;
  double package_uj = 0;
  std::int64_t busy_ticks = 0;
  std::int64_t idle_ticks = 0;
  double brightness = 0.6;
  bool on_mains = true;
};

std::map<std::string, CapturedValue, std::less<>> last_values(const Capture& capture) {
  std::map<std::string, CapturedValue, std::less<>> values;
  for (const CaptureTick& tick : capture.ticks) {
    for (const auto& [path, value] : tick.changes) values.insert_or_assign(path, value);
  }
  return values;
}

Machine machine_of(const Capture& snapshot, Dice& dice) {
  CaptureTree tree(snapshot);
  tree.advance_to_last();
  Machine machine;
  machine.os = snapshot.header.os;
  machine.values = last_values(snapshot);
  machine.brightness = dice.between(0.35, 0.9);
  machine.package_uj = dice.between(0.0, static_cast<double>(rapl_range_uj));
  const PowerReading reading = read_power(tree);
  for (const Battery& battery : reading.batteries) {
    if (!battery.present || !battery.full) continue;
    Pack pack;
    pack.name = battery.name;
    pack.full_mwh = static_cast<double>(to_milliwatt_hours(*battery.full));
    pack.limit =
        battery.charge_limit ? static_cast<double>(battery.charge_limit->milli) / 1000.0 : 1.0;
    pack.now_mwh = pack.full_mwh * pack.limit * dice.between(0.7, 1.0);
    pack.voltage_mv = battery.voltage ? static_cast<double>(battery.voltage->milli) : 11'400.0;
    machine.packs.push_back(pack);
  }
  for (const Adapter& adapter : reading.adapters) machine.adapters.push_back(adapter.name);
  return machine;
}

// The laptop's own law of power. On purpose not the estimator's: the panel is not linear in its
// brightness, and a fan comes on under load.
double system_power_w(const Minute& minute, double package_w, double brightness) {
  const double panel = minute.panel_on ? 0.8 + 2.9 * std::pow(brightness, 1.4) : 0.0;
  const double fan = package_w > 8.0 ? 0.08 * (package_w - 8.0) * (package_w - 8.0) / 4.0 : 0.0;
  return 2.1 + 1.12 * package_w + panel + fan;
}

double package_power_w(const Minute& minute, Dice& dice) {
  if (!minute.panel_on) return dice.between(0.6, 1.0);
  if (!minute.busy) return dice.between(1.1, 2.2);
  return std::exp(dice.between(std::log(3.0), std::log(13.0)));
}

// Takes `power_w` from the packs, the last one first (as two-pack laptops do), or charges them.
void run_packs(Machine& machine, double power_w, bool on_mains, double hours) {
  for (Pack& pack : machine.packs) pack.power_mw = 0;
  double left_mwh = power_w * 1000.0 * hours;
  for (auto pack = machine.packs.rbegin(); pack != machine.packs.rend(); ++pack) {
    if (on_mains) {
      const double room = pack->full_mwh * pack->limit - pack->now_mwh;
      const double taken = std::min({room, 24'000.0 * hours, 0.45 * pack->full_mwh * hours});
      if (room < 1.0) continue;
      pack->now_mwh += taken;
      pack->power_mw = taken / hours;
      return;  // one pack charges at a time
    }
    const double given = std::min(left_mwh, std::max(0.0, pack->now_mwh - 0.03 * pack->full_mwh));
    pack->now_mwh -= given;
    pack->power_mw = -given / hours;
    left_mwh -= given;
    if (left_mwh <= 0.0) return;
  }
}

// Whoever sees the last tenth (or has no pack at all) looks for a socket.
bool nearly_empty(const Machine& machine) {
  double full = 0;
  double left = 0;
  for (const Pack& pack : machine.packs) {
    full += pack.full_mwh;
    left += pack.now_mwh;
  }
  return left <= 0.1 * full;
}

// The packs while the laptop slept or was off: charged when it was left on mains.
void rest_packs(Machine& machine, bool on_mains, double hours) {
  if (on_mains) {
    for (Pack& pack : machine.packs) {
      const double top = pack.full_mwh * pack.limit;
      pack.now_mwh = std::min(top, pack.now_mwh + 20'000.0 * hours);
    }
  } else {
    run_packs(machine, 0.45, false, hours);
  }
}

// --- As the system would tell it -----------------------------------------------------------------

std::string number(double value) { return std::to_string(std::llround(value)); }

// `uevent` with the line of `key` replaced; a key that the machine does not have stays away.
void set_property(std::string& uevent, std::string_view key, const std::string& value) {
  const std::string prefix = "POWER_SUPPLY_" + std::string(key) + "=";
  std::size_t at = uevent.starts_with(prefix) ? 0 : uevent.find("\n" + prefix);
  if (at == std::string::npos) return;
  if (uevent[at] == '\n') ++at;
  const std::size_t end = std::min(uevent.find('\n', at), uevent.size());
  uevent.replace(at, end - at, prefix + value);
}

std::optional<double> property(const std::string& uevent, std::string_view key) {
  const std::string prefix = "POWER_SUPPLY_" + std::string(key) + "=";
  for (const std::string_view line : split(uevent, '\n')) {
    if (!line.starts_with(prefix)) continue;
    const auto value = integer_from(trimmed(line.substr(prefix.size())));
    return value ? std::optional<double>(static_cast<double>(*value)) : std::nullopt;
  }
  return std::nullopt;
}

std::string status_word(const Pack& pack, bool on_mains) {
  // The pack that has to wait for its turn tells no direction.
  if (!on_mains) return pack.power_mw < 0 ? "Discharging" : "Not charging";
  if (pack.power_mw > 0) return "Charging";
  return pack.limit < 1.0 ? "Not charging" : "Full";
}

using Changes = std::vector<std::pair<std::string, CapturedValue>>;

void append_linux_pack(Changes& changes, const Machine& machine, const Pack& pack, bool on_mains) {
  const std::string path = "sys/class/power_supply/" + pack.name + "/uevent";
  const auto found = machine.values.find(path);
  if (found == machine.values.end() || found->second.index() != 0) return;
  std::string uevent = std::get<std::string>(found->second);
  set_property(uevent, "STATUS", status_word(pack, on_mains));
  set_property(uevent, "ENERGY_NOW", number(pack.now_mwh * 1000.0));
  set_property(uevent, "POWER_NOW", number(std::fabs(pack.power_mw) * 1000.0));
  const double design_mv = property(uevent, "VOLTAGE_MIN_DESIGN").value_or(0) / 1000.0;
  const double voltage_mv = property(uevent, "VOLTAGE_NOW").value_or(0) / 1000.0;
  if (design_mv > 0) set_property(uevent, "CHARGE_NOW", number(pack.now_mwh / design_mv * 1e6));
  if (voltage_mv > 0) {
    set_property(uevent, "CURRENT_NOW", number(std::fabs(pack.power_mw) / voltage_mv * 1e6));
  }
  set_property(uevent, "CAPACITY", number(100.0 * pack.now_mwh / pack.full_mwh));
  changes.emplace_back(path, uevent);
}

void append_linux(Changes& changes, const Machine& machine, const Minute& minute) {
  for (const Pack& pack : machine.packs) {
    append_linux_pack(changes, machine, pack, machine.on_mains);
  }
  for (const std::string& name : machine.adapters) {
    const std::string path = "sys/class/power_supply/" + name + "/uevent";
    const auto found = machine.values.find(path);
    if (found == machine.values.end() || found->second.index() != 0) continue;
    std::string uevent = std::get<std::string>(found->second);
    set_property(uevent, "ONLINE", machine.on_mains ? "1" : "0");
    changes.emplace_back(path, uevent);
  }
  const auto counter =
      static_cast<std::int64_t>(std::fmod(machine.package_uj, static_cast<double>(rapl_range_uj)));
  changes.emplace_back("sys/class/powercap/intel-rapl:0/energy_uj", std::to_string(counter) + "\n");
  changes.emplace_back("proc/stat", "cpu  " + std::to_string(machine.busy_ticks) + " 0 0 " +
                                        std::to_string(machine.idle_ticks) + " 0 0 0 0 0 0\n");
  const std::string panel = "sys/class/backlight/intel_backlight/";
  changes.emplace_back(panel + "bl_power", minute.panel_on ? "0\n" : "4\n");
}

void append_linux_constants(Changes& changes, const Machine& machine) {
  const std::string rapl = "sys/class/powercap/intel-rapl:0/";
  changes.emplace_back(rapl + "name", "package-0\n");
  changes.emplace_back(rapl + "max_energy_range_uj", std::to_string(rapl_range_uj) + "\n");
  const std::string panel = "sys/class/backlight/intel_backlight/";
  const std::string level = number(machine.brightness * 1000.0) + "\n";
  changes.emplace_back(panel + "type", "raw\n");
  changes.emplace_back(panel + "max_brightness", "1000\n");
  changes.emplace_back(panel + "brightness", level);
  changes.emplace_back(panel + "actual_brightness", level);
}

void append_u32(std::string& bytes, std::uint32_t value) {
  for (unsigned shift = 0; shift < 32; shift += 8) {
    bytes += static_cast<char>((value >> shift) & 0xFF);
  }
}
void append_u64(std::string& bytes, std::uint64_t value) {
  append_u32(bytes, static_cast<std::uint32_t>(value & 0xFFFFFFFF));
  append_u32(bytes, static_cast<std::uint32_t>(value >> 32));
}

void append_windows(Changes& changes, const Machine& machine) {
  for (const Pack& pack : machine.packs) {
    std::uint32_t state = machine.on_mains ? 1U : 0U;
    if (pack.power_mw < 0) state |= 2U;
    if (pack.power_mw > 0) state |= 4U;
    std::string status;
    append_u32(status, state);
    append_u32(status, static_cast<std::uint32_t>(std::llround(pack.now_mwh)));
    append_u32(status, static_cast<std::uint32_t>(std::llround(pack.voltage_mv)));
    append_u32(status, static_cast<std::uint32_t>(std::llround(pack.power_mw)));
    // The reading calls it "battery0"; the tree has it under battery/0.
    changes.emplace_back(
        "battery/" + pack.name.substr(std::string_view("battery").size()) + "/status", status);
  }
  std::string power;
  power += machine.on_mains ? '\1' : '\0';
  power += machine.packs.empty() ? static_cast<char>(128) : '\1';
  power += static_cast<char>(255);
  power += '\0';
  append_u32(power, 0xFFFFFFFF);
  append_u32(power, 0xFFFFFFFF);
  changes.emplace_back("power/status", power);
  std::string times;
  append_u64(times, static_cast<std::uint64_t>(machine.idle_ticks) * 100'000);
  append_u64(times, static_cast<std::uint64_t>(machine.idle_ticks) * 100'000);
  append_u64(times, static_cast<std::uint64_t>(machine.busy_ticks) * 100'000);
  changes.emplace_back("cpu/times", times);
}

// --- Minute after minute -------------------------------------------------------------------------

void run_minute(Machine& machine, const Minute& minute, const Minute* before, Dice& dice) {
  const bool rested = minute.after_sleep || minute.after_boot;
  const Duration since = before == nullptr ? Duration{minutes{1}} : minute.utc - before->utc;
  if (rested && before != nullptr) {
    const double hours = static_cast<double>(since.count()) / 3'600'000.0;
    rest_packs(machine, machine.on_mains, hours);
  }
  if (minute.after_boot) {
    machine.now.boot.since_boot = machine.now.awake.since_boot = std::chrono::seconds{45};
    machine.package_uj = 0;
    machine.busy_ticks = machine.idle_ticks = 0;
  } else {
    machine.now.boot.since_boot += since;
    machine.now.awake.since_boot += minute.after_sleep ? Duration{minutes{1}} : since;
  }
  machine.now.utc = minute.utc;
  machine.on_mains = minute.on_mains || nearly_empty(machine);

  const double package_w = package_power_w(minute, dice);
  run_packs(machine, system_power_w(minute, package_w, machine.brightness), machine.on_mains,
            hours_per_minute);
  machine.package_uj += package_w * 60.0 * 1e6;
  const double share = minute.busy ? dice.between(0.06, 0.5) : dice.between(0.005, 0.03);
  const auto busy = static_cast<std::int64_t>(share * ticks_per_minute);
  machine.busy_ticks += busy;
  machine.idle_ticks += ticks_per_minute - busy;
}

Changes first_changes(const Machine& machine, const FortnightOptions& options) {
  Changes changes;
  for (const auto& [path, value] : machine.values) {
    if (!path.starts_with("policy")) changes.emplace_back(path, value);
  }
  changes.emplace_back("capture/simulated", "1");
  for (const auto& [key, value] : options.policy) changes.emplace_back("policy/" + key, value);
  if (machine.os == Os::linux_os) {
    append_linux_constants(changes, machine);
    if (!options.serial.empty() && !machine.values.contains("sys/class/dmi/id/product_serial") &&
        !machine.values.contains("sys/firmware/dmi/tables/DMI")) {
      changes.emplace_back("sys/class/dmi/id/product_serial", options.serial + "\n");
    }
  }
  return changes;
}

// The last value of each path: a capture names a path once per tick.
Changes without_repeats(const Changes& changes) {
  std::map<std::string, CapturedValue, std::less<>> last;
  for (const auto& [path, value] : changes) last.insert_or_assign(path, value);
  return {last.begin(), last.end()};
}

}  // namespace

Result<Capture> fortnight(const Capture& snapshot, const FortnightOptions& options) {
  if (std::chrono::weekday{options.end_monday} != std::chrono::Monday) {
    return Error{Cause::malformed, to_iso8601(options.end_monday) +
                                       " is not a Monday; a fortnight ends where a week begins"};
  }
  if (snapshot.header.os == Os::macos) {
    return Error{Cause::malformed,
                 "a fortnight can be played over linux and windows captures only"};
  }
  Dice dice(options.seed);
  Machine machine = machine_of(snapshot, dice);
  Capture capture;
  capture.header.os = snapshot.header.os;
  capture.header.notes = snapshot.header.notes;
  capture.header.notes.emplace_back(
      "gesimuleerd: recorded identity and health, modelled activity of a working fortnight");

  const std::vector<Minute> plan = plan_fortnight(options.end_monday, dice);
  for (std::size_t i = 0; i < plan.size(); ++i) {
    run_minute(machine, plan[i], i == 0 ? nullptr : &plan[i - 1], dice);
    CaptureTick tick;
    tick.now = machine.now;
    if (i == 0) tick.changes = first_changes(machine, options);
    if (machine.os == Os::windows) {
      append_windows(tick.changes, machine);
    } else {
      append_linux(tick.changes, machine, plan[i]);
    }
    if (i == 0) tick.changes = without_repeats(tick.changes);
    capture.ticks.push_back(std::move(tick));
  }
  return capture;
}

}  // namespace wattlife
