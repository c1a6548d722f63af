// SPDX-License-Identifier: EUPL-1.2
// A fleet for tests: a store in a folder of its own, with random bytes that repeat, and devices
// that speak to it through real messages.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <sstream>
#include <string>

#include "collector/fleet_store.h"
#include "core/text.h"
#include "proto/wire.h"
#include "tests/places.h"
#include "tests/temporary_folder.h"

namespace wattlife::testing {

inline const std::string oin = "00000001003214345000";
inline const std::string other_oin = "00000004000000062000";

inline UtcDay day(const char* text) { return *day_from_iso8601(text); }
// A Wednesday, with a whole week before and after it.
inline const UtcDay first_day = day("2026-11-04");

inline RandomBytes repeatable_random(unsigned seed) {
  auto engine = std::make_shared<std::mt19937>(seed);
  return [engine](std::size_t count) {
    std::string bytes(count, '\0');
    for (char& c : bytes) c = static_cast<char>((*engine)() & 0xFF);
    return bytes;
  };
}

// An Id128 that can be read in a failure: "install-1" filled up.
inline Id128 id_of(std::string name) {
  name.resize(id_bytes, '.');
  return name;
}

inline Battery battery(std::int64_t design_mwh, std::int64_t full_mwh) {
  Battery battery;
  battery.name = "BAT0";
  battery.design = milliwatt_hours(design_mwh);
  battery.full = milliwatt_hours(full_mwh);
  battery.cycles = 210;
  battery.manufacturer = "SMP";
  battery.model = "01AV489";
  return battery;
}

inline Disk healthy_disk() {
  Disk disk;
  disk.name = "nvme0";
  disk.kind = DiskKind::nvme;
  disk.model = "MZVLB256";
  disk.size_bytes = 256'060'514'304;
  disk.critical_warning = 0;
  disk.percentage_used = 4;
  disk.available_spare = 100;
  disk.spare_threshold = 10;
  disk.media_errors = 0;
  return disk;
}

inline Inventory inventory(const std::string& maker, const std::string& model) {
  Inventory inventory;
  inventory.os = Os::windows;
  inventory.identity.manufacturer = maker;
  inventory.identity.model = model;
  inventory.identity.chassis = "Notebook";
  inventory.identity.memory_mib = 16384;
  inventory.batteries.push_back(battery(50'000, 46'000));
  inventory.disks.push_back(healthy_disk());
  return inventory;
}

inline EnergyRow energy_row(UseState state, Supply supply, Tier tier, const std::string& method,
                            Duration time, Energy energy, double shared) {
  const double joule = static_cast<double>(energy.milli) / 1000.0;
  return {state,       supply, tier,
          method,      time,   Estimate{energy, 0.0025 * joule * joule, shared * joule},
          std::nullopt};
}

inline Period week_of(UtcDay day) { return period_of(UtcTime{day}, PeriodLength::week); }

// One laptop, as its agent would behave.
struct Laptop {
  Id128 install_id;
  Id128 store_id;
  Serials serials;
  Inventory stock;
  Credential credential;
  std::int64_t sequence = 0;
  std::int64_t row = 0;
  std::string last_body;

  EnrolmentRequest enrolment() const { return {install_id, "0.1.0", stock, serials}; }

  Report blank() {
    Report report;
    report.install_id = install_id;
    report.sequence = ++sequence;
    report.agent_version = "0.1.0";
    report.data_list_version = newest_data_list;
    return report;
  }
  Report health() {
    Report report = blank();
    report.inventory = stock;
    return report;
  }
  Report energy(Period period, std::int64_t joule = 360'000) {
    Report report = blank();
    Summary summary;
    summary.period = period;
    summary.energy.push_back(energy_row(UseState::active, Supply::battery, Tier::measured,
                                        "battery-rate-1", std::chrono::hours(10), joules(joule),
                                        0.03));
    summary.energy.push_back({UseState::awake, Supply::unknown, Tier::unknown, "",
                              std::chrono::hours(1), std::nullopt, std::nullopt});
    summary.first_window = row + 1;
    summary.last_window = row += 40;
    report.summary = summary;
    report.store_id = store_id;
    return report;
  }
};

inline Laptop laptop(const std::string& name) {
  Laptop laptop;
  laptop.install_id = id_of("install-" + name);
  laptop.store_id = id_of("store-" + name);
  laptop.serials = {"PF-" + name + "-SYS", "uuid-" + name + "-7f3a", {"DISK-" + name}, {}};
  laptop.stock = inventory("LENOVO", "ThinkPad T480");
  return laptop;
}

// The same hardware, with nothing of the agent that was there.
inline Laptop reinstalled(const Laptop& old, const std::string& name) {
  Laptop fresh = laptop(name);
  fresh.serials = old.serials;
  return fresh;
}

class Fleet {
 public:
  // In a database of its own at `url`; without one, in a file.
  explicit Fleet(unsigned seed = 1, const std::string& url = "")
      : url_(url.empty() ? "sqlite://" + path() : url), random_(repeatable_random(seed)) {
    reopen();
    EXPECT_TRUE(store_->add_organisation({oin, "Ministerie van Voorbeelden"}));
    EXPECT_TRUE(store_->add_organisation({other_oin, "Dienst Proef"}));
    token = *store_->create_token(oin, "test", first_day, first_day + std::chrono::days(300));
    other_token =
        *store_->create_token(other_oin, "test", first_day, first_day + std::chrono::days(300));
  }

  std::string path() const { return folder_.path() + "/fleet.db"; }
  const std::string& url() const { return url_; }
  void reopen() {
    store_.reset();
    auto opened = open_fleet_store(url(), StoreOpen::make, random_);
    ASSERT_TRUE(opened) << opened.error().text;
    store_ = *std::move(opened);
  }
  // Until reopen(): for a process that is forked off and opens it itself.
  void close() { store_.reset(); }
  FleetStore& store() { return *store_; }
  std::string folder() const { return folder_.path(); }

  EnrolmentOutcome enrol(Laptop& laptop, UtcDay today, const std::string& with_token = "") {
    const std::string& used = with_token.empty() ? token : with_token;
    auto outcomes = store_->enrol({{used, to_bytes(laptop.enrolment()), true}}, today);
    EXPECT_TRUE(outcomes) << outcomes.error().text;
    if (outcomes->front().answer) {
      laptop.credential = {outcomes->front().answer->device_id, outcomes->front().answer->secret};
    }
    return outcomes->front();
  }
  ReportOutcome send(Laptop& laptop, const Report& report, UtcDay today) {
    return send_bytes(laptop, to_bytes(report), today);
  }
  ReportOutcome send_bytes(Laptop& laptop, const std::string& body, UtcDay today) {
    laptop.last_body = body;
    auto outcomes = store_->receive({{laptop.credential, body}}, today);
    EXPECT_TRUE(outcomes) << outcomes.error().text;
    const ReportOutcome& outcome = outcomes->front();
    if (outcome.acknowledgement && !outcome.acknowledgement->next_secret.empty()) {
      offered_secret = outcome.acknowledgement->next_secret;
    }
    return outcome;
  }
  // Enrolled and confirmed.
  Laptop member(const std::string& name, UtcDay today) {
    Laptop made = laptop(name);
    enrol(made, today);
    EXPECT_TRUE(store_->confirm(made.credential.device_id, false));
    return made;
  }

  Energy counted_energy() {
    Energy sum;
    const auto entries = store_->energy();
    EXPECT_TRUE(entries) << entries.error().text;
    for (const EnergyEntry& entry : *entries) {
      if (entry.row.device) sum += entry.row.device->energy;
    }
    return sum;
  }
  EnrolmentState state_of(const Laptop& laptop) {
    const auto rows = store_->enrolments();
    for (const EnrolmentRow& row : *rows) {
      if (row.id == laptop.credential.device_id) return row.state;
    }
    ADD_FAILURE() << "no such enrolment";
    return EnrolmentState::revoked;
  }

  std::string token;
  std::string other_token;
  std::string offered_secret;

 private:
  TemporaryFolder folder_;
  std::string url_;
  RandomBytes random_;
  std::unique_ptr<FleetStore> store_;
};

// Compares with tests/golden/collector/`name`; WATTLIFE_UPDATE=1 writes it.
inline void expect_golden(const std::string& name, const std::string& text) {
  const std::string path = places::sources() + "/tests/golden/collector/" + name;
  if (std::getenv("WATTLIFE_UPDATE") != nullptr) std::ofstream(path, std::ios::binary) << text;
  std::ifstream stream(path, std::ios::binary);
  std::stringstream golden;
  golden << stream.rdbuf();
  EXPECT_EQ(golden.str(), text) << name << ": look at the difference; WATTLIFE_UPDATE=1 accepts it";
}

}  // namespace wattlife::testing
