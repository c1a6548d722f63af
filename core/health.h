// SPDX-License-Identifier: EUPL-1.2
// Judgement over one reading of a battery or drive, as pure functions. What needs history
// (persistence, trends) comes on top of these.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/reading.h"
#include "core/units.h"

namespace wattlife {

// Reasons are stable codes ("gauge_suspect"); their words are in the catalogue of texts.
struct Judgement {
  Verdict verdict = Verdict::unknown;
  std::vector<std::string> reasons;
  friend bool operator==(const Judgement&, const Judgement&) = default;
};

// Full charge over design, per mille, as it is. Empty when either is unknown or zero.
std::optional<Ratio> battery_health(const Battery& battery);

// From one reading: gauge_suspect (below 20 % or above 120 %), unlearned (full equals design
// exactly), over_design, and the bands good >= 85 %, watch 75-85 %. Below 75 % one reading says
// `watch` with `below_replace_threshold`: `replace` needs two events a week apart.
// An absent pack and an unknown gauge are `unknown`, never `good`.
Judgement judge_battery(const Battery& battery);

// From raw fields of one reading. NVMe: critical_warning bits 2 or 3 and spare below threshold are
// `fail`; 100 % used or more is `watch` ("beyond_rating"), media errors are `watch`; a warning of
// temperature alone is transient. ATA: 5, 187, 188, 197, 198 above zero is `watch`, a drive
// that says of itself that it fails is `fail`. eMMC: reserve nearly used up is `fail`. Never a
// probability of failure. Without a single health field: unknown; that a drive finds itself well is
// none.
Judgement judge_disk(const Disk& disk);

}  // namespace wattlife
