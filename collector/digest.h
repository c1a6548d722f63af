// SPDX-License-Identifier: EUPL-1.2
// What is kept of a secret is its SHA-256: the secrets are 256 random bits, so nothing slower is
// needed, and a stolen database opens no door.
#pragma once

#include <string>
#include <string_view>

namespace wattlife {

// 32 bytes.
std::string sha256(std::string_view bytes);

// Whether two digests are equal, in a time that does not tell where they differ.
bool same_digest(std::string_view a, std::string_view b);

}  // namespace wattlife
