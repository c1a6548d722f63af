// SPDX-License-Identifier: EUPL-1.2
// Sends what is due, one report at a time, until all is sent or something says to come back later.
// Decisions are agent/upload's, what must survive is agent/outbox's; the world comes in as
// functions, so that a test can play a year in a second.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "agent/due_reports.h"
#include "agent/exit.h"
#include "agent/outbox.h"
#include "agent/upload.h"
#include "core/result.h"
#include "core/time.h"
#include "platform/http_client.h"

namespace wattlife {

// The collector as the settings name it.
struct Collector {
  std::string url;    // "https://host[:port][/path]"
  std::string token;  // of the organisation; empty: this device cannot enrol by one
  // The device is known by the certificate that the connection shows: no token is sent.
  bool by_certificate = false;
  bool can_enrol() const { return by_certificate || !token.empty(); }
};

// The world outside.
struct World {
  Send send;
  std::function<UtcTime()> now;         // the real clock
  std::function<std::uint64_t()> dice;  // random numbers
  std::function<bool()> stop;           // whether to end early
};

struct Delivered {
  int accepted = 0;
  int set_aside = 0;
  int attempts = 0;  // requests that were made
  Exit exit = Exit::fine;
  std::string text;  // why it ended, for the log
};

// `identity` is the inventory to enrol with; without one there is no enrolment yet. `at_once`
// ignores the moment before which nothing should be sent. Every outcome is in the outbox before
// the next request. Errors are those of the outbox.
Result<Delivered> deliver(Outbox& outbox, const Collector& collector,
                          const std::optional<Shipped>& identity, UtcDay today, bool at_once,
                          const World& world);

// The requests, as they are sent. A secret is in their headers: never log them.
EnrolmentRequest enrolment_of(const Id128& install_id, const Shipped& identity);
HttpRequest enrolment_request(const Collector& collector, const EnrolmentRequest& enrolment);
HttpRequest report_request(const Collector& collector, const Credential& credential,
                           const QueuedReport& report);

}  // namespace wattlife
