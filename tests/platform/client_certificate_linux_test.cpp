// SPDX-License-Identifier: EUPL-1.2
#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "platform/client_certificate.h"
#include "platform/process.h"
#include "tests/collector/client_certificates.h"
#include "tests/e2e/programs.h"
#include "tests/tls_server.h"

namespace wattlife {
namespace {

using testing::ClientAuthority;
using Kind = CertificateSelector::Kind;
using Trouble = CertificateTrouble;

std::string bytes_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
void write(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}
bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

CertificateSelector file(const std::string& path, const std::string& key = "") {
  CertificateSelector selector;
  selector.place = path;
  selector.key_path = key;
  return selector;
}

EVP_PKEY* key_at(const std::string& path) {
  BIO* in = BIO_new_file(path.c_str(), "r");
  EVP_PKEY* key = PEM_read_bio_PrivateKey(in, nullptr, nullptr, nullptr);
  BIO_free(in);
  return key;
}

// Both in one PKCS#12 file, as a device management delivers them.
void write_pkcs12(const std::string& path, const ClientAuthority::Made& made,
                  const char* password) {
  BIO* in = BIO_new_file(made.certificate_path.c_str(), "r");
  X509* certificate = PEM_read_bio_X509(in, nullptr, nullptr, nullptr);
  BIO_free(in);
  EVP_PKEY* key = key_at(made.key_path);
  PKCS12* both = PKCS12_create(password, "laptop", key, certificate, nullptr, 0, 0, 0, 0, 0);
  BIO* out = BIO_new_file(path.c_str(), "w");
  i2d_PKCS12_bio(out, both);
  BIO_free(out);
  PKCS12_free(both);
  EVP_PKEY_free(key);
  X509_free(certificate);
}

void write_encrypted_key(const std::string& path, const std::string& from, const char* password) {
  EVP_PKEY* key = key_at(from);
  BIO* out = BIO_new_file(path.c_str(), "w");
  PEM_write_bio_PKCS8PrivateKey(out, key, EVP_aes_256_cbc(), password,
                                static_cast<int>(std::string(password).size()), nullptr, nullptr);
  BIO_free(out);
  EVP_PKEY_free(key);
}

class OnLinux : public ::testing::Test {
 protected:
  DeviceCertificate look(const CertificateSelector& selector, const std::string& password = "") {
    return device_certificate(selector, password, now().utc);
  }
  // What the server sees of it; empty when there is no connection.
  std::string shown(const DeviceCertificate& certificate) {
    std::string seen;
    const TlsServer server(
        [&](const std::string& request) {
          const std::size_t at = request.find("Seen-Certificate: ") + 18;
          seen = request.substr(at, request.find('\r', at) - at);
          return http_answer(200, "", "");
        },
        {"localhost", -1, 1, authority.path()});
    HttpOptions options;
    options.ca_bundle_path = server.authority_path();
    options.client = certificate.use;
    const Result<HttpResponse> response = post({server.url(), "x", {}}, options);
    EXPECT_TRUE(response) << response.error().text;
    return seen;
  }

  TemporaryFolder folder;
  ClientAuthority authority{"Voorbeeld CA"};
};

TEST_F(OnLinux, EveryFormOfFileIsLookedAtAndTakenByLibcurl) {
  const auto made = authority.issue("laptop-1");
  const std::string both = folder / "both.pem";
  write(both, bytes_of(made.key_path) + bytes_of(made.certificate_path));
  write_pkcs12(folder / "plain.p12", made, "");
  write_pkcs12(folder / "locked.p12", made, "geheim");
  write_encrypted_key(folder / "locked.key", made.key_path, "geheim");
  std::filesystem::create_symlink(both, folder / "link.pem");
  struct Case {
    const char* name;
    CertificateSelector selector;
    const char* password;
  };
  const Case cases[] = {
      {"two files", file(made.certificate_path, made.key_path), ""},
      {"one file, the key first", file(both), ""},
      {"a link that a renewal moves", file(folder / "link.pem"), ""},
      {"PKCS#12", file(folder / "plain.p12"), ""},
      {"PKCS#12 with a password", file(folder / "locked.p12"), "geheim"},
      {"a key with a password", file(made.certificate_path, folder / "locked.key"), "geheim"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const DeviceCertificate found = look(c.selector, c.password);
    EXPECT_EQ(found.choice.trouble, Trouble::none) << found.choice.text;
    ASSERT_TRUE(found.choice.certificate);
    const CertificateFacts& facts = *found.choice.certificate;
    EXPECT_EQ(facts.subject, "CN=laptop-1");
    EXPECT_EQ(facts.issuer, "CN=Voorbeeld CA");
    EXPECT_EQ(facts.thumbprint.size(), 40U);
    EXPECT_TRUE(facts.has_key && facts.for_clients);
    const auto left = facts.valid_until - now().utc;
    EXPECT_GT(left, std::chrono::hours(24 * 29));
    EXPECT_LT(left, std::chrono::hours(24 * 31));
    EXPECT_EQ(shown(found), "laptop-1, ok");
  }
}

TEST_F(OnLinux, AnExpiredOneIsToldAndShownAllTheSame) {
  const auto old = authority.issue("laptop-0", {-30, -2, "clientAuth"});
  const DeviceCertificate found = look(file(old.certificate_path, old.key_path));
  EXPECT_EQ(found.choice.trouble, Trouble::expired);
  EXPECT_TRUE(has(found.choice.text, "expired on ")) << found.choice.text;
  EXPECT_EQ(shown(found), "laptop-0, certificate has expired");
  const auto early = authority.issue("laptop-9", {2, 30, "clientAuth"});
  EXPECT_EQ(look(file(early.certificate_path, early.key_path)).choice.trouble,
            Trouble::not_yet_valid);
}

TEST_F(OnLinux, WhatCannotBeShownSaysWhy) {
  const auto made = authority.issue("laptop-1");
  const auto other = authority.issue("laptop-2");
  const auto server = authority.issue("server", {-1, 30, "serverAuth"});
  write(folder / "empty.pem", "");
  write(folder / "text.pem", "geen certificaat");
  write(folder / "large.pem", std::string(100'000, 'x'));
  write_pkcs12(folder / "locked.p12", made, "geheim");
  write_encrypted_key(folder / "locked.key", made.key_path, "geheim");
  struct Case {
    const char* name;
    CertificateSelector selector;
    const char* password;
    Trouble trouble;
    const char* says;
  };
  const Case cases[] = {
      {"no file", file("/nonexistent/a.pem"), "", Trouble::not_found, "no certificate in"},
      {"no key file", file(made.certificate_path, "/nonexistent/a.key"), "", Trouble::no_key,
       "/nonexistent/a.key"},
      {"a certificate alone", file(made.certificate_path), "", Trouble::no_key, "no private key"},
      {"another one's key", file(made.certificate_path, other.key_path), "", Trouble::not_usable,
       "not the one of this certificate"},
      {"for servers", file(server.certificate_path, server.key_path), "", Trouble::not_for_clients,
       "Client Authentication"},
      {"an empty file", file(folder / "empty.pem"), "", Trouble::not_usable, "no PEM"},
      {"a text", file(folder / "text.pem"), "", Trouble::not_usable, "no PEM"},
      {"a large file", file(folder / "large.pem"), "", Trouble::not_usable, "larger than"},
      {"a folder", file(folder.path()), "", Trouble::not_usable, "cannot be used"},
      {"no password", file(folder / "locked.p12"), "", Trouble::not_usable, "mac verify failure"},
      {"a wrong password", file(folder / "locked.p12"), "open", Trouble::not_usable,
       "mac verify failure"},
      {"a key without its password", file(made.certificate_path, folder / "locked.key"), "",
       Trouble::no_key, "("},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const DeviceCertificate found = look(c.selector, c.password);
    EXPECT_EQ(found.choice.trouble, c.trouble) << found.choice.text;
    EXPECT_TRUE(has(found.choice.text, c.says)) << found.choice.text;
    EXPECT_FALSE(found.choice.certificate);
    EXPECT_EQ(found.use, ClientCertificate());
  }
}

TEST_F(OnLinux, AKeyOfSomebodyElseIsNotReadable) {
  const auto made = authority.issue("laptop-1");
  std::filesystem::copy_file(made.certificate_path, folder / "laptop.pem");
  std::filesystem::copy_file(made.key_path, folder / "laptop.key");
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0755));
  std::filesystem::permissions(folder / "laptop.pem", std::filesystem::perms(0644));
  std::filesystem::permissions(folder / "laptop.key", std::filesystem::perms::none);
  // Root reads every file: then this looks as somebody else, as the agent does.
  const bool root = ::geteuid() == 0;
  constexpr uid_t nobody = 65534;
  if (root) {
    ASSERT_EQ(::seteuid(nobody), 0);
  }
  const DeviceCertificate found = look(file(folder / "laptop.pem", folder / "laptop.key"));
  if (root) {
    ASSERT_EQ(::seteuid(0), 0);
  }
  EXPECT_EQ(found.choice.trouble, Trouble::key_unreadable);
  EXPECT_TRUE(has(found.choice.text, "right to read it")) << found.choice.text;
}

TEST_F(OnLinux, ATokenIsLeftToTheEngineAndAStoreIsNotOfThisSystem) {
  CertificateSelector token;
  token.kind = Kind::token;
  token.place = "pkcs11:token=A;object=B";
  const DeviceCertificate found = look(token);
  EXPECT_EQ(found.choice.trouble, Trouble::none);
  EXPECT_FALSE(found.choice.certificate) << "it cannot be looked at";
  EXPECT_EQ(found.use, (ClientCertificate{token.place, "ENG", token.place, "ENG", "", false}));
  for (const Kind kind : {Kind::store, Kind::keychain}) {
    CertificateSelector other;
    other.kind = kind;
    other.issuer = "Voorbeeld";
    const DeviceCertificate none = look(other);
    EXPECT_EQ(none.choice.trouble, Trouble::not_usable);
    EXPECT_TRUE(has(none.choice.text, "pkcs11:"));
    EXPECT_EQ(none.use, ClientCertificate());
  }
}

// A key that never leaves its token, here one in software.
TEST_F(OnLinux, AKeyInATokenIsUsedThroughTheEngine) {
  const std::string module = "/usr/lib/softhsm/libsofthsm2.so";
  for (const char* needed :
       {"/usr/lib/softhsm/libsofthsm2.so", "/usr/bin/softhsm2-util", "/usr/bin/pkcs11-tool",
        "/usr/lib/x86_64-linux-gnu/engines-3/pkcs11.so"}) {
    if (!std::filesystem::exists(needed)) {
      GTEST_SKIP() << needed << " is not there (softhsm2, opensc, libengine-pkcs11-openssl)";
    }
  }
  const auto made = authority.issue("laptop-1");
  write(folder / "laptop.der", made.der);
  write(folder / "pin", "1234");
  std::filesystem::create_directory(folder / "tokens");
  write(folder / "softhsm2.conf", "directories.tokendir = " + (folder / "tokens") + "\n");
  ::setenv("SOFTHSM2_CONF", (folder / "softhsm2.conf").c_str(), 1);
  ::setenv("PKCS11_MODULE_PATH", module.c_str(), 1);
  const auto runs = [&](std::vector<std::string> arguments) {
    return e2e::run(arguments, folder / "output") == 0;
  };
  ASSERT_TRUE(runs({"/usr/bin/softhsm2-util", "--init-token", "--free", "--label", "wattlife",
                    "--pin", "1234", "--so-pin", "12345678"}))
      << bytes_of(folder / "output");
  ASSERT_TRUE(runs({"/usr/bin/softhsm2-util", "--import", made.key_path, "--token", "wattlife",
                    "--label", "laptop", "--id", "01", "--pin", "1234"}))
      << bytes_of(folder / "output");
  ASSERT_TRUE(runs({"/usr/bin/pkcs11-tool", "--module", module, "--login", "--pin", "1234",
                    "--write-object", folder / "laptop.der", "--type", "cert", "--id", "01",
                    "--label", "laptop"}))
      << bytes_of(folder / "output");
  const auto selector = certificate_selector_from(
      "pkcs11:token=wattlife;object=laptop?pin-source=file:" + (folder / "pin"));
  ASSERT_TRUE(selector) << selector.error().text;
  EXPECT_EQ(shown(look(*selector)), "laptop-1, ok");

  const auto other = certificate_selector_from("pkcs11:token=elsewhere;object=laptop");
  ASSERT_TRUE(other);
  HttpOptions options;
  options.client = look(*other).use;
  const Result<HttpResponse> refused = post({"https://localhost:1/", "x", {}}, options);
  ASSERT_FALSE(refused) << "and nobody was asked for a PIN";
  ::unsetenv("SOFTHSM2_CONF");
  ::unsetenv("PKCS11_MODULE_PATH");
}

}  // namespace
}  // namespace wattlife
