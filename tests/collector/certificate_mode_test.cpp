// SPDX-License-Identifier: EUPL-1.2
#include "collector/certificate_mode.h"

#include <gtest/gtest.h>

#include <random>

#include "collector/seal.h"

namespace wattlife {
namespace {

const std::string oin = "00000001003214345000";
const std::string other_oin = "00000004000000062000";

PeerCertificate certificate() {
  PeerCertificate shown;
  shown.standing = CertificateStanding::trusted;
  shown.public_key = "key of laptop";
  shown.issuer = "CN=Werkplek CA,O=Ministerie";
  shown.subject = "serialNumber=00000001003214345000,O=Ministerie,CN=laptop-17";
  shown.subject_organisation = "Ministerie";
  shown.subject_serial_number = oin;
  return shown;
}

CertificateRule rule() {
  CertificateRule made;
  made.name = "werkplek";
  made.issuer = "CN=Werkplek CA,O=Ministerie";
  made.subject_oin = oin;
  made.oin = oin;
  return made;
}

TEST(CertificateRules, issuer_and_subject_must_both_be_as_written) {
  struct Case {
    const char* name;
    std::function<void(CertificateRule&)> change;
    bool fits;
  };
  const Case cases[] = {
      {"as it is", [](CertificateRule&) {}, true},
      {"another issuer", [](CertificateRule& r) { r.issuer = "CN=Other"; }, false},
      {"no issuer", [](CertificateRule& r) { r.issuer.clear(); }, false},
      {"a part of the issuer", [](CertificateRule& r) { r.issuer = "CN=Werkplek CA"; }, false},
      {"another OIN", [](CertificateRule& r) { r.subject_oin = other_oin; }, false},
      {"organisation as well", [](CertificateRule& r) { r.subject_organisation = "Ministerie"; },
       true},
      {"another organisation", [](CertificateRule& r) { r.subject_organisation = "Dienst"; },
       false},
      {"a pattern as well", [](CertificateRule& r) { r.subject = "*,CN=laptop-*"; }, true},
      {"another pattern", [](CertificateRule& r) { r.subject = "*,CN=server-*"; }, false},
      {"anything", [](CertificateRule& r) { r.subject_oin.clear(), r.subject = "*"; }, true},
      {"nothing said of the subject", [](CertificateRule& r) { r.subject_oin.clear(); }, false},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    CertificateRule one = rule();
    c.change(one);
    EXPECT_EQ(rule_for({one}, certificate()) != nullptr, c.fits);
  }
}

TEST(CertificateRules, one_that_fits_two_organisations_is_nobodys) {
  CertificateRule theirs = rule();
  theirs.oin = other_oin;
  EXPECT_EQ(rule_for({rule(), theirs}, certificate()), nullptr);
  EXPECT_EQ(rule_for({}, certificate()), nullptr);
  // Of one organisation's own rules the stricter one counts, in whatever order.
  CertificateRule eager = rule();
  eager.confirms = true;
  EXPECT_FALSE(rule_for({rule(), eager}, certificate())->confirms);
  EXPECT_FALSE(rule_for({eager, rule()}, certificate())->confirms);
  EXPECT_TRUE(rule_for({eager}, certificate())->confirms);
}

TEST(KeyHash, follows_from_key_organisation_and_secret_only) {
  const std::string secret(seal_key_bytes, 's');
  const std::string hash = key_hash_of(secret, oin, "public key");
  EXPECT_EQ(hash.size(), 32u);
  EXPECT_EQ(hash, key_hash_of(secret, oin, "public key"));
  EXPECT_NE(hash, key_hash_of(secret, other_oin, "public key"));
  EXPECT_NE(hash, key_hash_of(secret, oin, "public kez"));
  EXPECT_NE(hash, key_hash_of(std::string(seal_key_bytes, 't'), oin, "public key"));
  EXPECT_EQ(key_hash_of("", oin, "public key"), "");
  EXPECT_EQ(key_hash_of(secret, oin, ""), "");
}

TEST(Pattern, star_is_any_text) {
  struct Case {
    const char* text;
    const char* pattern;
    bool fits;
  };
  const Case cases[] = {
      {"", "", true},         {"a", "", false},       {"", "*", true},
      {"abc", "*", true},     {"abc", "a*c", true},   {"abc", "a*b", false},
      {"abc", "abc", true},   {"abc", "ab", false},   {"abcabc", "*abc", true},
      {"aXbYb", "a*b", true}, {"ab", "a**b", true},   {"CN=a,O=b", "CN=*,O=b", true},
      {"abc", "a.c", false},  {"ac", "a*b*c", false}, {"a*c", "a*c", true},
  };
  for (const Case& c : cases) EXPECT_EQ(fits_pattern(c.text, c.pattern), c.fits) << c.pattern;
  // Who chooses their own name chooses no other part of the subject with it.
  EXPECT_TRUE(fits_pattern("CN=x,OU=Laptops,O=b", "CN=*,OU=Laptops,*"));
  EXPECT_FALSE(fits_pattern("CN=x\\,OU=Laptops,O=b", "CN=*,OU=Laptops,*"));
  EXPECT_FALSE(fits_pattern("CN=x\\\\\\,OU=Laptops,O=b", "CN=*,OU=Laptops,*"));
  EXPECT_TRUE(fits_pattern("CN=x\\\\,OU=Laptops,O=b", "CN=*,OU=Laptops,*"));
  EXPECT_TRUE(fits_pattern("CN=x\\,y,OU=Laptops,O=b", "CN=*,OU=Laptops,*"));
  EXPECT_TRUE(fits_pattern("CN=x\\,y", "CN=x\\,*"));
  EXPECT_TRUE(fits_pattern("CN=x\\", "CN=*"));
  // A text that would keep a careless matcher busy for ever.
  const std::string long_text(4000, 'a');
  EXPECT_FALSE(fits_pattern(long_text, "*a*a*a*a*a*a*a*a*b"));
}

}  // namespace
}  // namespace wattlife
