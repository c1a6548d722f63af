// SPDX-License-Identifier: EUPL-1.2
// ./dev bench store [URL...]: reports a second and processor time per report, by database and by
// how many reports share one commit. ./dev bench store --devices N [--reports M]: what many devices
// and M more reports cost a store in a file (a million devices take some minutes). Of PostgreSQL
// the process that serves the store is counted apart, when it runs on this machine; those that it
// shares with others (WAL, checkpoints) are not.
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "collector/fleet_store.h"
#include "core/text.h"
#include "tests/bench/store_growth.h"

namespace {

using namespace wattlife;

constexpr std::size_t groups[] = {1, 16, 128};
const UtcDay today{std::chrono::days{20'781}};  // 2026-11-24

RandomBytes seeded(unsigned seed) {
  auto engine = std::mt19937(seed);
  return [engine](std::size_t count) mutable {
    std::string bytes(count, '\0');
    for (char& c : bytes) c = static_cast<char>(engine() & 0xFF);
    return bytes;
  };
}

double processor_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// Of the server's processes that serve this user on this machine, but for the one that is asked.
double server_seconds(const std::string& url) {
  if (!url.starts_with("postgres")) return 0;
  const auto sql = open_sql(url, StoreOpen::make);
  if (!sql) return 0;
  double seconds = 0;
  (void)(*sql)->query(
      "SELECT pid FROM pg_stat_activity WHERE datname = current_database() "
      "AND application_name = 'wattlife-collector' AND pid <> pg_backend_pid()",
      {}, [&](const SqlRow& row) {
        std::ifstream file("/proc/" + std::to_string(row.integer(0)) + "/stat");
        std::string text;
        std::getline(file, text);
        std::istringstream fields(text.substr(std::min(text.size(), text.rfind(')') + 1)));
        std::string skipped;
        for (int i = 0; i < 11; ++i) fields >> skipped;  // to the 14th field: user time
        double user = 0;
        double system = 0;
        fields >> user >> system;
        seconds += (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
        return done();
      });
  return seconds;
}

struct Laptop {
  Id128 install_id;
  Id128 store_id;
  Credential credential;
  std::int64_t sequence = 0;
};

std::string id_of(const std::string& kind, std::size_t number) {
  std::string id = kind + std::to_string(number);
  id.resize(id_bytes, '.');
  return id;
}

std::vector<Laptop> enrolled(FleetStore& store, const std::string& token, std::size_t count) {
  std::vector<Laptop> laptops;
  for (std::size_t i = 0; i < count; ++i) {
    Laptop laptop{id_of("install-", i), id_of("store-", i), {}, 0};
    EnrolmentRequest request;
    request.install_id = laptop.install_id;
    request.agent_version = WATTLIFE_VERSION;
    request.serials.system_serial = "PF-" + std::to_string(i) + "-BENCH";
    const auto answers = store.enrol({{token, to_bytes(request), true}}, today);
    if (!answers || !answers->front().answer) return {};
    laptop.credential = {answers->front().answer->device_id, answers->front().answer->secret};
    laptops.push_back(laptop);
  }
  return laptops;
}

// A week as a laptop tells it: eight rows of energy; a battery and a drive every fourth time.
std::string body_of(Laptop& laptop, int week) {
  Report report;
  report.install_id = laptop.install_id;
  report.store_id = laptop.store_id;
  report.sequence = ++laptop.sequence;
  report.agent_version = WATTLIFE_VERSION;
  report.data_list_version = newest_data_list;
  Summary summary;
  summary.period =
      period_of(UtcTime{today - std::chrono::days(7 * (week + 1))}, PeriodLength::week);
  for (const UseState state :
       {UseState::active, UseState::idle, UseState::panel_off, UseState::sleep}) {
    for (const Supply supply : {Supply::battery, Supply::mains}) {
      summary.energy.push_back({state, supply, Tier::measured, "battery-rate-1",
                                std::chrono::hours(1), Estimate{joules(90'000), 1e6, 2e3},
                                std::nullopt});
    }
  }
  summary.first_window = 1 + 700 * week;
  summary.last_window = 700 * (week + 1);
  report.summary = summary;
  if (week % 4 == 0) {
    Inventory inventory;
    inventory.identity.manufacturer = "LENOVO";
    inventory.identity.model = "ThinkPad T480";
    Battery battery;
    battery.name = "BAT0";
    battery.full = milliwatt_hours(46'000 - week);
    inventory.batteries.push_back(battery);
    Disk disk;
    disk.name = "nvme0";
    inventory.disks.push_back(disk);
    report.inventory = inventory;
  }
  return to_bytes(report);
}

// Confirmed laptops in random order, two reports of each.
bool measure(FleetStore& store, const std::string& url, std::vector<Laptop>& laptops, int& week,
             std::size_t group) {
  std::vector<ReportArrival> arrivals;
  for (int i = 0; i < 2; ++i, ++week) {
    for (Laptop& laptop : laptops) {
      arrivals.push_back({laptop.credential, body_of(laptop, week)});
    }
  }
  std::shuffle(arrivals.begin(), arrivals.end(), std::mt19937(static_cast<unsigned>(week)));
  const auto began = std::chrono::steady_clock::now();
  const double server = server_seconds(url);
  const double cpu = processor_seconds();
  for (std::size_t at = 0; at < arrivals.size(); at += group) {
    const std::vector<ReportArrival> batch(
        arrivals.begin() + static_cast<std::ptrdiff_t>(at),
        arrivals.begin() + static_cast<std::ptrdiff_t>(std::min(arrivals.size(), at + group)));
    const auto outcomes = store.receive(batch, today);
    if (!outcomes) {
      std::cerr << outcomes.error().text << "\n";
      return false;
    }
    for (const ReportOutcome& outcome : *outcomes) {
      if (!outcome.acknowledgement) {
        std::cerr << outcome.problem.detail << "\n";
        return false;
      }
    }
  }
  const double wall =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  const auto count = static_cast<double>(arrivals.size());
  const double own = processor_seconds() - cpu;
  std::cout << "  " << group << " in a commit: " << fixed(count / wall, 0) << " reports/s, "
            << fixed(own / count * 1e6, 0) << " us of processor each";
  if (server > 0) {
    std::cout << " and " << fixed((server_seconds(url) - server) / count * 1e6, 0)
              << " us of the server";
  }
  std::cout << std::endl;
  return true;
}

// What the options ask for; empty when they are none of ours.
std::optional<bench::GrowthWishes> growth_wishes(const std::vector<std::string>& words) {
  bench::GrowthWishes wishes;
  for (std::size_t i = 0; i + 1 < words.size(); i += 2) {
    const auto number = integer_from(words[i + 1]);
    if (!number || *number < 1) return std::nullopt;
    if (words[i] == "--devices") wishes.many = static_cast<std::size_t>(*number);
    if (words[i] == "--reports") wishes.more = static_cast<std::size_t>(*number);
    if (words[i] != "--devices" && words[i] != "--reports") return std::nullopt;
  }
  return words.size() % 2 == 0 ? std::optional(wishes) : std::nullopt;
}

bool measure_database(const std::string& url) {
  auto store = open_fleet_store(url, StoreOpen::make, seeded(7));
  if (!store) {
    std::cerr << store.error().text << "\n";
    return false;
  }
  const std::string oin = "00000001003214345000";
  std::cout << url.substr(0, url.find(':')) << std::endl;
  if (!(*store)->add_organisation({oin, "bench"})) return false;
  const auto token = (*store)->create_token(oin, "bench", today, today + std::chrono::days(9));
  auto laptops = enrolled(**store, *token, 1000);
  if (laptops.empty() || !(*store)->confirm_all_pending()) return false;
  int week = 0;
  for (const std::size_t group : groups) {
    if (!measure(**store, url, laptops, week, group)) return false;
  }
  return true;
}

}  // namespace

// One argument for each database: a URL of one that is empty. Without any: a file.
int main(int argc, char** argv) {
  std::vector<std::string> words(argv + 1, argv + argc);
  const std::string folder = std::filesystem::temp_directory_path().string() + "/wattlife-bench-" +
                             std::to_string(::getpid());
  std::filesystem::create_directory(folder);
  bool fine = true;
  if (!words.empty() && words.front().starts_with("--")) {
    const auto wishes = growth_wishes(words);
    if (!wishes) {
      std::cerr << "store: expected --devices N [--reports M], or URLs\n";
      return 64;
    }
    const Done measured = bench::measure_growth(std::cout, folder, *wishes);
    if (!measured) std::cerr << measured.error().text << "\n";
    fine = bool(measured);
  } else {
    if (words.empty()) words.push_back("sqlite://" + folder + "/fleet.db");
    for (const std::string& url : words) fine = fine && measure_database(url);
  }
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
  return fine ? 0 : 1;
}
