// SPDX-License-Identifier: EUPL-1.2
#include "collector/assessments.h"

#include <algorithm>
#include <limits>

#include "core/os_support.h"
#include "core/text.h"
#include "platform/os_support_file.h"
#include "platform/sensors/windows11_rules.h"

namespace wattlife {
namespace {

constexpr int in_use_days = 35;

// A code of the wire as a word that a rule can name: "Sub Notebook" -> "sub-notebook".
std::string as_word(std::string_view text) {
  std::string word;
  for (const char c : lower_case(text)) {
    const bool fits = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (fits) {
      word += c;
    } else if (!word.empty() && word.back() != '-') {
      word += '-';
    }
  }
  while (!word.empty() && word.back() == '-') word.pop_back();
  return word;
}

void put_known(Facts& facts, const std::string& name, const std::optional<bool>& known) {
  if (known) facts[name] = std::string(*known ? "ja" : "nee");
}

// What keeps the device from its next owner, and what it offers that owner; `age` in days is that
// of the report that told it.
void put_provision(Facts& facts, const Provision& provision, std::int64_t age, UtcDay today,
                   const std::vector<OsSupportRow>& os_support) {
  const Locks& locks = provision.locks;
  put_known(facts, "locks_bios_password", locks.bios_password);
  put_known(facts, "locks_activation", locks.activation);
  put_known(facts, "locks_management", locks.managed);
  put_known(facts, "locks_persistence", locks.persistence);
  put_known(facts, "disk_encrypted", locks.disk_encryption);
  if (locks != Locks{}) facts["locks_seen_days"] = age;

  if (provision.tpm_version) facts["tpm"] = *provision.tpm_version;
  if (provision.secure_boot != SecureBoot::unknown) {
    facts["secure_boot"] = std::string(name_of(provision.secure_boot));
  }
  if (const auto until = supported_until(provision.system, os_support)) {
    facts["os_support_days"] = (*until - today).count();
  }
  const MemorySlots& slots = provision.memory_slots;
  if (slots.total && slots.used && *slots.total >= *slots.used) {
    facts["memory_slots_free"] = *slots.total - *slots.used;
  }
}

// A table that cannot be read is found by its own test; here it makes nothing known.
const std::vector<OsSupportRow>& os_support() {
  static const std::vector<OsSupportRow> table = [] {
    auto rows = built_in_os_support();
    return rows ? *std::move(rows) : std::vector<OsSupportRow>();
  }();
  return table;
}

// The same.
const ProcessorRules& processor_rules() {
  static const ProcessorRules rules = [] {
    auto read = built_in_processor_rules();
    return read ? *std::move(read) : ProcessorRules();
  }();
  return rules;
}

void put_verdict(Facts& facts, const std::string& name, Verdict verdict) {
  if (verdict != Verdict::unknown) facts[name] = std::string(name_of(verdict));
}

}  // namespace

DiskState disk_state(const std::vector<Disk>& disks) {
  DiskState state;
  for (const Disk& disk : disks) {
    join(state.judgement, judge_disk(disk), !state.present);
    state.present = true;
    if (disk.percentage_used) {
      state.percentage_used = std::max(state.percentage_used.value_or(0), *disk.percentage_used);
    }
  }
  return state;
}

std::optional<Windows11> windows11_of(const Inventory& inventory) {
  if (inventory.os == Os::macos) return std::nullopt;
  PlatformFacts facts;
  add_inventory(inventory, facts);
  return windows11(facts, processor_rules());
}

Facts facts_of(const FleetDevice& device, const BatteryState& battery, UtcDay today) {
  Facts facts;
  facts["enrolment"] = std::string(name_of(device.state));
  facts["continues_known"] = std::string(device.continues_known ? "ja" : "nee");
  if (device.state != EnrolmentState::confirmed) return facts;

  const std::int64_t silent = (today - device.last_day).count();
  facts["days_silent"] = silent;
  // Use is seen, never inferred from silence: `nee` does not exist here.
  if (silent <= in_use_days) facts["in_use"] = std::string("ja");
  if (!device.inventory) return facts;

  const Inventory& inventory = device.inventory->inventory;
  facts["os"] = std::string(name_of(inventory.os));
  if (inventory.identity.chassis) facts["chassis"] = as_word(*inventory.identity.chassis);
  if (inventory.identity.memory_mib) facts["memory_mib"] = *inventory.identity.memory_mib;

  facts["battery_present"] = std::string(battery.present ? "ja" : "nee");
  if (battery.present) put_verdict(facts, "battery_verdict", battery.judgement.verdict);
  if (battery.health) {
    facts["battery_permille"] = battery.health->milli;
    facts["battery_percent"] = (battery.health->milli + 5) / 10;
  }
  if (battery.below_once) facts["battery_below_once"] = std::string("ja");
  if (battery.cycles) facts["battery_cycles"] = *battery.cycles;

  const DiskState disk = disk_state(inventory.disks);
  if (disk.present) put_verdict(facts, "disk_verdict", disk.judgement.verdict);
  if (disk.percentage_used) facts["disk_percentage_used"] = *disk.percentage_used;

  const std::int64_t age = (today - device.inventory->day).count();
  put_provision(facts, inventory.provision, age, today, os_support());
  const auto windows = windows11_of(inventory);
  if (windows && windows->eligible != Known::unknown) {
    facts["windows11"] = std::string(name_of(windows->eligible));
  }
  return facts;
}

Facts facts_of(const FleetDevice& device, UtcDay today) {
  return facts_of(device, battery_state(device.battery_history, heard_days(device)), today);
}

AssessedDevice assessed(FleetDevice device, const RuleSet& rules, UtcDay today,
                        const FleetSlopes& slopes) {
  AssessedDevice result;
  const BatteryState battery = battery_state(device.battery_history, heard_days(device), slopes);
  result.facts = facts_of(device, battery, today);
  result.assessment = assess(result.facts, rules);
  if (device.state == EnrolmentState::confirmed && device.inventory) {
    result.battery = battery;
    result.windows11 = windows11_of(device.inventory->inventory);
    result.disk = disk_state(device.inventory->inventory.disks);
  }
  result.device = std::move(device);
  return result;
}

void hide_locks(FleetDevice& device) {
  device.locks_hidden = true;
  if (device.inventory) device.inventory->inventory.provision.locks = {};
}

std::vector<AssessedDevice> work_list(std::vector<FleetDevice> devices, const RuleSet& rules,
                                      UtcDay today) {
  struct Placed {
    std::size_t place;
    AssessedDevice device;
  };
  const auto place_of = [&](const Assessment& assessment) {
    for (std::size_t i = 0; i < rules.rules.size(); ++i) {
      for (const Reason& reason : assessment.reasons) {
        if (reason.rule == rules.rules[i].id && !reason.action_nl.empty()) return i;
      }
    }
    return std::numeric_limits<std::size_t>::max();
  };
  const FleetSlopes slopes = fleet_slopes(devices);
  std::vector<Placed> placed;
  for (FleetDevice& device : devices) {
    if (device.state == EnrolmentState::revoked) continue;
    AssessedDevice one = assessed(std::move(device), rules, today, slopes);
    const std::size_t place = place_of(one.assessment);
    placed.push_back({place, std::move(one)});
  }
  std::stable_sort(placed.begin(), placed.end(), [](const Placed& a, const Placed& b) {
    if (a.place != b.place) return a.place < b.place;
    if (a.device.device.model != b.device.device.model) {
      return a.device.device.model < b.device.device.model;
    }
    return a.device.device.id < b.device.device.id;
  });
  std::vector<AssessedDevice> list;
  for (Placed& row : placed) list.push_back(std::move(row.device));
  return list;
}

std::vector<ActionCount> action_counts(const std::vector<AssessedDevice>& devices,
                                       const RuleSet& rules) {
  std::vector<ActionCount> counts;
  for (const Rule& rule : rules.rules) {
    if (rule.action_nl.empty()) continue;
    int count = 0;
    for (const AssessedDevice& device : devices) {
      for (const Reason& reason : device.assessment.reasons)
        count += reason.rule == rule.id ? 1 : 0;
    }
    if (count == 0) continue;
    const auto same = std::find_if(counts.begin(), counts.end(), [&](const ActionCount& row) {
      return row.nl == rule.action_nl;
    });
    if (same != counts.end()) {
      same->devices += count;
    } else {
      counts.push_back({rule.id, rule.action_nl, rule.action_en, count});
    }
  }
  return counts;
}

}  // namespace wattlife
