// SPDX-License-Identifier: EUPL-1.2
#include "agent/decode.h"

#include <map>

#include "core/health.h"
#include "core/os_support.h"
#include "core/table.h"
#include "core/text.h"
#include "platform/os_support_file.h"
#include "platform/sensors/sensors.h"

namespace wattlife {
namespace {

// --- JSON ----------------------------------------------------------------------------------------

// The members of one object, in the order in which they are added.
class Object {
 public:
  Object& add(std::string_view key, const std::string& json) {
    text_ += text_.empty() ? "" : ", ";
    text_ += json_string(key) + ": " + json;
    return *this;
  }
  Object& add_text(std::string_view key, const std::optional<std::string>& text) {
    return add(key, text ? json_string(*text) : "null");
  }
  Object& add_number(std::string_view key, const std::optional<std::int64_t>& number) {
    return add(key, number ? std::to_string(*number) : "null");
  }
  Object& add_truth(std::string_view key, const std::optional<bool>& truth) {
    return add(key, !truth ? "null" : *truth ? "true" : "false");
  }
  std::string text() const { return "{" + text_ + "}"; }

 private:
  std::string text_;
};

template <class T, class ToJson>
std::string array(const std::vector<T>& values, ToJson to_json_of) {
  std::string text;
  for (const T& value : values) text += (text.empty() ? "\n  " : ",\n  ") + to_json_of(value);
  return "[" + text + "]";
}

std::string words(const std::vector<std::string>& reasons) {
  std::string text;
  for (const std::string& reason : reasons)
    text += (text.empty() ? "" : ", ") + json_string(reason);
  return "[" + text + "]";
}

std::optional<std::int64_t> milliwatt_hours_of(const std::optional<Energy>& energy) {
  return energy ? std::optional(to_milliwatt_hours(*energy)) : std::nullopt;
}

template <class Unit>
std::optional<std::int64_t> milli_of(const std::optional<Unit>& quantity) {
  return quantity ? std::optional(quantity->milli) : std::nullopt;
}

std::optional<std::string> day_text(const std::optional<UtcDay>& day) {
  return day ? std::optional(to_iso8601(*day)) : std::nullopt;
}

std::string identity_json(const Identity& identity) {
  return Object()
      .add_text("manufacturer", identity.manufacturer)
      .add_text("model", identity.model)
      .add_text("sku", identity.sku)
      .add_text("serial", identity.serial)
      .add_text("bios_date", day_text(identity.bios_date))
      .add_text("chassis", identity.chassis)
      .add_text("cpu", identity.cpu)
      .add_number("memory_mib", identity.memory_mib)
      .text();
}

std::string battery_json(const Battery& battery) {
  const Judgement judgement = judge_battery(battery);
  return Object()
      .add_text("name", battery.name)
      .add_text("status", name_of(battery.status))
      .add_truth("present", battery.present)
      .add_number("design_mwh", milliwatt_hours_of(battery.design))
      .add_number("full_mwh", milliwatt_hours_of(battery.full))
      .add_number("now_mwh", milliwatt_hours_of(battery.now))
      .add_number("power_mw", milli_of(battery.power))
      .add_number("voltage_mv", milli_of(battery.voltage))
      .add_number("cycles", battery.cycles)
      .add_number("health_permille", milli_of(battery_health(battery)))
      .add_text("health_verdict", name_of(judgement.verdict))
      .add("reasons", words(judgement.reasons))
      .text();
}

std::string counter_json(const EnergyCounter& counter) {
  return Object()
      .add_text("name", counter.name)
      .add_text("boundary", name_of(counter.boundary))
      .add_number("energy_uj", counter.energy_uj)
      .add_number("range_uj", counter.range_uj)
      .text();
}

std::string disk_json(const Disk& disk) {
  const Judgement judgement = judge_disk(disk);
  return Object()
      .add_text("name", disk.name)
      .add_text("kind", name_of(disk.kind))
      .add_text("model", disk.model)
      .add_text("serial", disk.serial)
      .add_number("size_bytes", disk.size_bytes)
      .add_number("critical_warning", disk.critical_warning)
      .add_number("percentage_used", disk.percentage_used)
      .add_number("available_spare", disk.available_spare)
      .add_number("spare_threshold", disk.spare_threshold)
      .add_number("data_units_written", disk.data_units_written)
      .add_number("power_on_hours", disk.power_on_hours)
      .add_number("media_errors", disk.media_errors)
      .add_number("reallocated", disk.reallocated)
      .add_number("pending", disk.pending)
      .add_number("uncorrectable", disk.uncorrectable)
      .add_text("verdict", name_of(judgement.verdict))
      .add("reasons", words(judgement.reasons))
      .text();
}

std::string signs_json(const HardwareSigns& signs) {
  std::string fans;
  for (const std::int64_t rpm : signs.fan_rpm) {
    fans += (fans.empty() ? "" : ", ") + std::to_string(rpm);
  }
  return Object()
      .add_number("throttle_events", signs.throttle_events)
      .add_number("throttle_ms", signs.throttle_ms)
      .add_number("hottest_millicelsius", signs.hottest_millicelsius)
      .add("fan_rpm", "[" + fans + "]")
      .add_number("memory_errors_corrected", signs.memory_errors_corrected)
      .add_number("memory_errors_uncorrected", signs.memory_errors_uncorrected)
      .add_number("crashes", signs.crashes)
      .add("worth_a_look", words(worth_a_look(signs)))
      .text();
}

std::string adapter_json(const Adapter& adapter) {
  return Object().add_text("name", adapter.name).add_truth("online", adapter.online).text();
}

std::string fault_json(const Fault& fault) {
  return Object().add_text("path", fault.path).add_text("cause", name_of(fault.cause)).text();
}

// --- Lines ---------------------------------------------------------------------------------------

std::string or_unknown(const std::optional<std::string>& text) { return text.value_or("unknown"); }

template <class Unit>
std::string shown(const std::optional<Unit>& quantity, double scale, int decimals,
                  const std::string& unit) {
  if (!quantity) return "unknown";
  return fixed(static_cast<double>(quantity->milli) / scale, decimals) + " " + unit;
}

std::string shown(const std::optional<std::int64_t>& number, const std::string& unit) {
  return number ? std::to_string(*number) + unit : "unknown";
}

// The verdict and its reasons: "watch (below_good_threshold)".
std::string shown(const Judgement& judgement) {
  std::string text = name_of(judgement.verdict);
  for (std::size_t i = 0; i < judgement.reasons.size(); ++i) {
    text += (i == 0 ? " (" : ", ") + judgement.reasons[i];
  }
  return judgement.reasons.empty() ? text : text + ")";
}

// Columns wide enough for the longest name, so that values stand below each other.
std::string line(const std::string& name, const std::string& value) {
  constexpr std::size_t column = 18;
  const std::size_t gap = name.size() < column ? column - name.size() : 1;
  return name + std::string(gap, ' ') + value + "\n";
}

std::string battery_lines(const Battery& battery) {
  const std::string name = "Battery " + battery.name;
  if (!battery.present) return line(name, "not in its bay");
  const double mwh = 3.6e6;  // milli-joule in a watt-hour
  const auto health = battery_health(battery);
  std::string pack = battery.manufacturer.value_or("");
  if (battery.model) pack += (pack.empty() ? "" : " ") + *battery.model;
  std::string text = line(name, pack.empty() ? "maker and model unknown" : pack);
  text += line("", "full " + shown(battery.full, mwh, 1, "Wh") + " of " +
                       shown(battery.design, mwh, 1, "Wh") + " when new" +
                       (health ? ", health " + shown(health, 10, 1, "%") : "") + ": " +
                       shown(judge_battery(battery)));
  text += line(
      "", std::string(name_of(battery.status)) + ", power " + shown(battery.power, 1000, 1, "W") +
              ", charge " + shown(battery.now, mwh, 1, "Wh") + ", voltage " +
              shown(battery.voltage, 1000, 2, "V") + ", cycles " + shown(battery.cycles, ""));
  return text;
}

std::string disk_lines(const Disk& disk) {
  const auto size = disk.size_bytes ? fixed(static_cast<double>(*disk.size_bytes) / 1e9, 0) + " GB"
                                    : std::string("size unknown");
  std::string text = line("Drive " + disk.name,
                          or_unknown(disk.model) + ", " + size + ": " + shown(judge_disk(disk)));
  return text + line("", "used " + shown(disk.percentage_used, " %") + " of its rating, spare " +
                             shown(disk.available_spare, " %") + ", media errors " +
                             shown(disk.media_errors, "") + ", on for " +
                             shown(disk.power_on_hours, " hours"));
}

// What a drive's own commands and its counters say, when they do.
std::string drive_part_lines(const Disk& disk, const DecodedParts& parts) {
  const auto found = parts.drives.find(disk.name);
  if (found == parts.drives.end()) return "";
  std::string text;
  const std::string wear = found->second.wear ? wear_text(*found->second.wear) : "";
  if (!wear.empty()) text += line("", "wear: " + wear);
  const std::string erase = erase_text(found->second);
  return erase.empty() ? text : text + line("", "erases itself: " + erase);
}

std::string known(const std::optional<bool>& truth) {
  return !truth ? "unknown" : *truth ? "yes" : "no";
}

std::string system_line(const OperatingSystem& system) {
  if (!system.name) return line("System", "unknown");
  std::string text = *system.name;
  if (system.version) text += " " + *system.version;
  if (system.edition) text += " " + *system.edition;
  const auto table = built_in_os_support();
  const auto until = table ? supported_until(system, *table) : std::nullopt;
  return line("System", text + ", updates until " + or_unknown(day_text(until)));
}

std::string panel_line(const Panel& panel) {
  const auto inches = panel.diagonal_mm
                          ? fixed(static_cast<double>(*panel.diagonal_mm) / 25.4, 1) + " inch"
                          : std::string("size unknown");
  return line("Panel", or_unknown(panel.maker) + ", " + inches + ", " + shown(panel.width_px, "") +
                           " x " + shown(panel.height_px, "") + ", of " + shown(panel.year, ""));
}

std::string slots_text(const MemorySlots& slots) {
  return shown(slots.used, "") + " of " + shown(slots.total, "") + " filled, largest module " +
         shown(slots.largest_module_mib, " MiB");
}

std::string provision_lines(const Provision& provision, const std::string& modules) {
  const Locks& locks = provision.locks;
  std::string text = system_line(provision.system);
  text += line("Locks", "BIOS password " + known(locks.bios_password) + ", Activation Lock " +
                            known(locks.activation) + ", management " + known(locks.managed) +
                            ", Absolute " + known(locks.persistence));
  text += line("Encryption", known(locks.disk_encryption));
  text += line(
      "TPM", or_unknown(provision.tpm_version) + ", Secure Boot " + name_of(provision.secure_boot));
  text += line("Memory slots",
               slots_text(provision.memory_slots) + (modules.empty() ? "" : ": " + modules));
  if (provision.panel) text += panel_line(*provision.panel);
  for (const FirmwareBattery& battery : provision.firmware_batteries) {
    text += line("Battery as delivered", or_unknown(battery.name) + ", " +
                                             shown(battery.design, 3'600'000, 1, "Wh") + ", made " +
                                             or_unknown(day_text(battery.made)));
  }
  if (provision.asset_tag) text += line("Asset tag", *provision.asset_tag);
  return text;
}

std::string adapter_line(const Adapter& adapter) {
  const char* state = !adapter.online ? "unknown" : *adapter.online ? "connected" : "not connected";
  const std::string most =
      adapter.rated ? ", can deliver " + shown(adapter.rated, 1000, 0, "W") : "";
  return line("Adapter " + adapter.name, state + most);
}

std::string gpu_line(const DiscreteGpu& gpu) {
  const char* state = !gpu.awake   ? "whether it is awake is unknown"
                      : *gpu.awake ? "awake"
                                   : "asleep";
  return line("Graphics " + gpu.name,
              state + (gpu.power ? ", power " + shown(gpu.power, 1000, 1, "W") : ""));
}

}  // namespace

Decoded decode(const MachineTree& tree) {
  Decoded decoded{read_inventory(tree), read_power(tree), {}};
  std::map<std::string, Cause> causes;
  for (const auto* faults : {&decoded.inventory.faults, &decoded.power.faults}) {
    for (const Fault& fault : *faults) causes.emplace(fault.path, fault.cause);
  }
  for (const auto& [path, cause] : causes) decoded.faults.push_back({path, cause});
  decoded.parts = decode_parts(tree, decoded.inventory);
  return decoded;
}

std::string to_json(const Decoded& decoded) {
  return "{\"os\": " + json_string(name_of(decoded.inventory.os)) +
         ",\n \"identity\": " + identity_json(decoded.inventory.identity) +
         ",\n \"batteries\": " + array(decoded.inventory.batteries, battery_json) +
         ",\n \"energy_counters\": " + array(decoded.power.counters, counter_json) +
         ",\n \"disks\": " + array(decoded.inventory.disks, disk_json) +
         ",\n \"adapters\": " + array(decoded.power.adapters, adapter_json) +
         (is_empty(decoded.parts.signs) ? ""
                                        : ",\n \"signs\": " + signs_json(decoded.parts.signs)) +
         ",\n \"faults\": " + array(decoded.faults, fault_json) + "}\n";
}

std::string to_lines(const Decoded& decoded) {
  const Identity& identity = decoded.inventory.identity;
  std::string text =
      line("Machine", or_unknown(identity.manufacturer) + ", " + or_unknown(identity.model) + ", " +
                          or_unknown(identity.chassis));
  text += line("Serial number", or_unknown(identity.serial));
  text += line("Firmware of", or_unknown(day_text(identity.bios_date)));
  text += line("Processor", or_unknown(identity.cpu));
  text += line("Memory", shown(identity.memory_mib, " MiB"));
  text += provision_lines(decoded.inventory.provision, memory_text(decoded.parts));
  const std::string windows = windows11_text(decoded.parts);
  if (!windows.empty()) text += line("Windows 11", windows);
  if (decoded.inventory.batteries.empty()) text += line("Battery", "none");
  for (const Battery& battery : decoded.inventory.batteries) text += battery_lines(battery);
  if (decoded.inventory.disks.empty()) text += line("Drive", "none that tells its health");
  for (const Disk& disk : decoded.inventory.disks) {
    text += disk_lines(disk) + drive_part_lines(disk, decoded.parts);
  }
  for (const RecallMatch& match : decoded.parts.recalls) {
    text += line("Recall " + match.battery, recall_text(match));
  }
  const std::string heat = heat_text(decoded.parts.signs);
  if (!heat.empty()) text += line("Heat", heat);
  const std::string errors = errors_text(decoded.parts.signs);
  if (!errors.empty()) text += line("Errors", errors);
  for (const Adapter& adapter : decoded.power.adapters) text += adapter_line(adapter);
  for (const DiscreteGpu& gpu : decoded.power.gpus) text += gpu_line(gpu);
  for (const EnergyCounter& counter : decoded.power.counters) {
    text += line("Energy counter", counter.name + " (" + name_of(counter.boundary) + "), " +
                                       std::to_string(counter.energy_uj) + " µJ");
  }
  for (const Fault& fault : decoded.faults) {
    text += line("Not readable", fault.path + ": " + name_of(fault.cause));
  }
  if (decoded.inventory.simulated) text += line("Note", "this capture is generated, not recorded");
  return text;
}

}  // namespace wattlife
