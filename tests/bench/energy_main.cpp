// SPDX-License-Identifier: EUPL-1.2
// ./dev bench energy: 200 simulated laptops over four weeks, and who comes closest to the truth.
#include <cstdint>
#include <iostream>
#include <optional>
#include <string>

#include "core/text.h"
#include "tools/energy_contest.h"

namespace {

constexpr int exit_usage = 64;

}  // namespace

// Arguments, all with a default: SEED LAPTOPS DAYS.
int main(int argc, char** argv) {
  wattlife::ContestOptions options;
  options.first_day =
      *wattlife::day_from_iso8601("2026-03-02");  // a Monday; the clocks change in it
  for (int i = 1; i < argc; ++i) {
    const std::optional<std::int64_t> value = wattlife::integer_from(argv[i]);
    if (!value || *value < 1 || *value > 100'000 || i > 3) {
      std::cerr << "energy: expected SEED LAPTOPS DAYS, each a number from 1 on\n";
      return exit_usage;
    }
    if (i == 1) options.seed = static_cast<std::uint64_t>(*value);
    if (i == 2) options.laptops = static_cast<int>(*value);
    if (i == 3) options.days = static_cast<int>(*value);
  }
  std::cout << to_text(wattlife::energy_contest(options));
  return 0;
}
