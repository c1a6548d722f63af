// SPDX-License-Identifier: EUPL-1.2
#include "collector/tls_certificate.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include "collector/digest.h"
#include "collector/http.h"
#include "core/text.h"

namespace wattlife {
namespace {

constexpr std::size_t largest_header = std::size_t{16} * 1024;

template <class T, void (*release)(T*)>
struct Releaser {
  void operator()(T* object) const { release(object); }
};
using Memory = std::unique_ptr<BIO, Releaser<BIO, BIO_free_all>>;
using Verification = std::unique_ptr<X509_STORE_CTX, Releaser<X509_STORE_CTX, X509_STORE_CTX_free>>;

std::string text_in(const Memory& memory) {
  char* data = nullptr;
  const long length = BIO_get_mem_data(memory.get(), &data);
  return length > 0 ? std::string(data, static_cast<std::size_t>(length)) : std::string();
}

std::string rfc2253(const X509_NAME* name) {
  const Memory memory(BIO_new(BIO_s_mem()));
  const bool written = memory && X509_NAME_print_ex(memory.get(), name, 0, XN_FLAG_RFC2253) >= 0;
  return written ? text_in(memory) : std::string();
}

// The one value of that kind in a name, in UTF-8; empty when there is none, or more than one.
std::string only_entry(const X509_NAME* name, int kind) {
  const int at = X509_NAME_get_index_by_NID(name, kind, -1);
  if (at < 0 || X509_NAME_get_index_by_NID(name, kind, at) >= 0) return {};
  unsigned char* text = nullptr;
  const int length =
      ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
  if (length < 0) return {};
  std::string value(reinterpret_cast<const char*>(text), static_cast<std::size_t>(length));
  OPENSSL_free(text);
  return value;
}

std::optional<UtcTime> time_from(const ASN1_TIME* time) {
  ASN1_TIME* epoch = ASN1_TIME_set(nullptr, 0);
  int days = 0;
  int seconds = 0;
  const bool known = epoch != nullptr && ASN1_TIME_diff(&days, &seconds, epoch, time) == 1;
  ASN1_TIME_free(epoch);
  if (!known) return std::nullopt;
  return UtcTime{std::chrono::days(days)} + std::chrono::seconds(seconds);
}

// The DER of something, by one of OpenSSL's i2d functions.
template <class T>
std::string der_of(T* object, int (*write)(T*, unsigned char**)) {
  const int length = write(object, nullptr);
  if (length <= 0) return {};
  std::string der(static_cast<std::size_t>(length), '\0');
  auto* at = reinterpret_cast<unsigned char*>(der.data());
  return write(object, &at) == length ? der : std::string();
}

X509Owner from_base64(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0) return nullptr;
  std::string der(text.size() / 4 * 3, '\0');
  const int length = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(der.data()),
                                     reinterpret_cast<const unsigned char*>(text.data()),
                                     static_cast<int>(text.size()));
  if (length <= 0) return nullptr;
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  return X509Owner(d2i_X509(nullptr, &at, length));
}

X509Owner from_pem(const std::string& text) {
  const Memory memory(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  // No password is ever asked for: a certificate has none.
  char none[] = "";
  return memory ? X509Owner(PEM_read_bio_X509(memory.get(), nullptr, nullptr, none)) : nullptr;
}

}  // namespace

void X509Release::operator()(X509* certificate) const { X509_free(certificate); }

std::optional<PeerCertificate> facts_of(X509* certificate, CertificateStanding standing) {
  const auto from = time_from(X509_get0_notBefore(certificate));
  const auto until = time_from(X509_get0_notAfter(certificate));
  X509_PUBKEY* key = X509_get_X509_PUBKEY(certificate);
  const std::string der =
      der_of<X509>(certificate, [](X509* c, unsigned char** out) { return i2d_X509(c, out); });
  if (!from || !until || key == nullptr || der.empty()) {
    ERR_clear_error();
    return std::nullopt;
  }
  PeerCertificate facts;
  facts.standing = standing;
  facts.public_key = der_of<X509_PUBKEY>(key, [](X509_PUBKEY* k, unsigned char** out) {
    return i2d_X509_PUBKEY(k, out);  // as it came; i2d_PUBKEY writes it anew, 45 us
  });
  facts.issuer = rfc2253(X509_get_issuer_name(certificate));
  const X509_NAME* subject = X509_get_subject_name(certificate);
  facts.subject = rfc2253(subject);
  facts.subject_organisation = only_entry(subject, NID_organizationName);
  facts.subject_serial_number = only_entry(subject, NID_serialNumber);
  facts.not_before = *from;
  facts.not_after = *until;
  facts.digest = sha256(der);
  return facts;
}

CertificateStanding standing_from(int verify_error) {
  switch (verify_error) {
    case X509_V_OK:
      return CertificateStanding::trusted;
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return CertificateStanding::out_of_time;
    case X509_V_ERR_CERT_REVOKED:
      return CertificateStanding::revoked;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
      return CertificateStanding::unknown_authority;
    default:
      return CertificateStanding::unusable;
  }
}

X509Owner certificate_from_header(std::string_view value) {
  value = trimmed(value);
  if (value.empty() || value.size() > largest_header) return nullptr;
  X509Owner found = value.size() > 2 && value.front() == ':' && value.back() == ':'
                        ? from_base64(value.substr(1, value.size() - 2))
                        : from_pem(percent_decoded(value));
  ERR_clear_error();
  return found;
}

CertificateStanding standing_of(X509* certificate, X509_STORE* store) {
  const Verification verification(X509_STORE_CTX_new());
  if (!verification || X509_STORE_CTX_init(verification.get(), store, certificate, nullptr) != 1 ||
      X509_STORE_CTX_set_default(verification.get(), "ssl_client") != 1) {
    return CertificateStanding::unusable;
  }
  const bool verified = X509_verify_cert(verification.get()) == 1;
  const int error = X509_STORE_CTX_get_error(verification.get());
  ERR_clear_error();
  return verified ? CertificateStanding::trusted
                  : standing_from(error == X509_V_OK ? X509_V_ERR_UNSPECIFIED : error);
}

}  // namespace wattlife
