// SPDX-License-Identifier: EUPL-1.2
// Takes identities out of a capture before it leaves the machine: serial numbers, UUIDs, MAC
// addresses, host names, asset tags, secrets in policies. The same original becomes the same
// replacement everywhere in one capture, lengths are kept, and checksums that cover a replaced
// field (ATA pages, EDID) are computed again. Areas that only their maker can read (structures of
// the firmware's vendor, vendor bytes of a drive) are blanked. What is cleaned, per path:
// docs/capture-format.md.
#pragma once

#include <cstdint>

#include "core/result.h"
#include "platform/capture.h"

namespace wattlife {

// `salt` makes the replacements of this capture unlike those of any other; it is not stored.
// Malformed when a structure that holds identities cannot be understood, since then it cannot be
// cleaned: the value is named, and the capture must not be shared.
Result<Capture> scrubbed(const Capture& capture, std::uint64_t salt);

}  // namespace wattlife
