// SPDX-License-Identifier: EUPL-1.2
// Devices with certificates, over real connections: by TLS, and through a proxy that hands on what
// it saw. Everything that is refused is refused over HTTP, with a reason.
#include "collector/device_api.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include "collector/seal.h"
#include "tests/collector/client_certificates.h"
#include "tests/collector/plain_client.h"
#include "tests/collector/running_collector.h"

namespace wattlife {
namespace {

using testing::ClientAuthority;
using testing::http_request;
using testing::Laptop;
using testing::RunningCollector;
using testing::TlsClient;

constexpr const char* ministry = "Ministerie van Voorbeelden";

ClientAuthority::Wishes of(const char* organisation) {
  ClientAuthority::Wishes wishes;
  wishes.organisation = organisation;
  return wishes;
}

// Devices of one authority, whose subject names the organisation.
RunningCollector::Options options_for(const ClientAuthority& authority) {
  RunningCollector::Options options;
  options.server.client_authority_path = authority.path();
  CertificateRule rule;
  rule.issuer = "CN=Test device authority";
  rule.subject_organisation = ministry;
  rule.oin = testing::oin;
  rule.confirms = true;
  options.certificates = {{rule}, std::string(seal_key_bytes, 'd')};
  return options;
}

std::string enrolment(const Laptop& laptop, const std::string& more = "") {
  return http_request("POST " + std::string(enrolment_path),
                      "Content-Type: application/x-protobuf\r\n" + more,
                      to_bytes(laptop.enrolment()));
}
std::string report(Laptop& laptop, const std::string& more = "") {
  return http_request("POST " + std::string(report_path),
                      "Content-Type: application/x-protobuf\r\n" + more, to_bytes(laptop.health()));
}

// "200", or "401 certificate-expired".
std::string told(const std::string& answer) {
  const int status = testing::status_of(answer);
  const std::string before = "urn:wattlife:problem:";
  const std::size_t at = answer.find(before);
  if (at == std::string::npos) return std::to_string(status);
  const std::size_t from = at + before.size();
  return std::to_string(status) + " " + answer.substr(from, answer.find('"', from) - from);
}

class CertificatesOverTls : public ::testing::Test {
 protected:
  std::string by(const ClientAuthority::Made* made, const std::string& request) {
    TlsClient::Options client;
    if (made != nullptr) {
      client.certificate_path = made->certificate_path;
      client.key_path = made->key_path;
    }
    return told(collector_.exchange(request, client));
  }
  ClientAuthority ours_;
  ClientAuthority others_{"Others"};
  ClientAuthority::Made revoked_ = revoked_one();
  RunningCollector collector_{with_revocations()};
  Laptop laptop_ = testing::laptop("L");
  ClientAuthority::Made good_ = ours_.issue("good", of(ministry));

 private:
  ClientAuthority::Made revoked_one() {
    auto made = ours_.issue("revoked", of(ministry));
    ours_.revoke(made);
    return made;
  }
  RunningCollector::Options with_revocations() {
    RunningCollector::Options options = options_for(ours_);
    options.server.client_revocation_path = ours_.revocation_path();
    return options;
  }
};

TEST_F(CertificatesOverTls, a_device_enrols_and_reports_without_token_or_secret) {
  EXPECT_EQ(by(&good_, enrolment(laptop_)), "200");
  EXPECT_EQ(by(&good_, report(laptop_)), "200");
  EXPECT_EQ(by(&good_, report(laptop_)), "200");
  EXPECT_EQ(collector_.fleet.store().devices()->size(), 1u);
}

TEST_F(CertificatesOverTls, every_other_certificate_is_401_with_its_reason) {
  ClientAuthority::Wishes old = of(ministry);
  old.from_days = -30;
  old.until_days = -1;
  ClientAuthority::Wishes server = of(ministry);
  server.usage = "serverAuth";
  const auto expired = ours_.issue("expired", old);
  const auto foreign = others_.issue("foreign", of(ministry));
  const auto unusable = ours_.issue("server", server);
  const auto nobodys = ours_.issue("nobodys", of("Een Ander"));
  struct Case {
    const ClientAuthority::Made* certificate;
    const char* enrols;
    const char* reports;
  };
  const Case cases[] = {
      {&expired, "401 certificate-expired", "401 certificate-expired"},
      {&revoked_, "401 certificate-revoked", "401 certificate-revoked"},
      {&foreign, "401 certificate-unknown", "401 certificate-unknown"},
      {&unusable, "401 certificate-unknown", "401 certificate-unknown"},
      {&nobodys, "401 certificate-not-accepted", "401 certificate-not-accepted"},
      {nullptr, "401 unknown-token", "401 unknown-device"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.enrols);
    EXPECT_EQ(by(c.certificate, enrolment(laptop_)), c.enrols);
    EXPECT_EQ(by(c.certificate, report(laptop_)), c.reports);
  }
  EXPECT_TRUE(collector_.fleet.store().enrolments()->empty());
}

TEST_F(CertificatesOverTls, a_good_certificate_that_never_enrolled_is_unknown) {
  EXPECT_EQ(by(&good_, report(laptop_)), "401 unknown-device");
}

TEST_F(CertificatesOverTls, both_modes_live_on_one_collector) {
  Laptop by_token = testing::laptop("T");
  const std::string token = "Authorization: Bearer " + collector_.fleet.token + "\r\n";
  EXPECT_EQ(by(nullptr, enrolment(by_token, token)), "202");
  const auto nobodys = ours_.issue("nobodys", of("Een Ander"));
  Laptop lock_only = testing::laptop("N");
  EXPECT_EQ(by(&nobodys, enrolment(lock_only, token)), "202");  // an extra lock, as before
  EXPECT_EQ(by(&good_, enrolment(laptop_)), "200");
}

TEST_F(CertificatesOverTls, a_token_of_another_organisation_does_not_move_the_device) {
  const std::string token = "Authorization: Bearer " + collector_.fleet.other_token + "\r\n";
  EXPECT_EQ(by(&good_, enrolment(laptop_, token)), "200");
  EXPECT_EQ(collector_.fleet.store().enrolments()->front().oin, testing::oin);
}

TEST_F(CertificatesOverTls, a_header_says_nothing_of_who_speaks_tls) {
  EXPECT_EQ(by(&good_, enrolment(laptop_)), "200");
  std::string shown(good_.der.size() * 2, '\0');
  shown.resize(static_cast<std::size_t>(
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(shown.data()),
                      reinterpret_cast<const unsigned char*>(good_.der.data()),
                      static_cast<int>(good_.der.size()))));
  const std::string header = "Client-Cert: :" + shown + ":\r\n";
  EXPECT_EQ(by(nullptr, report(laptop_, header)), "401 unknown-device");
  const auto foreign = others_.issue("foreign", of(ministry));
  EXPECT_EQ(by(&foreign, report(laptop_, header)), "401 certificate-unknown");
}

// A collector that speaks plain HTTP to a proxy and believes its Client-Cert.
class CertificatesThroughProxy : public ::testing::Test {
 protected:
  CertificatesThroughProxy() {
    RunningCollector::Options options = options_for(ours_);
    options.server.transport = Transport::plain;
    options.server.proxies = {"127.0.0.1"};
    collector_ = std::make_unique<RunningCollector>(std::move(options));
  }
  static std::string header(const ClientAuthority::Made& made) {
    std::string shown(made.der.size() * 2, '\0');
    shown.resize(static_cast<std::size_t>(
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(shown.data()),
                        reinterpret_cast<const unsigned char*>(made.der.data()),
                        static_cast<int>(made.der.size()))));
    return "Client-Cert: :" + shown + ":\r\n";
  }
  std::string send(const std::string& request) {
    return told(testing::plain_exchange(collector_->port(), request));
  }
  ClientAuthority ours_;
  ClientAuthority others_{"Others"};
  std::unique_ptr<RunningCollector> collector_;
  Laptop laptop_ = testing::laptop("L");
};

TEST_F(CertificatesThroughProxy, it_hands_on_who_the_device_is) {
  const auto good = ours_.issue("good", of(ministry));
  const std::string more = "Connection: close\r\n";
  EXPECT_EQ(send(enrolment(laptop_, more + header(good))), "200");
  EXPECT_EQ(send(report(laptop_, more + header(good))), "200");
  EXPECT_EQ(send(report(laptop_, more)), "401 unknown-device");
  EXPECT_EQ(send(report(laptop_, more + header(others_.issue("foreign", of(ministry))))),
            "401 certificate-unknown");
  ClientAuthority::Wishes old = of(ministry);
  old.from_days = -30;
  old.until_days = -1;
  EXPECT_EQ(send(report(laptop_, more + header(ours_.issue("expired", old)))),
            "401 certificate-expired");
}

TEST_F(CertificatesThroughProxy, a_second_header_or_one_that_cannot_be_read_is_no_way_in) {
  const auto good = ours_.issue("good", of(ministry));
  const auto other = ours_.issue("other", of(ministry));
  const std::string more = "Connection: close\r\n";
  EXPECT_EQ(send(enrolment(laptop_, more + header(good))), "200");
  // The client's own, passed on beside the proxy's, in whatever order and spelling.
  EXPECT_EQ(send(report(laptop_, more + header(good) + header(other))), "401 certificate-unknown");
  EXPECT_EQ(send(report(laptop_, more + header(other) + "client-CERT" + header(good).substr(11))),
            "401 certificate-unknown");
  EXPECT_EQ(send(report(laptop_, more + "Client-Cert: :AAAA:\r\n")), "401 certificate-unknown");
  EXPECT_EQ(send(report(laptop_, more + "Client-Cert: \r\n")), "401 unknown-device");
  // Names that other proxies use mean nothing here.
  EXPECT_EQ(send(report(laptop_, more + "X-Client-Cert" + header(good).substr(11))),
            "401 unknown-device");
  EXPECT_EQ(send(report(laptop_, more + "X-SSL-Client-Verify: SUCCESS\r\n")), "401 unknown-device");
}

}  // namespace
}  // namespace wattlife
