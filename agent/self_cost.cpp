// SPDX-License-Identifier: EUPL-1.2
#include "agent/self_cost.h"

#include <algorithm>
#include <cmath>

#include "core/span.h"

namespace wattlife {
namespace {

// Mean and standard deviation; 1.96 deviations reach from 1.1 to 8.9 W and from 0 to 2 mJ.
constexpr double busy_second_w = 5.0;
constexpr double busy_second_deviation_w = 2.0;
constexpr double wake_j = 0.001;
constexpr double wake_deviation_j = 0.0005;
constexpr double share_deviation = 0.25;  // so that the interval begins at half

double seconds(std::chrono::microseconds time) { return static_cast<double>(time.count()) / 1e6; }

template <class T, class Join>
std::optional<T> joined(const std::optional<T>& a, const std::optional<T>& b, Join join) {
  if (!a || !b) return a ? a : b;
  return join(*a, *b);
}
std::int64_t sum(std::int64_t a, std::int64_t b) { return a + b; }

// Time that all processors together were busy. Ticks have no fixed length, their share has.
std::optional<Duration> busy_time(const Activity& before, const Activity& after, Duration run,
                                  std::int64_t processors) {
  if (!before.cpu_busy_ticks || !before.cpu_total_ticks || !after.cpu_busy_ticks ||
      !after.cpu_total_ticks) {
    return std::nullopt;
  }
  const std::int64_t busy = *after.cpu_busy_ticks - *before.cpu_busy_ticks;
  const std::int64_t total = *after.cpu_total_ticks - *before.cpu_total_ticks;
  if (total <= 0 || busy < 0 || busy > total) return std::nullopt;
  const double share = static_cast<double>(busy) / static_cast<double>(total);
  return Duration{std::llround(share * static_cast<double>(run.count() * processors))};
}

std::optional<std::int64_t> grown(const std::optional<std::int64_t>& before,
                                  const std::optional<std::int64_t>& after) {
  if (!before || !after || *after < *before) return std::nullopt;
  return *after - *before;
}

}  // namespace

SelfCost operator+(const SelfCost& a, const SelfCost& b) {
  return {a.time + b.time,
          a.cpu + b.cpu,
          joined(a.wakes, b.wakes, sum),
          joined(a.written_bytes, b.written_bytes, sum),
          joined(a.resident_bytes, b.resident_bytes,
                 [](std::int64_t x, std::int64_t y) { return std::max(x, y); }),
          joined(a.energy, b.energy, [](const Estimate& x, const Estimate& y) { return x + y; })};
}

Estimate energy_by_prior(std::chrono::microseconds cpu, std::int64_t wakes) {
  const double busy_s = seconds(cpu);
  const double woken = static_cast<double>(wakes);
  return {energy_from_joules(busy_s * busy_second_w + woken * wake_j), 0.0,
          std::hypot(busy_s * busy_second_deviation_w, woken * wake_deviation_j)};
}

std::optional<Estimate> energy_by_share(std::chrono::microseconds cpu, Energy package,
                                        Duration busy) {
  if (busy <= Duration{0} || package < Energy{}) return std::nullopt;
  const double package_j = static_cast<double>(package.milli) / 1000.0;
  const double all_j = seconds(cpu) * package_j / seconds(busy);
  // In the middle between all of it and half, or below.
  return Estimate{energy_from_joules(0.75 * all_j), 0.0, share_deviation / 1.96 * all_j};
}

void SelfMeter::watch(const Tick& before, const Tick& after) {
  ++ticks_;
  const Duration run = after.now.awake - before.now.awake;
  if (after.now.boot < before.now.boot || run <= Duration{0}) return;
  const auto package = counter_energy(before, after, Boundary::cpu, run);
  const auto busy = busy_time(before.reading.activity, after.reading.activity, run, processors_);
  if (!package || !busy) return;
  package_ += *package;
  busy_ += *busy;
}

SelfCost SelfMeter::taken(const OwnCost& now, AwakeTime at) {
  SelfCost cost;
  cost.time = std::max(at - since_, Duration{0});
  cost.cpu = std::max(now.cpu - last_.cpu, std::chrono::microseconds{0});
  // A sampler does not wake between ticks; where the system does not count, that is the number.
  cost.wakes = now.wakes ? grown(last_.wakes, now.wakes) : std::optional(ticks_);
  cost.written_bytes = grown(last_.written_bytes, now.written_bytes);
  cost.resident_bytes = now.resident_bytes;
  cost.energy = energy_by_share(cost.cpu, package_, busy_);
  if (!cost.energy && cost.wakes) cost.energy = energy_by_prior(cost.cpu, *cost.wakes);
  *this = SelfMeter(now, at, processors_);
  return cost;
}

}  // namespace wattlife
