// SPDX-License-Identifier: EUPL-1.2
#include "agent/outlook_text.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/core/capacity_history.h"
#include "tests/shared_data.h"

namespace wattlife {
namespace {

using Json = nlohmann::json;

std::string csv_of(const std::vector<double>& healths) {
  std::string text = "date,full_mwh,design_mwh,cycles\n";
  for (std::size_t i = 0; i < healths.size(); ++i) {
    const CapacityPoint point = capacity_point(static_cast<int>(i), healths[i]);
    text += to_iso8601(point.day) + "," + std::to_string(to_milliwatt_hours(point.full)) + "," +
            std::to_string(to_milliwatt_hours(point.design)) + ",\n";
  }
  return text;
}

OutlookAnswer answer_to(const std::string& file, std::optional<int> horizon_days) {
  auto points = capacity_points_in(file);
  EXPECT_TRUE(points) << points.error().text;
  return outlook_of(*std::move(points), horizon_days);
}

TEST(OutlookText, json_has_the_keys_of_the_contract) {
  const Json json = Json::parse(to_json(answer_to(csv_of(wearing(1.0, -0.1, 60)), {})));
  std::vector<std::string> keys;
  for (const auto& [key, value] : json.items()) keys.push_back(key);
  EXPECT_EQ(keys, (std::vector<std::string>{"class", "flags", "health_permille", "high", "low",
                                            "reason", "segments", "to_800"}));
  EXPECT_NEAR(json["health_permille"].get<int>(), 886, 4);
  EXPECT_EQ(json["high"].get<int>() - json["low"].get<int>(), 140);
  EXPECT_EQ(json["class"], "good");
  EXPECT_EQ(json["segments"].size(), 1u);
  EXPECT_EQ(json["segments"][0]["from"], "2024-01-01");
  EXPECT_EQ(json["segments"][0]["reason"], "first");
  EXPECT_EQ(json["to_800"], "beyond_12_months");
  EXPECT_EQ(json["reason"], "");
}

TEST(OutlookText, a_horizon_adds_a_forecast_or_why_there_is_none) {
  const Json json = Json::parse(to_json(answer_to(csv_of(wearing(1.0, -0.1, 60)), 182)));
  EXPECT_NEAR(json["forecast_permille"].get<int>(), 833, 6);
  EXPECT_EQ(json["forecast_high"].get<int>() - json["forecast_low"].get<int>(), 148);
  EXPECT_FALSE(json.contains("refused"));
  const Json refused = Json::parse(to_json(answer_to(csv_of(std::vector<double>(9, 0.7)), 182)));
  EXPECT_EQ(refused["refused"], "gauge_frozen");
  EXPECT_FALSE(refused.contains("forecast_permille"));
  EXPECT_EQ(refused["class"], "unknown");
  EXPECT_EQ(refused["to_800"], "refused");
}

TEST(OutlookText, unknown_is_null) {
  const Json json = Json::parse(to_json(answer_to("date,full_mwh,design_mwh,cycles\n", 30)));
  EXPECT_TRUE(json["health_permille"].is_null());
  EXPECT_TRUE(json["low"].is_null());
  EXPECT_EQ(json["reason"], "no_history");
  EXPECT_EQ(json["refused"], "no_history");
  EXPECT_TRUE(json["segments"].empty());
}

TEST(OutlookText, lines_say_it_in_words) {
  const std::string text = to_lines(answer_to(csv_of(wearing(1.0, -0.1, 60)), 182));
  EXPECT_NE(text.find("Health            89 % of new (82 % to 96 %)\n"), std::string::npos) << text;
  EXPECT_NE(text.find("Class             good\n"), std::string::npos) << text;
  EXPECT_NE(text.find("In 182 days       84 %; four times in five"), std::string::npos) << text;
  const std::string unknown = to_lines(answer_to(csv_of(std::vector<double>(60, 1.0)), 30));
  EXPECT_NE(unknown.find("Health            unknown\n"), std::string::npos) << unknown;
  EXPECT_NE(unknown.find("never measured"), std::string::npos) << unknown;
}

TEST(OutlookText, a_file_of_neither_kind_is_malformed) {
  for (const char* text : {"", "nonsense", "<html></html>", "\x7F"}) {
    const auto points = capacity_points_in(text);
    ASSERT_FALSE(points);
    EXPECT_EQ(points.error().cause, Cause::malformed);
  }
}

// What is said of each real machine. "good" of none whose gauge says nothing.
TEST(SharedData, OutlookOfFifteenMachines) {
  const auto folder = shared::folder() / "battery-history/powercfg";
  WATTLIFE_SKIP_WITHOUT(folder);
  const std::pair<const char*, const char*> expected[] = {{"01_", "unknown gauge_frozen"},
                                                          {"02_", "replace "},
                                                          {"03_", "replace "},
                                                          {"07_", "unknown gauge_frozen"},
                                                          {"08_", "unknown no_history"},
                                                          {"14_", "watch "},
                                                          {"17_", "good "},
                                                          {"22_", "good "},
                                                          {"24_", "unknown unlearned"},
                                                          {"26_", "watch "},
                                                          {"28_", "replace "},
                                                          {"35_", "replace "},
                                                          {"40_", "good "},
                                                          {"42_", "watch "},
                                                          {"43_", "unknown single_event"}};
  for (const auto& [machine, said] : expected) {
    SCOPED_TRACE(machine);
    for (const auto& path : shared::entries_of(folder)) {
      if (path.filename().string().rfind(machine, 0) != 0) continue;
      std::string csv = "date,full_mwh,design_mwh,cycles\n";
      const std::string text = shared::bytes_of(path / "capacity_history.csv");
      std::istringstream lines(text);
      std::string line;
      std::getline(lines, line);
      while (std::getline(lines, line)) {
        std::vector<std::string> cells(1);
        for (const char c : line) {
          if (c == ',')
            cells.emplace_back();
          else if (c != '\r')
            cells.back() += c;
        }
        csv += cells[1] + "," + cells[2] + "," + cells[3] + ",\n";
      }
      const OutlookAnswer answer = answer_to(csv, {});
      EXPECT_EQ(std::string(name_of(answer.outlook.battery_class)) + " " + answer.outlook.reason,
                said)
          << to_json(answer);
    }
  }
}

}  // namespace
}  // namespace wattlife
