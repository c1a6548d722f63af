// SPDX-License-Identifier: EUPL-1.2
// A laptop that makes itself known by the certificate of its device management, with the real
// programs: no token anywhere, counted once, refused with words when the certificate expired, and
// going on as the same laptop with a renewed one.
#include <gtest/gtest.h>

#include <filesystem>

#include "agent/contact.h"
#include "tests/collector/client_certificates.h"
#include "tests/e2e/one_laptop.h"
#include "tests/e2e/sums.h"

namespace wattlife::e2e {
namespace {

namespace fs = std::filesystem;
using Authority = wattlife::testing::ClientAuthority;

constexpr const char* organisation = "00000001003214345000";

class ByCertificate : public ::testing::Test {
 protected:
  ByCertificate() {
    write_text(site.path("collector.toml"),
               "[certificates]\nkey_file = \"device.key\"\n"
               "[certificates.werkplek]\nissuer = \"CN=Werkplek CA\"\n"
               "organisation = \"" +
                   std::string(organisation) + "\"\nsubject = \"CN=laptop-*\"\n");
  }
  std::unique_ptr<Program> serve() {
    return site.serve({"--client-ca", authority.path(), "--config", site.path("collector.toml")});
  }
  void deliver(const Authority::Made& made) {
    const auto option = fs::copy_options::overwrite_existing;
    fs::copy_file(made.certificate_path, site.path("laptop.pem"), option);
    fs::copy_file(made.key_path, site.path("laptop.key"), option);
  }
  void play_fortnight(unsigned seed, const std::string& until) {
    const std::string selector = site.path("laptop.pem") + ";key=" + site.path("laptop.key");
    ASSERT_EQ(
        run({program("wattlife-simulate"), "fortnight", site.path("snapshot.capture"), "--output",
             site.path("fortnight.capture"), "--until", until, "--seed", std::to_string(seed),
             "--serial", "PROEF-1", "--policy", "CollectorUrl=" + site.url(), "--policy",
             "CaBundlePath=" + site.path("certificate/ca.pem"), "--policy",
             "EnrollmentMode=certificate", "--policy", "ClientCertificateSelector=" + selector},
            site.log()),
        0)
        << text_of(site.log());
    ASSERT_EQ(run({program("wattlife-sampler"), "--capture", site.path("fortnight.capture"),
                   "--state", site.path("laptop")},
                  site.log()),
              0)
        << text_of(site.log());
  }
  std::int64_t count(const std::string& query) {
    auto opened =
        Database::open(site.path("collector/fleet.db"), {OpenMode::read_only, 5000, 0600});
    EXPECT_TRUE(opened) << opened.error().text;
    const Result<std::int64_t> number = opened->integer(query);
    EXPECT_TRUE(number) << number.error().text;
    return number ? *number : -1;
  }
  Contact contact() {
    const Result<Contact> read = read_contact(site.path("laptop"));
    EXPECT_TRUE(read) << read.error().text;
    return read ? *read : Contact();
  }

  Authority authority{"Werkplek CA"};
  Site site{"certificate"};
};

TEST_F(ByCertificate, EnrolsReportsAndIsCountedOnceAlsoAfterARenewal) {
  deliver(authority.issue("laptop-1"));
  play_fortnight(1, "2026-11-09");
  if (HasFatalFailure()) return;
  {
    const auto collector = serve();
    ASSERT_TRUE(site.ships()) << text_of(site.log());
  }
  EXPECT_EQ(contact().outcome, Contact::Outcome::accepted);
  EXPECT_EQ(count("SELECT count(*) FROM device"), 1);
  ASSERT_EQ(site.collector({"device", "confirm", "--all-pending"}), 0) << text_of(site.log());
  EXPECT_GT(count("SELECT count(*) FROM energy"), 0);

  // Device management renews it, with another key, as it does each quarter.
  deliver(authority.issue("laptop-1", {-1, 90}));
  play_fortnight(2, "2026-11-23");
  if (HasFatalFailure()) return;
  {
    const auto collector = serve();
    ASSERT_TRUE(site.ships()) << text_of(site.log());
  }
  EXPECT_EQ(count("SELECT count(*) FROM device"), 1) << "the same laptop";
  EXPECT_EQ(count("SELECT count(DISTINCT install_id) FROM report"), 1);
  EXPECT_EQ(site.collector({"check"}), 0) << text_of(site.log());
  expect_equal(
      stored_before({site.path("laptop/sampler/samples.db")}, *day_from_iso8601("2026-11-23")),
      counted_by_collector(site.path("collector/fleet.db")));
}

TEST_F(ByCertificate, AnExpiredOneGets401AndIsToldOnTheLaptop) {
  deliver(authority.issue("laptop-1", {-90, -1}));
  play_fortnight(1, "2026-11-09");
  if (HasFatalFailure()) return;
  const auto collector = serve();
  const auto refused = [&] { return site.agent()->wait(60) == 77; };
  ASSERT_TRUE(comes_true(refused, 60)) << text_of(site.log());
  EXPECT_EQ(count("SELECT count(*) FROM device"), 0);
  const Contact said = contact();
  EXPECT_EQ(said.outcome, Contact::Outcome::refused);
  EXPECT_EQ(said.trouble, CertificateTrouble::expired);
  EXPECT_NE(said.text.find("HTTP 401"), std::string::npos) << said.text;
  EXPECT_NE(said.text.find("not valid at this time"), std::string::npos) << said.text;
  // What an administrator sees on the laptop.
  run({program("wattlife"), "status", "--en", "--state", site.path("laptop")}, site.path("status"));
  const std::string status = text_of(site.path("status"));
  EXPECT_NE(status.find("Contact     REFUSED"), std::string::npos) << status;
  EXPECT_NE(status.find("Certificate the certificate of this laptop expired"), std::string::npos)
      << status;
  fs::create_directories(site.path("config"));
  write_text(site.path("config/agent.toml"),
             "CollectorUrl = \"" + site.url() + "\"\nEnrollmentMode = \"certificate\"\n");
  run({program("wattlife"), "doctor", "--state", site.path("laptop"), "--config",
       site.path("config")},
      site.path("doctor"));
  const std::string doctor = text_of(site.path("doctor"));
  EXPECT_NE(doctor.find("WL-1302"), std::string::npos) << doctor;
  EXPECT_NE(doctor.find("WL-1310"), std::string::npos) << doctor;

  // The renewed one is found at the next upload, and nothing was lost.
  deliver(authority.issue("laptop-1"));
  ASSERT_TRUE(site.ships()) << text_of(site.log());
  EXPECT_EQ(count("SELECT count(*) FROM device"), 1);
  EXPECT_EQ(contact().outcome, Contact::Outcome::accepted);
}

TEST_F(ByCertificate, OneOfNobodyIsRefusedAndOneOfAnotherAuthorityToo) {
  deliver(authority.issue("kiosk-1"));  // the rule wants laptop-*
  play_fortnight(1, "2026-11-09");
  if (HasFatalFailure()) return;
  const auto collector = serve();
  const auto refused = [&] { return site.agent()->wait(60) == 77; };
  ASSERT_TRUE(comes_true(refused, 60)) << text_of(site.log());
  Authority stranger("Werkplek CA");  // the same name, another key
  deliver(stranger.issue("laptop-1"));
  EXPECT_EQ(site.agent()->wait(60), 77) << text_of(site.log());
  EXPECT_EQ(count("SELECT count(*) FROM device"), 0);
  EXPECT_EQ(contact().outcome, Contact::Outcome::refused);
}

}  // namespace
}  // namespace wattlife::e2e
