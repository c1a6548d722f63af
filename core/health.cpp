// SPDX-License-Identifier: EUPL-1.2
#include "core/health.h"

namespace wattlife {
namespace {

// 3-measurement 11.2 and 11.3; 4-footprint "Thresholds".
constexpr Ratio suspect_below{200};
constexpr Ratio suspect_above{1200};
constexpr Ratio good_from{850};
constexpr Ratio watch_from{750};
constexpr Ratio design{1000};

constexpr std::int64_t warning_spare = 1 << 0;
constexpr std::int64_t warning_temperature = 1 << 1;
constexpr std::int64_t warning_reliability = 1 << 2;
constexpr std::int64_t warning_read_only = 1 << 3;
constexpr std::int64_t warning_backup = 1 << 4;

// eMMC, PRE_EOL_INFO: 80 % of the reserved blocks are used, and nearly all.
constexpr std::int64_t reserve_warning = 2;
constexpr std::int64_t reserve_urgent = 3;

bool above_zero(const std::optional<std::int64_t>& count) { return count.value_or(0) > 0; }

bool tells_health(const Disk& disk) {
  return disk.critical_warning || disk.percentage_used || disk.available_spare ||
         disk.media_errors || disk.reallocated || disk.pending || disk.uncorrectable ||
         disk.command_timeouts || disk.reserve_state || disk.self_assessment_passed == false;
}

}  // namespace

std::optional<Ratio> battery_health(const Battery& battery) {
  if (!battery.design || !battery.full || *battery.design <= Energy{} ||
      *battery.full <= Energy{}) {
    return std::nullopt;
  }
  const std::int64_t half = battery.design->milli / 2;
  return Ratio{(battery.full->milli * 1000 + half) / battery.design->milli};
}

Judgement judge_battery(const Battery& battery) {
  if (!battery.present) return {Verdict::unknown, {"no_battery"}};
  const auto health = battery_health(battery);
  if (!health) return {Verdict::unknown, {"capacity_unknown"}};
  if (*health < suspect_below || *health > suspect_above) {
    return {Verdict::unknown, {"gauge_suspect"}};
  }
  // Some firmware never learns, or moves the design value along: 100.0 % says nothing.
  if (battery.full == battery.design) return {Verdict::unknown, {"unlearned"}};
  Judgement judgement{Verdict::good, {}};
  if (*health < watch_from) {
    judgement = {Verdict::watch, {"below_replace_threshold"}};
  } else if (*health < good_from) {
    judgement = {Verdict::watch, {"below_good_threshold"}};
  } else if (*health > design) {
    judgement.reasons.emplace_back("over_design");
  }
  if (battery.charge_limit && *battery.charge_limit < Ratio{1000}) {
    judgement.reasons.emplace_back("charge_limited");
  }
  return judgement;
}

Judgement judge_disk(const Disk& disk) {
  if (!tells_health(disk)) return {Verdict::unknown, {"no_health_data"}};
  Judgement judgement{Verdict::good, {}};
  const auto found = [&](Verdict verdict, const char* reason) {
    if (judgement.verdict != Verdict::fail) judgement.verdict = verdict;
    judgement.reasons.emplace_back(reason);
  };
  const std::int64_t warning = disk.critical_warning.value_or(0);
  if (warning & warning_reliability) found(Verdict::fail, "reliability_degraded");
  if (warning & warning_read_only) found(Verdict::fail, "read_only");
  const bool spare_low =
      disk.available_spare && disk.spare_threshold && *disk.available_spare < *disk.spare_threshold;
  if (spare_low || (warning & warning_spare)) found(Verdict::fail, "spare_below_threshold");
  if (disk.self_assessment_passed == false) found(Verdict::fail, "self_assessment_failed");
  if (disk.reserve_state.value_or(0) >= reserve_urgent) found(Verdict::fail, "reserve_urgent");
  if (disk.reserve_state == reserve_warning) found(Verdict::watch, "reserve_low");
  if (warning & warning_backup) found(Verdict::watch, "backup_failed");
  if (disk.percentage_used.value_or(0) >= 100) found(Verdict::watch, "beyond_rating");
  if (above_zero(disk.media_errors)) found(Verdict::watch, "media_errors");
  if (above_zero(disk.reallocated)) found(Verdict::watch, "reallocated_sectors");
  if (above_zero(disk.pending)) found(Verdict::watch, "pending_sectors");
  if (above_zero(disk.uncorrectable)) found(Verdict::watch, "uncorrectable_errors");
  if (above_zero(disk.command_timeouts)) found(Verdict::watch, "command_timeouts");
  // Heat passes: worth saying, no verdict.
  if (warning & warning_temperature) judgement.reasons.emplace_back("hot_now");
  return judgement;
}

}  // namespace wattlife
