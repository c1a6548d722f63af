// SPDX-License-Identifier: EUPL-1.2
// The body of client_certificate.h on Linux: PEM and PKCS#12 files through OpenSSL, which libcurl
// uses for them too; a token is left to libcurl and the PKCS#11 engine.
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <memory>
#include <system_error>

#include "core/text.h"
#include "platform/client_certificate.h"
#include "platform/process.h"

namespace wattlife {
namespace {

// A chain and a key are a few KiB.
constexpr std::size_t largest_file = std::size_t{64} * 1024;

template <class T, void (*free_it)(T*)>
struct Freed {
  void operator()(T* thing) const { free_it(thing); }
};
using Certificate = std::unique_ptr<X509, Freed<X509, X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY, EVP_PKEY_free>>;
using Pkcs12 = std::unique_ptr<PKCS12, Freed<PKCS12, PKCS12_free>>;
struct CloseMemory {
  void operator()(BIO* memory) const { BIO_free(memory); }
};
using Memory = std::unique_ptr<BIO, CloseMemory>;

Memory memory_of(const std::string& bytes) {
  return Memory(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
}

// OpenSSL's words for what went wrong last, without a word of what was in the file.
std::string openssl_reason() {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  const std::string text = reason == nullptr ? "not in a form that is known" : reason;
  ERR_clear_error();
  return text;
}

// Gives the password that is set; without this OpenSSL asks whoever sits at the terminal.
int give_password(char* buffer, int size, int, void* user) {
  const auto& password = *static_cast<const std::string*>(user);
  const auto length = std::min(static_cast<std::size_t>(std::max(size, 0)), password.size());
  std::memcpy(buffer, password.data(), length);
  return static_cast<int>(length);
}

std::string name_text(const X509_NAME* name) {
  const Memory out(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
  char* data = nullptr;
  const long length = BIO_get_mem_data(out.get(), &data);
  return to_valid_utf8(std::string_view(data, static_cast<std::size_t>(std::max(length, 0L))));
}

std::optional<UtcTime> time_from(const ASN1_TIME* time) {
  // Counted from 1970 by OpenSSL, which knows the calendar and both ways of writing a year.
  const std::unique_ptr<ASN1_TIME, Freed<ASN1_TIME, ASN1_TIME_free>> zero(
      ASN1_TIME_set(nullptr, 0));
  int days = 0;
  int seconds = 0;
  if (!zero || ASN1_TIME_diff(&days, &seconds, zero.get(), time) != 1) return std::nullopt;
  return UtcTime{std::chrono::hours(24 * std::int64_t{days}) + std::chrono::seconds(seconds)};
}

std::optional<CertificateFacts> facts_of(X509* certificate) {
  CertificateFacts facts;
  std::array<unsigned char, 20> digest{};
  unsigned length = 0;
  if (X509_digest(certificate, EVP_sha1(), digest.data(), &length) != 1) return std::nullopt;
  facts.thumbprint =
      hex_from_bytes(std::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
  facts.subject = name_text(X509_get_subject_name(certificate));
  facts.issuer = name_text(X509_get_issuer_name(certificate));
  const auto from = time_from(X509_get0_notBefore(certificate));
  const auto until = time_from(X509_get0_notAfter(certificate));
  if (!from || !until) return std::nullopt;
  facts.valid_from = *from;
  facts.valid_until = *until;
  facts.for_clients = X509_check_purpose(certificate, X509_PURPOSE_SSL_CLIENT, 0) == 1;
  return facts;
}

// The bytes behind a path that an administrator chose: links are followed, since tools that renew
// certificates change a link.
Result<std::string> bytes_at(const std::string& path) {
  std::error_code failed;
  const std::filesystem::path real = std::filesystem::canonical(path, failed);
  if (failed) {
    const bool absent = failed == std::errc::no_such_file_or_directory;
    const bool denied = failed == std::errc::permission_denied;
    return Error{absent   ? Cause::absent
                 : denied ? Cause::denied
                          : Cause::io,
                 path + ": " + failed.message()};
  }
  return read_file(real.string(), largest_file);
}

// What a file, or the two of them, hold.
struct Loaded {
  Certificate certificate;
  Key key;
  std::string type;  // as libcurl names it
  std::string key_reason;
};

void load_pem_key(Loaded& loaded, const std::string& bytes, std::string password) {
  loaded.key.reset(
      PEM_read_bio_PrivateKey(memory_of(bytes).get(), nullptr, give_password, &password));
  if (!loaded.key) loaded.key_reason = openssl_reason();
}

std::optional<Loaded> load_pkcs12(const std::string& bytes, const std::string& password) {
  const Pkcs12 file(d2i_PKCS12_bio(memory_of(bytes).get(), nullptr));
  if (!file) return std::nullopt;
  Loaded loaded;
  loaded.type = "P12";
  X509* certificate = nullptr;
  EVP_PKEY* key = nullptr;
  if (PKCS12_parse(file.get(), password.c_str(), &key, &certificate, nullptr) != 1) {
    loaded.key_reason = openssl_reason();
    return loaded;
  }
  loaded.certificate.reset(certificate);
  loaded.key.reset(key);
  return loaded;
}

DeviceCertificate in_trouble(CertificateTrouble trouble, std::string text) {
  return {{std::nullopt, trouble, std::move(text)}, {}};
}

// `detail` is why.
DeviceCertificate in_trouble(const CertificateSelector& selector, CertificateTrouble trouble,
                             const std::string& detail) {
  return in_trouble(trouble, trouble_text(trouble, selector) + " (" + detail + ")");
}

DeviceCertificate cannot_be_read(const CertificateSelector& selector, const Error& error) {
  if (error.cause == Cause::absent) {
    return in_trouble(CertificateTrouble::not_found,
                      trouble_text(CertificateTrouble::not_found, selector));
  }
  return in_trouble(selector,
                    error.cause == Cause::denied ? CertificateTrouble::key_unreadable
                                                 : CertificateTrouble::not_usable,
                    error.text);
}

DeviceCertificate from_file(const CertificateSelector& selector, const std::string& password,
                            UtcTime now) {
  const Result<std::string> bytes = bytes_at(selector.place);
  if (!bytes) return cannot_be_read(selector, bytes.error());
  ERR_clear_error();
  Loaded loaded;
  loaded.type = "PEM";
  loaded.certificate.reset(PEM_read_bio_X509(memory_of(*bytes).get(), nullptr, nullptr, nullptr));
  if (loaded.certificate && selector.key_path.empty()) {
    load_pem_key(loaded, *bytes, password);
  } else if (loaded.certificate) {
    const Result<std::string> key = bytes_at(selector.key_path);
    if (!key) {
      const bool absent = key.error().cause == Cause::absent;
      return in_trouble(selector,
                        absent ? CertificateTrouble::no_key : CertificateTrouble::key_unreadable,
                        key.error().text);
    }
    load_pem_key(loaded, *key, password);
  } else if (auto pkcs12 = load_pkcs12(*bytes, password)) {
    loaded = *std::move(pkcs12);
  }
  if (!loaded.certificate) {
    const std::string detail =
        loaded.key_reason.empty() ? "it is no PEM and no PKCS#12 file" : loaded.key_reason;
    return in_trouble(selector, CertificateTrouble::not_usable, detail);
  }
  std::optional<CertificateFacts> facts = facts_of(loaded.certificate.get());
  if (!facts) return in_trouble(selector, CertificateTrouble::not_usable, openssl_reason());
  const bool pair =
      loaded.key && X509_check_private_key(loaded.certificate.get(), loaded.key.get()) == 1;
  if (loaded.key && !pair) {
    ERR_clear_error();
    return in_trouble(selector, CertificateTrouble::not_usable,
                      "the key is not the one of this certificate");
  }
  facts->has_key = pair;
  DeviceCertificate found;
  found.choice = choice_of(*facts, selector, now);
  if (!pair && !loaded.key_reason.empty()) found.choice.text += " (" + loaded.key_reason + ")";
  if (!can_be_shown(found.choice.trouble)) return found;
  found.use.certificate = selector.place;
  found.use.certificate_type = loaded.type;
  found.use.key = selector.key_path;
  found.use.key_type = selector.key_path.empty() ? "" : "PEM";
  found.use.password = password;
  return found;
}

}  // namespace

DeviceCertificate device_certificate(const CertificateSelector& selector,
                                     const std::string& password, UtcTime now) {
  switch (selector.kind) {
    case CertificateSelector::Kind::file:
      return from_file(selector, password, now);
    case CertificateSelector::Kind::token: {
      DeviceCertificate found;
      found.use = {selector.place, "ENG", selector.place, "ENG", "", false};
      return found;
    }
    case CertificateSelector::Kind::store:
    case CertificateSelector::Kind::keychain:
      break;
  }
  return in_trouble(CertificateTrouble::not_usable,
                    "ClientCertificateSelector: Linux has no store of certificates; it takes the "
                    "path of a PEM or PKCS#12 file, or a pkcs11: URI");
}

}  // namespace wattlife
