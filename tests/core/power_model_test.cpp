// SPDX-License-Identifier: EUPL-1.2
// Inputs of a span, priors by form, prediction and what its variance is made of.
#include "core/power_model.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>

namespace wattlife {
namespace {

using std::chrono::minutes;

struct Pair {
  Tick before;
  Tick after;
};

// A minute with a package of 4 W, the panel on at 60 %, a drive busy for 3 s and 75 MB moved.
Pair minute() {
  Pair pair;
  pair.before.now = {BootTime{minutes(5)}, AwakeTime{minutes(5)}, UtcTime{}};
  pair.after.now = {BootTime{minutes(6)}, AwakeTime{minutes(6)}, UtcTime{} + minutes(1)};
  pair.before.reading.counters = {{"package-0", Boundary::cpu, 0, {}}};
  pair.after.reading.counters = {{"package-0", Boundary::cpu, 240'000'000, {}}};
  Activity activity;
  activity.disk_busy_ms = 1'000;
  activity.network_bytes = 1'000;
  activity.panel_on = true;
  activity.brightness = Ratio{640};  // light 0.512
  pair.before.reading.activity = activity;
  activity.disk_busy_ms = 4'000;
  activity.network_bytes = 75'001'000;
  pair.after.reading.activity = activity;
  return pair;
}

Features features(const Pair& pair, FormFactor form = FormFactor::laptop_14) {
  const auto made = features_of(pair.before, pair.after, minutes(1), form);
  EXPECT_TRUE(made);
  return made.value_or(Features{});
}

TEST(PowerModel, inputs_of_a_minute) {
  const Features made = features(minute());
  const Vector want{1.0, 4.0, 1.0, 0.512, 0.05, 0.1, 0.0};
  for (std::size_t i = 0; i < dimension; ++i) {
    EXPECT_NEAR(made.x[i], want[i], 1e-9) << i;
    EXPECT_EQ(made.deviation[i], 0.0) << "everything was told";
  }
}

TEST(PowerModel, what_is_not_told_is_stood_in_for_and_doubted) {
  Pair pair = minute();
  pair.before.reading.activity = {};
  pair.after.reading.activity = {};
  const Features made = features(pair);
  for (const std::size_t i : {panel_input, backlight_input, disk_input, network_input}) {
    EXPECT_GT(made.x[i], 0.0);
    EXPECT_GT(made.deviation[i], 0.0);
  }
  const PowerModel model;
  EXPECT_GT(predict(model, made, Supply::mains).variance_shared_w2,
            predict(model, features(minute()), Supply::mains).variance_shared_w2);
  pair.after.reading.counters.clear();
  EXPECT_FALSE(features_of(pair.before, pair.after, minutes(1), FormFactor::laptop_14))
      << "without a package counter there is no figure";
}

TEST(PowerModel, counters_that_went_back_are_not_told) {
  Pair pair = minute();
  pair.after.reading.activity.disk_busy_ms = 0;
  pair.after.reading.activity.network_bytes = 0;
  const Features made = features(pair);
  EXPECT_GT(made.deviation[disk_input], 0.0);
  EXPECT_GT(made.deviation[network_input], 0.0);
}

TEST(PowerModel, a_panel_that_went_off_in_between_was_on_for_half) {
  Pair pair = minute();
  pair.after.reading.activity.panel_on = false;
  EXPECT_EQ(features(pair).x[panel_input], 0.5);
  EXPECT_EQ(features(minute(), FormFactor::desktop).x[panel_input], 0.0) << "it has none";
}

TEST(PowerModel, graphics_that_are_awake_and_unreadable_add_ten_watts_and_doubt) {
  Pair pair = minute();
  const PowerModel model;
  const PredictedPower without = predict(model, features(pair), Supply::mains);
  const DiscreteGpu unreadable{"card1", true, std::nullopt};
  pair.before.reading.gpus = {unreadable};
  pair.after.reading.gpus = {unreadable};
  const Features made = features(pair);
  EXPECT_TRUE(made.graphics_unreadable);
  const PredictedPower with = predict(model, made, Supply::mains);
  EXPECT_NEAR(with.watts - without.watts, 10.0, 1e-9);
  EXPECT_NEAR(with.variance_shared_w2 - without.variance_shared_w2, 64.0, 1e-9);
  pair.before.reading.gpus = {{"card1", false, std::nullopt}};
  pair.after.reading.gpus = {{"card1", false, std::nullopt}};
  EXPECT_NEAR(predict(model, features(pair), Supply::mains).watts, without.watts, 1e-9)
      << "asleep it takes nothing that is worth a guess";
  pair.before.reading.gpus = {{"card1", true, watts(20)}};
  pair.after.reading.gpus = {{"card1", true, watts(20)}};
  EXPECT_NEAR(predict(model, features(pair), Supply::mains).watts - without.watts, 22.0, 1e-9);
}

TEST(PowerModel, forms_by_chassis_and_size) {
  const struct {
    const char* chassis;
    const char* model;
    FormFactor want;
  } cases[] = {{"Notebook", "ThinkPad T480", FormFactor::laptop_14},
               {"Notebook", "ThinkPad L15 Gen 2", FormFactor::laptop_16},
               {"Laptop", "Swift 15", FormFactor::laptop_16},
               {"Laptop", "ThinkPad E16s", FormFactor::laptop_16},
               {"Laptop", "Latitude 1550", FormFactor::laptop_14},
               {"Convertible", "", FormFactor::laptop_14},
               {"Mini Tower", "OptiPlex 7060", FormFactor::desktop},
               {"Space-saving", "", FormFactor::desktop},
               {"Low Profile Desktop", "", FormFactor::desktop},
               {"All in One", "", FormFactor::all_in_one},
               {"", "", FormFactor::laptop_14}};
  for (const auto& c : cases) {
    SCOPED_TRACE(std::string(c.chassis) + " " + c.model);
    Identity identity;
    if (*c.chassis != 0) identity.chassis = c.chassis;
    if (*c.model != 0) identity.model = c.model;
    EXPECT_EQ(form_factor_of(identity), c.want);
    EXPECT_EQ(form_factor_from(name_of(c.want)), c.want);
    EXPECT_EQ(prior_of(c.want).form, c.want);
  }
  EXPECT_FALSE(form_factor_from("toaster"));
}

TEST(PowerModel, the_prior_of_a_laptop_predicts_a_laptop) {
  const PredictedPower power = predict(PowerModel{}, features(minute()), Supply::battery);
  // 1.8 + 4.6 + 0.9 + 1.28 + 0.05 + 0.08
  EXPECT_NEAR(power.watts, 8.71, 0.001);
  EXPECT_EQ(power.variance_device_w2, 0.0) << "nothing was fitted";
  EXPECT_NEAR(std::sqrt(power.variance_shared_w2), 1.41, 0.05);
  EXPECT_GT(predict(PowerModel{}, features(minute()), Supply::mains).variance_shared_w2,
            power.variance_shared_w2)
      << "what mains shifts is not known";
}

TEST(PowerModel, a_fitted_model_doubts_what_lies_far_above_what_it_saw) {
  PowerModel model;
  model.origin = ModelOrigin::calibrated;
  model.covariance_shared = {};
  model.covariance_own = Symmetric::diagonal({0.01, 0.001, 0.01, 0.01, 0.01, 0.01, 0.01});
  model.most_seen = {1, 8, 1, 1, 1, 1, 0};
  Pair pair = minute();
  const PredictedPower inside = predict(model, features(pair), Supply::battery);
  EXPECT_FALSE(inside.extrapolated);
  EXPECT_NEAR(std::sqrt(inside.variance_shared_w2), gauge_gain_deviation * inside.watts, 1e-9)
      << "the gain of the gauge remains";
  pair.after.reading.counters[0].energy_uj = 1'800'000'000;  // 30 W
  const PredictedPower outside = predict(model, features(pair), Supply::battery);
  EXPECT_TRUE(outside.extrapolated);
  EXPECT_GT(outside.variance_device_w2, 20 * inside.variance_device_w2);
}

TEST(PowerModel, a_prior_of_the_file_fits_by_model_and_maker) {
  const std::vector<ModelPrior> priors{{"LENOVO", "ThinkPad T480", prior_of(FormFactor::laptop_16)},
                                       {"", "Latitude 7490", prior_of(FormFactor::desktop)}};
  Identity identity;
  EXPECT_EQ(prior_for(priors, identity), nullptr);
  identity.model = "THINKPAD T480";
  EXPECT_EQ(prior_for(priors, identity), nullptr);
  identity.manufacturer = "Lenovo";
  EXPECT_EQ(prior_for(priors, identity), &priors[0]);
  identity.model = "latitude 7490";
  EXPECT_EQ(prior_for(priors, identity), &priors[1]) << "an empty maker fits all";
}

// --- Without a counter ---------------------------------------------------------------------------

// A minute in which the processors were busy for `share` of the time, and nothing counts energy.
Pair minute_of_use(double share) {
  Pair pair = minute();
  pair.before.reading.counters.clear();
  pair.after.reading.counters.clear();
  pair.before.reading.activity.cpu_busy_ticks = 100;
  pair.before.reading.activity.cpu_total_ticks = 5'000;
  pair.after.reading.activity.cpu_busy_ticks = 100 + std::llround(share * 48'000);
  pair.after.reading.activity.cpu_total_ticks = 5'000 + 48'000;
  return pair;
}

TEST(PowerModel, use_of_the_processor_stands_in_for_its_counter_and_is_doubted) {
  const PowerModel model;
  double last_w = 0;
  for (const double share : {0.0, 0.05, 0.3, 1.0}) {
    SCOPED_TRACE(share);
    const Pair pair = minute_of_use(share);
    const auto used = features_of_use(pair.before, pair.after, minutes(1), FormFactor::laptop_14);
    ASSERT_TRUE(used);
    EXPECT_GE(used->x[package_input], 1.05 - 1e-9) << "a processor at rest takes something";
    EXPECT_LE(used->x[package_input], 15.0 + 1e-9) << "and at full use its rating";
    EXPECT_GT(used->x[package_input], last_w);
    last_w = used->x[package_input];
    EXPECT_EQ(used->deviation[package_input], 0.5 * last_w);
    // A quarter to a third of it, as one deviation.
    const PredictedPower power = predict(model, *used, Supply::mains);
    const double deviation_w = std::sqrt(power.variance_shared_w2 + power.variance_device_w2);
    EXPECT_GT(deviation_w / power.watts, 0.2);
    EXPECT_LT(deviation_w / power.watts, 0.45);
  }
}

TEST(PowerModel, use_is_not_looked_at_beside_a_counter_nor_without_all_it_takes) {
  const auto used = [](const Pair& pair) {
    return features_of_use(pair.before, pair.after, minutes(1), FormFactor::laptop_14).has_value();
  };
  EXPECT_TRUE(used(minute_of_use(0.1)));
  for (const Boundary boundary : {Boundary::cpu, Boundary::sys}) {
    Pair appeared = minute_of_use(0.1);
    appeared.after.reading.counters = {{"counter", boundary, 5, {}}};
    EXPECT_FALSE(used(appeared)) << "the next minute has a better figure";
    Pair vanished = minute_of_use(0.1);
    vanished.before.reading.counters = {{"counter", boundary, 5, {}}};
    EXPECT_FALSE(used(vanished));
  }
  Pair untold = minute_of_use(0.1);
  untold.after.reading.activity.cpu_busy_ticks.reset();
  EXPECT_FALSE(used(untold));
  Pair stood_still = minute_of_use(0.1);
  stood_still.after.reading.activity.cpu_total_ticks = 5'000;
  EXPECT_FALSE(used(stood_still));
  Pair went_back = minute_of_use(0.1);
  went_back.after.reading.activity.cpu_busy_ticks = 99;
  EXPECT_FALSE(used(went_back));
  EXPECT_FALSE(features_of_use(minute_of_use(0.1).before, minute_of_use(0.1).after, Duration{0},
                               FormFactor::laptop_14));
}

}  // namespace
}  // namespace wattlife
