// SPDX-License-Identifier: EUPL-1.2
// How this device makes itself known, from the settings: a token, or a certificate of its own, and
// what is to be said of that one.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "agent/contact.h"
#include "agent/delivery.h"
#include "core/settings.h"
#include "core/time.h"
#include "platform/client_certificate.h"
#include "platform/http_client.h"

namespace wattlife {

struct Introduction {
  Collector collector;
  ClientCertificate certificate;  // what connections show; empty: nothing
  Contact contact;                // mode and certificate; no attempt yet
  // Why no connection can be made; the certificate that should be shown is not there.
  std::optional<Error> problem;
};

// The certificate that a selector leads to, as device_certificate() gives it.
using FindCertificate = std::function<DeviceCertificate(const CertificateSelector& selector,
                                                        const std::string& password, UtcTime now)>;
// A secret of the service manager, as service_credential() gives it.
using ServiceCredential =
    std::function<Result<std::string>(std::string_view name, std::size_t limit)>;

// What the service manager hands over counts before the settings, which more people can read:
// EnrollmentToken, and ClientCertificatePassword for the file of the certificate.
Introduction introduction_from(const Settings& settings, const FindCertificate& find,
                               const ServiceCredential& handed, UtcTime now);

}  // namespace wattlife
