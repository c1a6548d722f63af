// SPDX-License-Identifier: EUPL-1.2
#include "agent/sent_counters.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "agent/capacity_rows.h"

namespace wattlife {
namespace {

std::string disk_identity(const Disk& disk) {
  const std::string identity = "drive/" + disk.model.value_or("") + "/";
  return identity + (disk.serial ? *disk.serial : "in " + disk.name);
}

// Firmware that gives two packs one number is known; then the place tells them apart.
void add_name(std::vector<std::string>& names, std::string name, const std::string& place) {
  if (std::find(names.begin(), names.end(), name) != names.end()) name += " in " + place;
  names.push_back(std::move(name));
}

// Each counter of an inventory that rises with use: the place where such a counter is named.
template <class Use>
void for_each_counter(Inventory& inventory, const PartNames& parts, Use use) {
  for (std::size_t i = 0; i < inventory.batteries.size() && i < parts.batteries.size(); ++i) {
    use(parts.batteries[i], "cycles", inventory.batteries[i].cycles);
  }
  for (std::size_t i = 0; i < inventory.disks.size() && i < parts.disks.size(); ++i) {
    use(parts.disks[i], "data_units_written", inventory.disks[i].data_units_written);
    use(parts.disks[i], "power_on_hours", inventory.disks[i].power_on_hours);
  }
}

const SentCounter* found(const SentCounters& sent, const std::string& part,
                         std::string_view counter) {
  const auto at = std::find_if(sent.begin(), sent.end(), [&](const SentCounter& row) {
    return row.part == part && row.counter == counter;
  });
  return at == sent.end() ? nullptr : &*at;
}

}  // namespace

PartNames part_names(const Inventory& inventory) {
  PartNames parts;
  for (const Battery& battery : inventory.batteries) {
    add_name(parts.batteries, "pack/" + pack_identity(battery), battery.name);
  }
  for (const Disk& disk : inventory.disks) add_name(parts.disks, disk_identity(disk), disk.name);
  return parts;
}

bool passed(UtcDay since, std::chrono::days pause, UtcDay today) {
  return today >= since + pause || today < since - std::chrono::days{1};
}

LimitedInventory limit_counters(const Inventory& current, const PartNames& parts,
                                const SentCounters& sent, UtcDay today) {
  LimitedInventory limited{current, {}, false};
  for_each_counter(
      limited.inventory, parts,
      [&](const std::string& part, const char* counter, std::optional<std::int64_t>& value) {
        if (!value) return;  // not read now: it is left out
        const SentCounter* before = found(sent, part, counter);
        if (before != nullptr && !passed(before->day, counters_pause, today)) {
          value = before->value;
          return;
        }
        limited.fresh.push_back({part, counter, *value, today});
        if (before == nullptr || before->value != *value) limited.renews = true;
      });
  return limited;
}

Inventory as_last_sent(const Inventory& current, const PartNames& parts, const SentCounters& sent) {
  Inventory inventory = current;
  for_each_counter(
      inventory, parts,
      [&](const std::string& part, const char* counter, std::optional<std::int64_t>& value) {
        const SentCounter* before = found(sent, part, counter);
        if (before == nullptr) {
          value.reset();
        } else if (value) {
          value = before->value;
        }
      });
  return inventory;
}

SentCounters counters_sent_in(const Inventory& sent, UtcDay day, const Inventory& current,
                              const PartNames& parts) {
  Inventory earlier = current;
  for (Battery& battery : earlier.batteries) {
    battery.cycles.reset();
    for (const Battery& old : sent.batteries) {
      if (old.name == battery.name && old.model == battery.model) battery.cycles = old.cycles;
    }
  }
  for (Disk& disk : earlier.disks) {
    disk.data_units_written.reset();
    disk.power_on_hours.reset();
    for (const Disk& old : sent.disks) {
      if (old.name != disk.name || old.model != disk.model) continue;
      disk.data_units_written = old.data_units_written;
      disk.power_on_hours = old.power_on_hours;
    }
  }
  SentCounters counters;
  for_each_counter(
      earlier, parts,
      [&](const std::string& part, const char* counter, const std::optional<std::int64_t>& value) {
        if (value && !part.empty()) counters.push_back({part, counter, *value, day});
      });
  return counters;
}

SentCounters merged(SentCounters sent, const SentCounters& newer) {
  for (const SentCounter& row : newer) {
    const auto at = std::find_if(sent.begin(), sent.end(), [&](const SentCounter& old) {
      return old.part == row.part && old.counter == row.counter;
    });
    if (at == sent.end()) {
      sent.push_back(row);
    } else {
      *at = row;
    }
  }
  return sent;
}

std::vector<std::string> number_packs(Inventory& inventory, const PartNames& parts,
                                      std::vector<std::string> known) {
  for (std::size_t i = 0; i < inventory.batteries.size() && i < parts.batteries.size(); ++i) {
    Battery& battery = inventory.batteries[i];
    if (!battery.present) continue;
    auto at = std::find(known.begin(), known.end(), parts.batteries[i]);
    if (at == known.end()) at = known.insert(known.end(), parts.batteries[i]);
    battery.pack_number = at - known.begin() + 1;
  }
  return known;
}

}  // namespace wattlife
