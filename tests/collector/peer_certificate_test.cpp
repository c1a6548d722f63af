// SPDX-License-Identifier: EUPL-1.2
#include "collector/peer_certificate.h"

#include <gtest/gtest.h>

#include "collector/http.h"

namespace wattlife {
namespace {

const UtcTime from = *utc_from_iso8601("2026-11-01T00:00:00Z");
const UtcTime until = *utc_from_iso8601("2026-12-01T00:00:00Z");
const UtcTime between = *utc_from_iso8601("2026-11-24T12:00:00Z");

std::string problem(CertificateStanding standing, UtcTime now, bool required = false) {
  const PeerCertificate certificate{standing, "key", "CN=x", from, until, "digest"};
  const auto refused = problem_of_certificate(certificate, required, now);
  if (!refused) return "";
  EXPECT_EQ(refused->status, 401);
  return refused->name;
}

TEST(PeerCertificate, every_standing_has_its_own_answer_over_http) {
  using Standing = CertificateStanding;
  EXPECT_EQ(problem(Standing::trusted, between), "");
  EXPECT_EQ(problem(Standing::trusted, between, true), "");
  EXPECT_EQ(problem(Standing::out_of_time, between), "certificate-expired");
  EXPECT_EQ(problem(Standing::revoked, between), "certificate-revoked");
  EXPECT_EQ(problem(Standing::unknown_authority, between), "certificate-unknown");
  EXPECT_EQ(problem(Standing::unusable, between), "certificate-unknown");
}

TEST(PeerCertificate, one_that_ends_during_a_connection_is_refused_from_then_on) {
  const auto last = until - Duration{1};
  EXPECT_EQ(problem(CertificateStanding::trusted, from), "");
  EXPECT_EQ(problem(CertificateStanding::trusted, from - Duration{1}), "certificate-expired");
  EXPECT_EQ(problem(CertificateStanding::trusted, last), "");
  EXPECT_EQ(problem(CertificateStanding::trusted, until), "certificate-expired");
}

TEST(PeerCertificate, none_is_enough_unless_it_is_required) {
  EXPECT_FALSE(problem_of_certificate(std::nullopt, false, between));
  const auto refused = problem_of_certificate(std::nullopt, true, between);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 401);
  EXPECT_EQ(refused->name, "certificate-required");
}

}  // namespace
}  // namespace wattlife
