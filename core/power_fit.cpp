// SPDX-License-Identifier: EUPL-1.2
#include "core/power_fit.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

namespace wattlife {
namespace {

constexpr int most_iterations = 15;
constexpr double huber_k = 1.345;
constexpr double deviation_per_mad = 1.4826;
constexpr double least_residual_w = 0.2;
constexpr double half_life_days = 60.0;
constexpr double oldest_days = 360.0;  // a clock that was years wrong must not erase everything
// Windows of a session resemble each other: (1 + rho) / (1 - rho) with rho 0.6.
constexpr double windows_per_fact = 4.0;
constexpr std::size_t most_folds = 10;
constexpr double level_factor = 1.4;

double square(double x) { return x * x; }

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

double package_w(const SteadyWindow& window) {
  return static_cast<double>(window.inputs[package_input - 1]);
}

// Six classes of package power, four of brightness.
int class_of(const SteadyWindow& window) {
  const double levels = std::log2(std::max(1.0, package_w(window)));
  const int load = std::clamp(static_cast<int>(levels * 1.5), 0, 5);
  const double backlight = static_cast<double>(window.inputs[backlight_input - 1]);
  return load * 4 + std::clamp(static_cast<int>(backlight * 4), 0, 3);
}

// Half after 60 days before the newest one.
std::vector<double> age_weights(const std::vector<SteadyWindow>& windows) {
  std::vector<double> weights;
  weights.reserve(windows.size());
  const double newest = windows.empty() ? 0.0 : static_cast<double>(windows.back().day);
  for (const SteadyWindow& window : windows) {
    const double age = std::clamp(newest - static_cast<double>(window.day), 0.0, oldest_days);
    weights.push_back(std::pow(0.5, age / half_life_days));
  }
  return weights;
}

// One robust regression; `trust` is the weight of each window before robustness.
class Regression {
 public:
  Regression(const Belief& belief, const std::vector<SteadyWindow>& windows,
             const std::vector<double>& trust)
      : windows_(windows), trust_(trust), robust_(windows.size(), 1.0) {
    const auto factor = Cholesky::of(belief.covariance);
    if (!factor) return;
    prior_precision_ = factor->inverse();
    prior_vector_ = prior_precision_ * belief.mean;
    weights_ = belief.mean;
    sound_ = true;
  }

  // False when there is no solution.
  bool run() {
    for (int i = 0; sound_ && i < most_iterations; ++i) {
      const Vector before = weights_;
      if (!solve()) return false;
      judge_windows();
      double moved = 0;
      for (std::size_t k = 0; k < dimension; ++k) {
        moved = std::max(moved, std::abs(weights_[k] - before[k]));
      }
      if (moved < 1e-6) break;
    }
    return sound_ && solve();
  }

  const Vector& weights() const { return weights_; }
  double residual_w() const { return residual_w_; }
  const Symmetric& precision() const { return precision_; }
  const Symmetric& prior_precision() const { return prior_precision_; }

 private:
  bool solve() {
    precision_ = prior_precision_;
    Vector right = prior_vector_;
    for (std::size_t i = 0; i < windows_.size(); ++i) {
      const double weight = trust_[i] * robust_[i] / (windows_per_fact * square(residual_w_));
      if (weight <= 0) continue;
      const Vector x = inputs_of(windows_[i]);
      precision_.add_square(x, weight);
      for (std::size_t k = 0; k < dimension; ++k) {
        right[k] += weight * static_cast<double>(windows_[i].target_w) * x[k];
      }
    }
    const auto solved = solve_non_negative(precision_, right);
    if (solved) weights_ = *solved;
    return solved.has_value();
  }

  // Huber's weights and the spread, from the residuals of the newest weights.
  void judge_windows() {
    std::vector<double> sizes;
    std::vector<double> residuals(windows_.size(), 0.0);
    for (std::size_t i = 0; i < windows_.size(); ++i) {
      residuals[i] =
          static_cast<double>(windows_[i].target_w) - dot(weights_, inputs_of(windows_[i]));
      if (trust_[i] > 0) sizes.push_back(std::abs(residuals[i]));
    }
    if (sizes.empty()) return;
    const auto count = static_cast<double>(sizes.size());
    const double spread = std::max(deviation_per_mad * median(std::move(sizes)), 0.05);
    double sum = 0;
    double total = 0;
    for (std::size_t i = 0; i < windows_.size(); ++i) {
      robust_[i] = std::min(1.0, huber_k * spread / std::max(std::abs(residuals[i]), 1e-9));
      sum += trust_[i] * robust_[i] * square(residuals[i]);
      total += trust_[i] * robust_[i];
    }
    // Each weight that is fitted takes away a part of the residuals.
    const double freedom = count / std::max(1.0, count - 4.0);
    residual_w_ = std::max(least_residual_w, std::sqrt(freedom * sum / total));
  }

  const std::vector<SteadyWindow>& windows_;
  const std::vector<double>& trust_;
  std::vector<double> robust_;
  Symmetric prior_precision_;
  Symmetric precision_;
  Vector prior_vector_{};
  Vector weights_{};
  double residual_w_ = 1.0;
  bool sound_ = false;
};

// In order of first appearance.
std::vector<std::uint32_t> sessions_of(const std::vector<SteadyWindow>& windows) {
  std::vector<std::uint32_t> sessions;
  for (const SteadyWindow& window : windows) {
    if (std::find(sessions.begin(), sessions.end(), window.session) == sessions.end()) {
      sessions.push_back(window.session);
    }
  }
  return sessions;
}

struct QuarterSum {
  double target_w = 0;
  double predicted_w = 0;
};

}  // namespace

Vector inputs_of(const SteadyWindow& window) {
  Vector x{};
  x[awake_input] = 1.0;
  for (std::size_t i = 1; i < dimension; ++i) x[i] = static_cast<double>(window.inputs[i - 1]);
  return x;
}

void add_window(std::vector<SteadyWindow>& windows, const SteadyWindow& window) {
  if (windows.size() >= most_windows) {
    std::array<int, 24> counts{};
    for (const SteadyWindow& held : windows) ++counts.at(static_cast<std::size_t>(class_of(held)));
    const auto fullest = std::max_element(counts.begin(), counts.end()) - counts.begin();
    windows.erase(std::find_if(windows.begin(), windows.end(), [&](const SteadyWindow& held) {
      return class_of(held) == fullest;
    }));
  }
  windows.push_back(window);
}

Belief belief_from(const Prior& prior) {
  Vector variance{};
  for (std::size_t i = 0; i < dimension; ++i) variance[i] = square(prior.deviation[i]);
  return {prior.mean, Symmetric::diagonal(variance)};
}

std::optional<Fit> fitted(const Belief& belief, const std::vector<SteadyWindow>& windows) {
  const std::vector<double> trust = age_weights(windows);
  Regression regression(belief, windows, trust);
  if (!regression.run()) return std::nullopt;
  const auto factor = Cholesky::of(regression.precision());
  if (!factor) return std::nullopt;
  Fit fit;
  fit.weights = regression.weights();
  fit.residual_w = regression.residual_w();
  // The error has two causes: covariance = C P0 C (the prior) + C (P - P0) C (noise of the
  // windows).
  const Symmetric covariance = factor->inverse();
  for (std::size_t row = 0; row < dimension; ++row) {
    Vector unit{};
    unit[row] = 1;
    const Vector shared = covariance * (regression.prior_precision() * (covariance * unit));
    for (std::size_t column = row; column < dimension; ++column) {
      fit.covariance_shared(column, row) = shared[column];
      fit.covariance_own(column, row) = covariance(column, row) - shared[column];
    }
  }
  for (const SteadyWindow& window : windows) {
    const Vector x = inputs_of(window);
    for (std::size_t i = 0; i < dimension; ++i) {
      fit.most_seen[i] = std::max(fit.most_seen[i], x[i]);
    }
  }
  return fit;
}

std::optional<double> left_out_error(const Belief& belief,
                                     const std::vector<SteadyWindow>& windows) {
  const std::vector<std::uint32_t> sessions = sessions_of(windows);
  if (sessions.size() < 2) return std::nullopt;
  const std::size_t folds = std::min(sessions.size(), most_folds);
  const auto fold_of = [&](const SteadyWindow& window) {
    const auto at = std::find(sessions.begin(), sessions.end(), window.session);
    return static_cast<std::size_t>(at - sessions.begin()) % folds;
  };
  std::vector<std::size_t> fold;
  fold.reserve(windows.size());
  for (const SteadyWindow& window : windows) fold.push_back(fold_of(window));
  const std::vector<double> age = age_weights(windows);
  std::map<std::pair<std::uint32_t, std::uint32_t>, QuarterSum> quarters;
  for (std::size_t left_out = 0; left_out < folds; ++left_out) {
    std::vector<double> trust = age;
    for (std::size_t i = 0; i < windows.size(); ++i) {
      if (fold[i] == left_out) trust[i] = 0;
    }
    Regression regression(belief, windows, trust);
    if (!regression.run()) return std::nullopt;
    for (std::size_t i = 0; i < windows.size(); ++i) {
      if (fold[i] != left_out) continue;
      QuarterSum& sum = quarters[{windows[i].session, windows[i].quarter}];
      sum.target_w += static_cast<double>(windows[i].target_w);
      sum.predicted_w += dot(regression.weights(), inputs_of(windows[i]));
    }
  }
  double error = 0;
  for (const auto& [key, sum] : quarters) {
    error += std::abs(sum.predicted_w - sum.target_w) / sum.target_w;
  }
  return error / static_cast<double>(quarters.size());
}

double prior_share(const Fit& fit, const Vector& x) {
  const double shared = quadratic(fit.covariance_shared, x);
  const double own = quadratic(fit.covariance_own, x);
  return shared + own > 0 ? shared / (shared + own) : 0.0;
}

bool has_load_levels(const std::vector<SteadyWindow>& windows) {
  std::vector<double> loads;
  for (const SteadyWindow& window : windows) loads.push_back(std::max(0.1, package_w(window)));
  if (loads.size() < 6) return false;
  std::sort(loads.begin(), loads.end());
  int levels = 0;
  for (std::size_t i = 0; i + 1 < loads.size();) {
    // A level begins at a load and holds everything less than a factor above it.
    const double begin = loads[i];
    std::size_t count = 0;
    for (; i < loads.size() && loads[i] < begin * level_factor; ++i) ++count;
    levels += count >= 2 ? 1 : 0;
  }
  const auto tenth = std::max<std::size_t>(1, loads.size() / 10);
  double low = 0;
  double high = 0;
  for (std::size_t i = 0; i < tenth; ++i) {
    low += loads[i];
    high += loads[loads.size() - 1 - i];
  }
  return levels >= 3 && high >= 2 * low;
}

std::optional<PlatformFit> accepted_platform(const std::vector<SteadyWindow>& windows) {
  double n = 0, x = 0, y = 0, xx = 0, xy = 0, yy = 0;
  for (const SteadyWindow& window : windows) {
    if (!window.platform_w) continue;
    const double counter = static_cast<double>(*window.platform_w);
    const double gauge = static_cast<double>(window.target_w);
    n += 1;
    x += counter;
    y += gauge;
    xx += counter * counter;
    xy += counter * gauge;
    yy += gauge * gauge;
  }
  if (n < 20) return std::nullopt;
  const double spread = xx - x * x / n;
  if (spread < 0.01 * xx) return std::nullopt;  // a constant, or zero: it measures nothing
  const double slope = (xy - x * y / n) / spread;
  const double intercept = (y - slope * x) / n;
  const double rest = std::max(0.0, yy - y * y / n - slope * (xy - x * y / n));
  const double deviation = std::sqrt(rest / (n - 2));
  const bool good =
      slope >= 0.85 && slope <= 1.20 && std::abs(intercept) < 1.5 && deviation < 0.08 * y / n;
  if (!good) return std::nullopt;
  return PlatformFit{slope, intercept, deviation};
}

}  // namespace wattlife
