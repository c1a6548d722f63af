// SPDX-License-Identifier: EUPL-1.2
// What those who run a collector get beside the program: the unit of systemd, alert rules, the
// dashboard. Looked at by the tools that will read them.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "tests/e2e/programs.h"
#include "tests/places.h"
#include "tests/temporary_folder.h"

namespace wattlife::e2e {
namespace {

const std::string source = places::sources();
std::string sample(const std::string& name) {
  return source + "/installers/linux/collector/" + name;
}

std::string tool(const std::string& name, const char* instead) {
  if (const char* chosen = std::getenv(instead)) return chosen;
  const std::string path = "/usr/bin/" + name;
  return std::filesystem::exists(path) ? path : "";
}

// systemd's own measure, 0 (closed) to 10 (open).
TEST(Operations, the_unit_of_systemd_is_closed) {
  const std::string analyze = tool("systemd-analyze", "WATTLIFE_SYSTEMD_ANALYZE");
  if (analyze.empty()) GTEST_SKIP() << "there is no systemd-analyze (package systemd)";
  const TemporaryFolder folder;
  const std::string output = folder / "output";
  const int code = run({analyze, "security", "--offline=true", "--threshold=25", "--no-pager",
                        sample("wattlife-collector.service")},
                       output);
  EXPECT_EQ(code, 0) << text_of(output);
  // "Overall exposure level for wattlife-collector.service: 1.1 OK"
  const std::string said = text_of(output);
  const std::string before = "exposure level for wattlife-collector.service: ";
  const std::size_t at = said.find(before);
  ASSERT_NE(at, std::string::npos) << said;
  const double level = std::stod(said.substr(at + before.size()));
  EXPECT_LE(level, 2.5);
  EXPECT_GT(level, 0) << "it was not looked at";
}

// Every word of the units is one that systemd knows.
TEST(Operations, systemd_understands_the_units) {
  const std::string analyze = tool("systemd-analyze", "WATTLIFE_SYSTEMD_ANALYZE");
  if (analyze.empty()) GTEST_SKIP() << "there is no systemd-analyze (package systemd)";
  const TemporaryFolder folder;
  const std::string installed = "/usr/bin/wattlife-collector";
  std::string unit = text_of(sample("wattlife-collector.service"));
  const std::size_t at = unit.find(installed);
  ASSERT_NE(at, std::string::npos);
  // One that is surely there: whether ours is installed here is another matter.
  unit.replace(at, installed.size(), "/bin/true");
  write_text(folder / "wattlife-collector.service", unit);
  write_text(folder / "wattlife-collector.socket", text_of(sample("wattlife-collector.socket")));
  const std::string output = folder / "output";
  const int code = run({analyze, "verify", "--man=no", folder / "wattlife-collector.service",
                        folder / "wattlife-collector.socket"},
                       output);
  EXPECT_EQ(code, 0) << text_of(output);
  EXPECT_EQ(text_of(output).find("Unknown"), std::string::npos) << text_of(output);
}

TEST(Operations, alerts_come_when_they_should_and_stay_away_when_not) {
  const std::string promtool = tool("promtool", "WATTLIFE_PROMTOOL");
  if (promtool.empty()) GTEST_SKIP() << "there is no promtool (package prometheus)";
  const TemporaryFolder folder;
  std::filesystem::copy_file(sample("wattlife-alerts.yml"), folder / "wattlife-alerts.yml");
  std::filesystem::copy_file(source + "/tests/e2e/alerts_test.yml", folder / "alerts_test.yml");
  const std::string output = folder / "output";
  EXPECT_EQ(run({promtool, "check", "rules", folder / "wattlife-alerts.yml"}, output), 0)
      << text_of(output);
  EXPECT_EQ(run({promtool, "test", "rules", folder / "alerts_test.yml"}, output), 0)
      << text_of(output);
}

std::size_t count_in(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

// The whole program as systemd runs it: its key and certificate as credentials. What it notes about
// itself and about those who were not let in is in the audit log, the latest when it stops.
TEST(Operations, serves_with_credentials_and_notes_settings_and_refused_sign_ins) {
  if (!std::filesystem::exists("/usr/bin/curl")) GTEST_SKIP() << "there is no curl";
  const TemporaryFolder folder;
  const std::string bin = places::programs() + "/wattlife-collector";
  const std::string log = folder / "log";
  const std::string database = "sqlite://" + (folder / "fleet.db");
  const std::string config = folder / "collector.toml";
  const auto command = [&](std::vector<std::string> words, const std::string& output) {
    words.insert(words.begin(), bin);
    return run(words, output);
  };
  write_text(config, "[sign_in]\nway = \"local\"\n");
  write_text(folder / "password", "correct horse battery\n");
  ASSERT_EQ(command({"migrate", "--database", database}, log), 0);
  ASSERT_EQ(command({"user", "add", "jan", "--role", "auditor", "--password-file",
                     folder / "password", "--config", config, "--database", database},
                    log),
            0);
  ASSERT_EQ(command({"certificate", "--out", folder / "credentials"}, log), 0) << text_of(log);
  const HeldPort held;
  const std::string port = std::to_string(held.number());
  const auto curl = [&](const std::vector<std::string>& more) {
    std::vector<std::string> words = {
        "/usr/bin/curl", "--silent", "--max-time", "20", "--cacert", folder / "credentials/ca.pem"};
    words.insert(words.end(), more.begin(), more.end());
    const std::string output = folder / "answer";
    std::filesystem::remove(output);
    run(words, output);
    return text_of(output);
  };
  const auto serve = [&](int wrong_passwords) {
    Program collector({"/usr/bin/env", "CREDENTIALS_DIRECTORY=" + (folder / "credentials"), bin,
                       "serve", "--config", config, "--listen", "127.0.0.1:" + port,
                       "--certificate", "/nowhere/tls", "--database", database},
                      log);
    const std::string url = "https://localhost:" + port + "/aanmelden";
    EXPECT_TRUE(comes_true([&] { return count_in(curl({url}), "wachtwoord") > 0; }, 30))
        << text_of(log);
    for (int i = 0; i < wrong_passwords; ++i) {
      curl({url, "-H", "Sec-Fetch-Site: same-origin", "--data", "naam=jan&wachtwoord=wrong"});
    }
    collector.terminate();
    EXPECT_EQ(collector.wait(30), 0) << text_of(log);
  };
  const auto noted = [&](const std::string& part) {
    const std::string output = folder / "audit";
    std::filesystem::remove(output);
    EXPECT_EQ(command({"audit", "list", "--database", database}, output), 0);
    return count_in(text_of(output), part);
  };
  serve(3);
  EXPECT_EQ(noted("user.add"), 1u);
  EXPECT_EQ(noted("settings.change"), 1u);
  EXPECT_EQ(noted(": password 3"), 1u) << "counted, and written at the stop";
  serve(0);
  EXPECT_EQ(noted("settings.change"), 1u) << "the same settings";
  write_text(config, "[sign_in]\nway = \"local\"\n[retention]\nmonths = 14\n");
  serve(0);
  EXPECT_EQ(noted("settings.change"), 2u);
  EXPECT_EQ(noted("retention 14 months"), 1u);
  EXPECT_EQ(command({"check", "--database", database}, log), 0) << text_of(log);
}

std::set<std::string> names_in(const std::string& text) {
  std::set<std::string> names;
  const std::string letters = "abcdefghijklmnopqrstuvwxyz_";
  for (std::size_t at = text.find("wattlife_"); at != std::string::npos;) {
    const std::size_t end = std::min(text.find_first_not_of(letters, at), text.size());
    std::string found = text.substr(at, end - at);
    at = text.find("wattlife_", end);
    for (const std::string suffix : {"_bucket", "_sum", "_count"}) {
      if (found.ends_with(suffix)) found.resize(found.size() - suffix.size());
    }
    names.insert(found);
  }
  return names;
}

// A metric that was renamed would leave an alert that never comes.
TEST(Operations, every_metric_that_is_asked_for_is_one_that_the_collector_tells) {
  const std::set<std::string> told = names_in(text_of(source + "/collector/metrics.cpp") +
                                              text_of(source + "/collector/admin.cpp"));
  ASSERT_GT(told.size(), 10u);
  for (const char* file : {"wattlife-alerts.yml", "grafana-dashboard.json"}) {
    const std::set<std::string> asked = names_in(text_of(sample(file)));
    EXPECT_GT(asked.size(), 5u) << file;
    for (const std::string& name : asked) EXPECT_TRUE(told.count(name)) << file << ": " << name;
  }
}

TEST(Operations, the_dashboard_is_json_with_a_question_in_every_panel) {
  const auto dashboard = nlohmann::json::parse(text_of(sample("grafana-dashboard.json")));
  std::set<int> ids;
  for (const auto& panel : dashboard["panels"]) {
    EXPECT_TRUE(ids.insert(panel["id"].get<int>()).second);
    EXPECT_FALSE(panel["title"].get<std::string>().empty());
    ASSERT_FALSE(panel["targets"].empty());
    for (const auto& target : panel["targets"]) {
      EXPECT_NE(target["expr"].get<std::string>().find("wattlife_"), std::string::npos);
    }
  }
  EXPECT_GE(ids.size(), 8u);
}

}  // namespace
}  // namespace wattlife::e2e
