// SPDX-License-Identifier: EUPL-1.2
// A battery report or a CSV of capacities: any bytes, through to the outlook.
#include "agent/outlook_text.h"
#include "tests/fuzz/fuzz.h"

using wattlife::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wattlife;
  const auto points = capacity_points_in(fuzz::text_of(data, size));
  if (!points) return 0;
  for (const CapacityPoint& point : *points) {
    require(point.origin == CapacityOrigin::os_history);
    require(!point.cycles || *point.cycles > 0);
  }
  const OutlookAnswer answer = outlook_of(*points, 182);
  std::size_t weeks = 0;
  for (const CapacitySegment& segment : answer.series.segments) {
    require(segment.first_week == weeks && segment.weeks > 0 && segment.from <= segment.to);
    weeks += segment.weeks;
  }
  require(weeks == answer.series.weeks.size());
  for (const CapacityWeek& week : answer.series.weeks) {
    require(week.health >= 0.2 && week.health <= 1.2);
  }
  // A gauge in doubt has no class and no forecast.
  if (answer.series.doubt != GaugeDoubt::none) {
    require(answer.outlook.battery_class == Verdict::unknown);
    require(!forecast_after(answer.outlook, 182).forecast);
  }
  require(!to_json(answer).empty() && !to_lines(answer).empty());
  return 0;
}
