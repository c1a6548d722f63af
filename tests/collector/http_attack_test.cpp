// SPDX-License-Identifier: EUPL-1.2
// What was tried against the whole collector, over both databases, and that it held: the table in
// docs/hostile-input.md. After each attack a laptop that behaves is served as before.
#include <gtest/gtest.h>
#include <zstd.h>

#include <memory>
#include <random>

#include "collector/http.h"
#include "tests/collector/both_stores.h"
#include "tests/collector/client_certificates.h"
#include "tests/collector/running_collector.h"

namespace wattlife {
namespace {

using testing::ClientAuthority;
using testing::http_request;
using testing::Laptop;
using testing::post_report;
using testing::RunningCollector;
using testing::status_of;
using testing::TlsClient;

UtcDay today() { return std::chrono::floor<std::chrono::days>(now().utc); }

class Attack : public testing::BothStores {
 protected:
  void SetUp() override {
    BothStores::SetUp();
    if (IsSkipped()) return;
    RunningCollector::Options options;
    options.database = url();
    collector_ = std::make_unique<RunningCollector>(std::move(options));
    victim_ = collector_->fleet.member("victim", first_contact_);
  }
  // A laptop that behaves still gets its report in.
  void TearDown() override {
    if (collector_ == nullptr) return;
    const std::string body = to_bytes(victim_.health());
    const std::string answer = collector_->exchange(post_report(victim_.credential, body));
    EXPECT_EQ(status_of(answer), 200) << answer;
    const auto check = collector_->fleet.store().check();
    ASSERT_TRUE(check) << check.error().text;
    EXPECT_TRUE(check->different_tables.empty());
  }
  std::string send(const std::string& body, const std::string& more = "") {
    return collector_->exchange(post_report(victim_.credential, body, more));
  }
  // Another laptop, of another organisation, confirmed there.
  Laptop stranger() {
    Laptop made = testing::laptop("stranger");
    collector_->fleet.enrol(made, first_contact_, collector_->fleet.other_token);
    EXPECT_TRUE(collector_->fleet.store().confirm(made.credential.device_id, false));
    return made;
  }

  const UtcDay first_contact_ = today() - std::chrono::days(1);
  std::unique_ptr<RunningCollector> collector_;
  Laptop victim_;
};
INSTANTIATE_TEST_SUITE_P(Collector, Attack, testing::both, testing::name_of_kind);

TEST_P(Attack, truncated_bodies_are_refused_and_set_aside_with_the_reason) {
  Report report = victim_.health();
  --victim_.sequence;
  const std::string body = to_bytes(report);
  int refused = 0;
  for (std::size_t cut = 1; cut < body.size(); cut += body.size() / 12) {
    const std::string answer = send(body.substr(0, cut));
    EXPECT_EQ(status_of(answer), 400) << cut;
    EXPECT_NE(answer.find("application/problem+json"), std::string::npos);
    ++refused;
  }
  EXPECT_GE(refused, 10);
  const auto aside = collector_->fleet.store().set_aside();
  ASSERT_TRUE(aside);
  EXPECT_FALSE(aside->empty());
  for (const SetAsideRow& row : *aside) EXPECT_NE(row.reason, "");
  victim_.sequence = 1000;  // some of the cut ones took a place
}

TEST_P(Attack, random_bodies_never_get_in) {
  std::mt19937 random(3);
  for (int round = 0; round < 60; ++round) {
    std::string body(1 + random() % 3000, '\0');
    for (char& c : body) c = static_cast<char>(random());
    EXPECT_EQ(status_of(send(body)), 400);
  }
  victim_.sequence = 1000;
}

TEST_P(Attack, a_bomb_in_zstd_costs_one_buffer) {
  const std::string huge(std::size_t{100} * 1024 * 1024, '\0');
  std::string bomb(ZSTD_compressBound(huge.size()), '\0');
  bomb.resize(ZSTD_compress(bomb.data(), bomb.size(), huge.data(), huge.size(), 3));
  ASSERT_LT(bomb.size(), 65'536u);
  const auto before = own_cost().resident_bytes;
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(status_of(send(bomb, "Content-Encoding: zstd\r\n")), 413);
  }
  EXPECT_LT(*own_cost().resident_bytes - *before, 32 * 1024 * 1024);
  EXPECT_EQ(status_of(send("not zstd", "Content-Encoding: zstd\r\n")), 400);
  EXPECT_EQ(status_of(send("x", "Content-Encoding: gzip\r\n")), 415);
  EXPECT_EQ(status_of(send("x", "Content-Encoding: zstd, gzip\r\n")), 415);
}

TEST_P(Attack, a_compressed_report_is_the_report) {
  const std::string body = to_bytes(victim_.health());
  std::string packed(ZSTD_compressBound(body.size()), '\0');
  packed.resize(ZSTD_compress(packed.data(), packed.size(), body.data(), body.size(), 3));
  EXPECT_EQ(status_of(send(packed, "Content-Encoding: zstd\r\n")), 200);
  EXPECT_EQ(status_of(send(body)), 200);  // held already, byte by byte
}

TEST_P(Attack, a_replay_is_acknowledged_and_counts_once) {
  const std::string body =
      to_bytes(victim_.energy(testing::week_of(first_contact_ - std::chrono::days(7))));
  for (int i = 0; i < 5; ++i) EXPECT_EQ(status_of(send(body)), 200);
  EXPECT_EQ(collector_->fleet.counted_energy(), joules(360'000));
  // The same number with other bytes.
  Report other = victim_.blank();
  other.sequence = victim_.sequence = 1;
  other.inventory = testing::inventory("OTHER", "Machine");
  const std::string answer = send(to_bytes(other));
  EXPECT_EQ(status_of(answer), 400);
  EXPECT_NE(answer.find("sequence-used"), std::string::npos);
  EXPECT_EQ(collector_->fleet.counted_energy(), joules(360'000));
}

TEST_P(Attack, a_secret_opens_the_one_device_it_is_of) {
  const Laptop other = stranger();
  const std::string body = to_bytes(victim_.health());
  const Credential mixed[] = {{victim_.credential.device_id, other.credential.secret},
                              {other.credential.device_id, victim_.credential.secret},
                              {victim_.credential.device_id, std::string(secret_bytes, '\0')}};
  for (const Credential& credential : mixed) {
    const std::string answer = collector_->exchange(post_report(credential, body));
    EXPECT_EQ(status_of(answer), 401);
    EXPECT_NE(answer.find("unknown-device"), std::string::npos) << answer;
  }
  EXPECT_EQ(status_of(send(body)), 200);
}

// Of another organisation, and it got hold of what the victim sent.
TEST_P(Attack, a_report_replayed_by_another_organisation_changes_nothing_of_the_victim) {
  const std::string body =
      to_bytes(victim_.energy(testing::week_of(first_contact_ - std::chrono::days(7))));
  EXPECT_EQ(status_of(send(body)), 200);
  Laptop other = stranger();
  EXPECT_EQ(status_of(collector_->exchange(post_report(other.credential, body))), 200);
  EXPECT_EQ(collector_->fleet.counted_energy(), joules(360'000)) << "counted for both";
  // And it enrols as the victim, with all its numbers, in its own organisation.
  Laptop double_of = victim_;
  const auto enrolled = collector_->fleet.enrol(double_of, today(), collector_->fleet.other_token);
  ASSERT_TRUE(enrolled.answer);
  EXPECT_TRUE(enrolled.answer->pending);
  EXPECT_NE(double_of.credential.device_id, victim_.credential.device_id);
  (void)collector_->exchange(post_report(double_of.credential, to_bytes(double_of.health())));
  EXPECT_EQ(collector_->fleet.state_of(victim_), EnrolmentState::confirmed);
  EXPECT_EQ(collector_->fleet.store().energy({testing::oin})->size(), 2u);
  EXPECT_EQ(collector_->fleet.store().energy({testing::other_oin})->size(), 0u);
  EXPECT_EQ(status_of(send(body)), 200);
}

TEST_P(Attack, what_was_revoked_or_has_ended_is_told_so_and_stores_nothing) {
  Laptop gone = collector_->fleet.member("gone", first_contact_);
  ASSERT_TRUE(collector_->fleet.store().revoke(gone.credential.device_id));
  const std::string revoked =
      collector_->exchange(post_report(gone.credential, to_bytes(gone.health())));
  EXPECT_EQ(status_of(revoked), 401);
  EXPECT_NE(revoked.find("unknown-device"), std::string::npos) << revoked;
  const auto enrols_with = [&](const std::string& token) {
    return collector_->exchange(http_request(
        "POST " + std::string(enrolment_path),
        "Content-Type: application/x-protobuf\r\nAuthorization: Bearer " + token + "\r\n",
        to_bytes(testing::laptop("new").enrolment())));
  };
  auto& store = collector_->fleet.store();
  const auto ended = store.create_token(testing::oin, "", today() - std::chrono::days(2), today());
  ASSERT_TRUE(ended);
  const std::string late = enrols_with(*ended);
  EXPECT_EQ(status_of(late), 401);
  EXPECT_NE(late.find("unknown-token"), std::string::npos) << late;
  const auto taken = store.create_token(testing::oin, "", today(), today() + std::chrono::days(9));
  ASSERT_TRUE(taken);
  for (const TokenRow& row : *store.tokens()) {
    EXPECT_TRUE(row.made < today() || store.revoke_token(row.number));
  }
  EXPECT_EQ(status_of(enrols_with(*taken)), 401);
  EXPECT_EQ(store.enrolments()->size(), 2u);
}

TEST_P(Attack, sql_in_every_text_is_text) {
  const std::string sql = "'); DROP TABLE report; --";
  Report report = victim_.health();
  report.inventory->identity.model = sql;
  report.inventory->identity.manufacturer = "\" OR 1=1 --";
  report.agent_version = "';--";
  EXPECT_EQ(status_of(send(to_bytes(report))), 200);
  for (const std::string authorization : {"' OR '1'='1", "0'.1", "x'00'.x'00'", "\" OR 1=1 --"}) {
    const std::string answer = collector_->exchange(http_request(
        "POST " + std::string(report_path),
        "Content-Type: application/x-protobuf\r\nAuthorization: Bearer " + authorization + "\r\n",
        "x"));
    EXPECT_EQ(status_of(answer), 401) << authorization;
  }
  const std::string enrol = collector_->exchange(http_request(
      "POST " + std::string(enrolment_path),
      "Content-Type: application/x-protobuf\r\nAuthorization: Bearer ' OR 1=1 --\r\n", "x"));
  EXPECT_EQ(status_of(enrol), 401);
  for (const std::string target : {"/?actie=%27%3BDROP%20TABLE%20report", "/v1/apparaten/'%20OR"}) {
    EXPECT_NE(status_of(collector_->exchange(http_request("GET " + target))), 503) << target;
  }
  const auto devices = collector_->fleet.store().devices();
  ASSERT_TRUE(devices);
  EXPECT_EQ(devices->front().inventory->inventory.identity.model, sql);
}

TEST_P(Attack, nothing_of_a_request_becomes_a_header) {
  for (const std::string target :
       {"/%0d%0aX-Evil:%201", "/?lang=%0d%0aX-Evil:%201", "/werklijst?formaat=%0d%0aX-Evil:%201",
        "/?actie=%0d%0aSet-Cookie:%20a=1"}) {
    const std::string answer = collector_->exchange(http_request("GET " + target));
    const std::string header = answer.substr(0, answer.find("\r\n\r\n"));
    EXPECT_EQ(header.find("X-Evil"), std::string::npos) << answer;
    EXPECT_EQ(header.find("Set-Cookie: a"), std::string::npos) << answer;
  }
}

TEST_P(Attack, headers_of_a_proxy_are_worth_nothing_from_a_client) {
  ClientAuthority authority;
  const auto made = authority.issue("laptop");
  const auto body = to_bytes(victim_.health());
  const std::string lies =
      "X-Forwarded-For: 127.0.0.1\r\nForwarded: for=127.0.0.1\r\nX-SSL-Client-Verify: SUCCESS\r\n"
      "Client-Cert: :AAAA:\r\n";
  EXPECT_EQ(status_of(send(body, lies)), 200);  // as if they were not there
}

TEST_P(Attack, a_half_closed_connection_is_answered_and_a_vanished_one_forgotten) {
  const std::string body = to_bytes(victim_.health());
  TlsClient half(collector_->port(), {});
  half.send(post_report(victim_.credential, body));
  half.half_close();
  EXPECT_EQ(status_of(half.read_answer()), 200);
  for (int i = 0; i < 30; ++i) {
    TlsClient gone(collector_->port(), {});
    gone.send(post_report(victim_.credential, body));
  }  // each leaves before its answer
  EXPECT_EQ(status_of(send(body)), 200);
}

TEST_P(Attack, bytes_that_are_no_tls_are_counted_and_closed) {
  const std::int64_t before = collector_->counts.tls_failures;
  TlsClient client(collector_->port(), {});
  ASSERT_TRUE(client.connected());
  client.send_raw(std::string(2000, '\x5a'));  // breaks the record layer
  EXPECT_EQ(client.read_all(), "");
  TlsClient::Options old;
  old.lowest = TLS1_VERSION;
  old.highest = TLS1_1_VERSION;
  EXPECT_FALSE(TlsClient(collector_->port(), old).connected());
  (void)collector_->exchange(http_request("GET /"));  // the server has seen the end of the others
  EXPECT_GE(collector_->counts.tls_failures, before + 1);
}

TEST_P(Attack, oversize_in_every_place) {
  EXPECT_EQ(status_of(send(std::string(65'537, 'x'))), 413);
  EXPECT_EQ(status_of(send("x", "X: " + std::string(20'000, 'y') + "\r\n")), 431);
  std::string many;
  for (int i = 0; i < 3000; ++i) many += "A" + std::to_string(i) + ": b\r\n";
  EXPECT_EQ(status_of(send("x", many)), 431);
  EXPECT_EQ(status_of(collector_->exchange(http_request("GET /" + std::string(30'000, 'a')))), 431);
}

}  // namespace
}  // namespace wattlife
