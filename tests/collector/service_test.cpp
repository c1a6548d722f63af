// SPDX-License-Identifier: EUPL-1.2
// The whole collector under load: many devices at once, a full queue, pages that take for ever.
#include "collector/service.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "tests/collector/running_collector.h"

namespace wattlife {
namespace {

using testing::http_request;
using testing::Laptop;
using testing::post_report;
using testing::RunningCollector;
using testing::status_of;
using testing::TlsClient;

UtcDay yesterday() {
  return std::chrono::floor<std::chrono::days>(now().utc) - std::chrono::days(1);
}

TEST(Service, many_devices_at_once_are_each_acknowledged_and_all_is_stored) {
  RunningCollector collector;
  constexpr int laptops = 16;
  constexpr int reports = 10;
  std::vector<Laptop> fleet;
  for (int i = 0; i < laptops; ++i) {
    fleet.push_back(collector.fleet.member("L" + std::to_string(i), yesterday()));
  }
  std::atomic<int> acknowledged{0};
  std::vector<std::thread> threads;
  for (Laptop& laptop : fleet) {
    threads.emplace_back([&] {
      TlsClient client(collector.port(), {});
      for (int i = 0; i < reports; ++i) {
        client.send(post_report(laptop.credential, to_bytes(laptop.health())));
        const std::string answer = client.read_answer();
        if (status_of(answer) != 200) continue;
        const auto read = acknowledgement_from(testing::body_after_header(answer));
        if (read && read->install_id == laptop.install_id && read->sequence == laptop.sequence &&
            read->complete_through == laptop.sequence) {
          ++acknowledged;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(acknowledged, laptops * reports);
  EXPECT_EQ(collector.fleet.store().check()->reports, laptops * reports);
  const std::string text = collector.metrics.text();
  EXPECT_NE(text.find("wattlife_reports_total{outcome=\"acknowledged\"} 160\n"), std::string::npos);
}

TEST(Service, a_slow_page_holds_up_no_report) {
  std::promise<void> asked;
  std::promise<void> go_on;
  RunningCollector::Options options;
  options.page = [&](const Request&) {
    asked.set_value();
    go_on.get_future().wait();
    return Response{200, {}, "page"};
  };
  RunningCollector collector(std::move(options));
  Laptop laptop = collector.fleet.member("L", yesterday());
  TlsClient person(collector.port(), {});
  person.send(http_request("GET /slow"));
  asked.get_future().wait();
  EXPECT_EQ(
      status_of(collector.exchange(post_report(laptop.credential, to_bytes(laptop.health())))),
      200);
  go_on.set_value();
  EXPECT_EQ(status_of(person.read_answer()), 200);
}

TEST(Service, a_full_queue_is_said_with_a_time_to_come_back) {
  RunningCollector::Options options;
  options.desk.waiting = 0;
  RunningCollector collector(std::move(options));
  Laptop laptop = collector.fleet.member("L", yesterday());
  const std::string report = post_report(laptop.credential, to_bytes(laptop.health()));
  const std::string answer = collector.exchange(report);
  EXPECT_EQ(status_of(answer), 503);
  EXPECT_NE(answer.find("Retry-After: "), std::string::npos);
  EXPECT_NE(answer.find("urn:wattlife:problem:try-later"), std::string::npos);
  EXPECT_EQ(status_of(collector.exchange(http_request("GET /"))), 200);  // people are served
  EXPECT_NE(collector.metrics.text().find("wattlife_no_room_total{route=\"report\"} 1\n"),
            std::string::npos);
}

}  // namespace
}  // namespace wattlife
