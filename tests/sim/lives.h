// SPDX-License-Identifier: EUPL-1.2
// Simulated lives for the laws of this folder, and what the sampler makes of them.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "agent/sampler.h"
#include "core/energy.h"
#include "tools/laptop.h"

namespace wattlife {

inline std::vector<LaptopTick> life(std::uint64_t seed, int days) {
  const LaptopSpec spec = random_laptop(seed);
  const UtcDay monday{std::chrono::days(20'514)};  // 2026-03-02
  Laptop laptop(spec, UtcTime{monday}, working_days(spec, monday, days));
  std::vector<LaptopTick> ticks;
  while (auto tick = laptop.next()) ticks.push_back(*std::move(tick));
  return ticks;
}

// What a store keeps, in memory: each batch once, by its number.
struct MemoryStore {
  std::vector<Batch> batches;
  Position position;

  SamplerState take(SamplerState state) {
    for (const Batch& batch : state.unwritten) {
      if (batch.number <= position.last_batch) continue;
      position = {batch.number, batch.last_tick, batch.watched_until, {}, batch.ended};
      batches.push_back(batch);
    }
    return written(std::move(state), position.last_batch);
  }

  std::vector<Window> windows() const {
    std::vector<Window> all;
    for (const Batch& batch : batches) {
      all.insert(all.end(), batch.windows.begin(), batch.windows.end());
    }
    return all;
  }
};

inline MemoryStore sampled(const std::vector<LaptopTick>& ticks) {
  MemoryStore store;
  SamplerState state = started({});
  for (const LaptopTick& tick : ticks) state = store.take(advance(std::move(state), tick.tick));
  store.take(flushed(std::move(state)));
  return store;
}

inline Duration time_of(const std::vector<Window>& windows) {
  Duration sum{0};
  for (const Window& window : windows) sum += window.time;
  return sum;
}

inline double device_j(const std::vector<Window>& windows) {
  double sum = 0;
  for (const Window& window : windows) {
    if (window.device) sum += static_cast<double>(window.device->energy.milli) / 1000.0;
  }
  return sum;
}

inline double wall_j(const std::vector<Window>& windows) {
  double sum = 0;
  for (const Window& window : windows) {
    if (window.wall) sum += static_cast<double>(window.wall->energy.milli) / 1000.0;
  }
  return sum;
}

// The time between the first and the last tick of each run of the machine, added up: what a sampler
// that was never stopped can have watched.
inline Duration watchable(const std::vector<LaptopTick>& ticks) {
  Duration sum{0};
  for (std::size_t i = 1; i < ticks.size(); ++i) {
    if (ticks[i].tick.now.boot > ticks[i - 1].tick.now.boot) {
      sum += ticks[i].tick.now.boot - ticks[i - 1].tick.now.boot;
    }
  }
  return sum;
}

}  // namespace wattlife
