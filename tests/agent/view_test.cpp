// SPDX-License-Identifier: EUPL-1.2
#include "agent/view.h"

#include <gtest/gtest.h>

#include "tests/agent/examples.h"

namespace wattlife {
namespace {

ViewFacts facts() {
  ViewFacts facts;
  facts.today = UtcDay{std::chrono::year{2026} / 11 / 24};
  facts.period = "week";
  facts.version = "0.1.0";
  return facts;
}

DayRow row(const char* span, UseState state, Tier tier, std::int64_t minutes,
           std::optional<Estimate> device) {
  return {span,
          state,
          Supply::battery,
          tier,
          tier == Tier::unknown ? "" : "battery-rate-1",
          std::chrono::minutes(minutes),
          device,
          std::nullopt};
}

bool has(const std::string& json, const std::string& part) {
  return json.find(part) != std::string::npos;
}

TEST(View, ADayHasItsIntervalItsTiersAndItsCoverage) {
  ViewFacts view = facts();
  view.days = {
      row("2026-11-23", UseState::active, Tier::measured, 90, Estimate{joules(3600), 400, 30}),
      row("2026-11-23", UseState::awake, Tier::unknown, 30, std::nullopt)};
  const std::string json = view_json(view);
  // sqrt(400 + 30²) = 36.06 J; 1.96 times that is 70.67 J.
  EXPECT_TRUE(has(
      json, R"({"span":"2026-11-23","time_ms":7200000,"known_ms":5400000,"coverage_permille":750,)"
            R"("device_mj":3600000,"device_low_mj":3529331,"device_high_mj":3670669,)"
            R"("wall_mj":null,"wall_low_mj":null,"wall_high_mj":null,)"
            R"("tiers":[{"tier":"measured","time_ms":5400000,"device_mj":3600000},)"
            R"({"tier":"unknown","time_ms":1800000,"device_mj":null}])"))
      << json;
}

TEST(View, TimeOffWithoutAFigureIsToldAndIsNoHoleInTheCoverage) {
  ViewFacts view = facts();
  view.days = {
      row("2026-11-23", UseState::active, Tier::measured, 90, Estimate{joules(3600), 400, 30}),
      row("2026-11-23", UseState::off, Tier::unknown, 600, std::nullopt),
      row("2026-11-23", UseState::off, Tier::measured, 30, Estimate{joules(100), 400, 30})};
  const std::string json = view_json(view);
  EXPECT_TRUE(has(json, R"("time_ms":7200000,"known_ms":7200000,"coverage_permille":1000,)"))
      << json;
  EXPECT_TRUE(has(json, R"("device_mj":3700000)")) << json;
  EXPECT_TRUE(has(json, R"({"state":"off","time_ms":37800000,"device_mj":100000})")) << json;
}

TEST(View, ADayOfWhichNothingIsKnownHasNoEnergyAtAll) {
  ViewFacts view = facts();
  view.days = {row("2026-11-23", UseState::sleep, Tier::unknown, 30, std::nullopt)};
  const std::string json = view_json(view);
  EXPECT_TRUE(has(json, R"("coverage_permille":0,"device_mj":null,"device_low_mj":null)")) << json;
}

TEST(View, HealthHasAVerdictWithReasonsAndSerialsStayOut) {
  ViewFacts view = facts();
  view.inventory = laptop();
  view.inventory->simulated = true;
  const std::string json = view_json(view);
  EXPECT_TRUE(has(json, R"("simulated":true)"));
  EXPECT_TRUE(has(json, R"("design_mwh":57000,"full_mwh":50000,"cycles":234,"health_permille":877,)"
                        R"("verdict":"good","reasons":[])"))
      << json;
  EXPECT_TRUE(has(json, R"("size_bytes":null,"percentage_used":4)"));
  for (const char* serial : {"PF-1", "B-1", "S-1", "11111111-2222"}) {
    EXPECT_FALSE(has(json, serial)) << serial;
  }
}

TEST(View, SaysWhatLeavesTheDeviceAndThatNothingDoes) {
  ViewFacts view = facts();
  EXPECT_TRUE(
      has(view_json(view), R"("leaves_device":{"collector":null,"period":"week","contents":[]})"));
  view.collector_url = "https://wattlife.example";
  EXPECT_TRUE(has(view_json(view), R"("collector":"https://wattlife.example")"));
  EXPECT_TRUE(has(view_json(view), "serials_at_enrolment"));
}

TEST(View, FaultsAreShownAndTextsAreEscaped) {
  ViewFacts view = facts();
  view.faults = {{"sys/\"x\"", Cause::denied}};
  view.store_fault = "disk full\nfree some";
  const std::string json = view_json(view);
  EXPECT_TRUE(has(json, R"("faults":[{"path":"sys/\"x\"","cause":"denied"}])"));
  EXPECT_TRUE(has(json, R"("store_fault":"disk full\nfree some")"));
}

// Where `name` stands among the current spans, up to the next one.
std::string current(const std::string& json, const std::string& name) {
  const std::size_t at = json.find("\"span\":\"" + name + "\"");
  return at == std::string::npos ? "" : json.substr(at, json.find("\"from\"", at) - at);
}

TEST(View, TheRunningWeekMonthAndYearAreAddedUpAndNotTheirIntervals) {
  ViewFacts view = facts();
  // Tuesday; its week began on Monday the 23rd. Own 40 J and shared 30 J of deviation each.
  const Estimate each{joules(3600), 1600, 30};
  for (const char* day : {"2026-11-22", "2026-11-23", "2026-11-24"}) {
    view.days.push_back(row(day, UseState::active, Tier::measured, 90, each));
  }
  view.months = {row("2025-12", UseState::active, Tier::measured, 900, each),
                 row("2026-01", UseState::active, Tier::measured, 900, each),
                 row("2026-11", UseState::active, Tier::measured, 270, each + each + each)};
  const std::string json = view_json(view);
  EXPECT_TRUE(has(json, R"("from":"2026-11-24","span":"day")")) << json;
  EXPECT_TRUE(has(json, R"("from":"2026-11-23","span":"week")")) << json;
  EXPECT_TRUE(has(json, R"("from":"2026-11-01","span":"month")")) << json;
  EXPECT_TRUE(has(json, R"("from":"2026-01-01","span":"year")")) << json;
  // Two days: sqrt(2 * 1600 + 60²) = 82.46 J, 1.96 times that is 161.63 J. Their intervals added
  // would be 2 * 98 = 196 J wide.
  EXPECT_TRUE(has(current(json, "week"), R"("device_mj":7200000,"device_low_mj":7038374)")) << json;
  EXPECT_TRUE(has(current(json, "month"), R"("device_mj":10800000)"));
  EXPECT_TRUE(has(current(json, "year"), R"("device_mj":14400000)")) << "without the last December";
}

TEST(View, WeeksAreThoseOfIso) {
  ViewFacts view = facts();
  struct Case {
    std::chrono::year_month_day today;
    const char* monday;
  };
  using namespace std::chrono;
  const Case cases[] = {{2026y / 11 / 29, "2026-11-23"},
                        {2026y / 11 / 30, "2026-11-30"},
                        {2027y / 1 / 1, "2026-12-28"},
                        {2024y / 3 / 1, "2024-02-26"}};
  for (const Case& c : cases) {
    view.today = UtcDay{c.today};
    EXPECT_TRUE(
        has(view_json(view), std::string("\"from\":\"") + c.monday + "\",\"span\":\"week\""));
  }
}

TEST(View, MeasuringTellsWhatItCosts) {
  ViewFacts view = facts();
  EXPECT_TRUE(has(view_json(view), "\"self\":null"));
  SelfCost cost;
  cost.time = std::chrono::hours(1);
  cost.cpu = std::chrono::microseconds(9000);
  cost.wakes = 62;
  cost.energy = Estimate{Energy{100}, 0, 0.01};
  view.self = {{"2026-11-23", cost}, {"2026-11-24", cost}};
  view.days = {
      row("2026-11-22", UseState::active, Tier::measured, 90, Estimate{joules(9999), 0, 0}),
      row("2026-11-23", UseState::active, Tier::measured, 90, Estimate{joules(3600), 0, 0})};
  EXPECT_TRUE(has(view_json(view),
                  R"("self":{"from":"2026-11-23","to":"2026-11-24","days":2,"time_ms":7200000,)"
                  R"("cpu_us":18000,"wakes":124,"written_bytes":null,"resident_bytes":null,)"
                  R"("energy_mj":200,"energy_low_mj":161,"energy_high_mj":239,)"
                  R"("laptop_mj":3600000,)"))
      << view_json(view);
}

TEST(View, WattsAtRestAreThoseOfAllMonthsTogether) {
  ViewFacts view = facts();
  EXPECT_TRUE(has(view_json(view), R"("hardware":null)"));
  // 5 W for 6 hours and 4 W for 6 hours; 0.5 W for 50 hours.
  view.months = {
      row("2026-10", UseState::idle, Tier::measured, 360, Estimate{joules(108'000), 0, 1'000}),
      row("2026-11", UseState::idle, Tier::measured, 360, Estimate{joules(86'400), 0, 1'000}),
      row("2026-11", UseState::active, Tier::measured, 600, Estimate{joules(720'000), 0, 0}),
      row("2026-11", UseState::sleep, Tier::measured, 3'000, Estimate{joules(90'000), 0, 0})};
  EXPECT_TRUE(has(view_json(view),
                  R"("hardware":{"method":"state-mean-1","idle_mw":4500,"idle_low_mw":4409,)"
                  R"("idle_high_mw":4591,"idle_time_ms":43200000,"sleep_mw":500,)"
                  R"("sleep_low_mw":500,"sleep_high_mw":500,"sleep_time_ms":180000000})"))
      << view_json(view);
  view.months.pop_back();
  EXPECT_TRUE(has(view_json(view), R"("sleep_mw":null,"sleep_low_mw":null)"));
}

TEST(View, NothingIsFinerThanADay) {
  ViewFacts view = facts();
  view.days = {
      row("2026-11-23", UseState::active, Tier::measured, 90, Estimate{joules(3600), 0, 0})};
  view.inventory = laptop();
  const std::string json = view_json(view);
  for (std::size_t i = 0; i + 2 < json.size(); ++i) {
    const bool clock = std::isdigit(static_cast<unsigned char>(json[i])) != 0 &&
                       json[i + 1] == ':' &&
                       std::isdigit(static_cast<unsigned char>(json[i + 2])) != 0;
    EXPECT_FALSE(clock) << json.substr(i, 10);
  }
}

}  // namespace
}  // namespace wattlife
