// SPDX-License-Identifier: EUPL-1.2
// Fits the weights of the power model to steady windows on battery, where the gauge tells what the
// laptop consumed: Bayesian regression with robust weights. Pure, deterministic, bounded.
//
// It is a batch over a bounded, stratified store of windows, done again whenever ten windows were
// added. Running sums would forget which windows were outliers under the weights of that day; this
// judges every window by the newest fit, costs about a millisecond, and allows leaving a whole
// session out, which is the only honest test: windows of one session resemble each other.
// Sources: 3-measurement 9.4, 9.5, 9.7.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/linear_algebra.h"
#include "core/power_model.h"

namespace wattlife {

// Two minutes on battery in which nothing changed. Single precision: a sensor has no more.
struct SteadyWindow {
  std::array<float, dimension - 1> inputs{};  // in the order of Input, without the first
  float target_w = 0;                         // mean rate of the gauge
  std::optional<float> platform_w;            // mean of the platform counter
  std::uint32_t session = 0;                  // contiguous time on battery
  std::uint32_t quarter = 0;                  // quarter hours since that session began
  std::int32_t day = 0;                       // days since 1970-01-01 by the wall clock, for ageing
  friend bool operator==(const SteadyWindow&, const SteadyWindow&) = default;
};
Vector inputs_of(const SteadyWindow& window);

// Adds a window. When there are `most_windows`, the oldest one of the fullest class of package
// power and brightness makes room, so that rare loads stay.
inline constexpr std::size_t most_windows = 384;
void add_window(std::vector<SteadyWindow>& windows, const SteadyWindow& window);

// What the fit starts from.
struct Belief {
  Vector mean{};
  Symmetric covariance;
  friend bool operator==(const Belief&, const Belief&) = default;
};
Belief belief_from(const Prior& prior);

struct Fit {
  Vector weights{};             // never below zero
  Symmetric covariance_own;     // of the windows' noise
  Symmetric covariance_shared;  // what the prior still carries
  double residual_w = 0;        // standard deviation of a window, at least 0.2 W
  Vector most_seen{};
  friend bool operator==(const Fit&, const Fit&) = default;
};
// Windows count half after 60 days, and by Huber's weight (1.345 deviations). Consecutive windows
// resemble each other (rho about 0.6), so four of them tell as much as one. Empty when the belief
// is not positive definite; without windows, the belief itself.
std::optional<Fit> fitted(const Belief& belief, const std::vector<SteadyWindow>& windows);

// Mean absolute error of quarter-hour means, as a share, each predicted by a fit without the
// session it is in (with more than ten sessions: without a tenth of them). Empty below two
// sessions.
std::optional<double> left_out_error(const Belief& belief,
                                     const std::vector<SteadyWindow>& windows);

// The largest share that the prior has in what is not known of the power at `x`: near zero when the
// windows decided everything in that direction, near one when they said nothing.
double prior_share(const Fit& fit, const Vector& x);

// Whether the windows hold three levels of package power, each a factor 1.4 from the next and with
// two windows or more, and their highest tenth is twice their lowest.
bool has_load_levels(const std::vector<SteadyWindow>& windows);

// The line from the platform counter to the gauge, when it is good enough to be believed: 20
// windows, slope 0.85 to 1.20, intercept below 1.5 W, residuals below 8 % (3-measurement 2.2).
std::optional<PlatformFit> accepted_platform(const std::vector<SteadyWindow>& windows);

}  // namespace wattlife
