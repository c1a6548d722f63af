// SPDX-License-Identifier: EUPL-1.2
// A laptop as the sampler publishes it, for the tests of what people see.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "agent/mijn_text.h"
#include "agent/view.h"
#include "agent/view_file.h"
#include "tests/agent/examples.h"
#include "tests/places.h"

namespace wattlife {

inline DayRow day_row(std::string span, UseState state, Tier tier, std::int64_t minutes,
                      std::optional<Estimate> device) {
  DayRow row;
  row.span = std::move(span);
  row.state = state;
  row.supply = Supply::battery;
  row.tier = tier;
  row.method = tier == Tier::unknown ? "" : "battery-rate-1";
  row.time = std::chrono::minutes(minutes);
  row.device = device;
  return row;
}

// What a laptop learned in 34 hours on battery: by hand, so that it is the same to the last bit on
// every machine.
inline Calibration example_calibration() {
  Calibration calibration;
  const auto first_day = UtcDay{std::chrono::year{2026} / 9 / 3}.time_since_epoch().count();
  for (std::uint32_t session = 1; session <= 4; ++session) {
    for (std::uint32_t i = 0; i < 68; ++i) {
      SteadyWindow window;
      window.session = session;
      window.quarter = i / 2;
      window.day =
          static_cast<std::int32_t>(first_day) + static_cast<std::int32_t>(session) * 7 - 7;
      calibration.windows.push_back(window);
    }
  }
  Fit fit;
  fit.weights = {3.5, 1.25, 0.75, 3.0, 0.5, 0.25, 1.1};
  fit.covariance_own = Symmetric::diagonal({0.04, 0.0004, 0.01, 0.04, 0.01, 0.01, 0.0});
  fit.covariance_shared = Symmetric::diagonal({0.01, 0.0, 0.01, 0.01, 0.02, 0.02, 0.0225});
  fit.residual_w = 0.4;
  fit.most_seen = {1, 20, 1, 1, 1, 1, 0};
  calibration.fit = fit;
  calibration.mains_inputs = {1, 4, 1, 0.5, 0.125, 0.0625, 0};
  calibration.mains_count = 100;
  calibration.left_out = 0.058;
  calibration.doubt = Doubt::none;
  return calibration;
}

// Tuesday 24 November 2026: three weeks of office days, the first of them badly known.
inline ViewFacts example_facts() {
  ViewFacts facts;
  facts.today = UtcDay{std::chrono::year{2026} / 11 / 24};
  facts.period = "week";
  facts.version = "0.1.0";
  facts.collector_url = "https://wattlife.voorbeeld.nl";
  facts.inventory = laptop();
  facts.inventory->disks[0].media_errors = 3;
  facts.faults = {{"sys/class/nvme/nvme0", Cause::denied}};
  facts.packs = {{"BAT0", {}}};
  for (int week = 0; week < 60; ++week) {
    // 99.6 % of new, and a fifth of a point less each week.
    facts.packs[0].points.push_back({facts.today - std::chrono::days(7 * (59 - week)),
                                     milliwatt_hours(56'772 - 114 * week), milliwatt_hours(57'000),
                                     std::nullopt, CapacityOrigin::own_reading, false});
  }
  std::vector<DayRow> month;
  for (int number = 3; number <= 24; ++number) {
    const UtcDay day{std::chrono::year{2026} / 11 / number};
    const unsigned weekday = std::chrono::weekday{day}.iso_encoding();
    if (weekday > 5) continue;
    const double share = number == 24 ? 0.25 : 1.0;
    const auto minutes = [&](int whole) { return static_cast<std::int64_t>(share * whole); };
    const auto joule = [&](int wh) {
      return Energy{static_cast<std::int64_t>(share * wh * 3'600'000)};
    };
    const std::string name = to_iso8601(day);
    std::vector<DayRow> rows = {
        day_row(name, UseState::active, Tier::measured, minutes(200),
                Estimate{joule(25 + number % 4), 4e5, 2700 * share}),
        day_row(name, UseState::idle, Tier::calibrated_model, minutes(280),
                Estimate{joule(30), 9e6, 18'000 * share}),
        day_row(name, UseState::sleep, Tier::unknown, minutes(number < 6 ? 400 : 20), {})};
    for (DayRow& row : rows) {
      facts.days.push_back(row);
      row.span = "2026-11";
      month.push_back(row);
    }
  }
  // What the store adds up for a month.
  DayRow total = month[0];
  for (std::size_t kind = 0; kind < 3; ++kind) {
    total = month[kind];
    for (std::size_t i = kind + 3; i < month.size(); i += 3) {
      total.time += month[i].time;
      if (total.device) total.device = *total.device + *month[i].device;
    }
    facts.months.push_back(total);
  }
  SelfCost cost;
  cost.time = std::chrono::hours(8);
  cost.cpu = std::chrono::milliseconds(72);
  cost.wakes = 496;
  cost.written_bytes = 1'900'000;
  cost.resident_bytes = 5'200'000;
  cost.energy = energy_by_prior(cost.cpu, *cost.wakes);
  facts.self = {{"2026-11-20", cost}, {"2026-11-23", cost}};
  facts.learned = example_calibration();
  return facts;
}

inline View shown(const ViewFacts& facts) {
  const Result<View> view = view_from(view_json(facts), "view.json");
  EXPECT_TRUE(view) << view.error().text;
  return view ? *view : View{};
}

inline Moment moment_after(const char* written, Duration silence) {
  return {utc(written) + silence, utc(written)};
}

// Compares with tests/golden/agent/`name`; WATTLIFE_UPDATE=1 writes it.
inline void expect_golden(const std::string& name, const std::string& text) {
  const std::string path = places::sources() + "/tests/golden/agent/" + name;
  if (std::getenv("WATTLIFE_UPDATE") != nullptr) std::ofstream(path, std::ios::binary) << text;
  std::ifstream stream(path, std::ios::binary);
  std::stringstream golden;
  golden << stream.rdbuf();
  EXPECT_EQ(golden.str(), text) << name << ": look at the difference; WATTLIFE_UPDATE=1 accepts it";
}

}  // namespace wattlife
