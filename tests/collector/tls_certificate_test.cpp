// SPDX-License-Identifier: EUPL-1.2
#include "collector/tls_certificate.h"

#include <gtest/gtest.h>
#include <openssl/pem.h>

#include "collector/digest.h"
#include "collector/tls_context.h"
#include "platform/process.h"
#include "tests/collector/client_certificates.h"

namespace wattlife {
namespace {

using testing::ClientAuthority;

std::string in_base64(const std::string& bytes) {
  std::string text(bytes.size() * 2 + 4, '\0');
  text.resize(static_cast<std::size_t>(EVP_EncodeBlock(
      reinterpret_cast<unsigned char*>(text.data()),
      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()))));
  return text;
}

std::string percent_coded(const std::string& text) {
  std::string coded;
  for (const char c : text) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0;
    char hex[4];
    std::snprintf(hex, sizeof hex, "%%%02X", static_cast<unsigned char>(c));
    coded += plain ? std::string(1, c) : std::string(hex);
  }
  return coded;
}

TEST(TlsCertificate, both_forms_of_the_header_give_the_same_facts) {
  ClientAuthority authority;
  const auto made = authority.issue("laptop-1");
  const auto context = TlsContext::behind_proxy({"", "", authority.path(), ""});
  ASSERT_TRUE(context) << context.error().text;
  const auto from_der = context->from_header(":" + in_base64(made.der) + ":");
  ASSERT_TRUE(from_der);
  EXPECT_EQ(from_der->standing, CertificateStanding::trusted);
  EXPECT_EQ(from_der->issuer, "CN=Test device authority");
  EXPECT_EQ(from_der->digest, sha256(made.der));
  EXPECT_EQ(from_der->public_key.size(), 91u);  // P-256 as SubjectPublicKeyInfo
  EXPECT_LT(from_der->not_before, now().utc);
  EXPECT_GT(from_der->not_after, now().utc + std::chrono::hours(24 * 29));
  const auto pem = read_file(made.certificate_path, 10'000);
  const auto from_pem = context->from_header(percent_coded(*pem));
  ASSERT_TRUE(from_pem);
  EXPECT_EQ(*from_pem, *from_der);
}

TEST(TlsCertificate, standing_with_the_authorities) {
  ClientAuthority ours;
  ClientAuthority others("Another authority");
  ClientAuthority same_name;  // the name of ours, another key
  const auto good = ours.issue("good");
  const auto revoked = ours.issue("revoked");
  ours.revoke(revoked);
  struct Case {
    const char* name;
    std::string der;
    CertificateStanding standing;
  };
  using Standing = CertificateStanding;
  const Case cases[] = {
      {"ours", good.der, Standing::trusted},
      {"revoked", revoked.der, Standing::revoked},
      {"ended", ours.issue("old", {-30, -1, "clientAuth"}).der, Standing::out_of_time},
      {"not begun", ours.issue("young", {2, 30, "clientAuth"}).der, Standing::out_of_time},
      {"for servers", ours.issue("server", {-1, 30, "serverAuth"}).der, Standing::unusable},
      {"of others", others.issue("other").der, Standing::unknown_authority},
      {"forged", same_name.issue("forged").der, Standing::unknown_authority},
  };
  const auto context = TlsContext::behind_proxy({"", "", ours.path(), ours.revocation_path()});
  ASSERT_TRUE(context) << context.error().text;
  for (const Case& c : cases) {
    const auto facts = context->from_header(":" + in_base64(c.der) + ":");
    ASSERT_TRUE(facts) << c.name;
    EXPECT_EQ(facts->standing, c.standing) << c.name;
  }
  // Without a list nobody is revoked.
  const auto without = TlsContext::behind_proxy({"", "", ours.path(), ""});
  EXPECT_EQ(without->from_header(":" + in_base64(revoked.der) + ":")->standing, Standing::trusted);
}

TEST(TlsCertificate, what_is_no_certificate_is_none) {
  ClientAuthority authority;
  const auto made = authority.issue("laptop-1");
  const std::string good = in_base64(made.der);
  for (const std::string& header :
       {std::string(), std::string("::"), std::string(":AAAA:"), std::string(":not base64!:"), good,
        ":" + good.substr(0, 100) + ":", ":" + good + good + good.substr(1) + ":", std::string("%"),
        std::string("-----BEGIN CERTIFICATE-----"), ":" + std::string(20'000, 'A') + ":"}) {
    EXPECT_EQ(certificate_from_header(header), nullptr) << header.substr(0, 40);
  }
}

TEST(TlsContext, says_which_file_is_wrong) {
  ClientAuthority authority;
  const auto made = authority.issue("laptop-1");
  const auto none = TlsContext::behind_proxy({"", "", "/none/ca.pem", ""});
  ASSERT_FALSE(none);
  EXPECT_NE(none.error().text.find("/none/ca.pem"), std::string::npos);
  const auto no_list = TlsContext::behind_proxy({"", "", authority.path(), made.certificate_path});
  ASSERT_FALSE(no_list);
  EXPECT_NE(no_list.error().text.find("revocation list"), std::string::npos);
}

}  // namespace
}  // namespace wattlife
