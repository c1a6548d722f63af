// SPDX-License-Identifier: EUPL-1.2
// Values: JEDEC eMMC 5.1, EXT_CSD DEVICE_LIFE_TIME_EST_TYP_A/B and PRE_EOL_INFO.
#include "platform/sensors/emmc_linux.h"

#include <algorithm>

#include "core/text.h"
#include "platform/sensors/decoders.h"

namespace wattlife {
namespace {

constexpr std::int64_t exceeded_code = 0x0B;

// "0x0a"; empty when it is not that.
std::optional<std::int64_t> code_in(std::string_view text) {
  if (!text.starts_with("0x")) return std::nullopt;
  std::string hex(text.substr(2));
  if (hex.size() == 1) hex.insert(0, "0");
  const auto bytes = bytes_from_hex(hex);
  if (!bytes || bytes->size() != 1) return std::nullopt;
  return static_cast<unsigned char>(bytes->front());
}

bool is_card(std::string_view name) {
  constexpr std::string_view prefix = "mmcblk";
  return name.starts_with(prefix) && name.size() > prefix.size() &&
         std::all_of(name.begin() + prefix.size(), name.end(),
                     [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<std::string> text_at(const MachineTree& tree, const std::string& path,
                                   std::vector<Fault>& faults) {
  const auto text = tree.read(path);
  if (text) return std::string(trimmed(*text));
  add_fault(faults, path, text.error().cause);
  return std::nullopt;
}

}  // namespace

EmmcLife emmc_life(std::string_view text) {
  std::int64_t worst = 0;
  for (const std::string_view part : split(trimmed(text), ' ')) {
    const auto code = code_in(part);
    if (code && *code <= exceeded_code) worst = std::max(worst, *code);
  }
  EmmcLife life;
  if (worst == 0) return life;  // 0 is not defined
  life.exceeded = worst == exceeded_code;
  life.used_from = (worst - 1) * 10;
  if (!life.exceeded) life.used_to = worst * 10;
  return life;
}

std::optional<std::int64_t> emmc_reserve(std::string_view text) {
  const auto code = code_in(trimmed(text));
  return code && *code >= 1 && *code <= 3 ? code : std::nullopt;
}

void read_emmc_linux(const MachineTree& tree, Inventory& into) {
  constexpr std::int64_t most_sectors = std::int64_t{1} << 40;
  for (const std::string& name : names_in(tree, "sys/block", into.faults)) {
    if (!is_card(name)) continue;
    const std::string folder = "sys/block/" + name;
    if (text_at(tree, folder + "/device/type", into.faults) != "MMC") continue;
    Disk disk;
    disk.name = name;
    disk.kind = DiskKind::emmc;
    if (const auto model = text_at(tree, folder + "/device/name", into.faults)) {
      disk.model = label_from(*model);
    }
    if (const auto serial = text_at(tree, folder + "/device/serial", into.faults)) {
      disk.serial = label_from(*serial);
    }
    const auto size = text_at(tree, folder + "/size", into.faults);
    const auto sectors = size ? integer_from(*size) : std::nullopt;
    if (sectors && *sectors > 0 && *sectors <= most_sectors) disk.size_bytes = *sectors * 512;
    if (const auto life = text_at(tree, folder + "/device/life_time", into.faults)) {
      disk.percentage_used = emmc_life(*life).used_from;
    }
    if (const auto reserve = text_at(tree, folder + "/device/pre_eol_info", into.faults)) {
      disk.reserve_state = emmc_reserve(*reserve);
    }
    into.disks.push_back(std::move(disk));
  }
}

}  // namespace wattlife
