// SPDX-License-Identifier: EUPL-1.2
#include "collector/housekeeping.h"

#include "platform/process.h"

namespace wattlife {
namespace {

// Longer than retention takes; when its collector dies, another may after it.
constexpr std::chrono::hours longest_retention{2};

double seconds_of(UtcTime time) {
  return static_cast<double>(
      std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count());
}

}  // namespace

Housekeeping::Housekeeping(FleetStore& store, DeferredAudit& later, Metrics& metrics,
                           const RetentionSettings& retention, std::uint64_t dice, UtcTime started)
    : store_(store),
      later_(later),
      metrics_(metrics),
      retention_(retention),
      dice_(dice),
      past_{started, {}, {}} {}

void Housekeeping::tick(UtcTime now, const Pause& goes_on) {
  write_audit(now, false);
  if (!retention_.daily || !retention_is_due_now(now)) return;
  const std::string holder = std::to_string(dice_);
  const auto ours = store_.take_duty(retention_duty, holder, now, now + longest_retention);
  if (!ours) {
    past_.attempted = now;
    metrics_.add_retention("failed");
    log(LogLevel::error, "retention could not begin: " + ours.error().text);
    return;
  }
  if (!*ours) return;  // another collector is at it
  // Another one may have ended it between our look and our turn.
  if (!retention_is_due_now(now)) {
    (void)store_.end_duty(retention_duty, holder, std::nullopt);
    return;
  }
  past_.attempted = now;
  retain(now, goes_on);
}

bool Housekeeping::retention_is_due_now(UtcTime now) {
  const auto done = store_.duty_done(retention_duty);
  if (!done) return false;  // the database is away: /readyz says so
  past_.done = *done;
  metrics_.set_retention_done(*done ? seconds_of(**done) : 0);
  return retention_is_due(past_, now, dice_);
}

void Housekeeping::retain(UtcTime now, const Pause& goes_on) {
  RetentionResult result;
  const AuditEntry entry{now,
                         "collector",
                         AuditAction::retention_apply,
                         std::to_string(retention_.months) + " months kept",
                         AuditResult::done,
                         "daily"};
  const Done gone = store_.audited(entry, [&]() -> Done {
    const auto retained =
        store_.retain(std::chrono::floor<std::chrono::days>(now), retention_.months, true, goes_on);
    if (!retained) return retained.error();
    result = *retained;
    return done();
  });
  const bool finished = gone && result.finished;
  if (!gone || finished) metrics_.add_retention(gone ? "done" : "failed");
  const Done ended = store_.end_duty(retention_duty, std::to_string(dice_),
                                     finished ? std::optional(now) : std::nullopt);
  if (!gone) {
    log(LogLevel::error,
        "retention failed and is tried again in half an hour: " + gone.error().text);
    return;
  }
  if (!finished) {
    log(LogLevel::info, "retention was stopped, and goes on when it is its turn again");
    return;
  }
  if (!ended) log(LogLevel::warning, "retention: " + ended.error().text);
  past_.done = now;
  metrics_.set_retention_done(seconds_of(now));
  log(LogLevel::info, "retention: kept from " + to_iso8601(result.horizon) +
                          "; gone: " + std::to_string(result.reports) + " reports, " +
                          std::to_string(result.set_aside) + " refused ones, " +
                          std::to_string(result.energy_rows) + " weekly rows of devices");
}

void Housekeeping::write_audit(UtcTime now, bool all) {
  const Done written = later_.write(now, all, audit_sink(store_));
  const std::string problem = written ? "" : written.error().text;
  if (!problem.empty() && problem != audit_problem_) {
    log(LogLevel::error, "entries of the audit log wait: " + problem);
  }
  audit_problem_ = problem;
}

void Housekeeping::finish(UtcTime now) { write_audit(now, true); }

}  // namespace wattlife
