// SPDX-License-Identifier: EUPL-1.2
#include "core/hardware_watts.h"

namespace wattlife {
namespace {

struct Sum {
  Duration time{0};
  Estimate energy;
};

bool is_own(Tier tier) { return tier == Tier::measured || tier == Tier::calibrated_device; }

class Sums {
 public:
  void add(UseState state, Tier tier, Duration time, const std::optional<Estimate>& device) {
    if (!device || time <= Duration{0}) return;
    if (state == UseState::idle && is_own(tier)) add(idle_, time, *device);
    if (state == UseState::sleep && tier == Tier::measured) add(sleep_, time, *device);
  }
  HardwareWatts watts() const {
    return {mean(idle_, least_idle, most_idle_w), mean(sleep_, least_sleep, most_sleep_w)};
  }

 private:
  static void add(Sum& sum, Duration time, const Estimate& energy) {
    sum.time += time;
    sum.energy = sum.energy + energy;
  }
  static std::optional<StateWatts> mean(const Sum& sum, Duration least, double most_w) {
    if (sum.time < least) return std::nullopt;
    const double seconds = in_seconds(sum.time);
    const Interval interval = interval_95(sum.energy);
    const double watts = in_joules(sum.energy.energy) / seconds;
    if (watts < 0 || watts > most_w) return std::nullopt;
    return StateWatts{watts, in_joules(interval.low) / seconds, in_joules(interval.high) / seconds,
                      sum.time};
  }

  Sum idle_;
  Sum sleep_;
};

}  // namespace

HardwareWatts hardware_watts(const std::vector<Window>& windows) {
  Sums sums;
  for (const Window& window : windows) {
    sums.add(window.key.state, window.key.tier, window.time, window.device);
  }
  return sums.watts();
}

HardwareWatts hardware_watts(const std::vector<EnergyRow>& rows) {
  Sums sums;
  for (const EnergyRow& row : rows) sums.add(row.state, row.tier, row.time, row.device);
  return sums.watts();
}

}  // namespace wattlife
