// SPDX-License-Identifier: EUPL-1.2
// For measuring how long something took and for deadlines of connections: finer and cheaper than
// now(), and without meaning outside this process. Does not count sleep of the machine.
#pragma once

#include <chrono>

namespace wattlife {

inline std::chrono::nanoseconds ticks() {
  return std::chrono::steady_clock::now().time_since_epoch();
}

}  // namespace wattlife
