// SPDX-License-Identifier: EUPL-1.2
// An access list of Windows as bytes (ACL, ACE and SID of winnt.h), and the same list with one
// account more that may read. Pure, and on every system: what it changes is who may use a key.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"

namespace wattlife {

// Read a file and its attributes, wait for it, read who may do what: FILE_GENERIC_READ.
inline constexpr std::uint32_t read_rights = 0x0012'0089;

// `list` with an entry that lets the account `sid` read; `list` itself when the account may do so
// already by an entry of its own. Everything else stays as it is and in its order: the new entry
// comes after the list's own ones and before those that are inherited, where Windows wants it.
// Errors: malformed (`list` or `sid` is not one), denied (an entry forbids this very account to
// read: an administrator meant that), io (the list would become longer than a list can be).
Result<std::string> with_reader(std::string_view list, std::string_view sid);

}  // namespace wattlife
