// SPDX-License-Identifier: EUPL-1.2
// One collector and one laptop in a folder of their own, played by the real programs.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tests/e2e/programs.h"
#include "tests/places.h"

namespace wattlife::e2e {

inline constexpr const char* snapshot =
    "wattlife-capture 1\n"
    "os linux\n"
    "note typed for this test\n"
    "tick boot_ms=120000 awake_ms=120000 utc=2026-01-05T08:00:00Z\n"
    "sys/class/power_supply/AC/uevent = "
    "POWER_SUPPLY_NAME=AC\\nPOWER_SUPPLY_TYPE=Mains\\nPOWER_SUPPLY_ONLINE=1\\n\n"
    "sys/class/power_supply/BAT0/uevent = "
    "POWER_SUPPLY_NAME=BAT0\\nPOWER_SUPPLY_TYPE=Battery\\nPOWER_SUPPLY_STATUS=Full\\n"
    "POWER_SUPPLY_PRESENT=1\\nPOWER_SUPPLY_VOLTAGE_MIN_DESIGN=11400000\\n"
    "POWER_SUPPLY_VOLTAGE_NOW=12600000\\nPOWER_SUPPLY_POWER_NOW=0\\n"
    "POWER_SUPPLY_ENERGY_FULL_DESIGN=50000000\\nPOWER_SUPPLY_ENERGY_FULL=43000000\\n"
    "POWER_SUPPLY_ENERGY_NOW=43000000\\n\n";

inline std::string program(const std::string& name) { return places::programs() + "/" + name; }

// One collector and one laptop in a folder of their own.
class Site {
 public:
  explicit Site(const std::string& name)
      : root_(std::filesystem::path(places::programs()).parent_path() / name) {
    std::filesystem::remove_all(root_);
    std::filesystem::create_directories(root_ / "collector");
    std::filesystem::create_directories(root_ / "laptop");
    std::filesystem::permissions(root_ / "laptop", std::filesystem::perms(0755));
    const std::string oin = "00000001003214345000";
    EXPECT_EQ(collector({"certificate", "--out", path("certificate")}, false), 0);
    EXPECT_EQ(collector({"migrate"}), 0);
    EXPECT_EQ(collector({"organisation", "add", "--oin", oin, "--name", "Proef"}), 0);
    EXPECT_EQ(collector({"token", "create", "--oin", oin, "--out", path("token")}), 0);
    write_text(path("snapshot.capture"), snapshot);
  }

  std::string path(const std::string& name) const { return (root_ / name).string(); }
  std::string log() const { return path("log"); }

  int collector(std::vector<std::string> arguments, bool stored = true) {
    arguments.insert(arguments.begin(), program("wattlife-collector"));
    if (stored) {
      arguments.emplace_back("--database");
      arguments.push_back("sqlite://" + path("collector/fleet.db"));
    }
    return run(arguments, log());
  }

  // The two weeks before `until`, a Monday, at the laptop.
  void play_fortnight(unsigned seed, const std::string& until = "2026-11-23") {
    std::string token = text_of(path("token"));
    while (!token.empty() && token.back() == '\n') token.pop_back();
    ASSERT_EQ(
        run({program("wattlife-simulate"), "fortnight", path("snapshot.capture"), "--output",
             path("fortnight.capture"), "--until", until, "--seed", std::to_string(seed),
             "--serial", "PROEF-1", "--policy", "CollectorUrl=" + url(), "--policy",
             "CaBundlePath=" + path("certificate/ca.pem"), "--policy", "EnrollmentToken=" + token},
            log()),
        0)
        << text_of(log());
    ASSERT_EQ(run({program("wattlife-sampler"), "--capture", path("fortnight.capture"), "--state",
                   path("laptop")},
                  log()),
              0)
        << text_of(log());
  }

  // `more`: further options of serve.
  std::unique_ptr<Program> serve(const std::vector<std::string>& more = {}) {
    std::vector<std::string> all{program("wattlife-collector"),
                                 "serve",
                                 "--listen",
                                 "127.0.0.1:" + std::to_string(port_.number()),
                                 "--certificate",
                                 path("certificate"),
                                 "--database",
                                 "sqlite://" + path("collector/fleet.db")};
    all.insert(all.end(), more.begin(), more.end());
    return std::make_unique<Program>(all, log());
  }
  std::string url() const { return "https://localhost:" + std::to_string(port_.number()); }

  // `laptop`: the folder of its state.
  std::unique_ptr<Program> agent(const std::string& laptop = "laptop") {
    return std::make_unique<Program>(
        std::vector<std::string>{program("wattlife-agent"), "--capture", path("fortnight.capture"),
                                 "--state", path(laptop), "--now"},
        log());
  }

  // Runs the agent until everything is shipped.
  bool ships(const std::string& laptop = "laptop") {
    return comes_true([&] { return agent(laptop)->wait(60) == 0; }, 60);
  }

 private:
  std::filesystem::path root_;
  HeldPort port_;
};

}  // namespace wattlife::e2e
