// SPDX-License-Identifier: EUPL-1.2
// Windows keeps the key of a certificate of the computer for administrators. The sampler, which
// runs as SYSTEM, lets the agent's account read the one key that it needs; so nobody has to do that
// by hand on each laptop, and again after each renewal. Elsewhere a file has its owner, and there
// is nothing to give.
#pragma once

#include "core/certificate_choice.h"
#include "core/result.h"
#include "core/time.h"

namespace wattlife {

// Lets the agent's service use the key of the certificate that it will choose at `now`. True when
// something was changed, false when all was well already or there is no such certificate.
// Errors: absent (the agent's service is not installed), denied, malformed, io.
Result<bool> let_agent_use_key(const CertificateSelector& selector, UtcTime now);

}  // namespace wattlife
