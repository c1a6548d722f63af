// SPDX-License-Identifier: EUPL-1.2
// Certificates of the computer, made by the test. Under Wine the key is one of an older provider
// (CSP); keys of CNG and of a TPM are not proven by that.
#include <gtest/gtest.h>

#include "platform/client_certificate.h"
#include "platform/process.h"
#include "tests/platform/computer_certificate_windows.h"

namespace wattlife {
namespace {

using Trouble = CertificateTrouble;

CertificateSelector by_subject(const std::string& subject) {
  CertificateSelector selector;
  selector.kind = CertificateSelector::Kind::store;
  selector.subject = subject;
  return selector;
}

TEST(ClientCertificateWindows, SaysWhatStandsInACertificateOfTheComputer) {
  const ComputerCertificate made("Wattlife test facts", {});
  const Result<std::vector<StoreCertificate>> all = certificates_of_the_computer();
  ASSERT_TRUE(all) << all.error().text;
  const StoreCertificate* found = nullptr;
  for (const StoreCertificate& one : *all) {
    if (one.facts.thumbprint == made.facts().thumbprint) found = &one;
  }
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->facts.thumbprint.size(), 40U);
  EXPECT_NE(found->facts.subject.find("CN=Wattlife test facts"), std::string::npos)
      << found->facts.subject;
  EXPECT_NE(found->facts.subject.find("O=Voorbeeld"), std::string::npos);
  EXPECT_EQ(found->facts.issuer, found->facts.subject);
  EXPECT_TRUE(found->facts.has_key);
  EXPECT_TRUE(found->facts.for_clients);
  const auto left = found->facts.valid_until - now().utc;
  EXPECT_GT(left, std::chrono::hours(29 * 24));
  EXPECT_LT(left, std::chrono::hours(31 * 24));
}

TEST(ClientCertificateWindows, UsagesAreRead) {
  const ComputerCertificate any("Wattlife test any", {-1, 30, nullptr});
  const ComputerCertificate server("Wattlife test server", {-1, 30, szOID_PKIX_KP_SERVER_AUTH});
  EXPECT_TRUE(any.facts().for_clients) << "no list of usages is all of them";
  EXPECT_FALSE(server.facts().for_clients);
}

TEST(ClientCertificateWindows, TheOneThatLastsIsNamedToSchannel) {
  const ComputerCertificate old("Wattlife test choice", {-60, -1});
  const ComputerCertificate soon("Wattlife test choice 2", {-30, 5});
  const ComputerCertificate renewed("Wattlife test choice 3", {-1, 60});
  const DeviceCertificate found = device_certificate(by_subject("test choice"), "", now().utc);
  EXPECT_EQ(found.choice.trouble, Trouble::none) << found.choice.text;
  EXPECT_EQ(found.use.certificate, "LocalMachine\\MY\\" + renewed.facts().thumbprint);
  EXPECT_EQ(found.use.certificate_type, "");
}

TEST(ClientCertificateWindows, TroubleIsTold) {
  const ComputerCertificate old("Wattlife test old", {-60, -1});
  EXPECT_EQ(device_certificate(by_subject("Wattlife test old"), "", now().utc).choice.trouble,
            Trouble::expired);
  const DeviceCertificate none = device_certificate(by_subject("no such laptop"), "", now().utc);
  EXPECT_EQ(none.choice.trouble, Trouble::not_found);
  EXPECT_EQ(none.use, ClientCertificate());
  CertificateSelector token;
  token.kind = CertificateSelector::Kind::token;
  EXPECT_EQ(device_certificate(token, "", now().utc).choice.trouble, Trouble::not_usable);
  CertificateSelector file;
  file.place = "C:\\laptop.pfx";
  EXPECT_EQ(device_certificate(file, "geheim", now().utc).use,
            (ClientCertificate{"C:\\laptop.pfx", "P12", "", "", "geheim", false}));
}

}  // namespace
}  // namespace wattlife
