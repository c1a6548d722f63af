// SPDX-License-Identifier: EUPL-1.2
// When to send what, and what an answer means: the device's half of the contract in docs/wire.md,
// as pure functions. No clock, no network, no file: agent/delivery drives them, agent/outbox keeps
// the state between runs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/result.h"
#include "core/time.h"
#include "platform/http_client.h"
#include "proto/wire.h"

namespace wattlife {

// What the device has to send, and what it went through.
struct UploadState {
  bool can_enrol = false;                   // there is a token, or a certificate
  bool has_secret = false;                  // there is a device id and a secret
  bool secret_refused = false;              // answered with 401: enrol before the next report
  bool enrolled_again = false;              // after that, once; until something is accepted
  std::optional<std::int64_t> next_report;  // lowest sequence that waits to be sent
  UtcTime not_before{};                     // no attempt before this, by the real clock
  int failures = 0;                         // attempts in a row without an answer that counts
  std::int64_t complete_through = 0;        // as last told by the collector
  friend bool operator==(const UploadState&, const UploadState&) = default;
};

struct Action {
  enum class Kind {
    nothing,       // all is sent
    wait,          // not before `until`
    cannot_enrol,  // no secret, and neither token nor certificate to get one
    enrol,
    send,  // report `sequence`
  };
  Kind kind = Kind::nothing;
  std::int64_t sequence = 0;
  UtcTime until{};
  friend bool operator==(const Action&, const Action&) = default;
};

// Reports go one at a time, oldest first: sequence n + 1 is never sent while n waits.
Action plan(const UploadState& state, UtcTime now);

// What an answer means.
struct Outcome {
  enum class Kind {
    accepted,      // delivered; or, of an enrolment: a secret was given
    set_aside,     // this report will never be accepted: go on with the next
    unauthorised,  // the secret, the token or the certificate does not count (any more)
    forbidden,     // not now, a person has to do something: once a day
    conflict,      // two installs of one device in one period: keep everything, once a day
    throttled,     // the collector said when to come back
    no_answer,     // nothing that counts: back off
  };
  Kind kind = Kind::no_answer;
  std::optional<Acknowledgement> acknowledgement;  // of a report that was accepted
  std::optional<EnrolmentAnswer> enrolment;        // of an enrolment that was accepted
  std::optional<Duration> retry_after;             // with throttled
  bool reached = true;  // whether the collector itself answered, as far as one can tell
  std::string text;     // for the log: what happened, and what to do
};

// Only a 2xx with an acknowledgement that echoes `sent` counts as delivered; 400, 401, 403, 409 and
// 413 count only as a problem document of ours. Everything else (a proxy's page, a redirect, a
// cut-off body, no connection) is no answer. `now` is for a Retry-After that is a date.
Outcome judge_report(const Result<HttpResponse>& answer, const ReportKey& sent, UtcTime now);
Outcome judge_enrolment(const Result<HttpResponse>& answer, UtcTime now);

// The state after an outcome. `next_report` is the caller's to find out anew. `dice` is any random
// number: it spreads the attempts of many laptops (full jitter).
UploadState after_report(UploadState state, const Outcome& outcome, UtcTime now,
                         std::uint64_t dice);
UploadState after_enrolment(UploadState state, const Outcome& outcome, UtcTime now,
                            std::uint64_t dice);

inline constexpr Duration longest_wait = std::chrono::hours(24 * 7);
inline constexpr Duration slow_pace = std::chrono::hours(24);
inline constexpr Duration first_back_off = std::chrono::minutes(10);

// Of a Retry-After header: seconds, or a date as HTTP writes it; between zero and longest_wait.
// Empty when it is neither.
std::optional<Duration> retry_after(std::string_view header, UtcTime now);

}  // namespace wattlife
