// SPDX-License-Identifier: EUPL-1.2
// SYSTEM_POWER_STATUS, and the three times of GetSystemTimes.
#include "platform/sensors/decoders.h"

namespace wattlife {
namespace {

constexpr std::size_t power_status_bytes = 12;
constexpr std::size_t times_bytes = 24;
// In 100 ns: 29 years on 1,000 processors; more is no time since boot.
constexpr std::uint64_t most_ticks = std::uint64_t{1} << 63;

std::uint64_t ticks_at(std::string_view bytes, std::size_t at) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    value |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
  }
  return value;
}

void read_adapter(std::string_view status, PowerReading& into) {
  const auto line = static_cast<unsigned char>(status[0]);
  Adapter adapter{"AC", std::nullopt};
  if (line <= 1) adapter.online = line == 1;  // 255: not known
  into.adapters.push_back(adapter);
}

// Empty when the numbers contradict each other. Kernel time holds the idle time.
std::optional<Activity> activity_from(std::string_view times) {
  const std::uint64_t idle = ticks_at(times, 0);
  const std::uint64_t kernel = ticks_at(times, 8);
  const std::uint64_t user = ticks_at(times, 16);
  if (kernel >= most_ticks || user >= most_ticks - kernel || idle > kernel) return std::nullopt;
  Activity activity;
  activity.cpu_total_ticks = static_cast<std::int64_t>(kernel + user);
  activity.cpu_busy_ticks = static_cast<std::int64_t>(kernel - idle + user);
  return activity;
}

}  // namespace

void read_power_status_windows(const MachineTree& tree, PowerReading& into) {
  constexpr const char* status_path = "power/status";
  const auto status = tree.read(status_path);
  if (!status) {
    add_fault(into.faults, status_path, status.error().cause);
  } else if (status->size() < power_status_bytes) {
    add_fault(into.faults, status_path, Cause::malformed);
  } else {
    read_adapter(*status, into);
  }

  constexpr const char* times_path = "cpu/times";
  const auto times = tree.read(times_path);
  if (!times) return add_fault(into.faults, times_path, times.error().cause);
  const auto activity = times->size() < times_bytes ? std::nullopt : activity_from(*times);
  if (!activity) return add_fault(into.faults, times_path, Cause::malformed);
  into.activity.cpu_busy_ticks = activity->cpu_busy_ticks;
  into.activity.cpu_total_ticks = activity->cpu_total_ticks;
}

}  // namespace wattlife
