// SPDX-License-Identifier: EUPL-1.2
// Takes identities out of a capture before it leaves the machine: serial numbers, UUIDs, MAC
// addresses, host names, asset tags, secrets in policies. The same original becomes the same
// replacement everywhere in one capture, lengths are kept, and checksums that cover a replaced
// field (ATA pages, EDID) are computed again.
#pragma once

#include "core/result.h"
#include "platform/capture.h"

namespace wattlife {

// `salt` makes the replacements of this capture unlike those of any other.
// Malformed when a structure that holds identities cannot be understood, since then it cannot be
// cleaned: the value is named, and the capture must not be shared.
Result<Capture> scrubbed(const Capture& capture, std::uint64_t salt);

}  // namespace wattlife
