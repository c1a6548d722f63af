// SPDX-License-Identifier: EUPL-1.2
#include "agent/decode_parts.h"

#include <algorithm>
#include <utility>

#include "core/text.h"
#include "platform/battery_recalls_file.h"
#include "platform/sensors/platform_linux.h"
#include "platform/sensors/platform_windows.h"
#include "platform/sensors/signs.h"
#include "platform/sensors/windows11_rules.h"

namespace wattlife {
namespace {

std::string joined(const std::vector<std::string>& texts, std::string_view separator = ", ") {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : std::string(separator)) + text;
  return all;
}

std::optional<Windows11> windows11_of(const MachineTree& tree, const Inventory& inventory) {
  const Result<ProcessorRules> rules = built_in_processor_rules();
  if (!rules || tree.os() == Os::macos) return std::nullopt;
  std::vector<Fault> extra;  // said nowhere: see the header
  const PlatformFacts facts = tree.os() == Os::windows
                                  ? read_platform_windows(tree, inventory, extra)
                                  : read_platform_linux(tree, inventory, extra);
  Windows11 answer = windows11(facts, *rules);
  // A tree that shows neither processor nor a thing that fails says nothing about Windows 11.
  if (!facts.cpu_vendor && answer.eligible == Known::unknown) return std::nullopt;
  return answer;
}

std::vector<MemorySlot> memory_of(const MachineTree& tree) {
  const bool windows = tree.os() == Os::windows;
  const auto table = tree.read(windows ? "smbios" : "sys/firmware/dmi/tables/DMI");
  constexpr std::size_t windows_header = 8;
  if (!table || (windows && table->size() < windows_header)) return {};
  return decode_smbios_parts(std::string_view(*table).substr(windows ? windows_header : 0)).memory;
}

// Where the pages of a drive are: on Windows its name is the kind and the number of the folder.
std::string identify_path(Os os, const Disk& disk) {
  const std::string kind = disk.kind == DiskKind::nvme ? "nvme" : "ata";
  const std::string folder =
      os == Os::windows && disk.name.starts_with(kind) ? disk.name.substr(kind.size()) : disk.name;
  return kind + "/" + folder + "/identify";
}

DriveParts drive_of(const MachineTree& tree, const Disk& disk) {
  DriveParts drive;
  if (disk.kind == DiskKind::emmc) return drive;
  const auto page = tree.read(identify_path(tree.os(), disk));
  if (!page) return drive;
  if (disk.kind == DiskKind::nvme) {
    if (const auto erase = decode_nvme_erase(*page)) drive.nvme_erase = *erase;
  } else if (const auto identity = decode_ata_identify(*page)) {
    drive.ata_erase = identity->erase;
  }
  return drive;
}

bool same_drive(const Disk& a, const Disk& b) {
  return a.name == b.name && a.kind == b.kind && a.model == b.model && a.serial == b.serial;
}

WearPoint wear_point(UtcDay day, const Disk& disk) {
  constexpr std::int64_t unit_bytes = 512'000;
  constexpr std::int64_t most_units = INT64_MAX / unit_bytes;
  const auto& units = disk.data_units_written;
  const bool countable = units && *units >= 0 && *units <= most_units;
  return {day, disk.percentage_used, countable ? std::optional(*units * unit_bytes) : std::nullopt};
}

std::string slot_text(const MemorySlot& slot) {
  const std::string place = slot.locator.value_or("slot");
  if (!slot.size_mib) return place + ": unknown";
  if (*slot.size_mib == 0) return place + ": free";
  std::string text = place + ": " + std::to_string(*slot.size_mib) + " MiB";
  if (!slot.type.empty()) text += " " + slot.type;
  if (slot.speed_mts) text += ", " + std::to_string(*slot.speed_mts) + " MT/s";
  return slot.soldered() ? text + ", soldered" : text;
}

std::string years_text(double years) {
  constexpr double longest = 50;  // beyond this the number means nothing
  if (years <= 0) return "its rating is reached";
  if (years > longest) return "more than 50 years to its rating";
  return "about " + fixed(years, years < 10 ? 1 : 0) + " years to its rating";
}

template <class Erase>
std::vector<std::string> sanitize_ways(const Erase& erase) {
  std::vector<std::string> ways;
  if (erase.sanitize_crypto) ways.emplace_back("crypto");
  if (erase.sanitize_block) ways.emplace_back("block");
  if (erase.sanitize_overwrite) ways.emplace_back("overwrite");
  return ways;
}

}  // namespace

DecodedParts decode_parts(const MachineTree& tree, const Inventory& inventory) {
  DecodedParts parts{windows11_of(tree, inventory), memory_of(tree), {}};
  for (const Disk& disk : inventory.disks) parts.drives[disk.name] = drive_of(tree, disk);
  std::vector<Fault> extra;
  parts.signs = read_signs(tree, extra);
  if (const auto table = built_in_battery_recalls()) {
    parts.recalls = recalls_to_look_up(inventory, *table);
  }
  return parts;
}

void add_wear(const std::vector<DrivesThen>& moments, DecodedParts& into) {
  if (moments.empty()) return;
  for (const Disk& disk : moments.back().disks) {
    std::vector<WearPoint> points;
    for (const DrivesThen& then : moments) {
      for (const Disk& other : then.disks) {
        if (same_drive(disk, other)) points.push_back(wear_point(then.day, other));
      }
    }
    if (points.size() > 1) into.drives[disk.name].wear = project_wear(std::move(points));
  }
}

std::string windows11_text(const DecodedParts& parts) {
  if (!parts.windows11) return "";
  const Windows11& answer = *parts.windows11;
  std::string text = answer.eligible == Known::yes  ? "yes"
                     : answer.eligible == Known::no ? "no"
                                                    : "unknown";
  if (!answer.failing.empty()) text += ": fails on " + joined(answer.failing);
  if (!answer.unseen.empty()) {
    text += (answer.failing.empty() ? ": not seen " : "; not seen ") + joined(answer.unseen);
  }
  return text;
}

std::string memory_text(const DecodedParts& parts) {
  std::vector<std::string> slots;
  for (const MemorySlot& slot : parts.memory) slots.push_back(slot_text(slot));
  return joined(slots, "; ");
}

std::string wear_text(const WearProjection& wear) {
  std::vector<std::string> texts;
  if (wear.percent_per_year) {
    texts.push_back(fixed(*wear.percent_per_year, 1) + " % of its rating a year");
  }
  if (wear.years_to_rating) texts.push_back(years_text(*wear.years_to_rating));
  if (wear.bytes_per_year)
    texts.push_back(fixed(*wear.bytes_per_year / 1e12, 1) + " TB written a year");
  return joined(texts);
}

std::string heat_text(const HardwareSigns& signs) {
  std::vector<std::string> texts;
  if (signs.throttle_events) {
    std::string text = "slowed down " + std::to_string(*signs.throttle_events) + " times";
    if (signs.throttle_ms) {
      text += ", " + fixed(static_cast<double>(*signs.throttle_ms) / 1000.0, 1) + " s";
    }
    texts.push_back(text + " since the start");
  }
  if (signs.hottest_millicelsius) {
    texts.push_back(fixed(static_cast<double>(*signs.hottest_millicelsius) / 1000.0, 0) +
                    " degrees at the hottest place");
  }
  for (const std::int64_t rpm : signs.fan_rpm) {
    texts.push_back("fan at " + std::to_string(rpm) + " a minute");
  }
  return joined(texts, "; ");
}

std::string errors_text(const HardwareSigns& signs) {
  std::vector<std::string> texts;
  if (signs.memory_errors_corrected || signs.memory_errors_uncorrected) {
    const auto count = [](const std::optional<std::int64_t>& errors) {
      return errors ? std::to_string(*errors) : std::string("unknown");
    };
    texts.push_back("memory " + count(signs.memory_errors_corrected) + " corrected and " +
                    count(signs.memory_errors_uncorrected) + " not, since the start");
  }
  if (signs.crashes) texts.push_back("records of crashes " + std::to_string(*signs.crashes));
  return joined(texts, "; ");
}

std::string recall_text(const RecallMatch& match) {
  return std::string(match.of_pack ? "its number" : "a laptop of this type") +
         " is named in a recall of " + to_iso8601(match.day) + ", look it up: " + match.look_up;
}

std::string erase_text(const DriveParts& drive) {
  std::vector<std::string> texts;
  if (drive.nvme_erase) {
    const NvmeErase& erase = *drive.nvme_erase;
    if (const auto ways = sanitize_ways(erase); !ways.empty()) {
      texts.push_back("sanitize by " + joined(ways));
    }
    if (erase.format) texts.emplace_back(erase.format_crypto ? "format, also crypto" : "format");
  } else if (drive.ata_erase) {
    const AtaErase& erase = *drive.ata_erase;
    if (const auto ways = sanitize_ways(erase); !ways.empty()) {
      texts.push_back("sanitize by " + joined(ways));
    }
    if (erase.security_erase) texts.emplace_back("security erase");
    if (erase.frozen) texts.emplace_back("frozen until the power was off");
    if (erase.locked) texts.emplace_back("locked by a password");
  } else {
    return "";
  }
  return texts.empty() ? "no command of its own" : joined(texts, "; ");
}

}  // namespace wattlife
