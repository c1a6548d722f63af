// SPDX-License-Identifier: EUPL-1.2
// Which certificate a laptop shows to the collector, how that one stands, and the words for it. The
// setting ClientCertificateSelector says where it is: a file, a token, the Keychain, or a filter
// over the store of the computer. Pure: what was found comes in, one of it goes out.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "core/time.h"

namespace wattlife {

// What one certificate says of itself, and what the system says of its key.
struct CertificateFacts {
  std::string thumbprint;  // SHA-1 of its bytes, 40 hexadecimal digits in lower case
  std::string subject;     // "CN=laptop-7,O=Voorbeeld"
  std::string issuer;
  UtcTime valid_from{};
  UtcTime valid_until{};
  bool has_key = false;      // a private key belongs to it
  bool for_clients = false;  // it may be used to sign in at a server (extended key usage)
  friend bool operator==(const CertificateFacts&, const CertificateFacts&) = default;
};

// ClientCertificateSelector, read.
struct CertificateSelector {
  enum class Kind {
    file,      // "/etc/pki/laptop.pem", "/a.pem;key=/b.key", "C:\laptop.pfx"
    token,     // "pkcs11:token=...;object=..." (RFC 7512)
    store,     // "issuer=Voorbeeld CA;subject=laptop", "thumbprint=<40 hexadecimal digits>"
    keychain,  // "label=Wattlife"
  };
  Kind kind = Kind::file;
  std::string place;       // path, URI or label; empty for the store
  std::string key_path;    // of a file whose key stands apart; empty: in the same file
  std::string issuer;      // of the store: what the name must hold, in any case; empty: any
  std::string subject;     // the same
  std::string thumbprint;  // of the store: this one only
  friend bool operator==(const CertificateSelector&, const CertificateSelector&) = default;
};
// Malformed with the forms that there are. A PIN in a URI is refused: everybody on the laptop can
// read the settings.
Result<CertificateSelector> certificate_selector_from(std::string_view text);

// What is wrong with the certificate; with the first two it can be shown all the same, and the
// collector says what it makes of it (the clock of a laptop may be wrong).
enum class CertificateTrouble {
  none,
  expired,
  not_yet_valid,
  not_for_clients,  // its extended key usage does not allow it
  no_key,           // there is a certificate and no private key
  not_found,        // nothing that the selector fits
  key_unreadable,   // whoever runs the agent may not use the key
  not_usable,       // anything else: the text says it
};
const char* name_of(CertificateTrouble trouble);  // "none", "expired", "not-yet-valid", ...
std::optional<CertificateTrouble> certificate_trouble_from(std::string_view name);
// Whether a connection can be tried with it.
bool can_be_shown(CertificateTrouble trouble);

// How one certificate stands at a moment.
CertificateTrouble trouble_of(const CertificateFacts& certificate, UtcTime now);

// One sentence: what is wrong and what to do. `which`: the certificate, where there is one.
std::string trouble_text(CertificateTrouble trouble, const CertificateSelector& selector,
                         const std::optional<CertificateFacts>& which = {});

struct CertificateChoice {
  std::optional<CertificateFacts> certificate;  // empty: none that can be shown
  CertificateTrouble trouble = CertificateTrouble::none;
  std::string text;  // as trouble_text(); empty when there is no trouble
  friend bool operator==(const CertificateChoice&, const CertificateChoice&) = default;
};
// The only one that there is: shown as it stands, whatever its names.
CertificateChoice choice_of(const CertificateFacts& certificate,
                            const CertificateSelector& selector, UtcTime now);
// Of those that fit the filter: one with a key, for clients and valid now, of these the one that
// stays valid longest, so that a renewed certificate is taken as soon as it is there. The order in
// which they come does not matter.
CertificateChoice chosen_certificate(const std::vector<CertificateFacts>& found,
                                     const CertificateSelector& selector, UtcTime now);

// From this long before its end on, a certificate that was not renewed is worth a warning.
inline constexpr std::chrono::days expires_soon{14};

}  // namespace wattlife
