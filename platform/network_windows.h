// SPDX-License-Identifier: EUPL-1.2
// What Windows counts at its network interfaces. Nothing is sent, received or opened.
#pragma once

#include <string>

#include "core/result.h"

namespace wattlife {

// For each interface with hardware behind it its LUID and the bytes in and out, as three uint64.
Result<std::string> network_counters();

}  // namespace wattlife
