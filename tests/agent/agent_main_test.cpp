// SPDX-License-Identifier: EUPL-1.2
// The real agent against a server that is honest, hostile or absent: exit codes, messages, what is
// on disk afterwards, and that no secret stands where others can read it.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "agent/outbox.h"
#include "core/text.h"
#include "platform/process.h"
#include "tests/agent/examples.h"
#include "tests/agent/recorded.h"
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

class AgentProgram : public testing::Test {
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
