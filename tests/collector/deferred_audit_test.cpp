// SPDX-License-Identifier: EUPL-1.2
#include "collector/deferred_audit.h"

#include <gtest/gtest.h>

#include <iterator>

namespace wattlife {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

const UtcTime begin = *utc_from_iso8601("2026-11-24T10:00:00Z");

// What was written, and a switch that makes writing fail.
struct Log {
  std::vector<AuditEntry> entries;
  bool full = false;
  AuditSink sink() {
    return [this](const AuditEntry& entry) -> Done {
      if (full) return Error{Cause::io, "the disk is full"};
      entries.push_back(entry);
      return done();
    };
  }
};

TEST(DeferredAudit, addresses_become_one_of_four_words) {
  struct Case {
    const char* address;
    AddressClass of;
  };
  const Case cases[] = {
      {"127.0.0.1", AddressClass::this_machine},
      {"::1", AddressClass::this_machine},
      {"unix", AddressClass::this_machine},
      {"10.255.0.1", AddressClass::private_network},
      {"172.16.0.1", AddressClass::private_network},
      {"172.31.255.255", AddressClass::private_network},
      {"192.168.1.1", AddressClass::private_network},
      {"169.254.7.7", AddressClass::private_network},
      {"fd12:3456::1", AddressClass::private_network},
      {"fe80::1", AddressClass::private_network},
      {"::ffff:10.0.0.1", AddressClass::private_network},
      {"172.32.0.1", AddressClass::internet},
      {"11.0.0.1", AddressClass::internet},
      {"2001:db8::1", AddressClass::internet},
      {"", AddressClass::unknown},
      {"example.org", AddressClass::unknown},
  };
  for (const Case& c : cases) EXPECT_EQ(address_class(c.address), c.of) << c.address;
}

// A day of a flood, from everywhere, in every way: what is written stays the same few rows.
TEST(DeferredAudit, a_flood_of_refused_sign_ins_fills_no_disk_and_every_one_is_counted) {
  DeferredAudit later;
  Log log;
  std::int64_t refused = 0;
  for (UtcTime now = begin; now < begin + std::chrono::hours(24); now += seconds(2)) {
    for (const char* address : {"127.0.0.1", "10.0.0.1", "203.0.113.9", "nobody"}) {
      for (std::size_t kind = 0; kind < kinds_of_refused_sign_in; ++kind) {
        later.refused(static_cast<RefusedSignIn>(kind), address, now);
        ++refused;
      }
    }
    ASSERT_TRUE(later.write(now, false, log.sink()));
  }
  ASSERT_TRUE(later.write(begin + std::chrono::hours(24), true, log.sink()));
  EXPECT_EQ(log.entries.size(), 384u);
  std::int64_t told = 0;
  for (const AuditEntry& entry : log.entries) {
    told += std::stoll(entry.object);
    EXPECT_LE(entry.object.size(), longest_audit_text);
    EXPECT_EQ(entry.object.find("203.0.113"), std::string::npos) << "no address is kept";
    EXPECT_EQ(entry.action, AuditAction::sign_in);
    EXPECT_EQ(entry.result, AuditResult::denied);
  }
  EXPECT_EQ(told, refused);
}

TEST(DeferredAudit, an_entry_says_how_many_when_why_and_from_what_kind_of_place) {
  DeferredAudit later;
  Log log;
  later.refused(RefusedSignIn::password, "203.0.113.9", begin + minutes(1));
  later.refused(RefusedSignIn::password, "203.0.113.8", begin + minutes(2));
  later.refused(RefusedSignIn::forged, "203.0.113.9", begin + minutes(3));
  ASSERT_TRUE(later.write(begin + minutes(14), false, log.sink()));
  EXPECT_TRUE(log.entries.empty()) << "the quarter is not over";
  ASSERT_TRUE(later.write(begin + minutes(15), false, log.sink()));
  ASSERT_EQ(log.entries.size(), 1u);
  EXPECT_EQ(log.entries[0].object,
            "3 from 2026-11-24T10:01:00Z to 2026-11-24T10:03:00Z: password 2 forged 1");
  EXPECT_EQ(log.entries[0].actor, "nobody");
  EXPECT_EQ(log.entries[0].origin, "internet");
  EXPECT_EQ(log.entries[0].time, begin + minutes(15));
  ASSERT_TRUE(later.write(begin + minutes(40), true, log.sink()));
  EXPECT_EQ(log.entries.size(), 1u) << "written once";
}

TEST(DeferredAudit, what_cannot_be_written_waits_in_order_and_is_written_once) {
  DeferredAudit later;
  Log log;
  const auto sign_out = [&](int number) {
    return AuditEntry{begin,
                      "person " + std::to_string(number),
                      AuditAction::sign_out,
                      "session",
                      AuditResult::done,
                      "192.0.2.7"};
  };
  ASSERT_TRUE(later.put(sign_out(1)));
  later.refused(RefusedSignIn::provider, "192.0.2.7", begin);
  log.full = true;
  EXPECT_FALSE(later.write(begin + minutes(20), false, log.sink()));
  ASSERT_TRUE(later.put(sign_out(2)));
  later.refused(RefusedSignIn::provider, "192.0.2.7", begin + minutes(21));
  log.full = false;
  EXPECT_TRUE(later.write(begin + minutes(22), false, log.sink()));
  ASSERT_EQ(log.entries.size(), 3u);
  EXPECT_EQ(log.entries[0], sign_out(1));
  EXPECT_EQ(log.entries[1], sign_out(2));
  EXPECT_EQ(log.entries[2].object,
            "2 from 2026-11-24T10:00:00Z to 2026-11-24T10:21:00Z: provider 2");
  EXPECT_TRUE(later.write(begin + minutes(60), true, log.sink()));
  EXPECT_EQ(log.entries.size(), 3u);
}

TEST(DeferredAudit, what_waits_is_bounded) {
  DeferredAudit later;
  const AuditEntry entry{begin, "a", AuditAction::sign_out, "session", AuditResult::done, "b"};
  for (std::size_t i = 0; i < DeferredAudit::most_waiting; ++i) ASSERT_TRUE(later.put(entry));
  EXPECT_FALSE(later.put(entry));
  Log log;
  log.full = true;
  EXPECT_FALSE(later.write(begin, false, log.sink()));
  EXPECT_FALSE(later.put(entry)) << "all of them still wait";
}

// The database is slow, and then does not take it: who left meanwhile pushes nobody out.
TEST(DeferredAudit, what_is_put_while_others_are_written_takes_no_place_of_theirs) {
  DeferredAudit later;
  const auto entry = [](std::size_t number) {
    return AuditEntry{begin,     std::to_string(number), AuditAction::sign_out,
                      "session", AuditResult::done,      "b"};
  };
  for (std::size_t i = 0; i < DeferredAudit::most_waiting; ++i) ASSERT_TRUE(later.put(entry(i)));
  bool one_more = true;
  EXPECT_FALSE(later.write(begin, false, [&](const AuditEntry&) -> Done {
    one_more = later.put(entry(DeferredAudit::most_waiting));
    return Error{Cause::busy, "locked"};
  }));
  EXPECT_FALSE(one_more) << "said yes, and then there was no room";
  Log log;
  EXPECT_TRUE(later.write(begin, false, log.sink()));
  ASSERT_EQ(log.entries.size(), DeferredAudit::most_waiting);
  EXPECT_EQ(log.entries.front().actor, "0");
  EXPECT_TRUE(later.put(entry(0))) << "there is room again";
}

}  // namespace
}  // namespace wattlife
