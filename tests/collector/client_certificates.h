// SPDX-License-Identifier: EUPL-1.2
// A private authority as an organisation's device management has one, and client certificates of
// every kind from it.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <string>

#include "tests/temporary_folder.h"

namespace wattlife::testing {

class ClientAuthority {
 public:
  struct Made {
    std::string certificate_path;
    std::string key_path;
    std::string der;
    long serial = 0;
  };
  struct Wishes {
    int from_days = -1;  // from today
    int until_days = 30;
    const char* usage = "clientAuth";
    const char* organisation = "";  // O of the subject; empty: none
    const char* oin = "";           // serialNumber, the same
  };

  explicit ClientAuthority(const std::string& name = "Test device authority")
      : key_(EVP_EC_gen("P-256")), certificate_(X509_new()), name_(name) {
    fill(certificate_, key_, name_, {-1, 365, "", "", ""});
    X509_set_issuer_name(certificate_, X509_get_subject_name(certificate_));
    extend(NID_basic_constraints, "critical,CA:TRUE", certificate_);
    extend(NID_key_usage, "critical,keyCertSign,cRLSign", certificate_);
    X509_sign(certificate_, key_, EVP_sha256());
    write(path(), [&](BIO* out) { PEM_write_bio_X509(out, certificate_); });
  }
  ~ClientAuthority() {
    X509_free(certificate_);
    EVP_PKEY_free(key_);
  }
  ClientAuthority(const ClientAuthority&) = delete;
  ClientAuthority& operator=(const ClientAuthority&) = delete;

  std::string path() const { return folder_.path() + "/ca.pem"; }
  std::string revocation_path() const { return folder_.path() + "/crl.pem"; }

  Made issue(const std::string& name, const Wishes& wishes) {
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* leaf = X509_new();
    fill(leaf, key, name, wishes);
    X509_set_issuer_name(leaf, X509_get_subject_name(certificate_));
    extend(NID_basic_constraints, "critical,CA:FALSE", leaf);
    extend(NID_ext_key_usage, wishes.usage, leaf);
    X509_sign(leaf, key_, EVP_sha256());
    Made made{folder_.path() + "/" + name + ".pem", folder_.path() + "/" + name + ".key", "",
              serial_};
    write(made.certificate_path, [&](BIO* out) { PEM_write_bio_X509(out, leaf); });
    write(made.key_path, [&](BIO* out) {
      PEM_write_bio_PKCS8PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
    });
    unsigned char* der = nullptr;
    const int length = i2d_X509(leaf, &der);
    made.der.assign(reinterpret_cast<char*>(der), static_cast<std::size_t>(length));
    OPENSSL_free(der);
    X509_free(leaf);
    EVP_PKEY_free(key);
    return made;
  }
  Made issue(const std::string& name) { return issue(name, Wishes()); }

  // Writes a revocation list with this one on it.
  void revoke(const Made& made) {
    X509_CRL* list = X509_CRL_new();
    X509_CRL_set_version(list, 1);
    X509_CRL_set_issuer_name(list, X509_get_subject_name(certificate_));
    ASN1_TIME* time = X509_gmtime_adj(nullptr, -3600);
    X509_CRL_set1_lastUpdate(list, time);
    X509_REVOKED* row = X509_REVOKED_new();
    ASN1_INTEGER* number = ASN1_INTEGER_new();
    ASN1_INTEGER_set(number, made.serial);
    X509_REVOKED_set_serialNumber(row, number);
    X509_REVOKED_set_revocationDate(row, time);
    X509_CRL_add0_revoked(list, row);
    X509_gmtime_adj(time, 86'400);
    X509_CRL_set1_nextUpdate(list, time);
    X509_CRL_sign(list, key_, EVP_sha256());
    write(revocation_path(), [&](BIO* out) { PEM_write_bio_X509_CRL(out, list); });
    ASN1_TIME_free(time);
    ASN1_INTEGER_free(number);
    X509_CRL_free(list);
  }

 private:
  void fill(X509* certificate, EVP_PKEY* key, const std::string& name, const Wishes& wishes) {
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial_);
    X509_time_adj_ex(X509_getm_notBefore(certificate), wishes.from_days, 0, nullptr);
    X509_time_adj_ex(X509_getm_notAfter(certificate), wishes.until_days, 0, nullptr);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    const auto add = [&](const char* kind, const char* value) {
      if (*value == '\0') return;
      X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), kind, MBSTRING_UTF8,
                                 reinterpret_cast<const unsigned char*>(value), -1, -1, 0);
    };
    add("O", wishes.organisation);
    add("serialNumber", wishes.oin);
    X509_set_pubkey(certificate, key);
  }
  void extend(int kind, const char* value, X509* certificate) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate_, certificate, nullptr, nullptr, 0);
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
  }
  template <class Write>
  static void write(const std::string& path, const Write& write_to) {
    BIO* out = BIO_new_file(path.c_str(), "w");
    write_to(out);
    BIO_free(out);
  }

  TemporaryFolder folder_;
  EVP_PKEY* key_;
  X509* certificate_;
  std::string name_;
  long serial_ = 0;
};

}  // namespace wattlife::testing
