// SPDX-License-Identifier: EUPL-1.2
#include "core/schedule.h"

#include <algorithm>

namespace wattlife {
namespace {

constexpr Duration shortest_slow_interval = std::chrono::minutes(2);
// A slow read may take 1/1,200 of the time: 100 ms every two minutes, 250 ms every five.
constexpr int most_of_the_time = 1200;
constexpr std::int64_t low_charge_percent = 15;
constexpr Duration shortest_sleep = std::chrono::seconds(2);  // as in core/energy

bool on_mains(const PowerReading& reading) {
  return std::any_of(reading.adapters.begin(), reading.adapters.end(),
                     [](const Adapter& adapter) { return adapter.online == true; });
}

// Below 5 % busy, as in core/energy; not telling is not idle.
bool idle_between(const Activity& before, const Activity& after) {
  if (!before.cpu_busy_ticks || !before.cpu_total_ticks || !after.cpu_busy_ticks ||
      !after.cpu_total_ticks) {
    return false;
  }
  const std::int64_t busy = *after.cpu_busy_ticks - *before.cpu_busy_ticks;
  const std::int64_t total = *after.cpu_total_ticks - *before.cpu_total_ticks;
  return busy >= 0 && total > 0 && busy < total / 20;
}

bool slept_between(const Now& before, const Now& after) {
  return (after.boot - before.boot) - (after.awake - before.awake) > shortest_sleep;
}

// On battery with little left. A charge that nobody tells is not low.
bool is_low(const PowerReading& reading) {
  if (on_mains(reading)) return false;
  std::int64_t now = 0;
  std::int64_t full = 0;
  bool gives = false;
  for (const Battery& battery : reading.batteries) {
    if (!battery.present) continue;
    if (!battery.now || !battery.full) return false;
    now += battery.now->milli / 1000;
    full += battery.full->milli / 1000;
    gives = gives || battery.status == BatteryStatus::discharging;
  }
  return gives && full > 0 && now * 100 <= full * low_charge_percent;
}

// The shortest of the last reads: a busy machine delays one of them, not all.
std::optional<Duration> usual_read_time(const Rhythm& rhythm) {
  std::optional<Duration> shortest;
  for (const auto& time : rhythm.read_times) {
    if (!time) return std::nullopt;
    shortest = std::min(shortest.value_or(*time), *time);
  }
  return shortest;
}

// Milli-watt times milliseconds is micro-joule: how long the fastest counter can take to wrap.
Duration before_a_wrap(const PowerReading& reading) {
  Duration longest = longest_interval;
  for (const EnergyCounter& counter : reading.counters) {
    if (!counter.range_uj) continue;
    longest = std::min(longest, Duration(*counter.range_uj / package_ceiling.milli) - latest_wake);
  }
  return longest;
}

Wake wanted(const Rhythm& rhythm, const Tick& last) {
  if (is_low(last.reading)) return {slow_interval, Pace::low_battery};
  if (last.reading.activity.panel_on == false) return {slow_interval, Pace::panel_off};
  if (rhythm.idle_since && last.now.awake - *rhythm.idle_since >= idle_for_long) {
    return {slow_interval, Pace::idle_on_mains};
  }
  const auto read_time = usual_read_time(rhythm);
  if (read_time && *read_time > slow_read) {
    const Duration affordable = std::min(*read_time, slow_interval) * most_of_the_time;
    return {std::clamp(affordable, shortest_slow_interval, slow_interval), Pace::slow_reads};
  }
  return {};
}

}  // namespace

Rhythm observed(const Rhythm& rhythm, const std::optional<Tick>& before, const Tick& after,
                Duration read_time) {
  Rhythm next = rhythm;
  std::rotate(next.read_times.begin(), next.read_times.end() - 1, next.read_times.end());
  next.read_times.front() = std::max(read_time, Duration{0});
  const bool same_run = before && before->now.boot <= after.now.boot &&
                        before->now.awake <= after.now.awake &&
                        !slept_between(before->now, after.now);
  if (!same_run || !on_mains(before->reading) || !on_mains(after.reading) ||
      !idle_between(before->reading.activity, after.reading.activity)) {
    next.idle_since.reset();
  } else if (!next.idle_since) {
    next.idle_since = before->now.awake;
  }
  return next;
}

Wake wake_after(const Rhythm& rhythm, const Tick& last, Duration setting) {
  const Duration shortest = std::min(setting, longest_interval);
  Wake wake = wanted(rhythm, last);
  wake.interval = std::min(wake.interval, before_a_wrap(last.reading));
  if (wake.interval > shortest) return wake;
  return {shortest, Pace::as_set};
}

BootTime next_wake(BootTime now, Duration interval) {
  return BootTime{(now.since_boot / interval + 1) * interval};
}

}  // namespace wattlife
