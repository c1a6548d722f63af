// SPDX-License-Identifier: EUPL-1.2
#include "collector/admin.h"

#include "collector/metrics.h"

namespace wattlife {
namespace {

// Longer than a weekend, so that somebody sees it in time.
constexpr std::chrono::days certificate_left{7};

Response text(int status, std::string body) {
  Response response;
  response.status = status;
  response.headers = {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"},
                      {"Cache-Control", "no-store"}};
  response.body = std::move(body);
  return response;
}

}  // namespace

std::string why_not_ready(const Condition& condition) {
  std::string why;
  if (condition.draining) why += "draining: this process is being stopped\n";
  if (!condition.store_answers) why += "store: the database does not answer\n";
  if (!condition.desks_move) why += "desks: a request has been served for more than 30 s\n";
  if (condition.certificate_end && *condition.certificate_end - condition.now < certificate_left) {
    why += "certificate: ends within 7 days, renew it\n";
  }
  return why;
}

std::string listener_metrics(const ListenerCounts& counts, const Gauges& gauges,
                             const Condition& condition) {
  const auto value = [](std::int64_t count) { return static_cast<double>(count); };
  std::string text =
      metric_text("wattlife_connections", "gauge", "Connections now.", value(counts.open));
  text += metric_text("wattlife_connections_total", "counter", "Connections accepted.",
                      value(counts.accepted));
  text += metric_text("wattlife_connections_turned_away_total", "counter",
                      "Connections closed at once: too many of one address, or no known proxy.",
                      value(counts.turned_away));
  text += metric_text("wattlife_tls_failures_total", "counter", "Handshakes that came to nothing.",
                      value(counts.tls_failures));
  text += metric_text("wattlife_timeouts_total", "counter", "Connections that were too slow.",
                      value(counts.timed_out));
  text += metric_text("wattlife_protocol_refusals_total", "counter",
                      "Requests that were no HTTP or too large.", value(counts.protocol_refusals));
  text += metric_text("wattlife_device_queue", "gauge", "Device requests that wait for a commit.",
                      static_cast<double>(gauges.device_queue));
  text += metric_text("wattlife_people_queue", "gauge", "Pages that wait to be made.",
                      static_cast<double>(gauges.people_queue));
  text += metric_text("wattlife_ready", "gauge", "1 when work may be sent here.",
                      why_not_ready(condition).empty() ? 1 : 0);
  if (condition.certificate_end) {
    const auto left = *condition.certificate_end - condition.now;
    text += metric_text(
        "wattlife_certificate_seconds_left", "gauge", "Until our own certificate ends.",
        static_cast<double>(std::chrono::duration_cast<std::chrono::seconds>(left).count()));
  }
  return text;
}

Response admin_answer(const Request& request, const Condition& condition,
                      const std::string& metrics) {
  if (request.method != "GET" && request.method != "HEAD") return text(405, "GET only\n");
  if (request.path == "/healthz") return text(200, "alive\n");
  if (request.path == "/metrics") return text(200, metrics);
  if (request.path != "/readyz") return text(404, "/healthz, /readyz or /metrics\n");
  const std::string why = why_not_ready(condition);
  return why.empty() ? text(200, "ready\n") : text(503, why);
}

}  // namespace wattlife
