// SPDX-License-Identifier: EUPL-1.2
// What a client certificate says, as values, and what follows from it. A certificate that is not
// accepted is answered by 401 over HTTP and never by a TLS alert, so that the device (and whoever
// looks at its log) learns why.
//
// Nothing of a certificate is kept or logged: no name, no number. What binds a device to one is a
// keyed hash of `public_key` (certificate_mode.h).
#pragma once

#include <optional>
#include <string>

#include "core/time.h"

namespace wattlife {

struct Refusal;

// How it stands with the authorities that the administrator configured, at the time it was shown.
enum class CertificateStanding {
  trusted,
  unknown_authority,  // signed by nobody we were told of, or badly
  out_of_time,        // it or its authority, too early or too late
  revoked,
  unusable,  // not for clients, or broken in another way
};

struct PeerCertificate {
  CertificateStanding standing = CertificateStanding::unknown_authority;
  std::string public_key;  // DER of SubjectPublicKeyInfo
  std::string issuer;      // distinguished name, RFC 2253
  UtcTime not_before;
  UtcTime not_after;
  std::string digest;  // SHA-256 of the certificate's DER
  // Looked at by the rules of organisations (certificate_mode.h), then forgotten.
  std::string subject = {};                // distinguished name, RFC 2253
  std::string subject_organisation = {};   // O; empty: none, or more than one
  std::string subject_serial_number = {};  // serialNumber, the same
  friend bool operator==(const PeerCertificate&, const PeerCertificate&) = default;
};

// Why a device that shows this certificate (or none) is not let in; empty when it is. Without
// `required` a device may come without one: then its secret alone tells who it is.
std::optional<Refusal> problem_of_certificate(const std::optional<PeerCertificate>& certificate,
                                              bool required, UtcTime now);

// The certificate is good, and no organisation said that such ones are its devices.
Refusal certificate_of_nobody();

}  // namespace wattlife
