// SPDX-License-Identifier: EUPL-1.2
// The set-up of docs/deploy/scale.md that loses nothing, with everything real: two collectors
// behind HAProxy (the sample of installers/linux/collector) over a PostgreSQL with a synchronous
// replica. 2,000 laptops enrol and report while a collector is killed, PostgreSQL is restarted as
// after a power cut, and in the end its machine burns and the replica takes over. Every report that
// was acknowledged is in what is left, once, and adds up.
//
// And the same with an asynchronous replica, which may lose some: laptops bring them back.
#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <memory>

#include "collector/certificate.h"
#include "collector/sql.h"
#include "platform/process.h"
#include "tests/collector/fleet.h"
#include "tests/collector/postgres.h"
#include "tests/e2e/programs.h"
#include "tests/e2e/samples.h"
#include "tests/e2e/simulated_laptops.h"
#include "tests/places.h"
#include "tests/temporary_folder.h"

namespace wattlife::e2e {
namespace {

using std::chrono::days;
using testing::PostgresServer;

constexpr int patience_s = 120;
constexpr int laptops_a_token = 50;  // a token lets 120 at once through
constexpr int reports_each = 3;

UtcDay today() { return std::chrono::floor<days>(now().utc); }

// What laptop `i` says in its report `sequence`: no two the same, so that a sum tells which is
// missing or there twice.
std::int64_t joule_of(std::size_t i, std::int64_t sequence) {
  return 10'000 + static_cast<std::int64_t>(i) * 4 + sequence;
}

// All programs of the set-up.
class Machines {
 public:
  Machines(std::size_t laptops, bool synchronous)
      : primary_(true), replica_(true, &primary_), url_(replica_.or_else(primary_.new_database())) {
    make_fleet(laptops);
    EXPECT_TRUE(comes_true(
        [&] { return primary_.ask("SELECT count(*) FROM pg_stat_replication") == 1; }, patience_s));
    if (synchronous) primary_.wait_for_replicas(true);
    EXPECT_TRUE(make_certificates(tls(), now().utc));
    write_text(tls() + "/wattlife.pem",
               text_of(tls() + "/server.pem") + text_of(tls() + "/server.key"));
    write_text(folder_ / "collector.toml",
               "[sign_in]\nway = \"proxy\"\npublic_url = \"https://localhost\"\n"
               "trusted_peers = [\"127.0.0.1\"]\n[sign_in.roles]\nbeheer = \"beheerder\"\n");
    write_text(folder_ / "haproxy.cfg", haproxy_sample({door_.number(),
                                                        {listen_[0].number(), listen_[1].number()},
                                                        {admin_[0].number(), admin_[1].number()}},
                                                       tls()));
    start_collector(0);
    start_collector(1);
    proxy_ = std::make_unique<Program>(
        std::vector<std::string>{haproxy_program(), "-f", folder_ / "haproxy.cfg", "-db"},
        folder_ / "haproxy.log");
    HttpOptions options;
    options.ca_bundle_path = way().authority;
    EXPECT_TRUE(comes_true(
        [&] {
          const auto page = get({way().url + "/stijl.css", "", {}}, options);
          return page && page->status == 200;
        },
        patience_s))
        << text_of(folder_ / "haproxy.log") << text_of(folder_ / "collector.log");
  }

  SimulatedLaptops::Way way() const {
    return {"https://localhost:" + std::to_string(door_.number()), tls() + "/ca.pem"};
  }
  const std::string& url() const { return url_; }
  std::vector<SimulatedLaptop> take_laptops() { return std::move(laptops_); }

  void start_collector(std::size_t which) {
    collectors_[which] = std::make_unique<Program>(
        std::vector<std::string>{
            places::programs() + "/wattlife-collector", "serve", "--config",
            folder_ / "collector.toml", "--listen",
            "127.0.0.1:" + std::to_string(listen_[which].number()), "--behind-proxy", "127.0.0.1",
            "--admin", "127.0.0.1:" + std::to_string(admin_[which].number()), "--database", url_},
        folder_ / "collector.log");
  }
  void kill_collector(std::size_t which) { collectors_[which]->kill(); }
  // As Restart=on-failure of the unit: one that could not reach a database that takes changes ends.
  void restart_those_that_ended() {
    for (std::size_t i = 0; i < collectors_.size(); ++i) {
      if (!collectors_[i]->running()) start_collector(i);
    }
  }
  void restart_database() { primary_.crash(); }
  void lose_primary() { primary_.lose(); }
  void stop_replica() { replica_.stop(); }
  void start_replica() { replica_.start(); }
  void promote_replica() { replica_.promote(); }

  int check() {
    return run({places::programs() + "/wattlife-collector", "check", "--database", url_},
               folder_ / "check.log");
  }
  std::string said() const {
    return text_of(folder_ / "check.log") + text_of(folder_ / "collector.log");
  }

 private:
  std::string tls() const { return folder_ / "tls"; }

  // The organisation, tokens, and inventory that confirms each laptop by itself.
  void make_fleet(std::size_t count) {
    auto store = open_fleet_store(url_, StoreOpen::make, testing::repeatable_random(1));
    ASSERT_TRUE(store) << store.error().text;
    ASSERT_TRUE((*store)->add_organisation({testing::oin, "Ministerie van Voorbeelden"}));
    std::vector<StockRow> stock;
    std::string token;
    for (std::size_t i = 0; i < count; ++i) {
      if (i % laptops_a_token == 0) {
        const auto made = (*store)->create_token(testing::oin, "", today(), today() + days(30));
        ASSERT_TRUE(made) << made.error().text;
        token = *made;
      }
      SimulatedLaptop one;
      one.laptop = testing::laptop(std::to_string(i));
      one.token = token;
      for (int sequence = 1; sequence <= reports_each; ++sequence) {
        one.reports.push_back(to_bytes(one.laptop.energy(
            testing::week_of(today() - days(7 * sequence)), joule_of(i, sequence))));
      }
      stock.push_back({*one.laptop.serials.system_serial, ""});
      laptops_.push_back(std::move(one));
    }
    const auto imported = (*store)->import_stock(testing::oin, stock);
    ASSERT_TRUE(imported) << imported.error().text;
  }

  TemporaryFolder folder_;
  PostgresServer primary_;
  PostgresServer replica_;
  std::string url_;
  HeldPort door_;
  std::array<HeldPort, 2> listen_;
  std::array<HeldPort, 2> admin_;
  std::vector<SimulatedLaptop> laptops_;
  std::array<std::unique_ptr<Program>, 2> collectors_;
  std::unique_ptr<Program> proxy_;
};

class Failover : public ::testing::Test {
 protected:
  void SetUp() override {
    if (haproxy_program().empty()) GTEST_SKIP() << "not on this machine: package haproxy";
    const std::string missing = PostgresServer::shared().missing();
    if (!missing.empty()) GTEST_SKIP() << missing;
  }

  void begin(std::size_t laptops, bool synchronous) {
    count_ = laptops;
    all_ = std::make_unique<Machines>(laptops, synchronous);
    laptops_ = std::make_unique<SimulatedLaptops>(all_->take_laptops(), all_->way());
    laptops_->allow(reports_each - 1);
    laptops_->start(16);
  }
  // Until so many per cent of all reports are acknowledged.
  bool until(int percent) {
    const int wanted = static_cast<int>(count_) * reports_each * percent / 100;
    return comes_true([&] { return laptops_->acknowledged >= wanted; }, patience_s);
  }
  // Does it, and waits until reports are acknowledged again.
  void goes_on_after(const std::string& name, const std::function<void()>& blow) {
    const Duration began = now().boot.since_boot;
    blow();
    const int before = laptops_->acknowledged;
    EXPECT_TRUE(comes_true(
        [&] {
          all_->restart_those_that_ended();
          return laptops_->acknowledged >= before + 20;
        },
        patience_s))
        << "after " << name << ": " << all_->said();
    RecordProperty(name + "_ms", static_cast<int>((now().boot.since_boot - began).count()));
  }
  void finish() {
    laptops_->allow(reports_each);
    EXPECT_TRUE(comes_true(
        [&] {
          all_->restart_those_that_ended();
          return laptops_->all_rest();
        },
        patience_s))
        << laptops_->acknowledged << " acknowledged; " << all_->said();
    laptops_->stop();
    std::string reasons;
    for (const auto& [reason, times] : laptops_->reasons()) {
      reasons += std::to_string(times) + " x " + reason + "; ";
    }
    RecordProperty("not_acknowledged", reasons);
    RecordProperty("acknowledged_and_lost", laptops_->taken_back);
    RecordProperty("enrolled_and_lost", laptops_->enrolled_again);
  }
  void expect_each_report_once();

  std::size_t count_ = 0;
  std::unique_ptr<Machines> all_;
  std::unique_ptr<SimulatedLaptops> laptops_;
};

// What is held against what was acknowledged: by device, installation and sequence, and in energy.
void Failover::expect_each_report_once() {
  auto sql = open_sql(all_->url(), StoreOpen::existing);
  ASSERT_TRUE(sql) << sql.error().text;
  std::map<std::string, int> held;
  ASSERT_TRUE(
      (*sql)->query("SELECT e.public_id, r.install_id, r.sequence FROM report r "
                    "JOIN enrolment e ON e.id = r.enrolment WHERE r.reason IS NULL",
                    {}, [&](const SqlRow& row) {
                      ++held[row.text(0) + row.text(1) + std::to_string(row.integer(2))];
                      return done();
                    }));
  std::map<std::string, std::int64_t> energy;
  ASSERT_TRUE((*sql)->query(
      "SELECT e.public_id, sum(n.device_mj) FROM energy n JOIN enrolment e ON e.device = n.device "
      "GROUP BY e.public_id",
      {}, [&](const SqlRow& row) {
        energy[row.text(0)] = row.integer(1);
        return done();
      }));
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < laptops_->laptops().size(); ++i) {
    const SimulatedLaptop& one = laptops_->laptops()[i];
    const Id128& device = one.laptop.credential.device_id;
    std::int64_t joule = 0;
    for (std::int64_t sequence = 1; sequence <= one.acknowledged; ++sequence) {
      joule += joule_of(i, sequence);
      const auto found = held.find(device + one.laptop.install_id + std::to_string(sequence));
      wrong += found == held.end() || found->second != 1 ? 1 : 0;
      if (found != held.end()) held.erase(found);
    }
    EXPECT_EQ(one.acknowledged, reports_each) << i;
    wrong += energy[device] == joules(joule).milli ? 0 : 1;
  }
  EXPECT_EQ(wrong, 0u) << "reports that are lost or there twice, or sums that are wrong";
  EXPECT_EQ(held.size(), 0u) << "held, and of nobody";
  EXPECT_EQ(*(*sql)->integer("SELECT count(*) FROM enrolment"), static_cast<std::int64_t>(count_));
  EXPECT_EQ(all_->check(), 0) << all_->said();
}

TEST_F(Failover, with_a_synchronous_replica_every_acknowledged_report_is_there_once) {
  begin(2000, true);
  ASSERT_TRUE(until(10)) << all_->said();
  goes_on_after("collector_killed", [&] { all_->kill_collector(0); });
  ASSERT_TRUE(until(25)) << all_->said();
  goes_on_after("postgresql_restarted", [&] { all_->restart_database(); });
  ASSERT_TRUE(until(45)) << all_->said();
  goes_on_after("primary_lost", [&] {
    all_->kill_collector(1);
    all_->lose_primary();
    // Long enough that laptops notice.
    const int before = laptops_->not_acknowledged;
    EXPECT_TRUE(comes_true([&] { return laptops_->not_acknowledged >= before + 50; }, patience_s));
    all_->promote_replica();
  });
  finish();
  EXPECT_EQ(laptops_->taken_back, 0) << "acknowledged, and then not held";
  EXPECT_EQ(laptops_->enrolled_again, 0) << "enrolled, and then not known";
  expect_each_report_once();
}

// The replica is behind when the primary is lost: what the primary acknowledged alone is gone, and
// laptops bring it back.
TEST_F(Failover, what_an_asynchronous_replica_lost_laptops_bring_back) {
  begin(300, false);
  ASSERT_TRUE(until(20)) << all_->said();
  all_->stop_replica();
  ASSERT_TRUE(until(35)) << all_->said();
  goes_on_after("primary_lost", [&] {
    all_->lose_primary();
    all_->start_replica();
    all_->promote_replica();
  });
  finish();
  EXPECT_GT(laptops_->taken_back, 0) << "nothing was lost: this would show nothing";
  expect_each_report_once();
}

}  // namespace
}  // namespace wattlife::e2e
