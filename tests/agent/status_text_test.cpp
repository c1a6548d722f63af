// SPDX-License-Identifier: EUPL-1.2
#include "agent/status_text.h"

#include <gtest/gtest.h>

#include "tests/agent/example_view.h"

namespace wattlife {
namespace {

const char* const this_morning = "2026-11-24T10:30:00Z";

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(StatusText, ALaptopThatMeasures) {
  const View view = shown(example_facts());
  const Moment moment = moment_after(this_morning, std::chrono::minutes(4));
  EXPECT_TRUE(is_measuring(view, moment));
  expect_golden("status-en.txt", status_text(view, moment, Language::english));
  expect_golden("status-nl.txt", status_text(view, moment, Language::dutch));
  expect_golden("status.json", status_json(view, moment));
}

TEST(StatusText, SilenceAndAFullDiskAreNegative) {
  const Moment silent = moment_after(this_morning, std::chrono::hours(75));
  ViewFacts facts = example_facts();
  EXPECT_FALSE(is_measuring(shown(facts), silent));
  const std::string text = status_text(shown(facts), silent, Language::english);
  EXPECT_TRUE(has(text, "NOT MEASURING: last measured 3 days ago (2026-11-24T10:30:00Z)")) << text;
  EXPECT_TRUE(has(text, "start the service wattlife-sampler")) << text;
  EXPECT_TRUE(has(text, "2026-11-24  between")) << "not called today";

  const Moment now = moment_after(this_morning, std::chrono::seconds(30));
  facts.store_fault = "samples.db: the disk is full";
  EXPECT_FALSE(is_measuring(shown(facts), now));
  EXPECT_TRUE(has(status_text(shown(facts), now, Language::english),
                  "Storage     FAILS: samples.db: the disk is full"));
}

TEST(StatusText, TheNextReportIsAfterThePeriod) {
  ViewFacts facts = example_facts();
  const Moment now = moment_after(this_morning, Duration{0});
  EXPECT_TRUE(has(status_text(shown(facts), now, Language::english),
                  "next from 2026-11-30 on, to https://wattlife.voorbeeld.nl"));
  // A week is cut at the end of a month.
  facts.today = UtcDay{std::chrono::year{2026} / 12 / 1};
  EXPECT_TRUE(has(status_json(shown(facts), now), R"("next_report_from":"2026-12-07")"));
  facts.collector_url.clear();
  EXPECT_TRUE(has(status_json(shown(facts), now), R"("next_report_from":null)"));
  EXPECT_TRUE(has(status_text(shown(facts), now, Language::english), "nothing leaves this laptop"));
}

TEST(StatusText, ManyFaultsDoNotFillTheScreen) {
  ViewFacts facts = example_facts();
  for (int i = 0; i < 40; ++i) facts.faults.push_back({"sys/x" + std::to_string(i), Cause::io});
  const std::string text =
      status_text(shown(facts), moment_after(this_morning, Duration{0}), Language::english);
  EXPECT_TRUE(has(text, "sys/x8: io\n            + 31\n")) << text;
}

}  // namespace
}  // namespace wattlife
