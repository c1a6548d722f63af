// SPDX-License-Identifier: EUPL-1.2
#include "agent/self_text.h"

#include <gtest/gtest.h>

#include "tests/agent/example_view.h"

namespace wattlife {
namespace {

TEST(SelfText, RatesAreByHourAndByDay) {
  const View view = shown(example_facts());
  ASSERT_TRUE(view.self);
  const auto rates = self_rates(*view.self);
  ASSERT_TRUE(rates);
  EXPECT_DOUBLE_EQ(rates->cpu_ms_per_hour, 9.0);
  EXPECT_DOUBLE_EQ(rates->wakes_per_hour.value_or(0), 62.0);
  EXPECT_DOUBLE_EQ(rates->bytes_per_day.value_or(0), 1'900'000.0);
  // 72 ms at 5 W and 496 wakes of 1 mJ: 856 mJ a day.
  EXPECT_NEAR(rates->mwh_per_day.value_or(0), 856.0 / 3600, 1e-3);
  ASSERT_TRUE(rates->share_low && view.self->laptop);
  EXPECT_LT(*rates->share_low, *rates->share_high);
  // No pair of truths within the intervals gives a share outside.
  const double middle = static_cast<double>(view.self->energy->energy.milli) /
                        static_cast<double>(view.self->laptop->energy.milli);
  EXPECT_LT(*rates->share_low, middle);
  EXPECT_GT(*rates->share_high, middle);
}

TEST(SelfText, InLinesAndAsJson) {
  const View view = shown(example_facts());
  expect_golden("self-nl.txt", self_text(view, Language::dutch));
  expect_golden("self-en.txt", self_text(view, Language::english));
  expect_golden("self.json", self_json(view));
}

TEST(SelfText, WhatTheSystemDoesNotTellIsUnknown) {
  ViewFacts facts = example_facts();
  SelfCost cost;
  cost.time = std::chrono::hours(1);
  facts.self = {{"2026-11-23", cost}};
  const std::string text = self_text(shown(facts), Language::english);
  EXPECT_NE(text.find("Wakes       unknown\n"), std::string::npos) << text;
  EXPECT_NE(text.find("Energy      unknown\n"), std::string::npos) << text;
  EXPECT_NE(self_json(shown(facts)).find("\"energy_mwh_per_day\":null"), std::string::npos);
}

TEST(SelfText, NothingMeasuredIsNotZero) {
  ViewFacts facts = example_facts();
  facts.self.clear();
  facts.learned.reset();
  EXPECT_EQ(self_json(shown(facts)), "{\"self\":null,\"learned\":null}\n");
  EXPECT_NE(self_text(shown(facts), Language::dutch).find("nog niets gemeten"), std::string::npos);
  SelfCost moment;
  moment.time = Duration(900);
  facts.self = {{"2026-11-23", moment}};
  EXPECT_EQ(self_json(shown(facts)), "{\"self\":null,\"learned\":null}\n") << "a second is no rate";
}

}  // namespace
}  // namespace wattlife
