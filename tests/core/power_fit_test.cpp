// SPDX-License-Identifier: EUPL-1.2
// The regression alone, on windows made by hand: what it finds, what it doubts, what it refuses.
#include "core/power_fit.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace wattlife {
namespace {

const Vector truth{3.0, 1.1, 0.9, 2.0, 1.0, 0.8, 1.1};

SteadyWindow window(std::mt19937_64& chance, std::uint32_t session, double noise_w = 0.2) {
  const auto uniform = [&](double low, double high) {
    return std::uniform_real_distribution<double>(low, high)(chance);
  };
  SteadyWindow made;
  made.inputs = {static_cast<float>(uniform(1, 12)),  1.0F,
                 static_cast<float>(uniform(0.2, 1)), static_cast<float>(uniform(0, 0.3)),
                 static_cast<float>(uniform(0, 0.2)), 0.0F};
  const double noise = noise_w * (uniform(-1, 1) + uniform(-1, 1) + uniform(-1, 1));
  made.target_w = static_cast<float>(dot(truth, inputs_of(made)) + noise);
  made.session = session;
  made.day = 20'000;
  return made;
}

std::vector<SteadyWindow> windows(unsigned seed, int count, double noise_w = 0.2) {
  std::mt19937_64 chance(seed);
  std::vector<SteadyWindow> made;
  for (int i = 0; i < count; ++i) {
    made.push_back(window(chance, static_cast<std::uint32_t>(i / 10), noise_w));
    made.back().quarter = static_cast<std::uint32_t>(i % 10 / 5);
  }
  return made;
}

const Belief belief = belief_from(prior_of(FormFactor::laptop_14));

Symmetric covariance_of(const Fit& fit) { return fit.covariance_own + fit.covariance_shared; }

TEST(PowerFit, without_windows_the_belief_remains) {
  const auto fit = fitted(belief, {});
  ASSERT_TRUE(fit);
  for (std::size_t i = 0; i < dimension; ++i) {
    EXPECT_NEAR(fit->weights[i], belief.mean[i], 1e-9);
    EXPECT_NEAR(fit->covariance_shared(i, i), belief.covariance(i, i), 1e-9);
    EXPECT_NEAR(fit->covariance_own(i, i), 0.0, 1e-9);
  }
  EXPECT_NEAR(prior_share(*fit, {1, 5, 1, 0.5, 0, 0, 0}), 1.0, 1e-9);
  EXPECT_FALSE(fitted({belief.mean, Symmetric{}}, {})) << "no covariance, no fit";
}

TEST(PowerFit, finds_the_truth_and_says_how_sure_it_is) {
  int inside = 0;
  for (unsigned seed = 1; seed <= 100; ++seed) {
    const auto fit = fitted(belief, windows(seed, 60));
    ASSERT_TRUE(fit);
    const Vector x{1, 6, 1, 0.6, 0.1, 0.1, 0};
    const double error = dot(fit->weights, x) - dot(truth, x);
    EXPECT_LT(std::abs(error), 0.4);
    inside += error * error < 4 * quadratic(covariance_of(*fit), x) ? 1 : 0;
    EXPECT_LT(prior_share(*fit, x), 0.3) << "the windows decided";
    EXPECT_GT(prior_share(*fit, {0, 0, 0, 0, 0, 0, 1}), 0.99) << "graphics were never seen";
  }
  EXPECT_GE(inside, 93) << "two deviations hold 95 of 100";
}

TEST(PowerFit, the_two_parts_of_the_error_are_both_possible) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    const auto fit = fitted(belief, windows(seed, static_cast<int>(seed) * 5));
    ASSERT_TRUE(fit);
    std::mt19937_64 chance(seed);
    for (int i = 0; i < 20; ++i) {
      const Vector x = inputs_of(window(chance, 0));
      EXPECT_GE(quadratic(fit->covariance_own, x), -1e-9);
      EXPECT_GE(quadratic(fit->covariance_shared, x), -1e-9);
      EXPECT_LE(quadratic(covariance_of(*fit), x), quadratic(belief.covariance, x) + 1e-9)
          << "windows never make less sure";
    }
  }
}

TEST(PowerFit, one_window_in_ten_that_is_wrong_does_not_pull) {
  std::vector<SteadyWindow> made = windows(3, 100);
  for (std::size_t i = 0; i < made.size(); i += 10) made[i].target_w += 15.0F;
  const auto fit = fitted(belief, made);
  ASSERT_TRUE(fit);
  const Vector x{1, 6, 1, 0.6, 0.1, 0.1, 0};
  EXPECT_NEAR(dot(fit->weights, x), dot(truth, x), 0.4);
}

TEST(PowerFit, no_part_ever_gives_power_back) {
  std::vector<SteadyWindow> made = windows(4, 60);
  for (SteadyWindow& one : made) one.target_w = 14.0F - one.inputs[0];  // falls with the load
  const auto fit = fitted(belief, made);
  ASSERT_TRUE(fit);
  for (const double weight : fit->weights) EXPECT_GE(weight, 0.0);
}

TEST(PowerFit, what_is_old_counts_less) {
  std::vector<SteadyWindow> made = windows(5, 60, 0.05);
  for (SteadyWindow& one : made) one.target_w += 4.0F;
  const std::vector<SteadyWindow> now = windows(6, 60, 0.05);
  made.insert(made.end(), now.begin(), now.end());
  const Vector x{1, 6, 1, 0.6, 0.1, 0.1, 0};
  const double mixed = dot(fitted(belief, made)->weights, x);
  for (std::size_t i = 0; i < 60; ++i) made[i].day -= 300;
  const double aged = dot(fitted(belief, made)->weights, x);
  EXPECT_GT(mixed, dot(truth, x) + 0.8);
  EXPECT_LT(aged, dot(truth, x) + 0.4);
}

TEST(PowerFit, sessions_that_were_left_out) {
  EXPECT_FALSE(left_out_error(belief, windows(7, 10))) << "one session";
  const auto error = left_out_error(belief, windows(7, 120));
  ASSERT_TRUE(error);
  EXPECT_LT(*error, 0.05);
  // Sessions that each have a power of their own are not predicted by the others.
  std::vector<SteadyWindow> odd = windows(8, 120);
  for (SteadyWindow& one : odd) one.target_w += one.session % 2 == 0 ? 4.0F : 0.0F;
  EXPECT_GT(left_out_error(belief, odd).value_or(0), 0.15);
}

TEST(PowerFit, load_levels) {
  std::vector<SteadyWindow> made(30);
  const auto with = [&](std::vector<float> loads) {
    for (std::size_t i = 0; i < made.size(); ++i) made[i].inputs[0] = loads[i % loads.size()];
    return has_load_levels(made);
  };
  EXPECT_FALSE(with({2}));
  EXPECT_FALSE(with({2, 6})) << "two levels";
  EXPECT_FALSE(with({2, 2.3F, 2.6F}));
  EXPECT_FALSE(with({2, 2.9F, 3.9F})) << "less than twice";
  EXPECT_TRUE(with({2, 3, 6}));
  made.resize(4);
  EXPECT_FALSE(with({2, 3, 6}));
}

TEST(PowerFit, rare_loads_stay_when_the_store_is_full) {
  std::vector<SteadyWindow> held;
  SteadyWindow rare;
  rare.inputs[0] = 20.0F;
  SteadyWindow usual;
  usual.inputs[0] = 2.0F;
  for (int i = 0; i < 5; ++i) add_window(held, rare);
  for (int i = 0; i < 2000; ++i) {
    usual.day = i;
    add_window(held, usual);
  }
  EXPECT_EQ(held.size(), most_windows);
  EXPECT_EQ(std::count(held.begin(), held.end(), rare), 5);
  EXPECT_EQ(held.back().day, 1999);
  EXPECT_EQ(held[5].day, 2000 - static_cast<int>(most_windows) + 5) << "the oldest went";
}

TEST(PowerFit, a_platform_counter_is_accepted_by_its_line) {
  const struct {
    const char* name;
    double slope;
    double intercept_w;
    double noise_w;
    int count;
    bool accepted;
  } cases[] = {{"exact", 1.0, 0.0, 0.05, 40, true},
               {"losses behind it", 1.15, 0.5, 0.2, 40, true},
               {"too few", 1.0, 0.0, 0.05, 19, false},
               {"half of the laptop", 1.6, 0.0, 0.1, 40, false},
               {"more than the laptop", 0.8, 0.0, 0.1, 40, false},
               {"without the panel", 1.0, 2.5, 0.1, 40, false},
               {"noise", 1.0, 0.0, 2.0, 40, false}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    std::vector<SteadyWindow> made = windows(9, c.count, 0.0);
    std::mt19937_64 chance(9);
    for (SteadyWindow& one : made) {
      const double noise = std::uniform_real_distribution<double>(-1.7, 1.7)(chance) * c.noise_w;
      one.platform_w =
          static_cast<float>((static_cast<double>(one.target_w) - c.intercept_w + noise) / c.slope);
    }
    EXPECT_EQ(accepted_platform(made).has_value(), c.accepted);
  }
}

}  // namespace
}  // namespace wattlife
