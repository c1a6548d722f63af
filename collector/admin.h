// SPDX-License-Identifier: EUPL-1.2
// What a load balancer and Prometheus ask, on a listener of their own that the world cannot reach:
// /healthz (the process answers), /readyz (send work here, or why not), /metrics.
#pragma once

#include <optional>
#include <string>

#include "collector/http.h"
#include "collector/http_server.h"
#include "core/time.h"

namespace wattlife {

// How it is with the collector at this moment.
struct Condition {
  bool draining = false;
  bool store_answers = true;
  bool desks_move = true;  // the threads that serve devices and people
  std::optional<UtcTime> certificate_end;
  UtcTime now;
};

// Why no work should be sent here, one line each; empty when it should.
std::string why_not_ready(const Condition& condition);

struct Gauges {
  std::size_t device_queue = 0;
  std::size_t people_queue = 0;
};
std::string listener_metrics(const ListenerCounts& counts, const Gauges& gauges,
                             const Condition& condition);

// `metrics` is what /metrics shows.
Response admin_answer(const Request& request, const Condition& condition,
                      const std::string& metrics);

}  // namespace wattlife
