// SPDX-License-Identifier: EUPL-1.2
// The body of key_access.h on Linux and macOS: who may read a file is its owner's to say.
#include "platform/key_access.h"

namespace wattlife {

Result<bool> let_agent_use_key(const CertificateSelector&, UtcTime) { return false; }

}  // namespace wattlife
