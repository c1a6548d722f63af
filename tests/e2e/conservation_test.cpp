// SPDX-License-Identifier: EUPL-1.2
// Runs after the demonstration, over what it left: every laptop's own store against the collector.
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>

#include "tests/e2e/programs.h"
#include "tests/e2e/sums.h"

namespace wattlife::e2e {
namespace {

TEST(Conservation, what_the_laptops_stored_is_what_the_collector_counted) {
  const std::filesystem::path demonstration = WATTLIFE_DEMONSTRATION;
  std::vector<std::string> stores;
  for (const auto& device : std::filesystem::directory_iterator(demonstration / "devices")) {
    stores.push_back((device.path() / "sampler" / "samples.db").string());
  }
  ASSERT_GE(stores.size(), 2U);
  const auto monday = day_from_iso8601(text_of((demonstration / "monday").string()));
  ASSERT_TRUE(monday);
  expect_equal(stored_before(stores, *monday),
               counted_by_collector((demonstration / "collector" / "fleet.db").string()));
}

}  // namespace
}  // namespace wattlife::e2e
