// SPDX-License-Identifier: EUPL-1.2
// The certificate of this laptop as its system keeps it: a file or a token on Linux, the store of
// the computer on Windows, the Keychain on macOS. Looks, and says how libcurl is to take it; which
// one of several is right is core/certificate_choice's to say. The sampler does not link this.
#pragma once

#include <optional>
#include <string>

#include "core/certificate_choice.h"
#include "core/result.h"
#include "core/time.h"
#include "platform/http_client.h"

namespace wattlife {

struct DeviceCertificate {
  CertificateChoice choice;  // its certificate is empty where it cannot be looked at (a token)
  // How to show it; its `certificate` is empty when there is nothing that can be shown.
  ClientCertificate use;
};

// What `selector` leads to at `now`. `password` is that of a file, empty when it has none. Whether
// the key can be used is tried by whoever runs this. Never asks a person for anything.
DeviceCertificate device_certificate(const CertificateSelector& selector,
                                     const std::string& password, UtcTime now);

}  // namespace wattlife
