// SPDX-License-Identifier: EUPL-1.2
// Whether the display is on and how bright, how busy the drives were and how much went over the
// network. Sums only; which program, file or address it was is never read.
#include <algorithm>

#include "platform/sensors/decoders.h"
#include "platform/sensors/little_endian.h"

namespace wattlife {
namespace {

constexpr std::uint64_t display_off = 0;
constexpr std::uint64_t display_dimmed = 2;
// DISPLAY_BRIGHTNESS: which of the two levels holds, the level on mains, the level on battery.
constexpr std::size_t brightness_bytes = 3;
constexpr unsigned level_of_battery = 2;
constexpr unsigned both_levels = 3;
// DISK_PERFORMANCE: bytes read and written (8 each), time of reads and of writes (100 ns), …
constexpr std::size_t disk_performance_bytes = 88;
constexpr std::size_t read_time_at = 16;
constexpr std::size_t write_time_at = 24;
constexpr std::uint64_t most_disk_time = std::uint64_t{1} << 60;  // 3,600 years
// What machine_tree.h documents for net/counters: number of the interface, bytes in, bytes out.
constexpr std::size_t interface_bytes = 24;
constexpr std::uint64_t most_network_bytes = std::uint64_t{1} << 53;
constexpr std::size_t most_counted = 500;

void read_display(const MachineTree& tree, PowerReading& into) {
  constexpr const char* state_path = "display/state";
  const auto state = tree.read(state_path);
  if (!state) {
    add_fault(into.faults, state_path, state.error().cause);
  } else if (state->size() != 4 || little_endian(*state, 0, 4) > display_dimmed) {
    add_fault(into.faults, state_path, Cause::malformed);
  } else {
    into.activity.panel_on = little_endian(*state, 0, 4) != display_off;
  }

  constexpr const char* brightness_path = "display/brightness";
  const auto brightness = tree.read(brightness_path);
  if (!brightness) return add_fault(into.faults, brightness_path, brightness.error().cause);
  if (brightness->size() < brightness_bytes) {
    return add_fault(into.faults, brightness_path, Cause::malformed);
  }
  const auto policy = static_cast<unsigned char>((*brightness)[0]);
  if (policy == 0 || policy > both_levels) return;
  const auto percent =
      static_cast<unsigned char>((*brightness)[policy == level_of_battery ? 2 : 1]);
  if (percent <= 100) into.activity.brightness = Ratio{std::int64_t{percent} * 10};
}

// The time that requests took, not the time in which there were any: the latter comes with a clock
// that jumps. A drive that serves several at once counts them all.
std::optional<std::int64_t> busy_ms(std::string_view performance) {
  if (performance.size() < disk_performance_bytes) return std::nullopt;
  const std::uint64_t reads = little_endian(performance, read_time_at, 8);
  const std::uint64_t writes = little_endian(performance, write_time_at, 8);
  if (reads > most_disk_time || writes > most_disk_time) return std::nullopt;
  constexpr std::uint64_t in_ms = 10'000;
  return static_cast<std::int64_t>((reads + writes) / in_ms);
}

void read_disk_times(const MachineTree& tree, PowerReading& into) {
  std::size_t counted = 0;
  for (const std::string& number : names_in(tree, "disk", into.faults)) {
    const std::string path = "disk/" + number + "/performance";
    const auto performance = tree.read(path);
    if (!performance) {
      add_fault(into.faults, path, performance.error().cause);
      continue;
    }
    const auto ms = busy_ms(*performance);
    if (!ms) {
      add_fault(into.faults, path, Cause::malformed);
    } else if (counted++ < most_counted) {
      into.activity.disk_busy_ms = into.activity.disk_busy_ms.value_or(0) + *ms;
    }
  }
}

void read_network(const MachineTree& tree, PowerReading& into) {
  constexpr const char* path = "net/counters";
  const auto counters = tree.read(path);
  if (!counters) return add_fault(into.faults, path, counters.error().cause);
  const std::size_t count = counters->size() / interface_bytes;
  if (counters->size() % interface_bytes != 0) {
    return add_fault(into.faults, path, Cause::malformed);
  }
  for (std::size_t i = 0; i < std::min(count, most_counted); ++i) {
    const std::uint64_t received = little_endian(*counters, i * interface_bytes + 8, 8);
    const std::uint64_t sent = little_endian(*counters, i * interface_bytes + 16, 8);
    if (received > most_network_bytes || sent > most_network_bytes) continue;
    into.activity.network_bytes =
        into.activity.network_bytes.value_or(0) + static_cast<std::int64_t>(received + sent);
  }
}

}  // namespace

void read_activity_windows(const MachineTree& tree, PowerReading& into) {
  read_display(tree, into);
  read_disk_times(tree, into);
  read_network(tree, into);
}

}  // namespace wattlife
