// SPDX-License-Identifier: EUPL-1.2
// One HTTPS request, one answer. No judgement: what an answer means is decided by agent/upload
// and collector/oidc.
// The only body, http_client_curl.cpp, is the only file that includes curl.h; the sampler does
// not link it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.h"

namespace wattlife {

// The certificate that this side shows when the other asks for one, as libcurl takes it.
struct ClientCertificate {
  std::string certificate;  // a path, a pkcs11: URI, a place in the store of Windows, or a label of
                            // the Keychain; empty: none is shown
  std::string certificate_type;  // "PEM", "P12", "ENG" for a URI; empty: what the place says
  std::string key;               // a path or a pkcs11: URI; empty: beside the certificate
  std::string key_type;          // "PEM", "ENG"; empty: as the certificate
  std::string password;          // of the file; empty: none
  bool in_keychain = false;      // macOS: only Secure Transport finds it there
  friend bool operator==(const ClientCertificate&, const ClientCertificate&) = default;
};

// Whom to trust and how to get out.
struct HttpOptions {
  std::string ca_bundle_path;  // PEM; empty: the system's own store
  std::string proxy;           // empty: none; "system": what the environment says
  ClientCertificate client;
  int connect_timeout_s = 15;
  int total_timeout_s = 60;
  // For the words of an error: whom we talk to, and which settings say where it is, whom to trust
  // and how to get out.
  std::string peer = "the collector";
  std::string address_setting = "CollectorUrl";
  std::string ca_setting = "CaBundlePath";
  std::string proxy_settings = "ProxyMode and ProxyServer";
};

struct HttpRequest {
  std::string url;  // https:// only; anything else is refused before a connection is made
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};

struct HttpResponse {
  int status = 0;
  std::string content_type;                // as sent, lower case, without parameters
  std::optional<std::string> retry_after;  // as sent
  std::string body;
};

// An answer is at most this long; a longer one is an error, so nobody can fill our memory.
inline constexpr std::size_t largest_answer_bytes = std::size_t{64} * 1024;

// POSTs and waits. Redirects are never followed: a 3xx comes back as it is. TLS 1.2 or later, peer
// and host name always verified.
// Errors: denied (a certificate was refused, theirs or ours; the text says which check failed and
// what to do),
// busy (no connection, time-out), malformed (not HTTP, too long), io.
Result<HttpResponse> post(const HttpRequest& request, const HttpOptions& options);

// The same with GET; the body of the request is not sent.
Result<HttpResponse> get(const HttpRequest& request, const HttpOptions& options);

// How the agent's code sees it, so that a test can answer instead.
using Send = std::function<Result<HttpResponse>(const HttpRequest&)>;

}  // namespace wattlife
