// SPDX-License-Identifier: EUPL-1.2
#include "collector/tls_context.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include "collector/tls_certificate.h"

namespace wattlife {
namespace {

std::string reason() {
  const char* text = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return text != nullptr ? text : "the file is not there, not readable or holds something else";
}

// HTTP/1.1 is what there is; a client that offers it among others is told so.
int choose_http_1_1(SSL*, const unsigned char** out, unsigned char* out_length,
                    const unsigned char* offered, unsigned offered_length, void*) {
  static const unsigned char ours[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_length, ours, sizeof ours, offered, offered_length) !=
      OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_NOACK;
  }
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

// Verifies, remembers the outcome in the session and goes on whatever it is: the answer to a bad
// certificate is 401. That the client holds the key is still demanded by the handshake itself.
int verify_and_go_on(X509_STORE_CTX* verification, void*) {
  const bool verified = X509_verify_cert(verification) == 1;
  if (!verified && X509_STORE_CTX_get_error(verification) == X509_V_OK) {
    X509_STORE_CTX_set_error(verification, X509_V_ERR_UNSPECIFIED);
  }
  ERR_clear_error();
  return 1;
}

bool set_policy(SSL_CTX* context) {
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  // An idle connection keeps no buffers.
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(context, 1);
  SSL_CTX_set_alpn_select_cb(context, choose_http_1_1, nullptr);
  return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
         SSL_CTX_set_num_tickets(context, 0) == 1 &&
         SSL_CTX_set1_groups_list(context, "X25519:P-256:P-384") == 1 &&
         SSL_CTX_set_cipher_list(context,
                                 "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
                                 "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
                                 "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256") ==
             1 &&
         SSL_CTX_set_ciphersuites(context,
                                  "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:"
                                  "TLS_AES_128_GCM_SHA256") == 1;
}

Error no_policy() {
  return {Cause::io, "TLS: this OpenSSL does not offer the protocol and suites we need"};
}

}  // namespace

void TlsContext::Release::operator()(SSL_CTX* context) const { SSL_CTX_free(context); }

Result<TlsContext> TlsContext::server(const TlsOptions& options) {
  TlsContext made(SSL_CTX_new(TLS_server_method()));
  if (!made.context_ || !set_policy(made.native())) return no_policy();
  if (Done loaded = made.load_own(options); !loaded) return loaded.error();
  if (Done loaded = made.load_client_authorities(options); !loaded) return loaded.error();
  return made;
}

Result<TlsContext> TlsContext::behind_proxy(const TlsOptions& options) {
  TlsContext made(SSL_CTX_new(TLS_server_method()));
  if (!made.context_) return no_policy();
  if (Done loaded = made.load_client_authorities(options); !loaded) return loaded.error();
  return made;
}

Done TlsContext::load_own(const TlsOptions& options) {
  if (SSL_CTX_use_certificate_chain_file(native(), options.certificate_path.c_str()) != 1) {
    return Error{Cause::malformed, options.certificate_path +
                                       ": no certificate can be read from it: " + reason() +
                                       "; make one with `wattlife-collector certificate`"};
  }
  if (SSL_CTX_use_PrivateKey_file(native(), options.key_path.c_str(), SSL_FILETYPE_PEM) != 1) {
    return Error{Cause::denied, options.key_path +
                                    ": no private key can be read from it: " + reason() +
                                    "; it must be a PEM file that this account may read, and the "
                                    "key of " +
                                    options.certificate_path};
  }
  if (SSL_CTX_check_private_key(native()) != 1) {
    return Error{Cause::malformed,
                 options.key_path + ": is not the key of " + options.certificate_path};
  }
  return done();
}

Done TlsContext::load_client_authorities(const TlsOptions& options) {
  if (options.client_authority_path.empty()) return done();
  const char* path = options.client_authority_path.c_str();
  if (SSL_CTX_load_verify_locations(native(), path, nullptr) != 1) {
    return Error{Cause::malformed,
                 options.client_authority_path +
                     ": no certificates of authorities can be read from it: " + reason()};
  }
  if (!options.client_revocation_path.empty()) {
    X509_STORE* store = SSL_CTX_get_cert_store(native());
    X509_LOOKUP* lookup = X509_STORE_add_lookup(store, X509_LOOKUP_file());
    if (lookup == nullptr ||
        X509_load_crl_file(lookup, options.client_revocation_path.c_str(), X509_FILETYPE_PEM) < 1) {
      return Error{Cause::malformed, options.client_revocation_path +
                                         ": no revocation list can be read from it: " + reason()};
    }
    X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK);
  }
  // The names of the authorities go to the client, so that it knows which certificate to show.
  SSL_CTX_set_client_CA_list(native(), SSL_load_client_CA_file(path));
  SSL_CTX_set_verify(native(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_cert_verify_callback(native(), verify_and_go_on, nullptr);
  return done();
}

std::optional<PeerCertificate> TlsContext::from_header(std::string_view value) const {
  const X509Owner certificate = certificate_from_header(value);
  if (!certificate) return std::nullopt;
  return facts_of(certificate.get(),
                  standing_of(certificate.get(), SSL_CTX_get_cert_store(native())));
}

std::optional<UtcTime> TlsContext::certificate_end() const {
  X509* own = SSL_CTX_get0_certificate(native());
  if (own == nullptr) return std::nullopt;
  const auto facts = facts_of(own, CertificateStanding::trusted);
  if (!facts) return std::nullopt;
  return facts->not_after;
}

}  // namespace wattlife
