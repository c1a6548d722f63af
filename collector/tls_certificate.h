// SPDX-License-Identifier: EUPL-1.2
// From a certificate of OpenSSL to the values of peer_certificate.h. Parses what strangers send.
#pragma once

#include <openssl/types.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "collector/peer_certificate.h"

namespace wattlife {

struct X509Release {
  void operator()(X509* certificate) const;
};
using X509Owner = std::unique_ptr<X509, X509Release>;

// Empty when a part of it cannot be read.
std::optional<PeerCertificate> facts_of(X509* certificate, CertificateStanding standing);

// What the error of a chain's verification (X509_V_...) means to us.
CertificateStanding standing_from(int verify_error);

// The certificate in a header of a proxy, nullptr when there is none: `:base64 of DER:` (RFC 9440)
// or PEM in percent code, as nginx writes $ssl_client_escaped_cert. At most 16 KiB.
X509Owner certificate_from_header(std::string_view value);

// Verifies against the authorities in `store`, now.
CertificateStanding standing_of(X509* certificate, X509_STORE* store);

}  // namespace wattlife
