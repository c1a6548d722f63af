// SPDX-License-Identifier: EUPL-1.2
// Which organisation accepts which client certificates of devices, and what is kept of one. Pure.
//
// The authorities that are trusted at all are those of the listener (--client-ca). A rule says, for
// one of them, whose devices its certificates are: issuer and subject must both be as written. A
// certificate that fits rules of two organisations is nobody's.
//
// Kept is HMAC-SHA256 of organisation and public key, with a key of the collector's own: it leads
// to no certificate, and a database without that key tells nothing. Names in a certificate
// (subject, alternative names) are looked at and forgotten.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collector/peer_certificate.h"

namespace wattlife {

struct CertificateRule {
  std::string name;    // of its section, for messages
  std::string issuer;  // distinguished name, RFC 2253, exactly
  // Of the subject; each that is not empty must hold.
  std::string subject_oin;           // serialNumber, as in PKIoverheid
  std::string subject_organisation;  // O
  std::string subject;               // RFC 2253, with * for any text
  std::string oin;                   // whose devices these are
  bool confirms = false;             // a new device needs no person
  std::string operator_oin = {};     // who operates a new device; empty: the owner
  friend bool operator==(const CertificateRule&, const CertificateRule&) = default;
};

struct CertificateMode {
  std::vector<CertificateRule> rules;
  std::string key;  // seal_key_bytes
};

// The rule that a trusted certificate fits; nullptr when there is none, or rules of two
// organisations.
const CertificateRule* rule_for(const std::vector<CertificateRule>& rules,
                                const PeerCertificate& certificate);

// 32 bytes; empty without a key. Another organisation's hash of the same key is another one.
std::string key_hash_of(std::string_view key, std::string_view oin, std::string_view public_key);

// Whether `text` is as the pattern says, of which * is any text, also none; it never ends within an
// escape (`\,`), so that a name with a comma in it fits no pattern of two names. Linear but for
// backtracking to the last *.
bool fits_pattern(std::string_view text, std::string_view pattern);

}  // namespace wattlife
