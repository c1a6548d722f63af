// SPDX-License-Identifier: EUPL-1.2
#include "collector/metrics.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace wattlife {
namespace {

TEST(Metrics, a_histogram_counts_below_each_bound) {
  Histogram histogram({1, 10});
  for (const double value : {0.5, 1.0, 1.5, 10.0, 11.0}) histogram.add(value);
  EXPECT_EQ(histogram.text("x"),
            "x_bucket{le=\"1\"} 2\nx_bucket{le=\"10\"} 4\nx_bucket{le=\"+Inf\"} 5\n"
            "x_sum 24\nx_count 5\n");
}

TEST(Metrics, says_what_was_counted) {
  Metrics metrics;
  metrics.add_request("report", 200);
  metrics.add_request("report", 204);
  metrics.add_request("people", 503);
  metrics.add_no_room("report");
  metrics.add_report("acknowledged");
  metrics.add_report("two-installations");
  metrics.add_batch(37, 0.004);
  const std::string text = metrics.text();
  for (const char* line : {"wattlife_requests_total{route=\"report\",status=\"2xx\"} 2\n",
                           "wattlife_requests_total{route=\"people\",status=\"5xx\"} 1\n",
                           "wattlife_no_room_total{route=\"report\"} 1\n",
                           "wattlife_reports_total{outcome=\"two-installations\"} 1\n",
                           "wattlife_batch_size_bucket{le=\"50\"} 1\n",
                           "wattlife_commit_seconds_bucket{le=\"0.0025\"} 0\n",
                           "wattlife_commit_seconds_bucket{le=\"0.005\"} 1\n",
                           "# TYPE wattlife_commit_seconds histogram\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << "in\n" << text;
  }
}

TEST(Metrics, labels_stay_few_and_harmless_whatever_comes) {
  Metrics metrics;
  for (int i = 0; i < 1000; ++i) metrics.add_report("made-up-" + std::to_string(i));
  metrics.add_enrolment("a\"} 1\nevil{x=\"");
  const std::string text = metrics.text();
  const auto lines = std::count(text.begin(), text.end(), '\n');
  EXPECT_LT(lines, 130);
  EXPECT_NE(text.find("wattlife_reports_total{outcome=\"other\"} 936\n"), std::string::npos);
  EXPECT_EQ(text.find("evil{"), std::string::npos);
}

}  // namespace
}  // namespace wattlife
