// SPDX-License-Identifier: EUPL-1.2
// Energy and calibration as messages, and back.
#include <array>
#include <chrono>
#include <cmath>
#include <set>
#include <tuple>

#include "proto/wire_parts.h"

namespace wattlife::wire_parts {
namespace {

v1::UseState wire(UseState state) {
  switch (state) {
    case UseState::active:
      return v1::USE_STATE_ACTIVE;
    case UseState::idle:
      return v1::USE_STATE_IDLE;
    case UseState::panel_off:
      return v1::USE_STATE_PANEL_OFF;
    case UseState::awake:
      return v1::USE_STATE_AWAKE;
    case UseState::sleep:
      return v1::USE_STATE_SLEEP;
    case UseState::off:
      return v1::USE_STATE_OFF;
  }
  return v1::USE_STATE_AWAKE;
}

v1::Supply wire(Supply supply) {
  switch (supply) {
    case Supply::battery:
      return v1::SUPPLY_BATTERY;
    case Supply::mains:
      return v1::SUPPLY_MAINS;
    case Supply::unknown:
      return v1::SUPPLY_UNKNOWN;
  }
  return v1::SUPPLY_UNKNOWN;
}

v1::Tier wire(Tier tier) {
  switch (tier) {
    case Tier::measured:
      return v1::TIER_MEASURED;
    case Tier::calibrated_device:
      return v1::TIER_CALIBRATED_DEVICE;
    case Tier::calibrated_model:
      return v1::TIER_CALIBRATED_MODEL;
    case Tier::estimated:
      return v1::TIER_ESTIMATED;
    case Tier::unknown:
      return v1::TIER_UNKNOWN;
  }
  return v1::TIER_UNKNOWN;
}

void put(const Estimate& estimate, v1::Estimate& message) {
  message.set_energy_mj(estimate.energy.milli);
  message.set_variance_own_j2(estimate.variance_own_j2);
  message.set_deviation_shared_j(estimate.deviation_shared_j);
}

void put(const EnergyRow& row, v1::EnergyRow& message) {
  message.set_state(wire(row.state));
  message.set_supply(wire(row.supply));
  message.set_tier(wire(row.tier));
  message.set_method(sendable(row.method, longest_name));
  message.set_time_ms(row.time.count());
  if (row.device) put(*row.device, *message.mutable_device());
  if (row.wall) put(*row.wall, *message.mutable_wall());
}

std::optional<UseState> use_state_from(v1::UseState state) {
  switch (state) {
    case v1::USE_STATE_AWAKE:
      return UseState::awake;
    case v1::USE_STATE_ACTIVE:
      return UseState::active;
    case v1::USE_STATE_IDLE:
      return UseState::idle;
    case v1::USE_STATE_PANEL_OFF:
      return UseState::panel_off;
    case v1::USE_STATE_SLEEP:
      return UseState::sleep;
    case v1::USE_STATE_OFF:
      return UseState::off;
    default:
      return std::nullopt;
  }
}

std::optional<Supply> supply_from(v1::Supply supply) {
  switch (supply) {
    case v1::SUPPLY_UNKNOWN:
      return Supply::unknown;
    case v1::SUPPLY_BATTERY:
      return Supply::battery;
    case v1::SUPPLY_MAINS:
      return Supply::mains;
    default:
      return std::nullopt;
  }
}

std::optional<Tier> tier_from(v1::Tier tier) {
  switch (tier) {
    case v1::TIER_UNKNOWN:
      return Tier::unknown;
    case v1::TIER_MEASURED:
      return Tier::measured;
    case v1::TIER_CALIBRATED_DEVICE:
      return Tier::calibrated_device;
    case v1::TIER_CALIBRATED_MODEL:
      return Tier::calibrated_model;
    case v1::TIER_ESTIMATED:
      return Tier::estimated;
    default:
      return std::nullopt;
  }
}

std::optional<Period> period_from(Reader& reader, const v1::Summary& message, const Field& field) {
  const std::int64_t begin = reader.number(field + ".begin_day", message.begin_day(), 0, last_day);
  const std::int64_t end = reader.number(field + ".end_day", message.end_day(), 1, last_day);
  if (!reader.fine()) return std::nullopt;
  const Period period{UtcDay{std::chrono::days{begin}}, UtcDay{std::chrono::days{end}}};
  const UtcTime start{period.begin};
  const bool known = period == period_of(start, PeriodLength::week) ||
                     period == period_of(start, PeriodLength::four_weeks);
  if (!known) {
    reader.fail(field + ".end_day", "days " + std::to_string(begin) + " to " + std::to_string(end) +
                                        " are no week or four weeks, cut at the ends of months");
  }
  return period;
}

Estimate estimate_from(Reader& reader, const v1::Estimate& message, const Field& field,
                       std::int64_t time_ms) {
  // time is bounded by the period before this is called, so the product cannot overflow.
  const std::int64_t ceiling_mj = largest_power_w * time_ms + energy_slack_mj;
  const double ceiling_j = static_cast<double>(ceiling_mj) / 1000.0;
  const auto deviation = [&](std::string_view name, double value, double most) {
    reader.require(std::isfinite(value) && value >= 0 && value <= most, field + name,
                   "not between 0 and what the time allows");
    return value;
  };
  Estimate estimate;
  estimate.energy = Energy{reader.number(field + ".energy_mj", message.energy_mj(), 0, ceiling_mj)};
  estimate.variance_own_j2 =
      deviation(".variance_own_j2", message.variance_own_j2(), ceiling_j * ceiling_j);
  estimate.deviation_shared_j =
      deviation(".deviation_shared_j", message.deviation_shared_j(), ceiling_j);
  return estimate;
}

EnergyRow energy_row_from(Reader& reader, const v1::EnergyRow& message, const Field& field,
                          std::int64_t longest_ms) {
  EnergyRow row;
  row.state = known_code(reader, field + ".state", use_state_from(message.state()));
  row.supply = known_code(reader, field + ".supply", supply_from(message.supply()));
  row.tier = known_code(reader, field + ".tier", tier_from(message.tier()));
  row.method = reader.text(field + ".method", message.method(), longest_name);
  row.time = Duration{reader.number(field + ".time_ms", message.time_ms(), 0, longest_ms)};
  const bool figure = message.has_device() || message.has_wall();
  if (row.tier == Tier::unknown) {
    reader.require(!figure, field + ".tier", "a figure of which nobody knows how it was come by");
  } else {
    reader.require(figure, field + ".device", "missing beside a tier");
    reader.require(!row.method.empty(), field + ".method", "missing beside a figure");
  }
  if (!reader.fine()) return row;
  const std::int64_t time_ms = row.time.count();
  if (message.has_device()) {
    row.device = estimate_from(reader, message.device(), field + ".device", time_ms);
  }
  if (message.has_wall()) {
    row.wall = estimate_from(reader, message.wall(), field + ".wall", time_ms);
  }
  return row;
}

}  // namespace

void put(const Summary& summary, const Id128& store_id, v1::Summary& message) {
  message.set_begin_day(day_number(summary.period.begin));
  message.set_end_day(day_number(summary.period.end));
  for (const EnergyRow& row : summary.energy) put(row, *message.add_energy());
  message.set_first_window(summary.first_window);
  message.set_last_window(summary.last_window);
  message.set_store_id(store_id);
}

void put(const CalibrationSummary& calibration, v1::Calibration& message) {
  message.set_form(name_of(calibration.form));
  message.set_tier(wire(calibration.tier));
  message.set_method(sendable(calibration.method, longest_name));
  message.set_doubt(sendable(calibration.doubt, longest_name));
  for (const double weight : calibration.weights) message.add_weights(weight);
  for (const double value : calibration.covariance.triangle()) message.add_covariance(value);
  message.set_residual_w(calibration.residual_w);
  message.set_windows(calibration.windows);
  if (calibration.left_out_error) message.set_left_out_error(*calibration.left_out_error);
}

Summary summary_from(Reader& reader, const v1::Summary& message, const Field& field) {
  Summary summary;
  const auto period = period_from(reader, message, field);
  if (!period) return summary;
  summary.period = *period;
  const std::int64_t longest_ms =
      period_stretch * std::chrono::milliseconds(period->end - period->begin).count();
  std::int64_t total_ms = 0;
  std::set<std::tuple<UseState, Supply, Tier, std::string>> keys;
  const int rows = reader.count(field + ".energy", message.energy_size(), most_rows);
  for (int i = 0; i < rows && reader.fine(); ++i) {
    const Field name = at(field, ".energy", i);
    EnergyRow row = energy_row_from(reader, message.energy(i), name, longest_ms);
    if (!reader.fine()) break;
    total_ms += row.time.count();
    reader.require(total_ms <= longest_ms, name + ".time_ms", "more time than the period has");
    reader.require(keys.emplace(row.state, row.supply, row.tier, row.method).second, name,
                   "the same state, supply, tier and method as an earlier row");
    summary.energy.push_back(std::move(row));
  }
  summary.first_window =
      reader.number(field + ".first_window", message.first_window(), 1, largest_row_number);
  summary.last_window = reader.number(field + ".last_window", message.last_window(),
                                      summary.first_window, largest_row_number);
  return summary;
}

CalibrationSummary calibration_from(Reader& reader, const v1::Calibration& message,
                                    const Field& field) {
  CalibrationSummary calibration;
  calibration.form = known_code(reader, field + ".form", form_factor_from(message.form()));
  calibration.tier = known_code(reader, field + ".tier", tier_from(message.tier()));
  calibration.method = reader.text(field + ".method", message.method(), longest_name);
  calibration.doubt = reader.text(field + ".doubt", message.doubt(), longest_name);
  reader.require(message.weights_size() == static_cast<int>(dimension), field + ".weights",
                 "not seven of them");
  reader.require(message.covariance_size() == static_cast<int>(Symmetric::size),
                 field + ".covariance", "not 28 of them");
  if (!reader.fine()) return calibration;
  for (std::size_t i = 0; i < dimension; ++i) {
    calibration.weights[i] =
        reader.real(field + ".weights", message.weights(static_cast<int>(i)), 0, largest_weight);
  }
  std::array<double, Symmetric::size> triangle{};
  for (std::size_t i = 0; i < triangle.size(); ++i) {
    triangle[i] = reader.real(field + ".covariance", message.covariance(static_cast<int>(i)),
                              -largest_covariance, largest_covariance);
  }
  calibration.covariance = Symmetric::from_triangle(triangle);
  for (std::size_t i = 0; i < dimension; ++i) {
    reader.require(calibration.covariance(i, i) >= 0, field + ".covariance", "a negative variance");
  }
  calibration.residual_w =
      reader.real(field + ".residual_w", message.residual_w(), 0, largest_weight);
  calibration.windows = reader.number(field + ".windows", message.windows(), 0, largest_windows);
  if (message.has_left_out_error()) {
    calibration.left_out_error =
        reader.real(field + ".left_out_error", message.left_out_error(), 0, largest_weight);
  }
  return calibration;
}

}  // namespace wattlife::wire_parts
