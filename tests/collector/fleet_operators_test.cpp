// SPDX-License-Identifier: EUPL-1.2
// Owner and operator of a device, changes of many at once, and what each side reads.
#include <gtest/gtest.h>

#include "collector/fleet_store.h"
#include "collector/sql.h"
#include "tests/collector/both_stores.h"
#include "tests/collector/fleet.h"

namespace wattlife {
namespace {

using testing::BothStores;
using testing::first_day;
using testing::Fleet;
using testing::Laptop;
using testing::oin;
using testing::other_oin;

INSTANTIATE_TEST_SUITE_P(Operators, BothStores, testing::both, testing::name_of_kind);

AuditEntry entry(AuditAction action) {
  return {UtcTime{first_day}, "cli:test", action, "some", AuditResult::done, "cli"};
}

std::vector<std::string> objects(Fleet& fleet, AuditAction action) {
  std::vector<std::string> found;
  for (const ChainedEntry& one : *fleet.store().audit_entries({})) {
    if (one.entry.action == action) found.push_back(one.entry.object);
  }
  return found;
}

Laptop waiting(Fleet& fleet, const std::string& name) {
  Laptop laptop = testing::laptop(name);
  EXPECT_TRUE(fleet.enrol(laptop, first_day).answer->pending);
  return laptop;
}

TEST_P(BothStores, many_are_confirmed_or_revoked_together_or_not_at_all) {
  Fleet fleet(1, url());
  const Laptop a = waiting(fleet, "a");
  const Laptop b = waiting(fleet, "b");
  const Laptop gone = waiting(fleet, "c");
  ASSERT_TRUE(fleet.store().revoke(gone.credential.device_id));
  FleetStore& store = fleet.store();
  const std::vector<Id128> all = {a.credential.device_id, b.credential.device_id,
                                  gone.credential.device_id};
  const std::vector<Id128> two(all.begin(), all.begin() + 2);
  EXPECT_FALSE(store.audited(entry(AuditAction::enrolment_confirm),
                             [&] { return store.confirm_these(all, {}); }));
  EXPECT_EQ(fleet.state_of(a), EnrolmentState::to_confirm);
  EXPECT_EQ(objects(fleet, AuditAction::enrolment_confirm), std::vector<std::string>{"some"});

  ASSERT_TRUE(store.audited(entry(AuditAction::enrolment_confirm), [&] {
    return store.confirm_these(two, {false, true});
  }));
  EXPECT_EQ(fleet.state_of(a), EnrolmentState::confirmed);
  EXPECT_EQ(fleet.state_of(b), EnrolmentState::confirmed);
  EXPECT_EQ(objects(fleet, AuditAction::enrolment_confirm),
            (std::vector<std::string>{"some", device_reference(two[0]), device_reference(two[1])}));
  EXPECT_FALSE(store.confirm_these(two, {false, true}));  // they wait no longer

  EXPECT_FALSE(store.revoke_these({two[0], testing::id_of("nobody")}, "dubbel"));
  EXPECT_EQ(fleet.state_of(a), EnrolmentState::confirmed);
  EXPECT_FALSE(store.revoke_these(two, "zomaar"));
  ASSERT_TRUE(store.audited(entry(AuditAction::enrolment_revoke),
                            [&] { return store.revoke_these(two, "dubbel"); }));
  EXPECT_EQ(fleet.state_of(b), EnrolmentState::revoked);
  EXPECT_EQ(objects(fleet, AuditAction::enrolment_revoke).front(),
            device_reference(two[0]) + " (dubbel)");
  // Whoever asks for the entries of a device finds those with a reason too.
  EXPECT_EQ(store.audit_entries({std::nullopt, device_reference(two[0])})->size(), 2u);
}

TEST_P(BothStores, a_token_that_cannot_be_handed_over_is_not_there) {
  Fleet fleet(1, url());
  const std::size_t before = fleet.store().tokens()->size();
  std::string seen;
  const auto failed = fleet.store().create_token(
      oin, "note", first_day, first_day + std::chrono::days(3),
      [&](const std::string& text) -> Done {
        seen = text;
        return Error{Cause::io, "the disk is full"};
      },
      "");
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().text, "the disk is full");
  EXPECT_EQ(fleet.store().tokens()->size(), before);
  Laptop laptop = testing::laptop("a");
  EXPECT_EQ(fleet.enrol(laptop, first_day, seen).problem.status, 401);
}

TEST_P(BothStores, an_operator_sees_its_devices_without_locks_serials_or_energy) {
  Fleet fleet(1, url());
  Laptop operated = testing::laptop("a");
  operated.stock.provision.locks.bios_password = true;
  fleet.enrol(operated, first_day);
  Laptop kept = fleet.member("b", first_day);
  FleetStore& store = fleet.store();
  ASSERT_TRUE(store.confirm(operated.credential.device_id, false));
  fleet.send(operated, operated.health(), first_day);
  fleet.send(operated, operated.energy(testing::week_of(first_day - std::chrono::days(7))),
             first_day);
  ASSERT_TRUE(store.set_operator({operated.credential.device_id}, other_oin));

  const auto theirs = store.devices({other_oin});
  ASSERT_TRUE(theirs) << theirs.error().text;
  ASSERT_EQ(theirs->size(), 1u);
  EXPECT_EQ(theirs->front().oin, oin);
  EXPECT_EQ(theirs->front().operator_oin, other_oin);
  ASSERT_TRUE(theirs->front().inventory);
  EXPECT_EQ(theirs->front().inventory->inventory.batteries, operated.stock.batteries);
  EXPECT_EQ(theirs->front().inventory->inventory.provision, Provision{});
  EXPECT_TRUE(store.energy({other_oin})->empty());

  const auto owners = store.devices({oin});
  ASSERT_EQ(owners->size(), 2u);
  EXPECT_EQ(owners->front().operator_oin, other_oin);
  EXPECT_EQ(owners->front().inventory->inventory.provision.locks.bios_password, true);
  EXPECT_EQ(store.enrolments()->front().operator_oin, other_oin);

  ASSERT_TRUE(store.set_operator({operated.credential.device_id}, ""));
  EXPECT_TRUE(store.devices({other_oin})->empty());
  EXPECT_EQ(*store.set_operator_of(oin, other_oin), 2);
  EXPECT_EQ(store.devices({other_oin})->size(), 2u);
  EXPECT_EQ(*store.set_operator_of(oin, oin), 2);  // the owner itself is no other
  EXPECT_TRUE(store.devices({other_oin})->empty());
  EXPECT_EQ(store.set_operator_of(oin, "1").error().cause, Cause::absent);
}

TEST_P(BothStores, who_operates_a_new_device_its_token_or_certificate_says) {
  Fleet fleet(1, url());
  FleetStore& store = fleet.store();
  const auto token = store.create_token(
      oin, "of the service centre", first_day, first_day + std::chrono::days(30),
      [](const std::string&) { return done(); }, other_oin);
  ASSERT_TRUE(token) << token.error().text;
  EXPECT_EQ(store.tokens()->back().operator_oin, other_oin);
  Laptop by_token = testing::laptop("a");
  fleet.enrol(by_token, first_day, *token);
  Laptop by_certificate = testing::laptop("b");
  const CertificateClaim claim{std::string(32, 'k'), oin, false, other_oin};
  ASSERT_TRUE(store.enrol({{"", to_bytes(by_certificate.enrolment()), true, claim}}, first_day)
                  ->front()
                  .answer);
  Laptop own = testing::laptop("c");
  const CertificateClaim unknown{std::string(32, 'l'), oin, false, "00000009999999999999"};
  ASSERT_TRUE(
      store.enrol({{"", to_bytes(own.enrolment()), true, unknown}}, first_day)->front().answer);
  // One that was installed anew waits where its operator sees it, whatever it enrols with.
  Laptop again = testing::laptop("d");
  again.serials = by_token.serials;
  fleet.enrol(again, first_day);
  std::vector<std::string> operators;
  for (const EnrolmentRow& row : *store.enrolments()) operators.push_back(row.operator_oin);
  EXPECT_EQ(operators, (std::vector<std::string>{other_oin, other_oin, "", other_oin}));
  EXPECT_EQ(store
                .create_token(
                    oin, "", first_day, first_day + std::chrono::days(3),
                    [](const std::string&) { return done(); }, "1")
                .error()
                .cause,
            Cause::absent);
}

TEST_P(BothStores, serials_are_told_only_of_those_asked_for) {
  Fleet fleet(1, url());
  const Laptop a = waiting(fleet, "a");
  waiting(fleet, "b");
  const auto serials = fleet.store().system_serials({a.credential.device_id});
  ASSERT_TRUE(serials) << serials.error().text;
  EXPECT_EQ(*serials, (std::map<Id128, std::string>{{a.credential.device_id, "PF-a-SYS"}}));
  EXPECT_FALSE(fleet.store().enrolments()->front().in_stock);
  ASSERT_TRUE(fleet.store().import_stock(other_oin, {{"PF-a-SYS", ""}}));
  EXPECT_FALSE(fleet.store().enrolments()->front().in_stock);  // somebody else's inventory
  ASSERT_TRUE(fleet.store().import_stock(oin, {{"PF-a-SYS", ""}}));
  EXPECT_TRUE(fleet.store().enrolments()->front().in_stock);
}

// The second wall, without any condition in the queries.
TEST(OperatorWall, an_operator_reaches_lists_of_devices_and_nothing_else) {
  const std::string missing = testing::PostgresServer::shared().missing();
  if (!missing.empty()) GTEST_SKIP() << missing;
  Fleet fleet(1, testing::PostgresServer::shared().new_database());
  Laptop laptop = fleet.member("a", first_day);
  laptop.stock.provision.locks.bios_password = true;
  fleet.send(laptop, laptop.health(), first_day);
  fleet.send(laptop, laptop.energy(testing::week_of(first_day - std::chrono::days(7))), first_day);
  fleet.member("kept", first_day);
  ASSERT_TRUE(fleet.store().set_operator({laptop.credential.device_id}, other_oin));
  const auto sql = *open_sql(fleet.url(), StoreOpen::existing);
  const auto seen = [&](const std::string& whom, const std::string& table) {
    std::int64_t rows = -1;
    const Done read = sql->read_transaction({whom}, [&]() -> Done {
      const auto count = sql->integer("SELECT count(*) FROM " + table);
      if (!count) return count.error();
      rows = *count;
      return done();
    });
    EXPECT_TRUE(read) << table << ": " << (read ? "" : read.error().text);
    return rows;
  };
  for (const char* table : {"device", "enrolment", "inventory", "battery", "disk"}) {
    EXPECT_EQ(seen(other_oin, table), 1) << table;
    EXPECT_EQ(seen("00000009999999999999", table), 0) << table;
  }
  EXPECT_EQ(seen(other_oin, "organisation"), 2);
  EXPECT_EQ(seen(oin, "organisation"), 2);  // the owner knows who operates it
  EXPECT_EQ(seen("00000009999999999999", "organisation"), 0);
  for (const char* table : {"provision", "serial", "report", "report_body", "energy", "counted",
                            "installation", "stock", "retired_key"}) {
    EXPECT_EQ(seen(other_oin, table), 0) << table;
  }
}

TEST(OperatorWall, what_an_operator_reads_it_does_not_write) {
  const std::string missing = testing::PostgresServer::shared().missing();
  if (!missing.empty()) GTEST_SKIP() << missing;
  Fleet fleet(1, testing::PostgresServer::shared().new_database());
  Laptop laptop = fleet.member("a", first_day);
  fleet.send(laptop, laptop.health(), first_day);
  ASSERT_TRUE(fleet.store().set_operator({laptop.credential.device_id}, other_oin));
  const auto sql = *open_sql(fleet.url(), StoreOpen::existing);
  const auto writes = [&](const std::string& whom, const std::string& statement) {
    std::int64_t rows = -1;
    const Done written = sql->transaction([&]() -> Done {
      const auto me =
          sql->text("SELECT set_config('wattlife.oin', ?, true)", {std::string_view(whom)});
      if (!me) return me.error();
      const auto count =
          sql->integer("WITH w AS (" + statement + " RETURNING 1) SELECT count(*) FROM w");
      if (!count) return count.error();
      rows = *count;
      return Error{Cause::denied, "not kept"};
    });
    EXPECT_FALSE(written);
    return rows;
  };
  for (const char* change : {"device SET last_day = 0", "enrolment SET last_day = 0",
                             "inventory SET day = 0", "battery SET day = 0", "disk SET day = 0"}) {
    EXPECT_EQ(writes(other_oin, std::string("UPDATE ") + change), 0) << change;
    EXPECT_EQ(writes(oin, std::string("UPDATE ") + change), 1) << change;
  }
  EXPECT_EQ(writes(other_oin, "DELETE FROM disk"), 0);
  const std::string insert =
      "INSERT INTO folded SELECT id, 0, 1 FROM device WHERE operator IS NOT NULL";
  EXPECT_EQ(writes(oin, insert), 1);
  EXPECT_EQ(writes(other_oin, insert), -1);  // an error: a new row of another's device
}

}  // namespace
}  // namespace wattlife
