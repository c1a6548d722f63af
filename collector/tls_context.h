// SPDX-License-Identifier: EUPL-1.2
// What all TLS connections of a listener share: protocols, suites, our certificate, and whom client
// certificates are believed from. NCSC guidelines for TLS, 2025-05: TLS 1.2 and 1.3, forward
// secrecy and AEAD suites only. No session tickets: with client certificates each costs a quarter
// of the handshake, and a device comes once a week.
#pragma once

#include <openssl/types.h>

#include <memory>
#include <optional>
#include <string>

#include "collector/peer_certificate.h"
#include "core/result.h"
#include "core/time.h"

namespace wattlife {

struct TlsOptions {
  std::string certificate_path;        // PEM, the server's own certificate first
  std::string key_path;                // PEM
  std::string client_authority_path;   // PEM; empty: no client certificate is asked for
  std::string client_revocation_path;  // PEM of its revocation list; empty: none is looked at
};

class TlsContext {
 public:
  // Errors: malformed (no certificate, not its key), denied (a file that cannot be read), io.
  static Result<TlsContext> server(const TlsOptions& options);
  // Without a certificate of our own: only judges what a trusted proxy passes on.
  static Result<TlsContext> behind_proxy(const TlsOptions& options);

  // The certificate in a proxy's header, judged; empty when there is none that can be read.
  std::optional<PeerCertificate> from_header(std::string_view value) const;
  // When our own certificate ends; empty behind a proxy.
  std::optional<UtcTime> certificate_end() const;
  SSL_CTX* native() const { return context_.get(); }

 private:
  struct Release {
    void operator()(SSL_CTX* context) const;
  };
  explicit TlsContext(SSL_CTX* context) : context_(context) {}
  Done load_own(const TlsOptions& options);
  Done load_client_authorities(const TlsOptions& options);
  std::unique_ptr<SSL_CTX, Release> context_;
};

}  // namespace wattlife
