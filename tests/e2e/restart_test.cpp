// SPDX-License-Identifier: EUPL-1.2
// A collector is replaced by another under load. Laptops send all the time; nothing that was
// acknowledged is lost, everything arrives in the end, and who is stopped ends well.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "collector/certificate.h"
#include "platform/process.h"
#include "tests/collector/fleet.h"
#include "tests/collector/plain_client.h"
#include "tests/collector/tls_client.h"
#include "tests/e2e/programs.h"
#include "tests/places.h"

namespace wattlife::e2e {
namespace {

using testing::Laptop;
using testing::plain_exchange;
using testing::TlsClient;

class Collectors {
 public:
  Collectors() { EXPECT_TRUE(make_certificates(fleet.folder() + "/tls", now().utc)); }
  std::unique_ptr<Program> start(int admin_port) {
    auto program = std::make_unique<Program>(
        std::vector<std::string>{places::programs() + "/wattlife-collector", "serve", "--database",
                                 fleet.url(), "--listen", "127.0.0.1:" + std::to_string(port()),
                                 "--admin", "127.0.0.1:" + std::to_string(admin_port),
                                 "--certificate", fleet.folder() + "/tls", "--reuse-port"},
        log());
    EXPECT_TRUE(comes_true([&] { return ask(admin_port, "/readyz").find(" 200 ") < 20; }, 30))
        << text_of(log());
    return program;
  }
  static std::string ask(int admin_port, const std::string& path) {
    return plain_exchange(static_cast<std::uint16_t>(admin_port),
                          "GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  }
  std::string log() const { return fleet.folder() + "/log"; }
  std::uint16_t port() const { return static_cast<std::uint16_t>(port_.number()); }

  testing::Fleet fleet;

 private:
  HeldPort port_;
};

// Sends reports until told to stop, each again until it is acknowledged, on fresh and kept
// connections in turn.
void report_all_the_time(std::uint16_t port, Laptop& laptop, const std::atomic<bool>& ending,
                         std::atomic<int>& acknowledged, std::atomic<int>& again) {
  std::unique_ptr<TlsClient> client;
  int pause = 1'000'000;
  // At most what a laptop may send in a day.
  while (!ending && laptop.sequence < 190) {
    pause_20_ms(pause);
    const std::string body = to_bytes(laptop.health());
    const std::string request =
        "POST " + std::string(report_path) +
        " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-protobuf\r\n"
        "Authorization: Bearer " +
        hex_from_bytes(laptop.credential.device_id) + "." +
        hex_from_bytes(laptop.credential.secret) +
        "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    for (int tries = 0; tries < 200; ++tries) {
      if (!client) client = std::make_unique<TlsClient>(port, TlsClient::Options());
      const bool sent = client->send(request);
      const std::string answer = sent ? client->read_answer() : "";
      const bool held = answer.find(" 200 OK") < 20;
      if (!held || laptop.sequence % 3 == 0) client.reset();
      if (held) break;
      ++again;
    }
    ++acknowledged;
  }
}

TEST(Restart, a_second_collector_takes_over_under_load_and_nothing_is_lost) {
  Collectors collectors;
  const UtcDay yesterday = std::chrono::floor<std::chrono::days>(now().utc) - std::chrono::days(1);
  std::vector<Laptop> laptops;
  for (int i = 0; i < 4; ++i) {
    laptops.push_back(collectors.fleet.member("L" + std::to_string(i), yesterday));
  }
  const std::array<HeldPort, 4> admin;  // each collector has its own
  const int first_admin = admin[0].number();
  auto serving = collectors.start(first_admin);
  const std::string metrics = Collectors::ask(first_admin, "/metrics");
  EXPECT_NE(metrics.find("# TYPE wattlife_commit_seconds histogram"), std::string::npos);
  EXPECT_NE(Collectors::ask(first_admin, "/healthz").find("alive"), std::string::npos);

  std::atomic<bool> ending{false};
  std::atomic<int> acknowledged{0};
  std::atomic<int> again{0};
  std::vector<std::thread> threads;
  for (Laptop& laptop : laptops) {
    threads.emplace_back(
        [&] { report_all_the_time(collectors.port(), laptop, ending, acknowledged, again); });
  }
  const auto until_more = [&](int count) {
    const int before = acknowledged;
    EXPECT_TRUE(comes_true([&] { return acknowledged >= before + count; }, 60));
  };
  until_more(20);
  for (std::size_t next_one = 1; next_one < admin.size(); ++next_one) {
    auto next = collectors.start(admin[next_one].number());
    serving->terminate();
    EXPECT_EQ(serving->wait(20), 0) << text_of(collectors.log());
    serving = std::move(next);
    until_more(20);
  }
  ending = true;
  for (std::thread& thread : threads) thread.join();
  serving->terminate();
  EXPECT_EQ(serving->wait(20), 0);

  std::int64_t sent = 0;
  for (const Laptop& laptop : laptops) sent += laptop.sequence;
  EXPECT_EQ(acknowledged, sent);
  const auto check = collectors.fleet.store().check();
  ASSERT_TRUE(check);
  EXPECT_EQ(check->reports, sent);
  EXPECT_TRUE(check->different_tables.empty());
  RecordProperty("sent_again", again);
}

}  // namespace
}  // namespace wattlife::e2e
