// SPDX-License-Identifier: EUPL-1.2
#include "collector/peer_certificate.h"

#include "collector/http.h"

namespace wattlife {
namespace {

Refusal refused(const std::string& name, const std::string& detail, const std::string& detail_nl) {
  return {401,       name, "The client certificate is not accepted", detail,
          detail_nl, 0,    {{"WWW-Authenticate", "Bearer"}}};
}

Refusal expired() {
  return refused("certificate-expired", "The client certificate is not valid at this time.",
                 "Het certificaat van het apparaat is nu niet geldig.");
}

}  // namespace

std::optional<Refusal> problem_of_certificate(const std::optional<PeerCertificate>& certificate,
                                              bool required, UtcTime now) {
  if (!certificate) {
    if (!required) return std::nullopt;
    return refused("certificate-required",
                   "This collector accepts devices with a client "
                   "certificate only.",
                   "Deze collector laat alleen apparaten met een certificaat toe.");
  }
  switch (certificate->standing) {
    case CertificateStanding::trusted:
      break;
    case CertificateStanding::out_of_time:
      return expired();
    case CertificateStanding::revoked:
      return refused("certificate-revoked", "The client certificate was revoked.",
                     "Het certificaat van het apparaat is ingetrokken.");
    case CertificateStanding::unknown_authority:
    case CertificateStanding::unusable:
      return refused("certificate-unknown",
                     "The client certificate comes from an authority that is not known here, or "
                     "is not meant for clients.",
                     "Het certificaat komt van een onbekende uitgever of is niet bedoeld voor "
                     "apparaten.");
  }
  // A connection can outlive the moment at which the certificate was looked at.
  if (now < certificate->not_before || now >= certificate->not_after) return expired();
  return std::nullopt;
}

Refusal certificate_of_nobody() {
  return refused("certificate-not-accepted",
                 "No organisation accepts certificates with this issuer and subject for its "
                 "devices.",
                 "Geen organisatie accepteert certificaten van deze uitgever met deze naam voor "
                 "haar apparaten.");
}

}  // namespace wattlife
