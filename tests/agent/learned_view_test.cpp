// SPDX-License-Identifier: EUPL-1.2
#include "agent/learned_view.h"

#include <gtest/gtest.h>

#include <cctype>
#include <cmath>

#include "core/calibration_bytes.h"
#include "tests/agent/example_view.h"
#include "tests/core/example_laptop.h"

namespace wattlife {
namespace {

bool has(const std::string& json, const std::string& part) {
  return json.find(part) != std::string::npos;
}

TEST(LearnedView, WithoutACalibrationThereIsNone) { EXPECT_EQ(learned_json({}), "null"); }

TEST(LearnedView, BeforeAnythingWasLearnedThePriorStandsAlone) {
  const std::string json = learned_json(Calibration{});
  EXPECT_TRUE(has(json, R"("model":"form_factor","doubt":"too_few_windows")")) << json;
  EXPECT_TRUE(has(json, R"("windows":0,"sessions":0,"time_ms":0,"since":null,)"
                        R"("left_out_error_permille":null,"mains_error_permille":null)"))
      << json;
  const Prior& prior = prior_of(FormFactor::laptop_14);
  const std::string base = R"({"part":"base","unit":"W","learned_milli":null,)"
                           R"("learned_margin_milli":null,"prior_milli":)" +
                           std::to_string(std::lround(prior.mean[awake_input] * 1000)) +
                           R"(,"prior_margin_milli":)" +
                           std::to_string(std::lround(prior.deviation[awake_input] * 1960)) + "}";
  EXPECT_TRUE(has(json, base)) << json << "\n" << base;
}

TEST(LearnedView, WhatWasLearnedStandsBesideThePriorWithItsMargin) {
  const std::string json = learned_json(example_calibration());
  EXPECT_TRUE(has(json, R"("model":"calibrated","doubt":"none")")) << json;
  EXPECT_TRUE(has(json, R"("windows":272,"sessions":4,"time_ms":122400000,"since":"2026-09-03")"))
      << json;
  // sqrt(0.04 + 0.01) = 0.2236 W, times 1.96.
  EXPECT_TRUE(has(json, R"("learned_milli":3500,"learned_margin_milli":438)")) << json;
  // On mains 3.5 + 1.25*4 + 0.75 + 3*0.5 + 0.5/8 + 0.25/16 W and 0.75 W more: 11.58 W. Its
  // variance, without what each span has for itself: 0.05 + 0.0064 + 0.02 + 0.05/4 + 0.03/64 +
  // 0.03/256 of the weights, 0.49 + 0.04 of the shift, (0.03 * 10.83)^2 of the gauge = 0.7251 W2.
  EXPECT_TRUE(has(json, R"("mains_error_permille":144)")) << json;
}

TEST(LearnedView, WhatIsRefusedIsShownAndSaysSo) {
  Calibration calibration = example_calibration();
  calibration.doubt = Doubt::poor_prediction;
  const std::string json = learned_json(calibration);
  EXPECT_TRUE(has(json, R"("model":"form_factor","doubt":"poor_prediction")")) << json;
  EXPECT_TRUE(has(json, R"("learned_milli":3500)")) << json;
}

TEST(LearnedView, AGuestHasNoErrorOnMains) {
  Calibration calibration = example_calibration();
  calibration.virtual_machine = true;
  EXPECT_TRUE(has(learned_json(calibration), R"("virtual_machine":true)"));
  EXPECT_TRUE(has(learned_json(calibration), R"("mains_error_permille":null)"));
}

// What a restart reads from samples.db shows the same.
TEST(LearnedView, IsTheSameAfterARestart) {
  ExampleLaptop laptop(7);
  Calibration calibration;
  Tick before = laptop.tick();
  for (int i = 0; i < 120; ++i) {
    const Tick after = laptop.minute();
    calibration = observed(std::move(calibration), before, after);
    before = after;
  }
  calibration = interrupted(std::move(calibration));
  ASSERT_GE(calibration.windows.size(), least_windows);
  const Result<Calibration> read = calibration_from_bytes(to_bytes(calibration));
  ASSERT_RESULT(read);
  EXPECT_EQ(learned_json(*read), learned_json(calibration));
}

TEST(LearnedView, NothingIsFinerThanADay) {
  const std::string json = learned_json(example_calibration());
  for (std::size_t i = 0; i + 2 < json.size(); ++i) {
    const bool clock = std::isdigit(static_cast<unsigned char>(json[i])) != 0 &&
                       json[i + 1] == ':' &&
                       std::isdigit(static_cast<unsigned char>(json[i + 2])) != 0;
    EXPECT_FALSE(clock) << json.substr(i, 10);
  }
}

}  // namespace
}  // namespace wattlife
