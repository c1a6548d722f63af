// SPDX-License-Identifier: EUPL-1.2
// How busy the internal drives were and how much went over the network: proc/diskstats and
// sys/class/net. Sums only; which program, file or address it was is never read.
#include <algorithm>

#include "core/text.h"
#include "platform/sensors/decoders.h"

namespace wattlife {
namespace {

constexpr std::string_view interfaces = "sys/class/net";
// Beyond these a counter is broken, and a sum of a thousand cannot overflow.
constexpr std::int64_t most_busy_ms = std::int64_t{1} << 50;
constexpr std::int64_t most_bytes = std::int64_t{1} << 53;
constexpr std::size_t most_counted = 1000;

bool all_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// "nvme0n1" and not its partition "nvme0n1p1" or its path "nvme0c0n1".
bool is_nvme_disk(std::string_view name) {
  if (name.substr(0, 4) != "nvme") return false;
  const std::size_t n = name.find('n', 4);
  return n != std::string_view::npos && all_digits(name.substr(4, n - 4)) &&
         all_digits(name.substr(n + 1));
}

bool is_scsi_disk(std::string_view name) {
  return name.size() > 2 && name.substr(0, 2) == "sd" &&
         std::all_of(name.begin() + 2, name.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

bool is_card(std::string_view name) {
  return name.substr(0, 6) == "mmcblk" && all_digits(name.substr(6));
}

bool says(const MachineTree& tree, const std::string& path, std::string_view word) {
  const auto text = tree.read(path);
  return text && trimmed(*text) == word;
}

// A whole drive inside the machine: NVMe, a drive on the SATA controller (its driver gives the
// maker "ATA", those of USB sticks their own), soldered memory but no memory card.
bool is_internal_disk(const MachineTree& tree, const std::string& name) {
  const std::string device = "sys/block/" + name + "/device";
  if (is_nvme_disk(name)) return true;
  if (is_scsi_disk(name)) return says(tree, device + "/vendor", "ATA");
  return is_card(name) && says(tree, device + "/type", "MMC");
}

// "259 0 nvme0n1 13 fields…": the tenth after the name is the time with something to do, in ms.
std::optional<std::int64_t> disk_busy_ms(const MachineTree& tree, std::string_view text) {
  constexpr std::size_t name_field = 2;
  constexpr std::size_t busy_field = 12;  // the 13th of the line
  std::optional<std::int64_t> sum;
  std::size_t counted = 0;
  for (const std::string_view line : split(text, '\n')) {
    std::vector<std::string_view> fields = split(line, ' ');
    std::erase_if(fields, [](std::string_view field) { return field.empty(); });
    if (fields.size() <= busy_field || counted == most_counted) continue;
    const auto busy = integer_from(fields[busy_field]);
    if (!busy || *busy < 0 || *busy > most_busy_ms) continue;
    if (!is_internal_disk(tree, std::string(fields[name_field]))) continue;
    sum = sum.value_or(0) + *busy;
    ++counted;
  }
  return sum;
}

std::optional<std::int64_t> bytes_at(const MachineTree& tree, const std::string& path) {
  const auto text = tree.read(path);
  const auto bytes = text ? integer_from(trimmed(*text)) : std::nullopt;
  if (!bytes || *bytes < 0 || *bytes > most_bytes) return std::nullopt;
  return bytes;
}

// Interfaces with a device behind them: bridges, tunnels and the loop back would count twice.
std::optional<std::int64_t> network_bytes(const MachineTree& tree) {
  const auto names = tree.list(interfaces);
  if (!names) return std::nullopt;
  std::optional<std::int64_t> sum;
  std::size_t counted = 0;
  for (const std::string& name : *names) {
    const std::string folder = std::string(interfaces) + "/" + name;
    if (counted == most_counted || !tree.read(folder + "/device/uevent")) continue;
    const auto received = bytes_at(tree, folder + "/statistics/rx_bytes");
    const auto sent = bytes_at(tree, folder + "/statistics/tx_bytes");
    if (!received || !sent) continue;
    sum = sum.value_or(0) + *received + *sent;
    ++counted;
  }
  return sum;
}

}  // namespace

void read_traffic_linux(const MachineTree& tree, PowerReading& into) {
  if (const auto text = tree.read("proc/diskstats")) {
    into.activity.disk_busy_ms = disk_busy_ms(tree, *text);
  }
  into.activity.network_bytes = network_bytes(tree);
}

}  // namespace wattlife
