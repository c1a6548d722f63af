// SPDX-License-Identifier: EUPL-1.2
// Recorded power traces with answers beside them. They are not in the repository: they are looked
// for in the folder that WATTLIFE_SHARED_DATA names, or beside the source.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "core/text.h"
#include "tests/places.h"
#include "tests/sim/lives.h"

namespace wattlife {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using std::chrono::seconds;

fs::path traces() {
  const char* named = std::getenv("WATTLIFE_SHARED_DATA");
  const fs::path data =
      named != nullptr ? fs::path(named) : fs::path(places::sources()) / "../shared/data";
  return data / "power-traces";
}

// What was seen, for who runs the test by hand.
void show(const std::string& text) { std::fputs(text.c_str(), stderr); }

std::string unpacked(const fs::path& path) {
  struct Close {
    void operator()(FILE* pipe) const { pclose(pipe); }
  };
  const std::string command = "gzip -dc '" + path.string() + "'";
  const std::unique_ptr<FILE, Close> pipe(popen(command.c_str(), "r"));
  std::string text;
  if (!pipe) return text;
  char buffer[65536];
  for (std::size_t n = 0; (n = fread(buffer, 1, sizeof buffer, pipe.get())) > 0;) {
    text.append(buffer, n);
  }
  return text;
}

// --- A MacBook Air that wrote down its battery every minute for half a year ----------------------

// unix_time,amperage_ma,voltage_mv,current_capacity_mah,max_capacity_mah,flags,cycle_count
std::map<std::int64_t, Tick> macbook_ticks() {
  constexpr std::int64_t design_mv = 7300;  // two cells of 3.65 V
  std::map<std::int64_t, Tick> ticks;
  const std::string text = unpacked(traces() / "macbook-air-2012-batlog/samples.csv.gz");
  for (const std::string_view line : split(text, '\n')) {
    std::vector<std::int64_t> n;
    for (const std::string_view cell : split(line, ',')) {
      if (const auto value = integer_from(cell)) n.push_back(*value);
    }
    if (n.size() < 5) continue;
    Battery battery;
    battery.name = "InternalBattery-0";
    battery.status = n[1] < 0 ? BatteryStatus::discharging : BatteryStatus::charging;
    battery.power = Power{n[1] * n[2] / 1000};
    battery.voltage = Voltage{n[2]};
    battery.now = milliwatt_hours(n[3] * design_mv / 1000);
    Tick tick;
    const Duration since = seconds(n[0] - 1'344'900'000);
    tick.now = {{since}, {since}, UtcTime{seconds(n[0])}};
    tick.reading.batteries.push_back(battery);
    tick.reading.adapters.push_back({"AC", n[1] >= 0});
    ticks.emplace(n[0], tick);
  }
  return ticks;
}

TEST(Traces, EnergyOfRecordedDischargesIsWhatOthersComputed) {
  const fs::path folder = traces() / "macbook-air-2012-batlog";
  std::ifstream file(folder / "discharge_sessions_expected.json");
  if (!file) GTEST_SKIP() << "no recorded traces at " << folder;
  const Json sessions = Json::parse(file);
  const std::map<std::int64_t, Tick> ticks = macbook_ticks();
  ASSERT_GT(ticks.size(), 79'000U);
  double seen_wh = 0;
  double expected_wh = 0;
  double worst = 0;
  int covered = 0;
  for (const Json& session : sessions) {
    const auto begin = session["start"].get<std::int64_t>();
    const auto end = session["end"].get<std::int64_t>();
    std::vector<LaptopTick> run;
    for (auto at = ticks.find(begin); at != ticks.end() && at->first <= end; ++at) {
      run.push_back({at->second, {}, run.empty()});
    }
    ASSERT_EQ(run.size(), session["samples"].get<std::size_t>());
    const std::vector<Window> windows = sampled(run).windows();
    EXPECT_EQ(time_of(windows), seconds(end - begin));
    const double wh = device_j(windows) / 3600.0;
    const double expected = session["energy_wh_trapezoid"].get<double>();
    EXPECT_NEAR(wh, expected, 0.02 * expected) << "session of " << begin;
    worst = std::max(worst, std::abs(wh / expected - 1.0));
    seen_wh += wh;
    expected_wh += expected;
    // The gauge is a second witness: charge times the mean voltage, in our interval or not.
    Estimate sum;
    for (const Window& window : windows) {
      ASSERT_TRUE(window.device);
      ASSERT_EQ(window.key.tier, Tier::measured);
      sum = sum + *window.device;
    }
    const double mean_v = expected / session["charge_mah_trapezoid"].get<double>() * 1000.0;
    const double gauge_j = session["gauge_drop_mah"].get<double>() * mean_v * 3.6;
    const Interval interval = interval_95(sum);
    if (static_cast<double>(interval.low.milli) <= gauge_j * 1000.0 &&
        gauge_j * 1000.0 <= static_cast<double>(interval.high.milli)) {
      ++covered;
    }
  }
  EXPECT_EQ(sessions.size(), 275U);
  EXPECT_NEAR(seen_wh, expected_wh, 0.005 * expected_wh);
  EXPECT_GE(covered, 0.8 * static_cast<double>(sessions.size()));
  show("275 sessions, " + fixed(expected_wh, 0) + " Wh: ours " + fixed(seen_wh, 0) +
       " Wh, worst session " + fixed(100 * worst, 2) + " %; the gauge's own difference in " +
       std::to_string(covered) + " intervals\n");
}

// --- Processors under load beside a plug meter ---------------------------------------------------

double number(std::string_view text) { return std::stod(std::string(text)); }

TEST(Traces, ThePackageCounterMissesHalfOfWhatThePlugMeterSaw) {
  const fs::path folder = traces() / "codecarbon_load_vs_rapl_vs_plug";
  if (!fs::exists(folder)) GTEST_SKIP() << "no recorded traces at " << folder;
  double package_j = 0;
  double plug_j = 0;
  double most_seen = 0;
  double least_seen = 1;
  int steps = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    std::ifstream file(entry.path());
    std::string line;
    std::map<std::string, std::size_t, std::less<>> column;
    while (std::getline(file, line)) {
      const auto cells = split(line, ',');
      if (column.empty()) {
        for (std::size_t i = 0; i < cells.size(); ++i) column.emplace(trimmed(cells[i]), i);
        continue;
      }
      const double plug_w = number(cells[column.at("tapo_power")]);
      if (plug_w <= 0) continue;  // no plug meter at this machine
      const double package_w = number(cells[column.at("rapl_power")]);
      const double s = number(cells[column.at("duration")]);
      // Through our counter, as two readings of it.
      const auto energy = counted(0, static_cast<std::int64_t>(package_w * s * 1e6), std::nullopt,
                                  seconds(static_cast<std::int64_t>(s)), package_ceiling);
      ASSERT_TRUE(energy);
      package_j += static_cast<double>(energy->milli) / 1000.0;
      plug_j += plug_w * s;
      most_seen = std::max(most_seen, package_w / plug_w);
      least_seen = std::min(least_seen, package_w / plug_w);
      ++steps;
    }
  }
  ASSERT_GE(steps, 20);
  const double missed = 1.0 - package_j / plug_j;
  EXPECT_GT(missed, 0.40);
  EXPECT_LT(missed, 0.65);
  EXPECT_LT(most_seen, 0.70);   // not even at full load
  EXPECT_LT(least_seen, 0.05);  // and at rest next to nothing
  show(std::to_string(steps) + " load steps: the package counter misses " + fixed(100 * missed, 0) +
       " % of the plug's energy; it saw " + fixed(100 * least_seen, 0) + " to " +
       fixed(100 * most_seen, 0) + " % by step\n");
}

}  // namespace
}  // namespace wattlife
