// SPDX-License-Identifier: EUPL-1.2
// The body of http_client.h over libcurl. Every option that has to do with trust is set here, and
// nothing is left to a default that differs between systems.
#include <curl/curl.h>

#include <cctype>
#include <memory>

#include "core/text.h"
#include "platform/http_client.h"

namespace wattlife {

namespace {

struct CloseHandle {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct CloseList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

// What comes in, with its limit.
struct Incoming {
  HttpResponse response;
  bool too_long = false;
};

std::size_t take_body(char* data, std::size_t, std::size_t length, void* user) {
  auto& incoming = *static_cast<Incoming*>(user);
  if (incoming.response.body.size() + length > largest_answer_bytes) {
    incoming.too_long = true;
    return 0;  // ends the transfer
  }
  incoming.response.body.append(data, length);
  return length;
}

std::size_t take_header(char* data, std::size_t, std::size_t length, void* user) {
  auto& incoming = *static_cast<Incoming*>(user);
  const std::string_view line(data, length);
  // A status line begins the headers of another answer, a proxy's before the server's own.
  if (line.starts_with("HTTP/")) {
    incoming.response.content_type.clear();
    incoming.response.retry_after.reset();
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return length;
  const std::string name = lower_case(trimmed(line.substr(0, colon)));
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (name == "content-type") {
    incoming.response.content_type = lower_case(trimmed(value.substr(0, value.find(';'))));
  } else if (name == "retry-after") {
    incoming.response.retry_after = std::string(value.substr(0, 100));
  }
  return length;
}

// Which check of the certificate failed, in words that say what to do. The libraries differ in
// theirs, so the detail of the library is added.
std::string certificate_text(const std::string& detail, const HttpOptions& options) {
  const std::string lower = lower_case(detail);
  const auto says = [&](std::string_view words) { return lower.find(words) != std::string::npos; };
  const std::string certificate = "the certificate of " + options.peer;
  std::string what;
  if (says("expired")) {
    what = certificate + " has expired: renew it, or set the clock of this machine";
  } else if (says("not yet valid")) {
    what = certificate + " is not valid yet: set the clock of this machine";
  } else if (says("does not match") || says("no alternative certificate subject name") ||
             says("sec_e_wrong_principal") || says("target principal name")) {
    what = certificate + " is for another host name: check " + options.address_setting;
  } else {
    what = certificate + " does not lead to a trusted root: " +
           (options.ca_bundle_path.empty()
                ? "install the root in this system, or set " + options.ca_setting
                : "check that " + options.ca_bundle_path + " (" + options.ca_setting +
                      ") is its root");
  }
  return what + " (" + detail + ")";
}

// Our own certificate is at fault and not theirs.
Error own_certificate_error(const std::string& detail, const HttpOptions& options) {
  const bool token = options.client.certificate_type == "ENG";
  return {Cause::denied, "the certificate of this laptop cannot be used (" +
                             options.client.certificate +
                             ", ClientCertificateSelector): " + detail +
                             (token ? "; a token needs the PKCS#11 engine of OpenSSL (Debian: "
                                      "libengine-pkcs11-openssl) and its module"
                                    : "")};
}

// An alert is what the other side says: these are about what we showed, or did not show.
bool is_alert_about_a_certificate(const std::string& text) {
  const std::size_t alert = text.find("alert ");
  return alert != std::string::npos && (text.find("certificate", alert) != std::string::npos ||
                                        text.find("unknown ca", alert) != std::string::npos);
}

Error error_from(CURLcode code, const char* detail, const Incoming& incoming,
                 const HttpOptions& options) {
  const std::string text = detail[0] != '\0' ? detail : curl_easy_strerror(code);
  if (is_alert_about_a_certificate(text)) {
    return {Cause::denied, options.peer +
                               " refused the certificate of this machine: look at "
                               "ClientCertificateSelector, and whether its authority is "
                               "known there (" +
                               text + ")"};
  }
  switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
      return {Cause::denied, certificate_text(text, options)};
    case CURLE_SSL_CACERT_BADFILE:
      return {Cause::denied, "the file of trusted certificates cannot be used: " +
                                 options.ca_bundle_path + " (" + options.ca_setting + "): " + text};
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_ENGINE_NOTFOUND:
    case CURLE_SSL_ENGINE_SETFAILED:
    case CURLE_SSL_ENGINE_INITFAILED:
      return own_certificate_error(text, options);
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
      // Schannel looks at the key of our own certificate when it begins.
      if (!options.client.certificate.empty() &&
          text.find("AcquireCredentialsHandle") != std::string::npos) {
        return own_certificate_error(text, options);
      }
      // A root with the right name and another key (made anew) fails in the signature, which
      // OpenSSL reports as an error of encoding.
      if (text.find("asn1 encoding") != std::string::npos ||
          text.find("ertificate") != std::string::npos) {
        return {Cause::denied, certificate_text(text, options)};
      }
      return {Cause::denied, "no safe connection (TLS 1.2 or later): " + text};
    case CURLE_COULDNT_RESOLVE_HOST:
      return {Cause::busy, "the name of " + options.peer + " is not found: check " +
                               options.address_setting + " and the network (" + text + ")"};
    case CURLE_COULDNT_RESOLVE_PROXY:
      return {Cause::busy,
              "the proxy is not found: check " + options.proxy_settings + " (" + text + ")"};
    case CURLE_COULDNT_CONNECT:
      return {Cause::busy, "nobody answers at the address of " + options.peer + " (" + text + ")"};
    case CURLE_OPERATION_TIMEDOUT:
      return {Cause::busy, options.peer + " did not answer in time (" + text + ")"};
    case CURLE_WRITE_ERROR:
    case CURLE_FILESIZE_EXCEEDED:
      if (code == CURLE_WRITE_ERROR && !incoming.too_long) return {Cause::io, text};
      return {Cause::malformed, "the answer is longer than " +
                                    std::to_string(largest_answer_bytes) + " bytes: not from " +
                                    options.peer};
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
      return {Cause::malformed, "not an address that begins with https:// (" + text + ")"};
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_BAD_CONTENT_ENCODING:
      return {Cause::malformed, "the answer is cut off or not HTTP (" + text + ")"};
    default:
      return {Cause::io, text};
  }
}

void set_trust(CURL* handle, const HttpOptions& options) {
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "https");
  curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 2L);
  // Windows asks for revocation lists, which a private root often does not have.
  curl_easy_setopt(handle, CURLOPT_SSL_OPTIONS, static_cast<long>(CURLSSLOPT_REVOKE_BEST_EFFORT));
  curl_easy_setopt(handle, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  if (!options.ca_bundle_path.empty()) {
    // Only these roots: the system's own must not open another door.
    curl_easy_setopt(handle, CURLOPT_CAINFO, options.ca_bundle_path.c_str());
    curl_easy_setopt(handle, CURLOPT_CAPATH, nullptr);
  }
  // "" means no proxy, whatever the environment says; without it libcurl reads the environment.
  if (options.proxy != "system") curl_easy_setopt(handle, CURLOPT_PROXY, options.proxy.c_str());
}

// Null for what is not there: libcurl's own default.
const char* given(const std::string& text) { return text.empty() ? nullptr : text.c_str(); }

CURLcode set_client_certificate(CURL* handle, const ClientCertificate& client) {
  if (client.certificate.empty()) return CURLE_OK;
  const std::pair<CURLoption, const char*> options[] = {
      {CURLOPT_SSLCERT, client.certificate.c_str()},
      {CURLOPT_SSLCERTTYPE, given(client.certificate_type)},
      {CURLOPT_SSLKEY, given(client.key)},
      {CURLOPT_SSLKEYTYPE, given(client.key_type)},
      // Never null: OpenSSL would ask whoever sits at the terminal.
      {CURLOPT_KEYPASSWD, client.password.c_str()},
  };
  for (const auto& [option, value] : options) {
    const CURLcode code = curl_easy_setopt(handle, option, value);
    if (code != CURLE_OK) return code;
  }
  return CURLE_OK;
}

void set_limits(CURL* handle, const HttpOptions& options) {
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, static_cast<long>(options.connect_timeout_s));
  curl_easy_setopt(handle, CURLOPT_TIMEOUT, static_cast<long>(options.total_timeout_s));
  curl_easy_setopt(handle, CURLOPT_MAXFILESIZE_LARGE,
                   static_cast<curl_off_t>(largest_answer_bytes));
}

// The libcurl of macOS can do TLS in two ways, and only one of them reads the Keychain; the way is
// chosen once, before anything else.
Done ready_for(const ClientCertificate& client) {
  if (!client.in_keychain) return done();
  const CURLsslset chosen = curl_global_sslset(CURLSSLBACKEND_SECURETRANSPORT, nullptr, nullptr);
  if (chosen == CURLSSLSET_OK) return done();  // also when it was chosen before
  return Error{Cause::denied,
               "the libcurl of this system cannot use a certificate of the Keychain: deliver it as "
               "a file, and set ClientCertificateSelector to its path"};
}

// One global initialisation for the process, undone at its end.
bool curl_is_ready() {
  struct Global {
    CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
    ~Global() { curl_global_cleanup(); }
  };
  static const Global global;
  return global.code == CURLE_OK;
}

Result<HttpResponse> exchanged(const HttpRequest& request, const HttpOptions& options, bool posts) {
  if (!request.url.starts_with("https://")) {
    return Error{Cause::malformed,
                 request.url + ": only addresses that begin with https:// are used"};
  }
  if (Done ready = ready_for(options.client); !ready) return ready.error();
  if (!curl_is_ready()) return Error{Cause::io, "the HTTP library does not start"};
  const std::unique_ptr<CURL, CloseHandle> handle(curl_easy_init());
  if (!handle) return Error{Cause::io, "the HTTP library does not start"};

  std::unique_ptr<curl_slist, CloseList> headers;
  const auto add_header = [&](const std::string& line) {
    // The list is extended in place; null means no memory and leaves it as it was.
    curl_slist* longer = curl_slist_append(headers.get(), line.c_str());
    if (longer == nullptr) return false;
    (void)headers.release();
    headers.reset(longer);
    return true;
  };
  bool complete = add_header("Expect:");  // no round trip for a small body
  for (const auto& [name, value] : request.headers) complete &= add_header(name + ": " + value);
  if (!complete) return Error{Cause::io, "no memory for the request"};

  Incoming incoming;
  char detail[CURL_ERROR_SIZE] = "";
  CURL* const curl = handle.get();
  set_trust(curl, options);
  set_limits(curl, options);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, detail);
  const CURLcode own = set_client_certificate(curl, options.client);
  if (own != CURLE_OK) return error_from(own, detail, incoming, options);
  curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
  if (posts) {
    curl_easy_setopt(curl, CURLOPT_POST, 1L);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.data());
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request.body.size()));
  } else {
    curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
  }
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &incoming);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &incoming);

  const CURLcode code = curl_easy_perform(curl);
  if (code != CURLE_OK) return error_from(code, detail, incoming, options);
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  incoming.response.status = static_cast<int>(status);
  return incoming.response;
}

}  // namespace

Result<HttpResponse> post(const HttpRequest& request, const HttpOptions& options) {
  return exchanged(request, options, true);
}

Result<HttpResponse> get(const HttpRequest& request, const HttpOptions& options) {
  return exchanged(request, options, false);
}

}  // namespace wattlife
