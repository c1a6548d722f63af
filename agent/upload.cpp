// SPDX-License-Identifier: EUPL-1.2
#include "agent/upload.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "agent/problem.h"
#include "core/text.h"

namespace wattlife {
namespace {

// "Sun, 06 Nov 1994 08:49:37 GMT": the one form that HTTP lets anybody write today.
std::optional<UtcTime> http_date(std::string_view text) {
  static constexpr std::array<std::string_view, 12> months = {
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  if (text.size() != 29 || text.substr(25) != " GMT") return std::nullopt;
  const auto month = std::find(months.begin(), months.end(), text.substr(8, 3));
  if (month == months.end()) return std::nullopt;
  std::string number = std::to_string(month - months.begin() + 1);
  if (number.size() < 2) number.insert(0, "0");
  return utc_from_iso8601(std::string(text.substr(12, 4)) + "-" + number + "-" +
                          std::string(text.substr(5, 2)) + "T" + std::string(text.substr(17, 8)) +
                          "Z");
}

std::string status_text(const HttpResponse& response) {
  std::string text = "HTTP " + std::to_string(response.status);
  if (!response.content_type.empty()) text += " (" + response.content_type + ")";
  return text;
}

bool is_success(int status) { return status >= 200 && status < 300; }

// Answers that mean the same for a report and for an enrolment; empty when it is not one of them.
std::optional<Outcome> common_outcome(const Result<HttpResponse>& answer, UtcTime now) {
  Outcome outcome;
  if (!answer) {
    outcome.reached = false;
    outcome.text = answer.error().text;
    return outcome;
  }
  if (is_success(answer->status)) return std::nullopt;
  if (answer->status == 429 || answer->status == 503) {
    outcome.retry_after =
        answer->retry_after ? retry_after(*answer->retry_after, now) : std::nullopt;
    outcome.kind = outcome.retry_after ? Outcome::Kind::throttled : Outcome::Kind::no_answer;
    outcome.text = status_text(*answer) + ": the collector is busy; it is tried again later";
    return outcome;
  }
  const Problem problem = problem_from(*answer);
  if (!problem.ours) {
    outcome.reached = false;
    outcome.text = status_text(*answer) +
                   " that is not a collector's answer: is there a proxy or a sign-in page between?";
    return outcome;
  }
  outcome.text = status_text(*answer) + ": " + problem.text;
  switch (answer->status) {
    case 400:
    case 413:
      outcome.kind = Outcome::Kind::set_aside;
      return outcome;
    case 401:
      outcome.kind = Outcome::Kind::unauthorised;
      return outcome;
    case 403:
      outcome.kind = Outcome::Kind::forbidden;
      return outcome;
    case 409:
      outcome.kind = Outcome::Kind::conflict;
      return outcome;
    default:  // 415 too: reports are never encoded, so there is nothing to leave out
      return outcome;
  }
}

Duration jitter(int failures, std::uint64_t dice) {
  // Doubling stops at 2^8: longer than the slow pace.
  const Duration most =
      std::min(slow_pace, first_back_off * (std::int64_t{1} << std::clamp(failures, 0, 8)));
  const double share = static_cast<double>(dice >> 11) / 9007199254740992.0;  // 2^53
  return Duration{std::llround(static_cast<double>(most.count()) * share)};
}

// How an outcome slows the device down, when nothing special was said.
void slow_down(UploadState& state, const Outcome& outcome, UtcTime now, std::uint64_t dice) {
  switch (outcome.kind) {
    case Outcome::Kind::accepted:
    case Outcome::Kind::set_aside:
      state.failures = 0;
      state.not_before = UtcTime{};
      return;
    case Outcome::Kind::unauthorised:
    case Outcome::Kind::forbidden:
    case Outcome::Kind::conflict:
      state.failures = 0;
      state.not_before = now + slow_pace;
      return;
    case Outcome::Kind::throttled:
      state.not_before = now + std::min(outcome.retry_after.value_or(slow_pace), longest_wait);
      return;
    case Outcome::Kind::no_answer:
      state.not_before = now + jitter(state.failures, dice);
      state.failures = std::min(state.failures + 1, 1000);
      return;
  }
}

}  // namespace

Action plan(const UploadState& state, UtcTime now) {
  if (!state.next_report) return {Action::Kind::nothing, 0, {}};
  // Nobody was ever told to wait longer: a later moment was stored under a wrong clock.
  if (state.not_before > now && state.not_before <= now + longest_wait) {
    return {Action::Kind::wait, 0, state.not_before};
  }
  const bool enrol = !state.has_secret || state.secret_refused;
  if (enrol && state.can_enrol) return {Action::Kind::enrol, 0, {}};
  if (state.has_secret) return {Action::Kind::send, *state.next_report, {}};
  return {Action::Kind::cannot_enrol, 0, {}};
}

Outcome judge_report(const Result<HttpResponse>& answer, const ReportKey& sent, UtcTime now) {
  if (auto outcome = common_outcome(answer, now)) return *std::move(outcome);
  Outcome outcome;
  const Result<Acknowledgement> acknowledgement = acknowledgement_from(answer->body);
  if (!acknowledgement || acknowledgement->install_id != sent.install_id ||
      acknowledgement->sequence != sent.sequence) {
    outcome.reached = false;
    outcome.text = status_text(*answer) +
                   " without an acknowledgement of this report: is there a proxy or a sign-in page "
                   "between?";
    return outcome;
  }
  outcome.kind = Outcome::Kind::accepted;
  outcome.acknowledgement = *acknowledgement;
  outcome.text = "report " + std::to_string(sent.sequence) + " was accepted";
  return outcome;
}

Outcome judge_enrolment(const Result<HttpResponse>& answer, UtcTime now) {
  if (auto outcome = common_outcome(answer, now)) {
    // There is nothing to set aside: somebody has to look at it.
    if (outcome->kind == Outcome::Kind::set_aside) outcome->kind = Outcome::Kind::forbidden;
    return *std::move(outcome);
  }
  Outcome outcome;
  const Result<EnrolmentAnswer> enrolment = enrolment_answer_from(answer->body);
  if (!enrolment) {
    outcome.reached = false;
    outcome.text =
        status_text(*answer) + " without an enrolment: is there a proxy or a sign-in page between?";
    return outcome;
  }
  outcome.kind = Outcome::Kind::accepted;
  outcome.enrolment = *enrolment;
  outcome.text = enrolment->pending ? "enrolled; a person has to confirm this laptop" : "enrolled";
  return outcome;
}

UploadState after_report(UploadState state, const Outcome& outcome, UtcTime now,
                         std::uint64_t dice) {
  slow_down(state, outcome, now, dice);
  if (outcome.kind == Outcome::Kind::accepted) {
    state.enrolled_again = false;
    state.complete_through = outcome.acknowledgement->complete_through;
  }
  if (outcome.kind == Outcome::Kind::unauthorised) {
    // Once at once, then slowly: a loop of enrolments helps nobody.
    const bool again = state.can_enrol && !state.enrolled_again;
    if (again) state.not_before = UtcTime{};
    state.secret_refused = again;
    state.enrolled_again = again;
  }
  return state;
}

UploadState after_enrolment(UploadState state, const Outcome& outcome, UtcTime now,
                            std::uint64_t dice) {
  slow_down(state, outcome, now, dice);
  if (outcome.kind == Outcome::Kind::accepted) {
    state.has_secret = true;
    state.secret_refused = false;
  } else if (outcome.kind == Outcome::Kind::unauthorised) {
    // The token has ended, as it should after a roll-out; the old secret may be good again later,
    // when the collector was restored from a backup.
    state.secret_refused = false;
  }
  return state;
}

std::optional<Duration> retry_after(std::string_view header, UtcTime now) {
  if (const auto seconds = integer_from(header)) {
    if (*seconds < 0) return std::nullopt;
    const std::int64_t most =
        std::chrono::duration_cast<std::chrono::seconds>(longest_wait).count();
    return std::chrono::seconds(std::min(*seconds, most));
  }
  const auto date = http_date(header);
  if (!date) return std::nullopt;
  return std::clamp(*date - now, Duration{0}, longest_wait);
}

}  // namespace wattlife
