// SPDX-License-Identifier: EUPL-1.2
// A request body that was sent with Content-Encoding: zstd. It is decompressed straight into a
// buffer of the largest size that is accepted, so a bomb costs no more than that buffer, however
// much it announces.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/result.h"

namespace wattlife {

// Errors: malformed (not zstd, cut short, or with a dictionary), denied (larger than `most`).
Result<std::string> decompressed(std::string_view body, std::size_t most);

}  // namespace wattlife
