// SPDX-License-Identifier: EUPL-1.2
// How busy the internal drives were and how much went over the network: sys/block and
// sys/class/net. Sums only; which program, file or address it was is never read.
#include <algorithm>

#include "core/text.h"
#include "platform/sensors/decoders.h"

namespace wattlife {
namespace {

constexpr std::string_view drives = "sys/block";
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
bool is_internal_disk(const MachineTree& tree, std::string_view name) {
  if (is_nvme_disk(name)) return true;
  const bool scsi = is_scsi_disk(name);
  if (!scsi && !is_card(name)) return false;
  const std::string device = std::string(drives) + "/" + std::string(name) + "/device";
  return scsi ? says(tree, device + "/vendor", "ATA") : says(tree, device + "/type", "MMC");
}

// Sums what drives were busy; the number of drives is bounded, so that it cannot overflow.
class BusyTime {
 public:
  void add(std::string_view word) {
    const auto busy_ms = integer_from(word);
    if (!busy_ms || *busy_ms < 0 || *busy_ms > most_busy_ms || counted_ == most_counted) return;
    sum_ = sum_.value_or(0) + *busy_ms;
    ++counted_;
  }
  const std::optional<std::int64_t>& sum() const { return sum_; }

 private:
  std::optional<std::int64_t> sum_;
  std::size_t counted_ = 0;
};

// The word number `at` of a line, counted from 0.
std::string_view word_at(std::string_view line, std::size_t at) {
  for (std::size_t i = 0; i < at; ++i) take_word(line);
  return take_word(line);
}

// Documentation/block/stat: the tenth number of a drive is the time with something to do, in ms.
// One file for each internal drive; the kernel makes proc/diskstats for every device that there is,
// partitions and loops too. Empty when the tree shows no such file (recordings of before): then
// only proc/diskstats tells. With no drive inside, one file of any other says that the tree shows
// them.
std::optional<BusyTime> busy_of_each(const MachineTree& tree) {
  constexpr std::size_t busy_word = 9;
  const auto names = tree.list(drives);
  if (!names || names->empty()) return std::nullopt;
  BusyTime busy;
  bool told = false;
  const auto stat_of = [&](const std::string& name) {
    return tree.read(std::string(drives) + "/" + name + "/stat");
  };
  bool internal = false;
  bool all = true;
  for (const std::string& name : *names) {
    if (!is_internal_disk(tree, name)) continue;
    internal = true;
    const auto stat = stat_of(name);
    if (stat) busy.add(word_at(trimmed(*stat), busy_word));
    told = told || stat;
    all = all && stat;
  }
  if (!internal) told = static_cast<bool>(stat_of(names->front()));
  if (!told) return std::nullopt;
  // A sum without one of them would grow by all that it ever did when it is back.
  return all ? busy : BusyTime();
}

// "259 0 nvme0n1 13 fields…": the tenth after the name is the same number.
BusyTime busy_of_all(const MachineTree& tree, std::string_view text) {
  constexpr std::size_t name_word = 2;
  constexpr std::size_t busy_word = 12;  // the 13th of the line
  BusyTime busy;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    const std::string_view word = word_at(line, busy_word);
    if (!integer_from(word)) continue;
    if (is_internal_disk(tree, word_at(line, name_word))) busy.add(word);
  }
  return busy;
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
    if (!received || !sent) {
      // As with drives; but what is there and tells no number never did.
      if (!tree.read(folder + "/statistics/rx_bytes")) return std::nullopt;
      continue;
    }
    sum = sum.value_or(0) + *received + *sent;
    ++counted;
  }
  return sum;
}

}  // namespace

void read_traffic_linux(const MachineTree& tree, PowerReading& into) {
  if (const auto busy = busy_of_each(tree)) {
    into.activity.disk_busy_ms = busy->sum();
  } else if (const auto text = tree.read("proc/diskstats")) {
    into.activity.disk_busy_ms = busy_of_all(tree, *text).sum();
  }
  into.activity.network_bytes = network_bytes(tree);
}

}  // namespace wattlife
