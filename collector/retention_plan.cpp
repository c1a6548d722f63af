// SPDX-License-Identifier: EUPL-1.2
#include "collector/retention_plan.h"

namespace wattlife {
namespace {

// A part of `most` that follows from `dice`.
Duration part_of(Duration most, std::uint64_t dice) {
  return Duration{static_cast<std::int64_t>(dice % static_cast<std::uint64_t>(most.count()))};
}

std::optional<UtcTime> believed(const std::optional<UtcTime>& time, UtcTime now) {
  return time && *time <= now ? time : std::nullopt;
}

}  // namespace

bool retention_is_due(const RetentionPast& past, UtcTime now, std::uint64_t dice) {
  const auto attempted = believed(past.attempted, now);
  if (attempted && now - *attempted < retention_again) return false;
  const auto done = believed(past.done, now);
  const UtcTime calm = UtcTime{std::chrono::floor<std::chrono::days>(now)} + calm_from;
  const bool done_today = done && *done >= calm;
  if (done_today) return false;
  const UtcTime turn = calm + part_of(calm_time, dice);
  if (now >= turn && now < calm + calm_time) return true;
  // It was this process's turn today, it tried, and it did not go well.
  if (attempted && *attempted >= calm) return true;
  const bool overdue = !done || now - *done >= retention_overdue;
  const Duration wait = first_wait_after_start + part_of(first_wait_after_start, dice);
  return overdue && now - past.started >= wait;
}

}  // namespace wattlife
