// SPDX-License-Identifier: EUPL-1.2
// What a message says, in words that the owner of the laptop can read: exactly what leaves the
// device, nothing left out. For `--dry-run` and `wattlife privacy show`.
#pragma once

#include <string>

#include "proto/wire.h"

namespace wattlife {

// Several lines, each ending in a newline.
std::string text_of(const Report& report);
std::string text_of(const EnrolmentRequest& request);

}  // namespace wattlife
