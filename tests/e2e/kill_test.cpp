// SPDX-License-Identifier: EUPL-1.2
// Agent and collector are killed at arbitrary moments while a laptop enrols and ships; afterwards
// nothing is lost and nothing is counted twice.
#include <gtest/gtest.h>

#include <ctime>
#include <memory>
#include <random>

#include "tests/e2e/one_laptop.h"
#include "tests/e2e/sums.h"

namespace wattlife::e2e {
namespace {

void pause_ms(long ms) {
  const timespec pause{ms / 1000, ms % 1000 * 1'000'000};
  ::nanosleep(&pause, nullptr);
}

TEST(Kill, agent_and_collector_at_any_moment_lose_and_double_nothing) {
  std::mt19937 dice(20261124);
  for (unsigned round = 0; round < 6; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    Site site("kill-" + std::to_string(round));
    site.play_fortnight(round + 1);
    if (HasFatalFailure()) return;
    for (int blow = 0; blow < 8; ++blow) {
      auto collector = site.serve();
      pause_ms(static_cast<long>(dice() % 60));
      auto agent = site.agent();
      pause_ms(static_cast<long>(dice() % 120));
      if (dice() % 2 == 0) {
        agent->kill();
      } else {
        collector->kill();
        agent->wait(90);
      }
    }
    auto collector = site.serve();
    ASSERT_TRUE(site.ships()) << text_of(site.log());
    ASSERT_EQ(site.collector({"device", "confirm", "--all-pending"}), 0) << text_of(site.log());
    // Once more: the agent has nothing left, and the collector counts nothing again.
    ASSERT_TRUE(site.ships());
    collector->terminate();
    EXPECT_EQ(collector->wait(30), 0);
    EXPECT_EQ(site.collector({"check"}), 0) << text_of(site.log());
    expect_equal(
        stored_before({site.path("laptop/sampler/samples.db")}, *day_from_iso8601("2026-11-23")),
        counted_by_collector(site.path("collector/fleet.db")));
  }
}

}  // namespace
}  // namespace wattlife::e2e
