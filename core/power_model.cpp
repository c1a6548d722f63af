// SPDX-License-Identifier: EUPL-1.2
#include "core/power_model.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/text.h"

namespace wattlife {
namespace {

double square(double x) { return x * x; }

constexpr std::array all_forms{FormFactor::laptop_14, FormFactor::laptop_16, FormFactor::all_in_one,
                               FormFactor::desktop};

// A value and its standard deviation.
struct Usual {
  double mean;
  double deviation;
};
// What stands in for an input that the machine does not tell.
constexpr Usual usual_panel{0.7, 0.46};
// Systems dim the panel on battery. A fit of a laptop that does not tell its brightness would carry
// the dimmed panel over to mains.
constexpr Usual usual_light_on_battery{0.35, 0.3};  // a setting of a half
constexpr Usual usual_light{0.6, 0.3};
constexpr Usual usual_disk{0.03, 0.05};
constexpr Usual usual_network{0.02, 0.05};
constexpr Usual unreadable_graphics_w{10.0, 8.0};
// Graphics of which nobody tells whether they are awake: nearly always they are not.
constexpr double silent_graphics_deviation_w = 2.0;

// The processor package by how busy its processors were, where nothing tells its power: a share of
// the rating at rest, and at full use all of it. In between it rises steeply at first, since one
// busy core runs at its highest clock. What is computed, and on what, is not known: half of it.
constexpr double rest_share = 0.07;
constexpr double use_exponent = 0.8;
constexpr double use_deviation = 0.5;

// The rating of the processor (TDP, W) that is usual in a form.
double usual_rating_w(FormFactor form) {
  switch (form) {
    case FormFactor::laptop_14:
      return 15.0;
    case FormFactor::laptop_16:
      return 28.0;
    case FormFactor::all_in_one:
      return 35.0;
    case FormFactor::desktop:
      return 65.0;
  }
  return 15.0;
}

// An input this far above everything in the windows is beyond what was calibrated on.
constexpr double far_above = 1.25;
// Of the power that lies beyond, this share is doubted: fans and losses do not grow in a line.
constexpr double doubt_beyond = 0.25;

bool has_token(const std::string& model, std::string_view wanted) {
  for (const std::string_view token : split(model, ' ')) {
    if (token == wanted) return true;
    // "T15", "L15", "E16s": one letter, the size in inches, perhaps one letter more.
    if (token.size() >= 3 && token.size() <= 4 && token.substr(1, 2) == wanted) return true;
  }
  return false;
}

// Growth of a counter since boot; empty when it is not told or went back.
std::optional<double> growth(const std::optional<std::int64_t>& before,
                             const std::optional<std::int64_t>& after) {
  if (!before || !after || *after < *before) return std::nullopt;
  return static_cast<double>(*after) - static_cast<double>(*before);
}

// The mean of what both ends tell, or of the one that does.
template <class T>
std::optional<double> mean_of(const std::optional<T>& before, const std::optional<T>& after,
                              double (*number)(const T&)) {
  if (before && after) return (number(*before) + number(*after)) / 2;
  if (before) return number(*before);
  if (after) return number(*after);
  return std::nullopt;
}

Usual told_or(const std::optional<double>& told, const Usual& usual) {
  return told ? Usual{*told, 0.0} : usual;
}

// Firmware makes steps of brightness that look even, and the eye is not linear: light, and the
// power of the backlight with it, grows faster than the setting. Panels differ (about 1.0 to 2.2).
constexpr double light_exponent = 1.5;
double light_at(const Ratio& brightness) {
  return std::pow(static_cast<double>(brightness.milli) / 1000.0, light_exponent);
}

void add_panel(Features& features, const Tick& first, const Tick& last, FormFactor form) {
  if (form == FormFactor::desktop) return;  // it has no panel of its own
  const Activity& before = first.reading.activity;
  const Activity& after = last.reading.activity;
  const bool on_battery = supply_of(first, last) == Supply::battery;
  const Usual panel = told_or(
      mean_of<bool>(before.panel_on, after.panel_on, [](const bool& on) { return on ? 1.0 : 0.0; }),
      usual_panel);
  const Usual light = told_or(mean_of<Ratio>(before.brightness, after.brightness, light_at),
                              on_battery ? usual_light_on_battery : usual_light);
  features.x[panel_input] = panel.mean;
  features.deviation[panel_input] = panel.deviation;
  features.x[backlight_input] = panel.mean * light.mean;
  features.deviation[backlight_input] = panel.mean * light.deviation;
  features.panel_light = light.mean;
}

// Graphics at one end of the span: power where it is told, and what has to be assumed.
void add_graphics(Features& features, const PowerReading& reading, double weight) {
  for (const DiscreteGpu& gpu : reading.gpus) {
    if (gpu.power) {
      features.x[graphics_input] += weight * in_watts(*gpu.power);
    } else if (gpu.awake == true) {
      features.graphics_unreadable = true;
      features.extra_w += weight * unreadable_graphics_w.mean;
      features.extra_deviation_w += weight * unreadable_graphics_w.deviation;
    } else if (!gpu.awake) {
      features.extra_deviation_w += weight * silent_graphics_deviation_w;
    }
  }
}

// All inputs, with what is known of the package.
Features features_with(const Usual& package_w, const Tick& before, const Tick& after, Duration run,
                       FormFactor form) {
  const double t = in_seconds(run);
  const Activity& first = before.reading.activity;
  const Activity& last = after.reading.activity;
  Features features;
  features.x[awake_input] = 1.0;
  features.x[package_input] = package_w.mean;
  features.deviation[package_input] = package_w.deviation;
  add_panel(features, before, after, form);

  auto busy = growth(first.disk_busy_ms, last.disk_busy_ms);
  if (busy) busy = std::min(1.0, *busy / 1000.0 / t);
  auto rate = growth(first.network_bytes, last.network_bytes);
  if (rate) rate = std::min(1.0, *rate * 8e-6 / t / 100.0);
  const Usual disk = told_or(busy, usual_disk);
  const Usual network = told_or(rate, usual_network);
  features.x[disk_input] = disk.mean;
  features.deviation[disk_input] = disk.deviation;
  features.x[network_input] = network.mean;
  features.deviation[network_input] = network.deviation;

  add_graphics(features, before.reading, 0.5);
  add_graphics(features, after.reading, 0.5);
  return features;
}

// Whether something counts the energy of the processor or of the whole laptop.
bool has_counter(const PowerReading& reading) {
  return std::any_of(
      reading.counters.begin(), reading.counters.end(), [](const EnergyCounter& counter) {
        return counter.boundary == Boundary::cpu || counter.boundary == Boundary::sys;
      });
}

}  // namespace

const char* name_of(FormFactor form) {
  switch (form) {
    case FormFactor::laptop_14:
      return "laptop-14";
    case FormFactor::laptop_16:
      return "laptop-16";
    case FormFactor::all_in_one:
      return "all-in-one";
    case FormFactor::desktop:
      return "desktop";
  }
  return "unknown";
}

std::optional<FormFactor> form_factor_from(std::string_view name) {
  for (const FormFactor form : all_forms) {
    if (name == name_of(form)) return form;
  }
  return std::nullopt;
}

FormFactor form_factor_of(const Identity& identity) {
  const std::string chassis = lower_case(identity.chassis.value_or(""));
  if (chassis == "all in one") return FormFactor::all_in_one;
  for (const std::string_view word : {"desktop", "tower", "mini pc", "stick pc", "space-saving",
                                      "lunch box", "pizza box", "server"}) {
    if (chassis.find(word) != std::string::npos) return FormFactor::desktop;
  }
  const std::string model = identity.model.value_or("");
  for (const std::string_view inches : {"15", "16", "17", "15.6"}) {
    if (has_token(model, inches)) return FormFactor::laptop_16;
  }
  return FormFactor::laptop_14;
}

const Prior& prior_of(FormFactor form) {
  // 3-measurement 9.2; the backlight grows with the area of the panel. In the order of Input.
  static const std::array<Prior, 4> priors{Prior{FormFactor::laptop_14,
                                                 {1.8, 1.15, 0.9, 2.5, 1.0, 0.8, 1.10},
                                                 {1.0, 0.15, 0.5, 1.2, 0.7, 0.5, 0.15}},
                                           Prior{FormFactor::laptop_16,
                                                 {2.2, 1.15, 1.1, 3.1, 1.0, 0.8, 1.10},
                                                 {1.2, 0.15, 0.6, 1.4, 0.7, 0.5, 0.15}},
                                           Prior{FormFactor::all_in_one,
                                                 {6.0, 1.20, 4.0, 12.0, 1.5, 0.8, 1.10},
                                                 {3.0, 0.20, 2.5, 6.0, 1.0, 0.5, 0.15}},
                                           Prior{FormFactor::desktop,
                                                 {12.0, 1.25, 0.9, 2.5, 2.0, 0.8, 1.10},
                                                 {6.0, 0.20, 0.5, 1.2, 1.0, 0.5, 0.15}}};
  for (const Prior& prior : priors) {
    if (prior.form == form) return prior;
  }
  return priors.front();
}

const ModelPrior* prior_for(const std::vector<ModelPrior>& priors, const Identity& identity) {
  const std::string manufacturer = lower_case(identity.manufacturer.value_or(""));
  const std::string model = lower_case(identity.model.value_or(""));
  if (model.empty()) return nullptr;
  const auto found = std::find_if(priors.begin(), priors.end(), [&](const ModelPrior& prior) {
    return lower_case(prior.model) == model &&
           (prior.manufacturer.empty() || lower_case(prior.manufacturer) == manufacturer);
  });
  return found == priors.end() ? nullptr : &*found;
}

std::optional<Features> features_of(const Tick& before, const Tick& after, Duration run,
                                    FormFactor form) {
  const auto package = counter_energy(before, after, Boundary::cpu, run);
  if (!package || run <= Duration{0}) return std::nullopt;
  return features_with({in_joules(*package) / in_seconds(run), 0.0}, before, after, run, form);
}

std::optional<Features> features_of_use(const Tick& before, const Tick& after, Duration run,
                                        FormFactor form) {
  if (run <= Duration{0} || has_counter(before.reading) || has_counter(after.reading)) {
    return std::nullopt;
  }
  const Activity& first = before.reading.activity;
  const Activity& last = after.reading.activity;
  const auto busy = growth(first.cpu_busy_ticks, last.cpu_busy_ticks);
  const auto total = growth(first.cpu_total_ticks, last.cpu_total_ticks);
  if (!busy || !total || *total <= 0) return std::nullopt;
  const double use = std::min(1.0, *busy / *total);
  const double package_w =
      usual_rating_w(form) * (rest_share + (1.0 - rest_share) * std::pow(use, use_exponent));
  return features_with({package_w, use_deviation * package_w}, before, after, run, form);
}

PowerModel::PowerModel() {
  const Prior& prior = prior_of(form);
  for (std::size_t i = 0; i < dimension; ++i) {
    covariance_shared(i, i) = square(prior.deviation[i]);
  }
}

PowerModel model_from(const Prior& prior, ModelOrigin origin) {
  PowerModel model;
  model.origin = origin;
  model.form = prior.form;
  model.weights = prior.mean;
  for (std::size_t i = 0; i < dimension; ++i) {
    model.covariance_shared(i, i) = square(prior.deviation[i]);
  }
  return model;
}

PredictedPower predict(const PowerModel& model, const Features& features, Supply supply) {
  PredictedPower predicted;
  const Vector& w = model.weights;
  predicted.watts = dot(w, features.x) + features.extra_w;
  predicted.variance_own_w2 = square(model.residual_w);
  predicted.variance_device_w2 = quadratic(model.covariance_own, features.x);
  // What stands in for an input that is not told is wrong in the same direction all day.
  predicted.variance_shared_w2 =
      quadratic(model.covariance_shared, features.x) + square(features.extra_deviation_w) +
      square(w[package_input] * features.deviation[package_input]) +
      square((w[panel_input] + w[backlight_input] * features.panel_light) *
             features.deviation[panel_input]) +
      square(w[backlight_input] * features.deviation[backlight_input]) +
      square(w[disk_input] * features.deviation[disk_input]) +
      square(w[network_input] * features.deviation[network_input]);
  const bool learned =
      model.origin == ModelOrigin::calibrated || model.origin == ModelOrigin::part_calibrated;
  if (learned) {
    predicted.variance_shared_w2 += square(gauge_gain_deviation * predicted.watts);
    for (const std::size_t i : {package_input, disk_input, network_input, graphics_input}) {
      const double beyond = features.x[i] - far_above * model.most_seen[i];
      if (beyond <= 0) continue;
      // A drive or a radio that was hardly used is not the laptop's power.
      predicted.extrapolated = predicted.extrapolated || w[i] * beyond > 0.1 * predicted.watts;
      predicted.variance_device_w2 += square(doubt_beyond * w[i] * beyond);
    }
  }
  if (supply == Supply::mains) {
    predicted.watts += mains_shift_w + desk_w;
    predicted.variance_shared_w2 += square(mains_shift_deviation_w) + square(desk_deviation_w);
  }
  return predicted;
}

}  // namespace wattlife
