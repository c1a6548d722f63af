// SPDX-License-Identifier: EUPL-1.2
#include "agent/learned_view.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <utility>

#include "agent/json_members.h"

namespace wattlife {
namespace {

constexpr double deviations_of_95_percent = 1.96;
constexpr double largest_milli = 1e9;  // a megawatt: no sensor says that

struct Part {
  Input input;
  const char* name;
  const char* unit;
};
constexpr std::array<Part, dimension> parts{{{awake_input, "base", "W"},
                                             {package_input, "processor", "W/W"},
                                             {panel_input, "panel", "W"},
                                             {backlight_input, "backlight", "W"},
                                             {disk_input, "drive", "W"},
                                             {network_input, "network", "W"},
                                             {graphics_input, "graphics", "W/W"}}};

const char* name_of(ModelOrigin origin) {
  switch (origin) {
    case ModelOrigin::form_factor:
      return "form_factor";
    case ModelOrigin::model_file:
      return "model_file";
    case ModelOrigin::part_calibrated:
      return "part_calibrated";
    case ModelOrigin::calibrated:
      return "calibrated";
  }
  return "form_factor";
}

Cell milli(double value) {
  if (!std::isfinite(value)) return {};
  return std::int64_t{std::lround(std::clamp(value * 1000, 0.0, largest_milli))};
}

Cell milli_known(const std::optional<double>& value) { return value ? milli(*value) : Cell(); }

// How far the power on mains may be off in the mean of many hours, as a share: what is each
// span's own averages out and is not in it. Empty before it was on mains.
std::optional<double> error_on_mains(const Calibration& calibration, const PowerModel& model) {
  if (calibration.mains_count < 1 || model.virtual_machine) return std::nullopt;
  Features features;
  features.x = calibration.mains_inputs;
  const PredictedPower power = predict(model, features, Supply::mains);
  if (power.watts <= 0) return std::nullopt;
  return deviations_of_95_percent *
         std::sqrt(std::max(0.0, power.variance_device_w2 + power.variance_shared_w2)) /
         power.watts;
}

double margin(const Symmetric& covariance, Input input) {
  return deviations_of_95_percent * std::sqrt(std::max(0.0, covariance(input, input)));
}

// What was learned, relied upon or not; empty as long as there is nothing.
std::optional<Belief> learned(const Calibration& calibration) {
  if (calibration.fit && !calibration.windows.empty()) {
    const Fit& fit = *calibration.fit;
    return Belief{fit.weights, fit.covariance_own + fit.covariance_shared};
  }
  if (calibration.belief_carried) return calibration.belief;
  return std::nullopt;
}

std::string weights_json(const Calibration& calibration) {
  const std::optional<Belief> belief = learned(calibration);
  return json_array(parts, [&](const Part& part) {
    Members members;
    members.add("part", part.name).add("unit", part.unit);
    members.add("learned_milli", belief ? milli(belief->mean[part.input]) : Cell());
    members.add("learned_margin_milli",
                belief ? milli(margin(belief->covariance, part.input)) : Cell());
    members.add("prior_milli", milli(calibration.prior.mean[part.input]));
    members.add("prior_margin_milli",
                milli(deviations_of_95_percent * calibration.prior.deviation[part.input]));
    return members.object();
  });
}

}  // namespace

std::string learned_json(const std::optional<Calibration>& calibration) {
  if (!calibration) return "null";
  std::set<std::uint32_t> sessions;
  std::set<std::pair<std::uint32_t, std::uint32_t>> quarters;
  Cell since;
  std::optional<std::int32_t> first;
  for (const SteadyWindow& window : calibration->windows) {
    sessions.insert(window.session);
    quarters.emplace(window.session, window.quarter);
    first = std::min(first.value_or(window.day), window.day);
  }
  if (first) since = to_iso8601(UtcDay{std::chrono::days{*first}});
  const PowerModel model = model_of(*calibration);
  const auto time = static_cast<std::int64_t>(quarters.size()) * Duration{quarter_hour};
  Members members;
  members.add("model", name_of(model.origin)).add("doubt", name_of(calibration->doubt));
  members.add("virtual_machine", calibration->virtual_machine);
  members.add("form", name_of(calibration->prior.form));
  members.add("prior_from_file", calibration->prior_from_file);
  members.add("windows", static_cast<std::int64_t>(calibration->windows.size()));
  members.add("sessions", static_cast<std::int64_t>(sessions.size()));
  members.add("time_ms", time.count()).add("since", since);
  members.add("left_out_error_permille", milli_known(calibration->left_out));
  members.add("mains_error_permille", milli_known(error_on_mains(*calibration, model)));
  return members.raw("weights", weights_json(*calibration)).object();
}

}  // namespace wattlife
