// SPDX-License-Identifier: EUPL-1.2
// Passwords of local users, kept as scrypt (RFC 7914) by OpenSSL: a hash that needs memory, so that
// a stolen file is dear to try. Why scrypt: OpenSSL 3.0 is here already and has no Argon2 (that
// came with 3.2); a second library for a way in that works on loopback only is not worth it.
// N = 2^15, r = 8, p = 3 is OWASP's smallest recommended setting: 32 MiB, about 0.2 s.
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"

namespace wattlife {

inline constexpr std::size_t password_salt_bytes = 16;
inline constexpr std::size_t shortest_password = 12;  // characters that are bytes
inline constexpr std::size_t longest_password = 256;

// What is wrong with a new password; empty when nothing.
std::string problem_of_password(std::string_view password, std::string_view user);

// "scrypt$32768$8$3$SALT$HASH", salt and hash in hexadecimal. `salt` is random each time.
// Errors: malformed (the salt has the wrong size), io (no memory).
Result<std::string> password_hash(std::string_view password, std::string_view salt);

// Whether the password is the one. A text that is no such hash, or asks for more than 64 MiB, is
// nobody's: give an empty one for a user who is not there. It takes as long then, and with a
// password that is too long to be one: the time tells neither how much was right nor who exists.
bool is_password(std::string_view hash, std::string_view password);

}  // namespace wattlife
