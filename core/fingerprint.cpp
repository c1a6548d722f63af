// SPDX-License-Identifier: EUPL-1.2
#include "core/fingerprint.h"

#include <algorithm>

#include "core/text.h"

namespace wattlife {
namespace {

// Equal, different, or (empty) not told by one of the two.
std::optional<bool> equal(const std::optional<std::string>& a,
                          const std::optional<std::string>& b) {
  if (!a || !b || !tells_identity(*a) || !tells_identity(*b)) return std::nullopt;
  return lower_case(trimmed(*a)) == lower_case(trimmed(*b));
}

std::vector<std::string> telling(const std::vector<std::string>& serials) {
  std::vector<std::string> list;
  for (const std::string& serial : serials) {
    if (tells_identity(serial)) list.push_back(lower_case(trimmed(serial)));
  }
  return list;
}

struct Parts {
  bool known = false;   // both sides tell some
  bool shared = false;  // at least one is in both
  bool gone = false;    // one of before is no longer there
};
Parts compare_parts(const std::vector<std::string>& before, const std::vector<std::string>& now) {
  const auto old_ones = telling(before);
  const auto new_ones = telling(now);
  Parts parts;
  parts.known = !old_ones.empty() && !new_ones.empty();
  if (!parts.known) return parts;
  for (const std::string& serial : old_ones) {
    const bool found = std::find(new_ones.begin(), new_ones.end(), serial) != new_ones.end();
    parts.shared = parts.shared || found;
    parts.gone = parts.gone || !found;
  }
  return parts;
}

// The same laptop; only its parts may have changed.
HardwareComparison with_parts(bool board_replaced, const Parts& disks) {
  const bool replaced = board_replaced || disks.gone;
  return {replaced ? Likeness::part_replaced : Likeness::same, board_replaced, disks.gone};
}

}  // namespace

const char* name_of(Likeness likeness) {
  switch (likeness) {
    case Likeness::same:
      return "same";
    case Likeness::part_replaced:
      return "part_replaced";
    case Likeness::other:
      return "other";
    case Likeness::unknown:
      return "unknown";
  }
  return "unknown";
}

Serials serials_of(const Inventory& inventory) {
  Serials serials;
  serials.system_serial = inventory.identity.serial;
  serials.system_uuid = inventory.identity.uuid;
  serials.board_serial = inventory.identity.board_serial;
  serials.asset_tag = inventory.provision.asset_tag;
  for (const Disk& disk : inventory.disks) {
    if (disk.serial) serials.disk_serials.push_back(*disk.serial);
  }
  for (const Battery& battery : inventory.batteries) {
    if (battery.serial) serials.battery_serials.push_back(*battery.serial);
  }
  return serials;
}

bool tells_identity(std::string_view serial) {
  std::string significant;
  for (const char c : lower_case(serial)) {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) significant += c;
  }
  if (significant.size() < 4) return false;
  if (significant.find_first_not_of(significant.front()) == std::string::npos) return false;
  if (significant.find_first_not_of("0f") == std::string::npos) return false;
  for (const std::string_view placeholder :
       {"tobefilled", "serialnumber", "notspecified", "notapplicable", "defaultstring"}) {
    if (significant.find(placeholder) != std::string::npos) return false;
  }
  for (const std::string_view placeholder :
       {"default", "unknown", "invalid", "123456789", "none"}) {
    if (significant.rfind(placeholder, 0) == 0) return false;
  }
  return true;
}

HardwareComparison compare_hardware(const Serials& before, const Serials& now) {
  const auto serial = equal(before.system_serial, now.system_serial);
  const auto uuid = equal(before.system_uuid, now.system_uuid);
  const auto board = equal(before.board_serial, now.board_serial);
  const Parts disks = compare_parts(before.disk_serials, now.disk_serials);
  const Parts batteries = compare_parts(before.battery_serials, now.battery_serials);
  const bool on_board_equal = uuid == true || board == true;
  const bool on_board_differs = uuid == false || board == false;

  if (serial == true) {
    // Of the two that live on the board the board's own number speaks first.
    return with_parts(board ? !*board : uuid == false, disks);
  }
  if (on_board_equal && on_board_differs) return {};
  if (serial == false) {
    return on_board_equal ? HardwareComparison{}
                          : HardwareComparison{Likeness::other, false, false};
  }
  if (on_board_equal) return with_parts(false, disks);
  if (on_board_differs) {
    if (disks.shared && batteries.shared) return with_parts(true, disks);
    if (disks.shared || batteries.shared) return {};
    return {Likeness::other, false, false};
  }
  // Drives and packs alone: they move between machines, so they never say the same.
  if (disks.known && !disks.shared && batteries.known && !batteries.shared) {
    return {Likeness::other, false, false};
  }
  return {};
}

}  // namespace wattlife
