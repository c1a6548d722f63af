// SPDX-License-Identifier: EUPL-1.2
#include "collector/audit_store.h"

#include <gtest/gtest.h>

#include <thread>

#include "tests/collector/both_stores.h"
#include "tests/collector/fleet.h"

namespace wattlife {
namespace {

using testing::BothStores;
using testing::first_day;
using testing::Fleet;
INSTANTIATE_TEST_SUITE_P(AuditStore, BothStores, testing::both, testing::name_of_kind);

AuditEntry entry(UtcDay day, const std::string& object, AuditAction action = AuditAction::sign_in) {
  return {UtcTime{day}, "openid:jan", action, object, AuditResult::done, "192.0.2.7"};
}

// A connection of its own, as somebody with the password of the collector has.
std::unique_ptr<Sql> beside(const Fleet& fleet) {
  auto sql = open_sql(fleet.url(), StoreOpen::existing);
  EXPECT_TRUE(sql) << sql.error().text;
  return *std::move(sql);
}

// As the owner of the layout: what the walls are for is that nobody does this by accident.
void without_walls(Sql& sql, const std::string& change) {
  const bool sqlite = sql.either("sqlite", "") == "sqlite";
  const std::vector<std::string> triggers =
      sqlite ? std::vector<std::string>{"DROP TRIGGER audit_entry_change",
                                        "DROP TRIGGER audit_entry_remove",
                                        "DROP TRIGGER audit_head_change"}
             : std::vector<std::string>{"ALTER TABLE audit_entry DISABLE TRIGGER USER",
                                        "ALTER TABLE audit_head DISABLE TRIGGER USER"};
  for (const std::string& text : triggers) {
    const Done ran = sql.run(text);
    ASSERT_TRUE(ran) << ran.error().text;
  }
  const Done changed = sql.run(change);
  ASSERT_TRUE(changed) << changed.error().text;
}

TEST_P(BothStores, entries_stand_as_they_were_written_and_verify) {
  Fleet fleet(1, url());
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(fleet.store().append_audit(entry(first_day + std::chrono::days(i), "page")));
  }
  const auto all = fleet.store().audit_entries({});
  ASSERT_TRUE(all) << all.error().text;
  ASSERT_EQ(all->size(), 5u);
  EXPECT_EQ(all->front().entry, entry(first_day, "page"));
  const auto later = fleet.store().audit_entries({first_day + std::chrono::days(3), std::nullopt});
  EXPECT_EQ(later->size(), 2u);
  const auto state = fleet.store().check_audit(std::nullopt);
  ASSERT_TRUE(state) << state.error().text;
  EXPECT_EQ(state->broken, std::nullopt);
  EXPECT_EQ(state->entries, 5);
  EXPECT_EQ(state->head, (AuditCheckpoint{5, all->back().hash}));
}

// What the web side calls before it shows anything: an error there means that nothing is shown.
TEST_P(BothStores, a_sink_writes_or_says_that_it_did_not) {
  Fleet fleet(1, url());
  const AuditSink sink = audit_sink(fleet.store());
  EXPECT_TRUE(sink(entry(first_day, "device 00", AuditAction::serials_view)));
  EXPECT_EQ(fleet.store().audit_entries({})->back().entry.action, AuditAction::serials_view);
  without_walls(*beside(fleet), "UPDATE audit_head SET number = 0");
  EXPECT_FALSE(sink(entry(first_day, "device 00", AuditAction::serials_view)));
}

TEST_P(BothStores, the_database_refuses_to_change_or_remove_an_entry) {
  Fleet fleet(1, url());
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(fleet.store().append_audit(entry(first_day, "page")));
  const auto sql = beside(fleet);
  for (const char* attempt :
       {"UPDATE audit_entry SET actor = 'nobody' WHERE number = 2",
        "DELETE FROM audit_entry WHERE number = 2", "DELETE FROM audit_entry",
        "UPDATE audit_head SET number = 2", "UPDATE audit_head SET hash = hash",
        "DELETE FROM audit_head",
        "INSERT INTO audit_segment SELECT 1, 2, 0, 0, hash FROM audit_entry WHERE number = 3",
        "INSERT INTO audit_segment SELECT 2, 2, 0, 0, hash FROM audit_entry WHERE number = 2",
        "INSERT INTO audit_entry SELECT 9, time_ms, actor, action, object, result, origin, hash "
        "FROM audit_entry WHERE number = 3"}) {
    EXPECT_FALSE(sql->run(attempt)) << attempt;
  }
  if (GetParam() == testing::Kind::postgres) {
    for (const char* table : {"audit_entry", "audit_segment", "audit_head"}) {
      EXPECT_FALSE(sql->run(std::string("TRUNCATE ") + table)) << table;
    }
  }
  const auto state = fleet.store().check_audit(std::nullopt);
  EXPECT_EQ(state->broken, std::nullopt);
  EXPECT_EQ(state->entries, 3);
}

TEST_P(BothStores, check_names_the_entry_that_somebody_changed_all_the_same) {
  struct Case {
    const char* change;
    std::int64_t number;
  };
  for (const Case& one : {Case{"UPDATE audit_entry SET actor = 'cli:nobody' WHERE number = 4", 4},
                          Case{"UPDATE audit_entry SET action = 'no-such' WHERE number = 2", 2},
                          Case{"DELETE FROM audit_entry WHERE number = 3", 3},
                          Case{"DELETE FROM audit_entry WHERE number = 6", 6}}) {
    Fleet fleet(1, url());
    for (int i = 0; i < 6; ++i) ASSERT_TRUE(fleet.store().append_audit(entry(first_day, "page")));
    without_walls(*beside(fleet), one.change);
    const auto state = fleet.store().check_audit(std::nullopt);
    ASSERT_TRUE(state) << state.error().text;
    ASSERT_TRUE(state->broken) << one.change;
    EXPECT_EQ(state->broken->number, one.number) << state->broken->why;
    // Nothing is closed over a break: it would take the evidence away.
    const auto closed =
        fleet.store().close_audit(first_day + std::chrono::days(1), entry(first_day, "x"), true);
    EXPECT_EQ(bool(closed), one.number == 6) << one.change;
  }
}

TEST_P(BothStores, a_head_that_was_seen_tells_of_an_end_that_is_gone) {
  Fleet fleet(1, url());
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(fleet.store().append_audit(entry(first_day, "page")));
  const AuditCheckpoint seen = fleet.store().check_audit(std::nullopt)->head;
  ASSERT_TRUE(fleet.store().append_audit(entry(first_day, "later")));
  EXPECT_EQ(fleet.store().check_audit(seen)->broken, std::nullopt);
  without_walls(*beside(fleet), "DELETE FROM audit_entry WHERE number > 2");
  const auto sql = beside(fleet);
  ASSERT_TRUE(sql->run(
      "UPDATE audit_head SET number = 2, hash = (SELECT hash FROM audit_entry WHERE number = 2)"));
  EXPECT_EQ(fleet.store().check_audit(std::nullopt)->broken, std::nullopt);
  const auto state = fleet.store().check_audit(seen);
  ASSERT_TRUE(state->broken);
  EXPECT_EQ(state->broken->number, 3);
}

TEST_P(BothStores, closing_a_segment_keeps_where_it_ended) {
  Fleet fleet(1, url());
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(fleet.store().append_audit(entry(first_day + std::chrono::days(i), "page")));
  }
  const auto before = *fleet.store().audit_entries({});
  const UtcDay cut = first_day + std::chrono::days(4);
  const AuditEntry closing =
      entry(first_day + std::chrono::days(20), "before", AuditAction::segment_close);
  const auto looked = fleet.store().close_audit(cut, closing, false);
  ASSERT_TRUE(looked && *looked);
  EXPECT_EQ((*looked)->last, 4);
  EXPECT_EQ(fleet.store().audit_entries({})->size(), 10u);

  const auto closed = fleet.store().close_audit(cut, closing, true);
  ASSERT_TRUE(closed) << closed.error().text;
  EXPECT_EQ((*closed)->hash, before[3].hash);
  const auto after = *fleet.store().audit_entries({});
  ASSERT_EQ(after.size(), 7u);
  EXPECT_EQ(after.front(), before[4]);
  EXPECT_EQ(after.back().entry, closing);
  const auto state = fleet.store().check_audit(AuditCheckpoint{8, before[7].hash});
  EXPECT_EQ(state->broken, std::nullopt);
  EXPECT_EQ(state->segments, 1);
  EXPECT_FALSE(state->seen_is_gone);

  // The next one follows it, and an entry after the segment still cannot go.
  EXPECT_FALSE(beside(fleet)->run("DELETE FROM audit_entry WHERE number = 5"));
  EXPECT_FALSE(beside(fleet)->run("DELETE FROM audit_segment"));
  EXPECT_FALSE(beside(fleet)->run("UPDATE audit_segment SET last = 3"));
  ASSERT_TRUE(fleet.store().close_audit(cut + std::chrono::days(2), closing, true));
  const auto segments = fleet.store().audit_segments();
  ASSERT_EQ(segments->size(), 2u);
  EXPECT_EQ(segments->back().first, 5);
  EXPECT_EQ(segments->back().last, 6);
  EXPECT_EQ(fleet.store().check_audit(std::nullopt)->broken, std::nullopt);
  // The end of a closed segment can still be compared; an entry within it cannot, and that is told.
  for (const std::int64_t end : {4, 6}) {
    const auto of_end = [&](const std::string& hash) {
      return *fleet.store().check_audit(AuditCheckpoint{end, hash});
    };
    const AuditState same = of_end(before[static_cast<std::size_t>(end - 1)].hash);
    EXPECT_EQ(same.broken, std::nullopt);
    EXPECT_FALSE(same.seen_is_gone);
    const AuditState other = of_end(std::string(32, 'x'));
    ASSERT_TRUE(other.broken);
    EXPECT_EQ(other.broken->number, end);
  }
  for (const std::int64_t within : {3, 5}) {
    EXPECT_TRUE(fleet.store().check_audit(AuditCheckpoint{within, before[2].hash})->seen_is_gone);
  }
  const auto nothing = fleet.store().close_audit(cut, closing, true);
  ASSERT_TRUE(nothing);
  EXPECT_EQ(*nothing, std::nullopt);
}

// Several collectors, one chain.
TEST_P(BothStores, collectors_that_write_at_once_share_one_chain) {
  Fleet fleet(1, url());
  constexpr int writers = 4;
  constexpr int each = 25;
  std::vector<std::thread> threads;
  std::vector<int> written(writers, 0);
  for (int i = 0; i < writers; ++i) {
    threads.emplace_back([&, i] {
      auto store = open_fleet_store(fleet.url(), StoreOpen::existing,
                                    testing::repeatable_random(static_cast<unsigned>(i)));
      for (int n = 0; store && n < each;) {
        const Done added = (*store)->append_audit(entry(first_day, "writer " + std::to_string(i)));
        if (added) {
          ++n;
          ++written[static_cast<std::size_t>(i)];
        } else if (added.error().cause != Cause::busy) {
          return;  // busy is told to the caller, who tries again
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const int count : written) EXPECT_EQ(count, each);
  const auto state = fleet.store().check_audit(std::nullopt);
  ASSERT_TRUE(state);
  EXPECT_EQ(state->entries, writers * each);
  EXPECT_EQ(state->broken, std::nullopt);
}

// The change and its entry are one transaction; what did not happen is told as well.
TEST_P(BothStores, a_change_and_its_entry_are_there_together_or_not_at_all) {
  Fleet fleet(1, url());
  FleetStore& store = fleet.store();
  const auto audited = [&](const AuditEntry& about, const std::function<Done()>& change) {
    return store.audited(about, change);
  };
  EXPECT_FALSE(audited(entry(first_day, "organisation again", AuditAction::organisation_add), [&] {
    return store.add_organisation({testing::oin, "again"});
  }));
  testing::Laptop one = testing::laptop("a");
  testing::Laptop two = testing::laptop("b");
  fleet.enrol(one, first_day);
  fleet.enrol(two, first_day);
  EXPECT_TRUE(audited(entry(first_day, "all", AuditAction::enrolment_confirm), [&]() -> Done {
    const auto count = store.confirm_all_pending();
    return count ? done() : Done(count.error());
  }));
  EXPECT_TRUE(audited(entry(first_day, "", AuditAction::token_create), [&]() -> Done {
    const auto token =
        store.create_token(testing::oin, "note", first_day, first_day + std::chrono::days(9));
    return token ? done() : Done(token.error());
  }));
  const auto all = *store.audit_entries({});
  ASSERT_EQ(all.size(), 4u);
  EXPECT_EQ(all[0].entry.result, AuditResult::denied);
  EXPECT_EQ(all[1].entry.object, device_reference(one.credential.device_id));
  EXPECT_EQ(all[2].entry.object, device_reference(two.credential.device_id));
  EXPECT_EQ(all[3].entry.object, "token 3 of organisation " + testing::oin);

  // When the entry cannot be written, nothing happened.
  without_walls(*beside(fleet), "UPDATE audit_head SET number = 0");
  EXPECT_FALSE(audited(entry(first_day, "token 3", AuditAction::token_revoke),
                       [&] { return store.revoke_token(3); }));
  EXPECT_FALSE(store.tokens()->back().revoked);
}

}  // namespace
}  // namespace wattlife
