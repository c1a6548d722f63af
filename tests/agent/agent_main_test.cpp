// SPDX-License-Identifier: EUPL-1.2
// The real agent against a server that is honest, hostile or absent: exit codes, messages, what is
// on disk afterwards, and that no secret stands where others can read it.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include "agent/contact.h"
#include "agent/outbox.h"
#include "core/text.h"
#include "platform/process.h"
#include "tests/agent/examples.h"
#include "tests/agent/recorded.h"
#include "tests/collector/client_certificates.h"
#include "tests/e2e/programs.h"
#include "tests/places.h"
#include "tests/temporary_folder.h"
#include "tests/tls_server.h"

namespace wattlife {
namespace {

namespace fs = std::filesystem;

// Four hours of a Sunday, and one of the Monday after it.
const UtcTime start = utc("2026-11-15T20:00:30Z");
constexpr const char* token = "token-of-the-organisation";
const std::string secret(32, '\xab');

// Accepts everything that is well made.
struct Honest {
  std::map<std::int64_t, Report> reports;
  int enrolments = 0;
  bool token_seen = false;
  bool secret_seen = false;

  std::string answer(const std::string& request) {
    const std::string body = body_of(request);
    if (request.starts_with("POST /device/v1/enrolments ")) {
      EXPECT_TRUE(enrolment_request_from(body));
      ++enrolments;
      token_seen = request.find(std::string("Authorization: Bearer ") + token) != std::string::npos;
      return http_answer(202, "application/x-protobuf",
                         to_bytes(EnrolmentAnswer{Id128(16, 'd'), secret, true}));
    }
    const Result<Report> report = report_from(body);
    if (!report) return http_answer(500, "", report.error().text);
    secret_seen = request.find(hex_from_bytes(secret)) != std::string::npos;
    reports[report->sequence] = *report;
    return http_answer(200, "application/x-protobuf",
                       to_bytes(Acknowledgement{report->install_id, report->sequence,
                                                report->sequence, "", true}));
  }
};

class AgentProgram : public ::testing::Test {
 protected:
  AgentProgram() { record("https://localhost:1", ""); }
  void record(const std::string& url, const std::string& bundle, const char* with_token = token) {
    Policies policies;
    if (!url.empty()) policies.emplace_back("CollectorUrl", url);
    if (!bundle.empty()) policies.emplace_back("CaBundlePath", bundle);
    if (*with_token != '\0') policies.emplace_back("EnrollmentToken", with_token);
    policies.emplace_back("ProxyMode", "none");
    e2e::write_text(folder / "a.capture", recorded(start, 60 * 5, policies));
  }
  void measure() {
    ASSERT_EQ(e2e::run({places::programs() + "/wattlife-sampler", "--capture", folder / "a.capture",
                        "--state", state()},
                       folder / "sampler-output", 300),
              0)
        << e2e::text_of(folder / "sampler-output");
  }
  int run(std::vector<std::string> more = {"--now"}) {
    std::vector<std::string> all = {places::programs() + "/wattlife-agent", "--capture",
                                    folder / "a.capture", "--state", state()};
    all.insert(all.end(), more.begin(), more.end());
    fs::remove(folder / "output");
    return e2e::run(all, folder / "output", 100);
  }
  std::string state() const { return folder / "state"; }
  std::string text() const { return e2e::text_of(folder / "output"); }
  bool says(const std::string& part) const { return text().find(part) != std::string::npos; }
  std::int64_t queued() const {
    Result<Outbox> outbox = Outbox::open_read_only(folder / "state/agent/outbox.db");
    EXPECT_TRUE(outbox) << outbox.error().text;
    return outbox ? *outbox->count_queued() : -1;
  }

  TemporaryFolder folder;
};

TEST_F(AgentProgram, WithoutACollectorItSaysHowToConnect) {
  record("", "");
  measure();
  EXPECT_EQ(run(), 78);
  EXPECT_TRUE(says("set CollectorUrl and EnrollmentToken")) << text();
  EXPECT_FALSE(fs::exists(folder / "state/agent"));
}

TEST_F(AgentProgram, BeforeTheSamplerRanThereIsNothing) {
  EXPECT_EQ(run(), 66);
  EXPECT_TRUE(says("wattlife-sampler")) << text();
}

TEST_F(AgentProgram, EnrolsShipsAndIsSilentAfterwards) {
  Honest honest;
  const TlsServer server([&](const std::string& request) { return honest.answer(request); });
  record(server.url(""), server.authority_path());
  measure();
  EXPECT_EQ(run(), 0) << text();
  EXPECT_EQ(honest.enrolments, 1);
  EXPECT_TRUE(honest.token_seen);
  EXPECT_TRUE(honest.secret_seen);
  ASSERT_EQ(honest.reports.size(), 1U);
  const Report& report = honest.reports[1];
  EXPECT_EQ(to_iso8601(report.summary->period.begin), "2026-11-09");
  EXPECT_EQ(report.summary->energy[0].time,
            std::chrono::minutes(4 * 60) - std::chrono::seconds(30));
  EXPECT_EQ(report.inventory->batteries[0].model, "45N1127");
  const int connections = server.connections();
  EXPECT_EQ(run(), 0);
  EXPECT_EQ(server.connections(), connections) << "nothing due is no connection";

  EXPECT_EQ(e2e::text_of(folder / "state/agent/last.bin"), to_bytes(report));
  EXPECT_EQ(e2e::text_of(folder / "state/agent/next.bin"), "");
  EXPECT_EQ(static_cast<unsigned>(fs::status(folder / "state/agent/outbox.db").permissions()),
            0600U);
}

TEST_F(AgentProgram, NoSecretStandsWhereOthersCanRead) {
  Honest honest;
  const TlsServer server([&](const std::string& request) { return honest.answer(request); });
  record(server.url(""), server.authority_path());
  measure();
  ASSERT_EQ(run(), 0) << text();
  ASSERT_EQ(run({"--dry-run"}), 0);
  std::string readable = text();
  for (const auto& entry : fs::recursive_directory_iterator(state())) {
    const bool by_others =
        (entry.status().permissions() & fs::perms::others_read) != fs::perms::none;
    if (entry.is_regular_file() && by_others) readable += e2e::text_of(entry.path().string());
  }
  for (const std::string& hidden : {secret, hex_from_bytes(secret), std::string(token)}) {
    EXPECT_EQ(readable.find(hidden), std::string::npos);
  }
}

TEST_F(AgentProgram, AWrongRootIsRefusedAndNothingIsLost) {
  Honest honest;
  const TlsServer server([&](const std::string& request) { return honest.answer(request); });
  const TlsServer other([](const std::string&) { return std::string(); });
  record(server.url(""), other.authority_path());
  measure();
  EXPECT_EQ(run(), 69);
  EXPECT_TRUE(says("certificate")) << text();
  EXPECT_TRUE(says("CaBundlePath")) << text();
  EXPECT_EQ(queued(), 1);
  EXPECT_TRUE(honest.reports.empty());
  record(server.url(""), server.authority_path());
  EXPECT_EQ(run(), 0) << text();
  EXPECT_EQ(honest.reports.size(), 1U);
}

TEST_F(AgentProgram, AProxysPageIsNoAnswerAndNothingIsLost) {
  Honest honest;
  bool captive = true;
  const TlsServer server([&](const std::string& request) {
    if (captive) return http_answer(200, "text/html", "<html>Sign in to the hotel</html>");
    return honest.answer(request);
  });
  record(server.url(""), server.authority_path());
  measure();
  EXPECT_EQ(run(), 69);
  EXPECT_TRUE(says("proxy")) << text();
  EXPECT_EQ(queued(), 1);
  captive = false;
  EXPECT_EQ(run(), 0) << text();
  EXPECT_EQ(honest.reports.size(), 1U);
}

TEST_F(AgentProgram, NobodyThereIsUnavailable) {
  measure();
  EXPECT_EQ(run(), 69);
  EXPECT_TRUE(says("nobody answers")) << text();
  EXPECT_EQ(queued(), 1);
}

TEST_F(AgentProgram, ARefusedTokenIsAMatterOfPermission) {
  const TlsServer server([](const std::string&) {
    return http_answer(401, "application/problem+json",
                       R"({"type":"urn:wattlife:problem:token","detail":"the token has ended"})");
  });
  record(server.url(""), server.authority_path());
  measure();
  EXPECT_EQ(run(), 77);
  EXPECT_TRUE(says("the token has ended")) << text();
  EXPECT_EQ(queued(), 1);
}

// --- With a certificate -------------------------------------------------------------------------

// A collector that knows devices by their certificate: what the device showed is in each request.
class ByCertificate : public AgentProgram {
 protected:
  std::string answer(const std::string& request) {
    const std::size_t at = request.find("Seen-Certificate: ") + 18;
    const std::string certificate = request.substr(at, request.find('\r', at) - at);
    seen.push_back(certificate);
    if (!certificate.ends_with(", ok")) {
      const std::string kind =
          certificate == "none" ? "certificate-required" : "certificate-expired";
      return http_answer(401, "application/problem+json",
                         R"({"type":"urn:wattlife:problem:)" + kind +
                             R"(","detail":"The client certificate has expired."})");
    }
    if (request.starts_with("POST /device/v1/enrolments ")) {
      EXPECT_EQ(request.find("Authorization"), std::string::npos) << "no token in this mode";
    }
    return honest.answer(request);
  }
  void use(const std::string& selector, const char* with_token = "") {
    Policies policies = {{"CollectorUrl", server.url("")},
                         {"CaBundlePath", server.authority_path()},
                         {"EnrollmentMode", "certificate"},
                         {"ClientCertificateSelector", selector},
                         {"ProxyMode", "none"}};
    if (*with_token != '\0') policies.emplace_back("EnrollmentToken", with_token);
    e2e::write_text(folder / "a.capture", recorded(start, 60 * 5, policies));
  }
  void deliver(const testing::ClientAuthority::Made& made) {
    const auto option = fs::copy_options::overwrite_existing;
    fs::copy_file(made.certificate_path, folder / "laptop.pem", option);
    fs::copy_file(made.key_path, folder / "laptop.key", option);
  }
  std::string selector() { return folder / "laptop.pem" + ";key=" + (folder / "laptop.key"); }
  // What `wattlife doctor` says of it afterwards.
  std::string doctor() {
    fs::create_directories(folder / "config");
    e2e::write_text(folder / "config/agent.toml", "CollectorUrl = \"" + server.url("") +
                                                      "\"\n"
                                                      "EnrollmentMode = \"certificate\"\n"
                                                      "ClientCertificateSelector = \"" +
                                                      selector() + "\"\n");
    fs::remove(folder / "doctor");
    e2e::run({places::programs() + "/wattlife", "doctor", "--state", state(), "--config",
              folder / "config"},
             folder / "doctor");
    return e2e::text_of(folder / "doctor");
  }
  Contact contact() {
    const Result<Contact> read = read_contact(state());
    EXPECT_TRUE(read) << read.error().text;
    return read ? *read : Contact{};
  }

  testing::ClientAuthority authority;
  Honest honest;
  std::vector<std::string> seen;
  TlsServer server{[this](const std::string& request) { return answer(request); },
                   {"localhost", -1, 1, authority.path()}};
};

TEST_F(ByCertificate, EnrolsAndReportsWithoutAToken) {
  deliver(authority.issue("laptop-1"));
  use(selector(), "a-token-that-must-not-be-sent");
  measure();
  EXPECT_EQ(run(), 0) << text();
  EXPECT_EQ(honest.enrolments, 1);
  EXPECT_EQ(honest.reports.size(), 1U);
  EXPECT_TRUE(honest.secret_seen);
  EXPECT_EQ(seen, (std::vector<std::string>{"laptop-1, ok", "laptop-1, ok"}));
  EXPECT_EQ(contact().outcome, Contact::Outcome::accepted);
  EXPECT_EQ(contact().trouble, CertificateTrouble::none);
  const std::string said = doctor();
  EXPECT_NE(said.find("ok    certificate"), std::string::npos) << said;
  EXPECT_NE(said.find("the agent can use its key"), std::string::npos) << said;
  EXPECT_NE(said.find("ok    collector"), std::string::npos) << said;
  // Nothing is due: what the last attempt said stays.
  EXPECT_EQ(run(), 0);
  EXPECT_EQ(contact().outcome, Contact::Outcome::accepted);
  EXPECT_TRUE(contact().tried);
  EXPECT_TRUE(contact().ran);

  // The certificate goes for an hour, and nothing is due when it is back.
  use("");
  EXPECT_EQ(run(), 78);
  EXPECT_NE(doctor().find("WL-1312"), std::string::npos) << doctor();
  use(selector());
  EXPECT_EQ(run(), 0);
  EXPECT_EQ(doctor().find("WL-13"), std::string::npos) << doctor();

  // Its own files cannot be used: that counts, and not what an attempt said before.
  fs::remove(state() + "/agent/outbox.db");
  fs::create_directory(state() + "/agent/outbox.db");
  EXPECT_NE(run(), 0);
  EXPECT_EQ(contact().outcome, Contact::Outcome::failed);
  EXPECT_NE(contact().text.find("outbox.db"), std::string::npos) << contact().text;
}

TEST_F(ByCertificate, AnExpiredOneIsRefusedWithWordsAndARenewedOneIsFound) {
  deliver(authority.issue("laptop-1", {-90, -2, "clientAuth"}));
  use(selector());
  measure();
  EXPECT_EQ(run(), 77) << text();
  EXPECT_TRUE(says("The client certificate has expired")) << text();
  EXPECT_EQ(queued(), 1);
  EXPECT_EQ(contact().outcome, Contact::Outcome::refused);
  EXPECT_EQ(contact().trouble, CertificateTrouble::expired);
  const std::string said = doctor();
  EXPECT_NE(said.find("WL-1302"), std::string::npos) << said;
  EXPECT_NE(said.find("WL-1310"), std::string::npos) << said;
  EXPECT_NE(said.find("The client certificate has expired. (WL-1310)"), std::string::npos) << said;

  deliver(authority.issue("laptop-1-renewed"));
  EXPECT_EQ(run(), 0) << text();
  EXPECT_EQ(seen.back(), "laptop-1-renewed, ok");
  EXPECT_EQ(queued(), 0);
  EXPECT_EQ(doctor().find("WL-13"), std::string::npos) << doctor();
}

TEST_F(ByCertificate, WithoutItsCertificateItConnectsToNobody) {
  use(selector());
  measure();
  EXPECT_EQ(run(), 78);
  EXPECT_TRUE(says("there is no certificate in " + folder.path())) << text();
  EXPECT_EQ(server.connections(), 0);
  EXPECT_EQ(queued(), 1) << "what was measured waits";
  EXPECT_EQ(contact().outcome, Contact::Outcome::not_set_up);
  EXPECT_NE(doctor().find("WL-1301"), std::string::npos) << doctor();

  use("");
  EXPECT_EQ(run(), 78);
  EXPECT_TRUE(says("ClientCertificateSelector: is not set")) << text();
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(ByCertificate, OneThatSoonExpiresIsAWarning) {
  deliver(authority.issue("laptop-1", {-80, 13, "clientAuth"}));
  use(selector());
  measure();
  ASSERT_EQ(run(), 0) << text();
  EXPECT_NE(doctor().find("WL-1303"), std::string::npos) << doctor();
}

// systemd hands the token to this service alone (LoadCredential=); nobody can read it in a setting.
TEST_F(AgentProgram, TheTokenMayComeFromTheServiceManager) {
  Honest honest;
  const TlsServer server([&](const std::string& request) { return honest.answer(request); });
  record(server.url(""), server.authority_path(), "");
  measure();
  fs::create_directory(folder / "handed");
  e2e::write_text(folder / "handed/EnrollmentToken", std::string(token) + "\n");
  ::setenv("CREDENTIALS_DIRECTORY", (folder / "handed").c_str(), 1);
  const int code = run();
  ::unsetenv("CREDENTIALS_DIRECTORY");
  EXPECT_EQ(code, 0) << text();
  EXPECT_TRUE(honest.token_seen);
  EXPECT_FALSE(says(token)) << "a secret in the log";
}

TEST_F(AgentProgram, WithoutATokenItSaysWhatToSet) {
  record("https://localhost:1", "", "");
  measure();
  EXPECT_EQ(run(), 78);
  EXPECT_TRUE(says("EnrollmentToken")) << text();
}

TEST_F(AgentProgram, ADryRunShowsEverythingAndChangesNothing) {
  measure();
  EXPECT_EQ(run({"--dry-run"}), 0);
  EXPECT_TRUE(says("energy from 2026-11-09 until 2026-11-16")) << text();
  EXPECT_TRUE(says("battery BAT0")) << text();
  EXPECT_TRUE(says("serial of a battery: 777"))
      << "what goes at enrolment is shown too: " << text();
  EXPECT_FALSE(fs::exists(folder / "state/agent"));
}

TEST_F(AgentProgram, ADamagedOutboxIsSetAsideAndTheLaptopEnrolsAgain) {
  Honest honest;
  const TlsServer server([&](const std::string& request) { return honest.answer(request); });
  record(server.url(""), server.authority_path());
  measure();
  ASSERT_EQ(run(), 0) << text();
  const Id128 before = honest.reports[1].install_id;
  fs::remove(folder / "state/agent/outbox.db-wal");
  e2e::write_text(folder / "state/agent/outbox.db", std::string(20'000, 'x'));
  EXPECT_EQ(run(), 0) << text();
  EXPECT_TRUE(says("outbox.db.damaged")) << text();
  EXPECT_EQ(honest.enrolments, 2);
  EXPECT_NE(honest.reports[1].install_id, before);
}

TEST_F(AgentProgram, OneAgentAtATime) {
  measure();
  ASSERT_TRUE(ensure_own_folder(folder / "state/agent", 0755));
  const Result<FileLock> lock = lock_file(folder / "state/agent/lock");
  ASSERT_TRUE(lock);
  EXPECT_EQ(run(), 75);
}

TEST_F(AgentProgram, WrongNumbersOnTheCommandLineAreNamed) {
  EXPECT_EQ(run({"--random-delay", "-1"}), 64);
  EXPECT_EQ(run({"--random-delay", "soon"}), 64);
  EXPECT_TRUE(says("--random-delay")) << text();
}

}  // namespace
}  // namespace wattlife
