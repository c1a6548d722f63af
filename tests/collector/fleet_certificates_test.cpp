// SPDX-License-Identifier: EUPL-1.2
// Devices that come with a certificate, over both databases: what goes on by itself, what waits,
// and what is refused.
#include <gtest/gtest.h>

#include "collector/digest.h"
#include "collector/fleet_store.h"
#include "tests/collector/both_stores.h"
#include "tests/collector/fleet.h"

namespace wattlife {
namespace {

using std::chrono::days;
using testing::BothStores;
using testing::first_day;
using testing::Fleet;
using testing::Laptop;
using testing::week_of;

const UtcDay last_week = first_day - days(7);

INSTANTIATE_TEST_SUITE_P(Certificates, BothStores, testing::both, testing::name_of_kind);

// As the listener and the rules of an organisation make it of a certificate.
CertificateClaim claim(const std::string& key, bool confirms = true,
                       const std::string& oin = testing::oin) {
  return {sha256("key " + key), oin, confirms};
}

EnrolmentOutcome enrol(Fleet& fleet, Laptop& laptop, const CertificateClaim& shown,
                       UtcDay today = first_day) {
  auto outcomes = fleet.store().enrol({{"", to_bytes(laptop.enrolment()), true, shown}}, today);
  EXPECT_TRUE(outcomes) << outcomes.error().text;
  const auto& answer = outcomes->front().answer;
  if (answer) laptop.credential = {answer->device_id, answer->secret};
  return outcomes->front();
}

// A report by the certificate alone; `name` or status of the answer.
std::string send(Fleet& fleet, const Report& report, const CertificateClaim& shown,
                 UtcDay today = first_day, const Credential& credential = {}) {
  ReportArrival arrival{credential, to_bytes(report), shown.key_hash};
  if (arrival.credential.device_id.empty()) {
    const auto ids = fleet.store().enrolments_of_keys({shown.key_hash});
    EXPECT_TRUE(ids) << ids.error().text;
    arrival.credential.device_id = ids->front();
  }
  const auto outcomes = fleet.store().receive({arrival}, today);
  EXPECT_TRUE(outcomes) << outcomes.error().text;
  const ReportOutcome& outcome = outcomes->front();
  if (!outcome.acknowledgement) return outcome.problem.name;
  return outcome.acknowledgement->pending ? "apart" : "counted";
}

std::size_t device_count(Fleet& fleet) { return fleet.store().devices()->size(); }

int entries_of(Fleet& fleet, AuditAction action) {
  int count = 0;
  const auto entries = fleet.store().audit_entries({});
  EXPECT_TRUE(entries) << entries.error().text;
  for (const ChainedEntry& entry : *entries) count += entry.entry.action == action ? 1 : 0;
  return count;
}

void expect_sound(Fleet& fleet) {
  const auto checked = fleet.store().check();
  ASSERT_TRUE(checked) << checked.error().text;
  EXPECT_EQ(checked->different_tables, std::vector<std::string>());
}

TEST_P(BothStores, a_known_certificate_needs_no_secret_and_a_secret_is_no_certificate) {
  Fleet fleet(1, url());
  Laptop laptop = testing::laptop("a");
  const auto outcome = enrol(fleet, laptop, claim("a"));
  ASSERT_TRUE(outcome.answer);
  EXPECT_FALSE(outcome.answer->pending);
  EXPECT_EQ(send(fleet, laptop.health(), claim("a")), "counted");
  EXPECT_EQ(send(fleet, laptop.health(), claim("a"), first_day, laptop.credential), "counted");
  // The secret that came with the enrolment, shown by who has no certificate.
  EXPECT_EQ(fleet.send(laptop, laptop.health(), first_day).problem.name, "certificate-required");
  EXPECT_EQ(send(fleet, laptop.health(), claim("never seen")), "unknown-device");
  const auto rows = fleet.store().enrolments();
  ASSERT_EQ(rows->size(), 1u);
  EXPECT_TRUE(rows->front().by_certificate);
  EXPECT_FALSE(rows->front().continued);
}

TEST_P(BothStores, the_certificate_of_another_device_opens_nothing) {
  Fleet fleet(1, url());
  Laptop mine = testing::laptop("a");
  Laptop thief = testing::laptop("b");
  Laptop by_token = fleet.member("c", first_day);
  enrol(fleet, mine, claim("a"));
  enrol(fleet, thief, claim("b"));
  const Report report = mine.health();
  EXPECT_EQ(send(fleet, report, claim("b"), first_day, mine.credential), "certificate-of-another");
  EXPECT_EQ(send(fleet, by_token.health(), claim("b"), first_day, by_token.credential),
            "certificate-of-another");
  // A report of mine that is sent again under the thief's certificate is the thief's.
  EXPECT_EQ(send(fleet, report, claim("b")), "counted");
  EXPECT_EQ(send(fleet, mine.health(), claim("a")), "counted");
  // Enrolling with it and the numbers of my machine neither.
  Laptop pretender = mine;
  EXPECT_EQ(enrol(fleet, pretender, claim("b")).problem.name, "certificate-of-another");
  EXPECT_EQ(device_count(fleet), 3u);
}

TEST_P(BothStores, a_new_device_waits_unless_the_organisation_says_that_its_certificates_confirm) {
  Fleet fleet(1, url());
  Laptop waits = testing::laptop("a");
  EXPECT_TRUE(enrol(fleet, waits, claim("a", false)).answer->pending);
  EXPECT_EQ(send(fleet, waits.energy(week_of(last_week)), claim("a", false)), "apart");
  EXPECT_EQ(fleet.counted_energy(), Energy{});
  ASSERT_TRUE(fleet.store().confirm(waits.credential.device_id, false));
  EXPECT_EQ(fleet.counted_energy(), joules(360'000));
  EXPECT_EQ(send(fleet, waits.health(), claim("a", false)), "counted");
  expect_sound(fleet);
}

TEST_P(BothStores, installed_anew_it_goes_on_noted_and_can_be_taken_apart_again) {
  Fleet fleet(1, url());
  Laptop old = testing::laptop("a");
  enrol(fleet, old, claim("a"));
  EXPECT_EQ(send(fleet, old.energy(week_of(last_week)), claim("a")), "counted");

  const UtcDay later = first_day + days(14);
  Laptop fresh = testing::reinstalled(old, "b");
  EXPECT_FALSE(enrol(fleet, fresh, claim("b", false), later).answer->pending);
  EXPECT_EQ(send(fleet, fresh.energy(week_of(later - days(7))), claim("b"), later), "counted");
  EXPECT_EQ(device_count(fleet), 1u);
  EXPECT_EQ(fleet.store().devices()->front().periods.size(), 2u);
  EXPECT_EQ(entries_of(fleet, AuditAction::enrolment_continue), 1);
  const auto noted =
      fleet.store().audit_entries({std::nullopt, device_reference(fresh.credential.device_id)});
  ASSERT_EQ(noted->size(), 1u);
  EXPECT_EQ(noted->front().entry.time, UtcTime{later});  // a day, no time of it
  EXPECT_TRUE(fleet.store().enrolments()->back().continued);
  expect_sound(fleet);

  ASSERT_TRUE(fleet.store().separate(fresh.credential.device_id));
  ASSERT_TRUE(fleet.store().rebuild());
  const auto devices = fleet.store().devices();
  ASSERT_EQ(devices->size(), 2u);
  EXPECT_EQ(devices->front().periods.size(), 1u);
  EXPECT_EQ(devices->back().periods.size(), 1u);
  EXPECT_EQ(devices->back().id, fresh.credential.device_id);
  EXPECT_EQ(fleet.counted_energy(), joules(720'000));
  EXPECT_EQ(send(fleet, fresh.health(), claim("b"), later), "counted");
  expect_sound(fleet);
  // There is nothing to take apart of the first one.
  EXPECT_FALSE(fleet.store().separate(old.credential.device_id));
}

TEST_P(BothStores, token_mode_waits_for_a_person_beside_certificate_mode) {
  Fleet fleet(1, url());
  Laptop old = testing::laptop("a");
  enrol(fleet, old, claim("a"));
  Laptop fresh = testing::reinstalled(old, "b");
  EXPECT_TRUE(fleet.enrol(fresh, first_day).answer->pending);
  EXPECT_EQ(device_count(fleet), 2u);
  EXPECT_EQ(entries_of(fleet, AuditAction::enrolment_continue), 0);
  EXPECT_EQ(send(fleet, old.health(), claim("a")), "counted");
}

TEST_P(BothStores, a_renewed_certificate_goes_on_in_the_same_enrolment) {
  Fleet fleet(1, url());
  Laptop laptop = testing::laptop("a");
  enrol(fleet, laptop, claim("old"));
  EXPECT_EQ(send(fleet, laptop.energy(week_of(last_week)), claim("old")), "counted");
  const UtcDay later = first_day + days(60);
  EXPECT_EQ(send(fleet, laptop.health(), claim("new"), later), "unknown-device");
  const Id128 before = laptop.credential.device_id;
  EXPECT_FALSE(enrol(fleet, laptop, claim("new", false), later).answer->pending);
  EXPECT_EQ(laptop.credential.device_id, before);
  EXPECT_EQ(send(fleet, laptop.health(), claim("new"), later), "counted");
  EXPECT_EQ(fleet.store().enrolments()->size(), 1u);
  EXPECT_EQ(send(fleet, laptop.health(), claim("old"), later), "unknown-device");
  // The old key asks for its place again: two are alive, and a person chooses.
  Laptop twin = laptop;
  EXPECT_EQ(enrol(fleet, twin, claim("old"), later).problem.name, "two-installations");
  EXPECT_EQ(fleet.state_of(laptop), EnrolmentState::conflict);
  EXPECT_EQ(send(fleet, laptop.health(), claim("new"), later), "two-installations");
  ASSERT_TRUE(fleet.store().confirm(laptop.credential.device_id, false));
  EXPECT_EQ(send(fleet, laptop.health(), claim("new"), later), "counted");
}

TEST_P(BothStores, the_installation_that_was_replaced_and_its_successor_are_a_conflict) {
  Fleet fleet(1, url());
  Laptop old = testing::laptop("a");
  enrol(fleet, old, claim("a"));
  Laptop fresh = testing::reinstalled(old, "b");
  EXPECT_FALSE(enrol(fleet, fresh, claim("a")).answer->pending);  // the key was kept
  EXPECT_EQ(send(fleet, fresh.health(), claim("a")), "counted");
  EXPECT_EQ(send(fleet, old.health(), claim("a"), first_day, old.credential),
            "certificate-of-another");
  Laptop again = old;
  EXPECT_EQ(enrol(fleet, again, claim("a")).problem.status, 409);
  EXPECT_EQ(fleet.state_of(old), EnrolmentState::conflict);
  EXPECT_EQ(fleet.state_of(fresh), EnrolmentState::conflict);
  EXPECT_EQ(device_count(fleet), 1u);
}

TEST_P(BothStores, two_alive_in_one_week_are_a_conflict_also_with_a_key_each) {
  Fleet fleet(1, url());
  Laptop old = testing::laptop("a");
  enrol(fleet, old, claim("a"));
  EXPECT_EQ(send(fleet, old.health(), claim("a")), "counted");
  Laptop fresh = testing::reinstalled(old, "b");
  enrol(fleet, fresh, claim("b"));
  EXPECT_EQ(send(fleet, fresh.health(), claim("b")), "counted");
  EXPECT_EQ(send(fleet, old.health(), claim("a")), "two-installations");
  EXPECT_EQ(fleet.state_of(fresh), EnrolmentState::conflict);
}

TEST_P(BothStores, a_new_main_board_is_a_repair_and_an_image_on_another_machine_a_new_device) {
  Fleet fleet(1, url());
  Laptop laptop = testing::laptop("a");
  enrol(fleet, laptop, claim("a"));
  const Laptop image = laptop;
  laptop.serials.system_serial = "PF-NEWBOARD-1";
  laptop.serials.system_uuid = "uuid-new-board-7f3a";
  EXPECT_FALSE(enrol(fleet, laptop, claim("a", false)).answer->pending);
  EXPECT_EQ(device_count(fleet), 1u);
  Laptop clone = image;
  clone.serials = testing::laptop("z").serials;
  EXPECT_TRUE(enrol(fleet, clone, claim("z", false)).answer->pending);
  EXPECT_EQ(device_count(fleet), 2u);
  EXPECT_FALSE(fleet.store().enrolments()->back().continues_known);
}

TEST_P(BothStores, an_organisation_neither_takes_nor_finds_the_devices_of_another) {
  Fleet fleet(1, url());
  Laptop ours = testing::laptop("a");
  enrol(fleet, ours, claim("a"));
  Laptop theirs = testing::reinstalled(ours, "b");
  const auto outcome = enrol(fleet, theirs, claim("b", true, testing::other_oin));
  EXPECT_TRUE(outcome.answer->pending);  // that serial number was claimed before
  EXPECT_FALSE(fleet.store().enrolments()->back().continues_known);
  EXPECT_EQ(device_count(fleet), 2u);
  Laptop nobodys = testing::laptop("c");
  EXPECT_EQ(enrol(fleet, nobodys, claim("c", true, "00000009999999999999")).problem.name,
            "certificate-without-organisation");
}

TEST_P(BothStores, revoked_by_a_person_its_certificate_waits_again) {
  Fleet fleet(1, url());
  Laptop laptop = testing::laptop("a");
  enrol(fleet, laptop, claim("a"));
  ASSERT_TRUE(fleet.store().revoke_these({laptop.credential.device_id}, "kwijt"));
  EXPECT_EQ(send(fleet, laptop.health(), claim("a")), "unknown-device");
  EXPECT_EQ(fleet.store().enrolments()->front().revoked_for, "kwijt");
  EXPECT_TRUE(enrol(fleet, laptop, claim("a")).answer->pending);
  EXPECT_EQ(send(fleet, laptop.health(), claim("a")), "apart");
}

TEST_P(BothStores, nothing_of_a_certificate_but_the_hash_is_in_the_database) {
  Fleet fleet(1, url());
  Laptop laptop = testing::laptop("a");
  enrol(fleet, laptop, claim("a"));
  const auto held = fleet.store().held(laptop.credential.device_id);
  ASSERT_TRUE(held) << held.error().text;
  ASSERT_TRUE(fleet.store().erase(laptop.credential.device_id, first_day));
  EXPECT_EQ(fleet.store().enrolments_of_keys({claim("a").key_hash})->front(), "");
  EXPECT_FALSE(enrol(fleet, laptop, claim("a")).answer->pending);  // as one that was never here
}

}  // namespace
}  // namespace wattlife
