// SPDX-License-Identifier: EUPL-1.2
// Text that only this service can read or make: AES-256-GCM, by OpenSSL. Several collectors with
// one database share the key, so none of them keeps state about who is signed in.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"

namespace wattlife {

inline constexpr std::size_t seal_key_bytes = 32;
inline constexpr std::size_t seal_nonce_bytes = 12;

// base64url (RFC 4648, without padding) of nonce, ciphertext and tag. `purpose` is authenticated
// with it: what was sealed for one purpose cannot be opened for another. `nonce` must be fresh
// random bytes each time. Empty when the key or nonce has the wrong size.
std::string sealed(std::string_view key, std::string_view purpose, std::string_view text,
                   std::string_view nonce);
// Empty unless every bit is as it was sealed, with this key, for this purpose.
std::optional<std::string> unsealed(std::string_view key, std::string_view purpose,
                                    std::string_view sealed_text);

// HMAC-SHA256 in hexadecimal: a token that follows from `text` for who has the key only.
std::string keyed_token(std::string_view key, std::string_view text);

std::string base64url(std::string_view bytes);
// Empty when a character is not of the alphabet, or the length or last bits cannot be.
std::optional<std::string> bytes_from_base64url(std::string_view text);

}  // namespace wattlife
