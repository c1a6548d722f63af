// SPDX-License-Identifier: EUPL-1.2
#include "agent/sleeping_drives.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace wattlife {
namespace {

template <class Value>
void fill(std::optional<Value>& value, const std::optional<Value>& known) {
  if (!value) value = known;
}

// What both tell agrees.
template <class Value>
bool may_be(const std::optional<Value>& a, const std::optional<Value>& b) {
  return !a || !b || *a == *b;
}

bool same_drive(const Disk& now, const Disk& before) {
  return now.name == before.name && now.kind == before.kind && may_be(now.model, before.model) &&
         may_be(now.serial, before.serial) && may_be(now.size_bytes, before.size_bytes);
}

// "ata/sda/identify" of "sda"; on Windows "ata/1/identify" of "ata1". NVMe the same.
bool is_page_of(const Disk& disk, std::string_view path) {
  const std::size_t first = path.find('/');
  const std::size_t second = path.find('/', first + 1);
  if (first == std::string_view::npos || second == std::string_view::npos) return false;
  const std::string_view kind = path.substr(0, first);
  const std::string_view name = path.substr(first + 1, second - first - 1);
  if (kind != (disk.kind == DiskKind::nvme ? "nvme" : "ata")) return false;
  return disk.name == name || disk.name == std::string(kind) + std::string(name);
}

void fill(Disk& disk, const Disk& known) {
  fill(disk.model, known.model);
  fill(disk.serial, known.serial);
  fill(disk.size_bytes, known.size_bytes);
  fill(disk.critical_warning, known.critical_warning);
  fill(disk.percentage_used, known.percentage_used);
  fill(disk.available_spare, known.available_spare);
  fill(disk.spare_threshold, known.spare_threshold);
  fill(disk.data_units_written, known.data_units_written);
  fill(disk.power_on_hours, known.power_on_hours);
  fill(disk.media_errors, known.media_errors);
  fill(disk.reallocated, known.reallocated);
  fill(disk.pending, known.pending);
  fill(disk.uncorrectable, known.uncorrectable);
  fill(disk.command_timeouts, known.command_timeouts);
  fill(disk.self_assessment_passed, known.self_assessment_passed);
  fill(disk.reserve_state, known.reserve_state);
}

bool tells_erasure(const Inventory& inventory, const std::string& name) {
  const auto& rows = inventory.provision.drive_erase;
  return std::any_of(rows.begin(), rows.end(),
                     [&](const DriveErase& erase) { return erase.name == name; });
}

// In the order of the drives, as when all of them tell.
void fill_erasure(Inventory& now, const Inventory& before, const std::string& name) {
  if (tells_erasure(now, name)) return;
  const auto place = [&](const std::string& drive) {
    return std::find_if(now.disks.begin(), now.disks.end(),
                        [&](const Disk& disk) { return disk.name == drive; });
  };
  auto& rows = now.provision.drive_erase;
  for (const DriveErase& known : before.provision.drive_erase) {
    if (known.name != name) continue;
    const auto later = std::find_if(rows.begin(), rows.end(), [&](const DriveErase& row) {
      return place(row.name) > place(name);
    });
    rows.insert(later, known);
    return;
  }
}

}  // namespace

Inventory with_sleeping_drives(Inventory now, const std::optional<Inventory>& before) {
  if (!before) return now;
  for (Disk& disk : now.disks) {
    const auto sleeps = [&](const Fault& fault) {
      return fault.cause == Cause::asleep && is_page_of(disk, fault.path);
    };
    if (std::none_of(now.faults.begin(), now.faults.end(), sleeps)) continue;
    const auto known = std::find_if(before->disks.begin(), before->disks.end(),
                                    [&](const Disk& old) { return same_drive(disk, old); });
    // What was itself read while it slept, and told nothing, is no knowledge.
    if (known == before->disks.end() || !known->serial) continue;
    fill(disk, *known);
    fill_erasure(now, *before, disk.name);
    std::erase_if(now.faults, sleeps);
  }
  return now;
}

}  // namespace wattlife
