// SPDX-License-Identifier: EUPL-1.2
// The two steps of key_access on Windows that can be tried apart.
#pragma once

#include <string>

#include "core/result.h"
#include "platform/certificate_store_windows.h"

namespace wattlife {

// A self-relative descriptor, and the same with the account `sid` (its bytes) as one that may read;
// empty when nothing has to change. What comes back holds the list of access alone.
// Errors as with_reader(), and what Windows says.
Result<std::string> descriptor_with_reader(std::string descriptor, const std::string& sid);

// Lets the account use the private key of this certificate. True when something was changed.
Result<bool> let_account_use_key_of(const CERT_CONTEXT& context, const std::string& sid);

}  // namespace wattlife
