// SPDX-License-Identifier: EUPL-1.2
// What a report costs a store in a file with few and with many devices, after many more reports,
// how large it gets, and for how long retention holds up those who write: G-A7 and G-A8 of the
// design.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>

#include "core/result.h"

namespace wattlife::bench {

struct GrowthWishes {
  std::size_t few = 10'000;      // devices in the smaller store
  std::size_t many = 1'000'000;  // and in the larger one
  std::size_t more = 0;          // reports to the larger one before it is measured again
};

// Tells `out` what it finds with stores in `folder`, and how far it is.
Done measure_growth(std::ostream& out, const std::string& folder, const GrowthWishes& wishes);

// One line of a goal: what was seen, what it may be at most, whether it was met.
void print_goal(std::ostream& out, const std::string& goal, const std::string& text, double value,
                double at_most, const std::string& unit);

}  // namespace wattlife::bench
