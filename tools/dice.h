// SPDX-License-Identifier: EUPL-1.2
// Chance for simulations: the same numbers from the same seed with every standard library, unlike
// the distributions of <random>.
#pragma once

#include <cmath>
#include <cstdint>
#include <random>

namespace wattlife {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}

  double between(double low, double high) {
    const double unit = static_cast<double>(engine_() >> 11) / 9007199254740992.0;  // 2^53
    return low + (high - low) * unit;
  }
  int whole(int low, int high) {  // both ends included
    return low + static_cast<int>(between(0.0, static_cast<double>(high - low) + 0.999));
  }
  bool chance(double probability) { return between(0.0, 1.0) < probability; }

  // The sum of twelve uniform numbers: normal for all purposes here, and never beyond 6 deviations.
  double normal(double mean, double deviation) {
    double sum = -6.0;
    for (int i = 0; i < 12; ++i) sum += between(0.0, 1.0);
    return mean + deviation * sum;
  }
  // A positive quantity whose logarithm is normal; `spread` 0.3 is about 30 % to both sides.
  double around(double median, double spread) { return median * std::exp(normal(0.0, spread)); }

  // A seed for dice of their own, so that more throws in one place change nothing in another.
  std::uint64_t seed() { return engine_(); }

 private:
  std::mt19937_64 engine_;
};

}  // namespace wattlife
