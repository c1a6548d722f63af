// SPDX-License-Identifier: EUPL-1.2
#include "collector/certificate.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <ctime>
#include <filesystem>
#include <memory>

#include "platform/process.h"

namespace wattlife {
namespace {

constexpr long valid_days = 365;

template <class T, void (*release)(T*)>
struct Releaser {
  void operator()(T* object) const { release(object); }
};
using Key = std::unique_ptr<EVP_PKEY, Releaser<EVP_PKEY, EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Releaser<X509, X509_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Releaser<X509_EXTENSION, X509_EXTENSION_free>>;
using Memory = std::unique_ptr<BIO, Releaser<BIO, BIO_free_all>>;

Error failure(const char* what) {
  return {Cause::io, std::string("certificate: OpenSSL could not make the ") + what};
}

bool add_extension(X509* certificate, X509* issuer, int kind, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool set_random_serial(X509* certificate) {
  unsigned char bytes[16];
  if (RAND_bytes(bytes, sizeof bytes) != 1) return false;
  bytes[0] &= 0x7F;  // a serial number is positive
  const std::unique_ptr<BIGNUM, Releaser<BIGNUM, BN_free>> number(
      BN_bin2bn(bytes, sizeof bytes, nullptr));
  return number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

// A certificate without extensions: version 3, names, validity, key.
Certificate plain_certificate(const char* subject, X509_NAME* issuer, EVP_PKEY* key, UtcTime now) {
  Certificate certificate(X509_new());
  if (!certificate) return nullptr;
  std::time_t second =
      std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  // An hour back, for the clock of another machine that is a little behind.
  const bool valid =
      X509_time_adj_ex(X509_getm_notBefore(certificate.get()), 0, -3600, &second) != nullptr &&
      X509_time_adj_ex(X509_getm_notAfter(certificate.get()), valid_days, 0, &second) != nullptr;
  X509_NAME* name = X509_get_subject_name(certificate.get());
  const bool named =
      X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                 reinterpret_cast<const unsigned char*>(subject), -1, -1, 0) == 1;
  const bool made =
      valid && named && X509_set_version(certificate.get(), X509_VERSION_3) == 1 &&
      set_random_serial(certificate.get()) &&
      X509_set_issuer_name(certificate.get(), issuer != nullptr ? issuer : name) == 1 &&
      X509_set_pubkey(certificate.get(), key) == 1;
  return made ? std::move(certificate) : nullptr;
}

Certificate authority_for(EVP_PKEY* key, UtcTime now) {
  Certificate made = plain_certificate("Wattlife demonstration CA", nullptr, key, now);
  if (!made) return nullptr;
  X509* self = made.get();
  const bool extended =
      add_extension(self, self, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
      add_extension(self, self, NID_key_usage, "critical,keyCertSign,cRLSign") &&
      add_extension(self, self, NID_subject_key_identifier, "hash");
  return extended && X509_sign(self, key, EVP_sha256()) > 0 ? std::move(made) : nullptr;
}

Certificate server_certificate_for(EVP_PKEY* key, X509* authority, EVP_PKEY* authority_key,
                                   UtcTime now) {
  Certificate made = plain_certificate("localhost", X509_get_subject_name(authority), key, now);
  if (!made) return nullptr;
  X509* server = made.get();
  const bool extended =
      add_extension(server, authority, NID_basic_constraints, "critical,CA:FALSE") &&
      add_extension(server, authority, NID_key_usage, "critical,digitalSignature") &&
      add_extension(server, authority, NID_ext_key_usage, "serverAuth") &&
      add_extension(server, authority, NID_subject_key_identifier, "hash") &&
      add_extension(server, authority, NID_authority_key_identifier, "keyid") &&
      add_extension(server, authority, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1");
  return extended && X509_sign(server, authority_key, EVP_sha256()) > 0 ? std::move(made) : nullptr;
}

std::string text_in(const Memory& memory) {
  char* data = nullptr;
  const long length = BIO_get_mem_data(memory.get(), &data);
  return length > 0 ? std::string(data, static_cast<std::size_t>(length)) : std::string();
}

std::string to_pem(X509* certificate) {
  const Memory memory(BIO_new(BIO_s_mem()));
  return memory && PEM_write_bio_X509(memory.get(), certificate) == 1 ? text_in(memory) : "";
}

std::string to_pem(EVP_PKEY* key) {
  const Memory memory(BIO_new(BIO_s_mem()));
  const bool written = memory && PEM_write_bio_PKCS8PrivateKey(memory.get(), key, nullptr, nullptr,
                                                               0, nullptr, nullptr) == 1;
  return written ? text_in(memory) : "";
}

Done must_not_exist(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(std::filesystem::symlink_status(path, ignored))) return done();
  return Error{Cause::denied, path +
                                  ": is already there and is never overwritten; "
                                  "choose another folder, or move it away"};
}

}  // namespace

CertificateFiles certificate_files(const std::string& folder) {
  return {folder + "/ca.pem", folder + "/server.pem", folder + "/server.key"};
}

Done make_certificates(const std::string& folder, UtcTime now) {
  const CertificateFiles files = certificate_files(folder);
  if (Done made = ensure_own_folder(folder, 0700); !made) return made;
  for (const std::string& path : {files.authority, files.certificate, files.key}) {
    if (Done free = must_not_exist(path); !free) return free;
  }
  const Key authority_key(EVP_EC_gen("P-256"));
  const Key key(EVP_EC_gen("P-256"));
  if (!authority_key || !key) return failure("keys");
  const Certificate authority = authority_for(authority_key.get(), now);
  if (!authority) return failure("authority");
  const Certificate server =
      server_certificate_for(key.get(), authority.get(), authority_key.get(), now);
  if (!server) return failure("server certificate");

  const std::string authority_pem = to_pem(authority.get());
  const std::string server_pem = to_pem(server.get());
  const std::string key_pem = to_pem(key.get());
  if (authority_pem.empty() || server_pem.empty() || key_pem.empty()) return failure("PEM files");
  if (Done written = write_file_atomically(files.key, key_pem, 0600); !written) return written;
  if (Done written = write_file_atomically(files.certificate, server_pem, 0600); !written) {
    return written;
  }
  return write_file_atomically(files.authority, authority_pem, 0600);
}

}  // namespace wattlife
