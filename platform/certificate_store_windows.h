// SPDX-License-Identifier: EUPL-1.2
// The certificates in LocalMachine\MY, the store of the computer, for what needs them on Windows.
#pragma once

#include <windows.h>
//
#include <wincrypt.h>

#include <memory>
#include <string>
#include <vector>

#include "core/certificate_choice.h"
#include "core/result.h"

namespace wattlife {

struct FreeCertificate {
  void operator()(const CERT_CONTEXT* context) const { ::CertFreeCertificateContext(context); }
};
using CertificateContext = std::unique_ptr<const CERT_CONTEXT, FreeCertificate>;

struct StoreCertificate {
  CertificateFacts facts;
  CertificateContext context;
};

// All of them. Errors: denied, io.
Result<std::vector<StoreCertificate>> certificates_of_the_computer();

// What `context` says of itself. `has_key`: a key is noted beside it; it is not tried.
CertificateFacts facts_of(const CERT_CONTEXT& context);

}  // namespace wattlife
