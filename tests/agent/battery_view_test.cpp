// SPDX-License-Identifier: EUPL-1.2
#include "agent/battery_view.h"

#include <gtest/gtest.h>

#include "core/time.h"

namespace wattlife {
namespace {

const UtcDay monday{std::chrono::year{2025} / 1 / 6};

// A note a week, `percent` of 50 Wh in the first and `step` less in each that follows.
PackHistory pack(const char* name, int weeks, double percent, double step) {
  PackHistory history{name, {}};
  for (int week = 0; week < weeks; ++week) {
    const auto full = static_cast<std::int64_t>(500 * (percent - step * week));
    history.points.push_back({monday + std::chrono::days(7 * week), milliwatt_hours(full),
                              milliwatt_hours(50'000), std::nullopt, CapacityOrigin::own_reading,
                              false});
  }
  return history;
}

TEST(BatteryView, WithoutAPackThereIsNothingToSay) { EXPECT_EQ(battery_outlook_json({}), "null"); }

TEST(BatteryView, AKnownPackHasALevelItsIntervalAClassAndAnOutlook) {
  // 60 weeks of 0.2 points: 88 % in the last but one, the median of the last three.
  EXPECT_EQ(battery_outlook_json({pack("BAT0", 60, 99.6, 0.2)}),
            R"({"name":"BAT0","health_permille":880,"health_low_permille":810,)"
            R"("health_high_permille":950,"class":"good","reasons":[],)"
            R"("to_800":"beyond_12_months"})");
  EXPECT_NE(battery_outlook_json({pack("BAT0", 60, 90, 0.4)})
                .find(R"("class":"replace","reasons":[],"to_800":"already_below")"),
            std::string::npos)
      << battery_outlook_json({pack("BAT0", 60, 90, 0.4)});
}

TEST(BatteryView, UnknownIsAnAnswerWithItsReasonOnce) {
  EXPECT_EQ(battery_outlook_json({{"BAT0", {}}}),
            R"({"name":"BAT0","health_permille":null,"health_low_permille":null,)"
            R"("health_high_permille":null,"class":"unknown","reasons":["no_history"],)"
            R"("to_800":"refused"})");
  const std::string frozen = battery_outlook_json({pack("BAT0", 20, 100, 0)});
  EXPECT_NE(frozen.find(R"("class":"unknown","reasons":["unlearned"],)"), std::string::npos)
      << frozen;
}

TEST(BatteryView, OfTwoPacksTheOneThatNeedsAttention) {
  const PackHistory good = pack("good", 60, 99.6, 0.2);
  const PackHistory better = pack("better", 60, 100.4, 0.2);
  const PackHistory worn = pack("worn", 60, 90, 0.4);
  const PackHistory silent{"silent", {}};
  const auto first = [](const std::vector<PackHistory>& packs) {
    const std::string json = battery_outlook_json(packs);
    return json.substr(9, json.find('"', 9) - 9);
  };
  EXPECT_EQ(first({good, worn}), "worn");
  EXPECT_EQ(first({worn, silent}), "worn");
  EXPECT_EQ(first({good, silent}), "silent") << "unknown never becomes good";
  EXPECT_EQ(first({better, good}), "good");
  EXPECT_EQ(first({good, good}), "good");
}

}  // namespace
}  // namespace wattlife
