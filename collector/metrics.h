// SPDX-License-Identifier: EUPL-1.2
// What the collector counts about itself, and the text of it for Prometheus (exposition format
// 0.0.4). Labels are bounded: names of routes and reasons, classes of status; never a device, an
// organisation or an address.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wattlife {

// How many values were at most each of the bounds, and their sum.
class Histogram {
 public:
  explicit Histogram(std::vector<double> bounds)
      : bounds_(std::move(bounds)), counts_(bounds_.size() + 1) {}
  void add(double value);
  // Lines of the exposition; `name` without suffix.
  std::string text(std::string_view name) const;

 private:
  std::vector<double> bounds_;
  std::vector<std::int64_t> counts_;  // one more: above the last bound
  std::int64_t all_ = 0;
  double sum_ = 0;
};

// From any thread.
class Metrics {
 public:
  void add_request(std::string_view route, int status);
  void add_no_room(std::string_view route);
  // A batch that was committed, or tried to: how many requests and how long it took.
  void add_batch(std::size_t requests, double seconds);
  // "acknowledged", or the name of the refusal.
  void add_report(std::string_view outcome);
  void add_enrolment(std::string_view outcome);
  // "done" or "failed".
  void add_retention(std::string_view outcome);
  // When it last went well, whichever collector did it, in seconds since 1970; 0: never. Not told
  // at all where it is not done daily.
  void set_retention_done(double seconds);

  std::string text() const;

 private:
  using Counts = std::map<std::string, std::int64_t, std::less<>>;
  void add(Counts& counts, std::string key);

  mutable std::mutex mutex_;
  Counts requests_;  // by their labels
  Counts no_room_;
  Counts reports_;
  Counts enrolments_;
  Counts retentions_;
  std::optional<double> retention_done_;
  Histogram batch_sizes_{{1, 2, 5, 10, 20, 50, 100, 200, 500, 1000}};
  Histogram commit_seconds_{
      {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5}};
};

// One value, with its type ("counter", "gauge") and help.
std::string metric_text(std::string_view name, std::string_view type, std::string_view help,
                        double value);

}  // namespace wattlife
