// SPDX-License-Identifier: EUPL-1.2
// What measuring costs the laptop that is measured: processor time, wakes, bytes on its disk,
// memory, and from those its own energy. Pure: what the system counts comes in as values.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "core/energy.h"
#include "core/time.h"
#include "platform/process.h"

namespace wattlife {

// The cost over a stretch of time. What the system does not tell is empty.
struct SelfCost {
  Duration time{0};  // awake, while it measured
  std::chrono::microseconds cpu{0};
  std::optional<std::int64_t> wakes;
  std::optional<std::int64_t> written_bytes;
  std::optional<std::int64_t> resident_bytes;  // the most that was seen
  std::optional<Estimate> energy;
  friend bool operator==(const SelfCost&, const SelfCost&) = default;
};

// Two stretches as one: sums, and the larger memory. What is known of one of them only is kept.
SelfCost operator+(const SelfCost& a, const SelfCost& b);

// Energy of `cpu` processor time and `wakes`, when no counter tells: 5 W for each busy second
// (2 to 10 in publications) and 1 mJ a wake (0.1 to 2), as 95 % intervals (7-performance, B).
Estimate energy_by_prior(std::chrono::microseconds cpu, std::int64_t wakes);

// Energy of `cpu` processor time where the packages used `package` while all processors together
// were busy for `busy`: an equal share for each busy second. What the package uses when nothing
// runs is shared out too, so the truth may be half of it. Empty when `busy` is not above zero.
std::optional<Estimate> energy_by_share(std::chrono::microseconds cpu, Energy package,
                                        Duration busy);

// Follows a sampler from tick to tick.
class SelfMeter {
 public:
  SelfMeter(const OwnCost& start, AwakeTime at, std::int64_t processors)
      : last_(start), since_(at), processors_(processors) {}

  // Two ticks in a row of one run of the machine.
  void watch(const Tick& before, const Tick& after);

  // What was used since the last call, or since the start.
  SelfCost taken(const OwnCost& now, AwakeTime at);

 private:
  OwnCost last_;
  AwakeTime since_;
  std::int64_t processors_ = 1;
  std::int64_t ticks_ = 0;
  Energy package_;    // of the time in which both are known
  Duration busy_{0};  // all processors together
};

}  // namespace wattlife
