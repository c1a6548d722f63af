// SPDX-License-Identifier: EUPL-1.2
#include "collector/admin.h"

#include <gtest/gtest.h>

namespace wattlife {
namespace {

Condition good() {
  Condition condition;
  condition.now = *utc_from_iso8601("2026-11-24T12:00:00Z");
  condition.certificate_end = condition.now + std::chrono::hours(24 * 30);
  return condition;
}

Response ask(const std::string& path, const Condition& condition,
             const std::string& method = "GET") {
  return admin_answer(Request{method, path, "", {}, ""}, condition, "metrics here\n");
}

TEST(Admin, ready_until_something_is_wrong_and_then_it_says_what) {
  EXPECT_EQ(ask("/readyz", good()).status, 200);
  struct Case {
    const char* word;
    Condition condition = good();
  };
  Case cases[4] = {{"draining"}, {"store"}, {"desks"}, {"certificate"}};
  cases[0].condition.draining = true;
  cases[1].condition.store_answers = false;
  cases[2].condition.desks_move = false;
  cases[3].condition.certificate_end = cases[3].condition.now + std::chrono::hours(24 * 6);
  for (const Case& c : cases) {
    const Response answer = ask("/readyz", c.condition);
    EXPECT_EQ(answer.status, 503) << c.word;
    EXPECT_EQ(answer.body.rfind(c.word, 0), 0u) << answer.body;
    EXPECT_EQ(ask("/healthz", c.condition).status, 200);  // the process itself is well
    EXPECT_NE(listener_metrics({}, {}, c.condition).find("wattlife_ready 0\n"), std::string::npos);
  }
  Condition behind_proxy = good();
  behind_proxy.certificate_end.reset();
  EXPECT_EQ(ask("/readyz", behind_proxy).status, 200);
}

TEST(Admin, has_three_places_and_takes_nothing) {
  EXPECT_EQ(ask("/metrics", good()).body, "metrics here\n");
  EXPECT_EQ(ask("/", good()).status, 404);
  EXPECT_EQ(ask("/metrics", good(), "POST").status, 405);
}

TEST(Admin, what_the_listener_counted) {
  ListenerCounts counts;
  counts.open = 7;
  counts.tls_failures = 3;
  const std::string text = listener_metrics(counts, {5, 2}, good());
  for (const char* line : {"wattlife_connections 7\n", "wattlife_tls_failures_total 3\n",
                           "wattlife_device_queue 5\n", "wattlife_people_queue 2\n",
                           "wattlife_ready 1\n", "wattlife_certificate_seconds_left 2592000\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line;
  }
}

}  // namespace
}  // namespace wattlife
