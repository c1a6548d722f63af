// SPDX-License-Identifier: EUPL-1.2
// Plays a working fortnight over a recorded laptop: the capture of one moment becomes a capture of
// two weeks in an office. Identity and health are the recorded ones; what the laptop did and used
// is modelled, and the result says so (`capture/simulated`). Demonstrations and tests use it where
// a fortnight of a real person's laptop may not be used.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/result.h"
#include "core/time.h"
#include "platform/capture.h"

namespace wattlife {

struct FortnightOptions {
  std::uint64_t seed = 1;
  // The Monday after the fortnight: the capture ends on that morning, so that both weeks are over.
  UtcDay end_monday;
  // Written as policy/<Key>, as an administrator would.
  std::vector<std::pair<std::string, std::string>> policy;
  // Used when the recorded machine tells no serial number of its own; empty: none.
  std::string serial;
};

// A capture with one tick a minute while the laptop is awake: ten working days from about half past
// eight to five (Dutch winter time), meetings on battery, lunch asleep, nights asleep or switched
// off, weekends off. The same options give the same capture.
// Malformed when `end_monday` is not a Monday or the snapshot is of a system that is not modelled.
Result<Capture> fortnight(const Capture& snapshot, const FortnightOptions& options);

}  // namespace wattlife
