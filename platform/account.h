// SPDX-License-Identifier: EUPL-1.2
// Whose account a program of administrators runs under, for the audit log.
#pragma once

#include <string>

namespace wattlife {

// "root"; "1000" when that account has no name; "root sudo:jan" when sudo says who became root.
std::string account_name();

}  // namespace wattlife
