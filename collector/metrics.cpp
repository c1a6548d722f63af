// SPDX-License-Identifier: EUPL-1.2
#include "collector/metrics.h"

#include <charconv>

namespace wattlife {
namespace {

// More kinds than the program has: a bound, in case a name ever came from outside.
constexpr std::size_t most_kinds = 64;
constexpr std::string_view other = "outcome=\"other\"";

std::string number(double value) {
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value);
  return std::string(buffer, end.ptr);
}

std::string head_of(std::string_view name, std::string_view type, std::string_view help) {
  std::string text = "# HELP ";
  text.append(name).append(" ").append(help).append("\n# TYPE ");
  return text.append(name).append(" ").append(type).append("\n");
}

std::string counts_text(std::string_view name, std::string_view help,
                        const std::map<std::string, std::int64_t, std::less<>>& counts) {
  std::string text = head_of(name, "counter", help);
  for (const auto& [labels, count] : counts) {
    text.append(name).append("{").append(labels).append("} ");
    text.append(std::to_string(count)).append("\n");
  }
  return text;
}

std::string label(std::string_view key, std::string_view value) {
  std::string text(key);
  text += "=\"";
  for (const char c : value) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    text += plain ? c : '_';
  }
  return text + '"';
}

}  // namespace

void Histogram::add(double value) {
  std::size_t i = 0;
  while (i < bounds_.size() && value > bounds_[i]) ++i;
  ++counts_[i];
  ++all_;
  sum_ += value;
}

std::string Histogram::text(std::string_view name) const {
  std::string text;
  std::int64_t below = 0;
  for (std::size_t i = 0; i < bounds_.size(); ++i) {
    below += counts_[i];
    text.append(name).append("_bucket{le=\"").append(number(bounds_[i])).append("\"} ");
    text.append(std::to_string(below)).append("\n");
  }
  text.append(name).append("_bucket{le=\"+Inf\"} ").append(std::to_string(all_)).append("\n");
  text.append(name).append("_sum ").append(number(sum_)).append("\n");
  return text.append(name).append("_count ").append(std::to_string(all_)).append("\n");
}

void Metrics::add(Counts& counts, std::string key) {
  const std::lock_guard lock(mutex_);
  if (counts.size() >= most_kinds && counts.find(key) == counts.end()) key = other;
  ++counts[std::move(key)];
}

void Metrics::add_request(std::string_view route, int status) {
  const char digit = static_cast<char>('0' + status / 100 % 10);
  add(requests_, label("route", route) + ",status=\"" + digit + "xx\"");
}
void Metrics::add_no_room(std::string_view route) { add(no_room_, label("route", route)); }
void Metrics::add_report(std::string_view outcome) { add(reports_, label("outcome", outcome)); }
void Metrics::add_enrolment(std::string_view outcome) {
  add(enrolments_, label("outcome", outcome));
}

void Metrics::add_retention(std::string_view outcome) {
  add(retentions_, label("outcome", outcome));
}
void Metrics::set_retention_done(double seconds) {
  const std::lock_guard lock(mutex_);
  retention_done_ = seconds;
}

void Metrics::add_batch(std::size_t requests, double seconds) {
  const std::lock_guard lock(mutex_);
  batch_sizes_.add(static_cast<double>(requests));
  commit_seconds_.add(seconds);
}

std::string Metrics::text() const {
  const std::lock_guard lock(mutex_);
  std::string text = counts_text("wattlife_requests_total", "Requests answered.", requests_);
  text += counts_text("wattlife_no_room_total", "Requests refused because the queue was full.",
                      no_room_);
  text += counts_text("wattlife_reports_total", "Reports, by what became of them.", reports_);
  text +=
      counts_text("wattlife_enrolments_total", "Enrolments, by what became of them.", enrolments_);
  text += counts_text("wattlife_retention_total", "Daily retention, by how it went.", retentions_);
  if (retention_done_) {
    text += metric_text("wattlife_retention_done_timestamp_seconds", "gauge",
                        "When retention last went well, by whichever collector; 0: never.",
                        *retention_done_);
  }
  text += head_of("wattlife_batch_size", "histogram", "Device requests in one commit.");
  text += batch_sizes_.text("wattlife_batch_size");
  text +=
      head_of("wattlife_commit_seconds", "histogram", "Time to judge, store and flush one batch.");
  return text + commit_seconds_.text("wattlife_commit_seconds");
}

std::string metric_text(std::string_view name, std::string_view type, std::string_view help,
                        double value) {
  return head_of(name, type, help).append(name).append(" ").append(number(value)).append("\n");
}

}  // namespace wattlife
