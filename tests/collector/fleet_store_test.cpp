// SPDX-License-Identifier: EUPL-1.2
#include "collector/fleet_store.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "platform/database.h"
#include "tests/collector/both_stores.h"
#include "tests/collector/fleet.h"

namespace wattlife {
namespace {

using std::chrono::days;
using testing::first_day;
using testing::Fleet;
using testing::Kind;
using testing::Laptop;
using testing::reinstalled;
using testing::week_of;

const UtcDay last_week = first_day - days(7);

int status_of(const ReportOutcome& outcome) {
  return outcome.acknowledgement ? 200 : outcome.problem.status;
}

class BothStores : public testing::BothStores {};
INSTANTIATE_TEST_SUITE_P(FleetStore, BothStores, testing::both, testing::name_of_kind);

// What must hold at the end of every story: the file is sound, and the derived tables follow from
// the reports, bit by bit.
void expect_sound(Fleet& fleet) {
  const auto checked = fleet.store().check();
  ASSERT_TRUE(checked) << checked.error().text;
  EXPECT_EQ(checked->different_tables, std::vector<std::string>{});
}

TEST_P(BothStores, the_same_report_twice_is_acknowledged_twice_and_counted_once) {
  Fleet fleet(1, url());
  Laptop laptop = fleet.member("a", first_day);
  const Report report = laptop.energy(week_of(last_week));
  const ReportOutcome first = fleet.send(laptop, report, first_day);
  ASSERT_TRUE(first.acknowledgement);
  EXPECT_EQ(first.acknowledgement->sequence, 1);
  EXPECT_EQ(first.acknowledgement->install_id, laptop.install_id);
  EXPECT_EQ(first.acknowledgement->complete_through, 1);
  EXPECT_FALSE(first.acknowledgement->pending);
  const Energy once = fleet.counted_energy();
  EXPECT_EQ(once, joules(360'000));

  const ReportOutcome second = fleet.send(laptop, report, first_day + days(1));
  ASSERT_TRUE(second.acknowledgement);
  EXPECT_EQ(*second.acknowledgement, *first.acknowledgement);
  EXPECT_EQ(fleet.counted_energy(), once);
  expect_sound(fleet);
}

TEST_P(BothStores, what_was_acknowledged_is_there_after_a_restart) {
  Fleet fleet(1, url());
  Laptop laptop = fleet.member("a", first_day);
  fleet.send(laptop, laptop.energy(week_of(last_week)), first_day);
  fleet.reopen();
  EXPECT_EQ(fleet.counted_energy(), joules(360'000));
  EXPECT_EQ(status_of(fleet.send(laptop, laptop.health(), first_day)), 200);
}

TEST_P(BothStores, complete_through_waits_at_a_gap_and_jumps_over_it) {
  Fleet fleet(1, url());
  Laptop laptop = fleet.member("a", first_day);
  std::vector<Report> reports;
  for (int i = 0; i < 4; ++i) reports.push_back(laptop.health());
  EXPECT_EQ(fleet.send(laptop, reports[0], first_day).acknowledgement->complete_through, 1);
  EXPECT_EQ(fleet.send(laptop, reports[2], first_day).acknowledgement->complete_through, 1);
  EXPECT_EQ(fleet.send(laptop, reports[3], first_day).acknowledgement->complete_through, 1);
  EXPECT_EQ(fleet.send(laptop, reports[1], first_day).acknowledgement->complete_through, 4);
  EXPECT_EQ(fleet.send(laptop, reports[0], first_day).acknowledgement->complete_through, 4);
}

TEST_P(BothStores, a_refused_report_keeps_its_place_in_the_sequence) {
  Fleet fleet(1, url());
  Laptop laptop = fleet.member("a", first_day);
  Report bad = laptop.energy(week_of(last_week));
  bad.summary->energy[0].device->energy = joules(-5);
  const ReportOutcome refused = fleet.send(laptop, bad, first_day);
  EXPECT_EQ(status_of(refused), 400);
  EXPECT_EQ(status_of(fleet.send(laptop, bad, first_day)), 400);
  EXPECT_EQ(fleet.send(laptop, laptop.health(), first_day).acknowledgement->complete_through, 2);
  EXPECT_EQ(fleet.counted_energy(), Energy{});
  const auto aside = fleet.store().set_aside();
  ASSERT_EQ(aside->size(), 1u);
  EXPECT_NE(aside->front().reason.find("energy_mj"), std::string::npos);
  expect_sound(fleet);
}

TEST_P(BothStores, other_bytes_under_a_used_number_are_set_aside_and_replace_nothing) {
  Fleet fleet(1, url());
  Laptop laptop = fleet.member("a", first_day);
  const Report first = laptop.energy(week_of(last_week));
  fleet.send(laptop, first, first_day);
  Report other = first;
  other.summary->energy[0].device->energy = joules(1);
  const ReportOutcome refused = fleet.send(laptop, other, first_day);
  EXPECT_EQ(status_of(refused), 400);
  EXPECT_EQ(refused.problem.name, "sequence-used");
  EXPECT_EQ(fleet.counted_energy(), joules(360'000));
  EXPECT_EQ(fleet.store().set_aside()->size(), 1u);
  EXPECT_EQ(status_of(fleet.send(laptop, first, first_day)), 200);
  expect_sound(fleet);
}

TEST_P(BothStores, garbage_is_set_aside_once_and_not_without_end) {
  Fleet fleet(1, url());
  Laptop laptop = fleet.member("a", first_day);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(status_of(fleet.send_bytes(laptop, "garbage", first_day)), 400);
  }
  EXPECT_EQ(fleet.store().set_aside()->size(), 1u);
  for (int i = 0; i < 120; ++i) {
    fleet.send_bytes(laptop, "garbage " + std::to_string(i), first_day);
  }
  EXPECT_EQ(fleet.store().set_aside()->size(), 50u);
}

TEST_P(BothStores, strangers_and_revoked_devices_are_refused) {
  Fleet fleet(1, url());
  Laptop laptop = fleet.member("a", first_day);
  Laptop stranger = testing::laptop("b");
  stranger.credential = {testing::id_of("nobody"), std::string(secret_bytes, 'x')};
  EXPECT_EQ(status_of(fleet.send(stranger, stranger.health(), first_day)), 401);
  Laptop wrong_secret = laptop;
  wrong_secret.credential.secret.back() ^= 1;
  EXPECT_EQ(status_of(fleet.send(wrong_secret, laptop.health(), first_day)), 401);

  ASSERT_TRUE(fleet.store().revoke(laptop.credential.device_id));
  EXPECT_EQ(status_of(fleet.send(laptop, laptop.health(), first_day)), 401);
  EXPECT_FALSE(fleet.store().confirm(laptop.credential.device_id, false));
}

TEST_P(BothStores, reports_of_a_pending_device_are_kept_apart_until_confirmed) {
  Fleet fleet(1, url());
  Laptop laptop = testing::laptop("a");
  const EnrolmentOutcome enrolled = fleet.enrol(laptop, first_day);
  ASSERT_TRUE(enrolled.answer);
  EXPECT_TRUE(enrolled.answer->pending);
  const ReportOutcome health = fleet.send(laptop, laptop.health(), first_day);
  EXPECT_TRUE(health.acknowledgement->pending);
  fleet.send(laptop, laptop.energy(week_of(last_week)), first_day);
  EXPECT_EQ(fleet.counted_energy(), Energy{});
  EXPECT_FALSE(fleet.store().devices()->front().inventory);

  ASSERT_TRUE(fleet.store().confirm(laptop.credential.device_id, false));
  EXPECT_EQ(fleet.counted_energy(), joules(360'000));
  ASSERT_TRUE(fleet.store().devices()->front().inventory);
  const ReportOutcome after = fleet.send(laptop, laptop.health(), first_day);
  EXPECT_FALSE(after.acknowledgement->pending);
  EXPECT_EQ(after.acknowledgement->complete_through, 3);
  expect_sound(fleet);
}

TEST_P(BothStores, tokens_expire_and_can_be_revoked) {
  Fleet fleet(1, url());
  Laptop laptop = testing::laptop("a");
  EXPECT_EQ(fleet.enrol(laptop, first_day, "wle_wrong").problem.status, 401);
  EXPECT_EQ(fleet.enrol(laptop, first_day + days(300)).problem.status, 401);
  ASSERT_TRUE(fleet.store().revoke_token(1));
  EXPECT_EQ(fleet.enrol(laptop, first_day).problem.status, 401);
  EXPECT_FALSE(fleet.store().revoke_token(99));
  EXPECT_TRUE(fleet.store().devices()->empty());
}

TEST_P(BothStores, an_enrolment_whose_answer_was_lost_makes_no_second_device) {
  Fleet fleet(1, url());
  Laptop laptop = testing::laptop("a");
  const auto first = fleet.enrol(laptop, first_day);
  const Laptop lost = laptop;
  const auto second = fleet.enrol(laptop, first_day);
  EXPECT_EQ(first.answer->device_id, second.answer->device_id);
  EXPECT_NE(first.answer->secret, second.answer->secret);
  EXPECT_EQ(fleet.store().enrolments()->size(), 1u);
  Laptop with_lost_secret = lost;
  EXPECT_EQ(status_of(fleet.send(with_lost_secret, laptop.health(), first_day)), 401);
  laptop.sequence = 0;
  EXPECT_EQ(status_of(fleet.send(laptop, laptop.health(), first_day)), 200);
}

// --- Re-imaging
// -------------------------------------------------------------------------------------

// The second of two requests was answered first, and the device went on with that answer.
TEST_P(BothStores, an_enrolment_that_ran_late_comes_to_nothing_when_the_device_goes_on) {
  for (const bool confirmed : {false, true}) {
    Fleet fleet(1, url());
    Laptop laptop = testing::laptop("a");
    fleet.enrol(laptop, first_day);
    if (confirmed) {
      ASSERT_TRUE(fleet.store().confirm(laptop.credential.device_id, false));
    }
    EXPECT_EQ(status_of(fleet.send(laptop, laptop.health(), first_day)), 200);
    Laptop late = laptop;
    EXPECT_TRUE(fleet.enrol(late, first_day).answer->pending);
    EXPECT_EQ(fleet.state_of(late), EnrolmentState::to_confirm);
    EXPECT_EQ(status_of(fleet.send(laptop, laptop.health(), first_day)), 200);
    EXPECT_EQ(fleet.state_of(late), EnrolmentState::revoked);
    EXPECT_EQ(fleet.store().enrolments()->back().revoked_for, "dubbel");
    EXPECT_NE(fleet.state_of(laptop), EnrolmentState::conflict);
    // Who got that answer after all asks again, and a person decides.
    EXPECT_EQ(status_of(fleet.send(late, late.health(), first_day)), 401);
    EXPECT_TRUE(fleet.enrol(late, first_day).answer->pending);
  }
}

// One that lost its secret goes on with the new one: the claim was used, and stays.
TEST_P(BothStores, an_enrolment_that_was_used_is_not_taken_for_one_that_ran_late) {
  Fleet fleet(1, url());
  Laptop laptop = fleet.member("a", first_day);
  EXPECT_EQ(status_of(fleet.send(laptop, laptop.health(), first_day)), 200);
  Laptop again = laptop;
  fleet.enrol(again, first_day);
  EXPECT_EQ(status_of(fleet.send(again, again.health(), first_day)), 200);
  fleet.send(laptop, laptop.blank(), first_day);
  EXPECT_EQ(fleet.state_of(again), EnrolmentState::conflict);
}

TEST_P(BothStores, a_reinstalled_device_is_not_taken_for_a_duplicate) {
  Fleet fleet(1, url());
  Laptop old = fleet.member("a", first_day);
  fleet.send(old, old.health(), first_day);
  fleet.send(old, old.energy(week_of(last_week)), first_day);

  const UtcDay later = first_day + days(14);
  Laptop fresh = reinstalled(old, "b");
  EXPECT_TRUE(fleet.enrol(fresh, later).answer->pending);
  // The same sequence numbers as before, and they count all the same.
  fleet.send(fresh, fresh.health(), later);
  EXPECT_EQ(status_of(fleet.send(fresh, fresh.energy(week_of(later - days(7))), later)), 200);
  EXPECT_EQ(fleet.counted_energy(), joules(360'000));
  EXPECT_EQ(fleet.store().devices()->size(), 2u);  // the second waits beside the first

  ASSERT_TRUE(fleet.store().confirm(fresh.credential.device_id, false));
  EXPECT_EQ(fleet.counted_energy(), joules(720'000));
  const auto devices = fleet.store().devices();
  ASSERT_EQ(devices->size(), 1u);  // one device, with one history
  EXPECT_EQ(devices->front().id, old.credential.device_id);
  EXPECT_EQ(devices->front().first_day, first_day);
  EXPECT_EQ(devices->front().last_day, later);
  EXPECT_EQ(devices->front().periods.size(), 2u);
  EXPECT_EQ(status_of(fleet.send(fresh, fresh.health(), later)), 200);
  expect_sound(fleet);
}

TEST_P(BothStores, rows_of_one_store_are_counted_once_also_under_a_new_installation) {
  Fleet fleet(1, url());
  Laptop old = fleet.member("a", first_day);
  fleet.send(old, old.energy(week_of(last_week)), first_day);
  const UtcDay later = first_day + days(14);
  Laptop fresh = reinstalled(old, "b");
  fresh.store_id = old.store_id;  // the agent was reinstalled, the sampler's file was kept
  fleet.enrol(fresh, later);
  ASSERT_TRUE(fleet.store().confirm(fresh.credential.device_id, false));
  EXPECT_EQ(status_of(fleet.send(fresh, fresh.energy(week_of(last_week)), later)), 200);
  EXPECT_EQ(fleet.counted_energy(), joules(360'000));
  EXPECT_EQ(status_of(fleet.send(fresh, fresh.energy(week_of(first_day)), later)), 200);
  EXPECT_EQ(fleet.counted_energy(), joules(720'000));
  expect_sound(fleet);
}

TEST_P(BothStores, overlapping_rows_are_not_counted_and_the_next_ones_are) {
  Fleet fleet(1, url());
  Laptop laptop = fleet.member("a", first_day);
  fleet.send(laptop, laptop.energy(week_of(last_week)), first_day);  // rows 1 to 40
  laptop.row = 30;
  fleet.send(laptop, laptop.energy(week_of(last_week)), first_day);  // rows 31 to 70
  EXPECT_EQ(fleet.counted_energy(), joules(360'000));
  fleet.send(laptop, laptop.energy(week_of(last_week)), first_day);  // rows 71 to 110
  EXPECT_EQ(fleet.counted_energy(), joules(720'000));
  laptop.row = 0;
  fleet.send(laptop, laptop.energy(week_of(first_day)), first_day + days(7));
  EXPECT_EQ(fleet.counted_energy(), joules(1'080'000));  // the same numbers of another period
  expect_sound(fleet);
}

TEST_P(BothStores, same_hardware_in_another_organisation_is_another_device) {
  Fleet fleet(1, url());
  Laptop old = fleet.member("a", first_day);
  Laptop moved = reinstalled(old, "b");
  fleet.enrol(moved, first_day, fleet.other_token);
  ASSERT_TRUE(fleet.store().confirm(moved.credential.device_id, false));
  EXPECT_EQ(fleet.store().devices()->size(), 2u);
  EXPECT_EQ(status_of(fleet.send(old, old.health(), first_day)), 200);
}

// What is asked of an organisation is never that of another, also not of one without a number.
TEST_P(BothStores, who_is_asked_for_is_who_is_told_of) {
  Fleet fleet(1, url());
  Laptop laptop = fleet.member("a", first_day);
  fleet.send(laptop, laptop.energy(week_of(last_week)), first_day);
  const auto told = [&](const Reach& reach) {
    return std::pair(fleet.store().devices(reach)->size(), fleet.store().energy(reach)->size());
  };
  using Counts = std::pair<std::size_t, std::size_t>;
  EXPECT_EQ(told({}), Counts(1, 2));
  EXPECT_EQ(told({testing::oin}), Counts(1, 2));
  EXPECT_EQ(told({testing::other_oin}), Counts(0, 0));
  EXPECT_EQ(told({""}), Counts(0, 0));
}

TEST_P(BothStores, confirmed_as_new_it_stays_apart) {
  Fleet fleet(1, url());
  Laptop one = fleet.member("a", first_day);
  Laptop other = reinstalled(one, "b");
  fleet.enrol(other, first_day);
  ASSERT_TRUE(fleet.store().confirm(other.credential.device_id, true));
  EXPECT_EQ(fleet.store().devices()->size(), 2u);
  EXPECT_EQ(status_of(fleet.send(one, one.health(), first_day)), 200);
  EXPECT_EQ(status_of(fleet.send(other, other.health(), first_day)), 200);
  EXPECT_EQ(status_of(fleet.send(one, one.health(), first_day)), 200);
  Report with_serials = other.health();
  with_serials.serials = other.serials;
  EXPECT_EQ(status_of(fleet.send(other, with_serials, first_day)), 200);
}

// --- Conflict
// -------------------------------------------------------------------------------------

TEST_P(BothStores, an_unconfirmed_claim_cannot_stop_a_confirmed_device) {
  Fleet fleet(1, url());
  Laptop mine = fleet.member("a", first_day);
  fleet.send(mine, mine.health(), first_day);
  Laptop claim = reinstalled(mine, "b");
  fleet.enrol(claim, first_day);
  EXPECT_EQ(status_of(fleet.send(mine, mine.energy(week_of(last_week)), first_day)), 200);
  EXPECT_EQ(fleet.state_of(claim), EnrolmentState::conflict);
  const ReportOutcome refused = fleet.send(claim, claim.health(), first_day);
  EXPECT_EQ(status_of(refused), 409);
  EXPECT_EQ(refused.problem.name, "two-installations");
  EXPECT_EQ(*fleet.store().confirm_all_pending(), 0);  // a conflict is never confirmed in bulk
  EXPECT_EQ(fleet.state_of(claim), EnrolmentState::conflict);
  EXPECT_EQ(fleet.counted_energy(), joules(360'000));
}

TEST_P(BothStores, two_confirmed_installations_in_one_week_are_never_merged) {
  Fleet fleet(1, url());
  Laptop old = fleet.member("a", first_day);
  fleet.send(old, old.health(), first_day);
  Laptop fresh = reinstalled(old, "b");
  fleet.enrol(fresh, first_day);
  ASSERT_TRUE(fleet.store().confirm(fresh.credential.device_id, false));
  fleet.send(fresh, fresh.health(), first_day);
  EXPECT_EQ(status_of(fleet.send(old, old.energy(week_of(last_week)), first_day)), 409);
  EXPECT_EQ(status_of(fleet.send(fresh, fresh.energy(week_of(last_week)), first_day)), 409);
  EXPECT_EQ(fleet.counted_energy(), Energy{});
  EXPECT_EQ(fleet.store().devices()->front().state, EnrolmentState::conflict);

  // A person chooses the new one; what it kept in its outbox then counts.
  ASSERT_TRUE(fleet.store().confirm(fresh.credential.device_id, false));
  EXPECT_EQ(status_of(fleet.send_bytes(fresh, fresh.last_body, first_day)), 200);
  EXPECT_EQ(status_of(fleet.send(old, old.health(), first_day)), 409);
  EXPECT_EQ(status_of(fleet.send(fresh, fresh.health(), first_day)), 200);
  EXPECT_EQ(fleet.counted_energy(), joules(360'000));
  expect_sound(fleet);
}

TEST_P(BothStores, the_same_period_from_two_installations_is_a_conflict_and_counts_once) {
  Fleet fleet(1, url());
  Laptop old = fleet.member("a", first_day);
  fleet.send(old, old.energy(week_of(last_week)), first_day);
  const UtcDay later = first_day + days(30);
  Laptop fresh = reinstalled(old, "b");
  fleet.enrol(fresh, later);
  ASSERT_TRUE(fleet.store().confirm(fresh.credential.device_id, false));
  const Report same_week = fresh.energy(week_of(last_week));
  EXPECT_EQ(status_of(fleet.send(fresh, same_week, later)), 409);
  ASSERT_TRUE(fleet.store().confirm(fresh.credential.device_id, false));
  EXPECT_EQ(status_of(fleet.send(fresh, same_week, later)), 200);  // kept, and not counted again
  EXPECT_EQ(fleet.counted_energy(), joules(360'000));
  EXPECT_EQ(status_of(fleet.send(fresh, fresh.energy(week_of(first_day)), later)), 200);
  EXPECT_EQ(fleet.counted_energy(), joules(720'000));
  expect_sound(fleet);
}

TEST_P(BothStores, a_drive_that_was_moved_brings_the_serials_of_another_device) {
  Fleet fleet(1, url());
  Laptop one = fleet.member("a", first_day);
  Laptop two = fleet.member("b", first_day);
  Report report = two.health();
  report.serials = one.serials;
  EXPECT_EQ(status_of(fleet.send(two, report, first_day)), 409);
  EXPECT_EQ(status_of(fleet.send(one, one.health(), first_day)), 200);

  // A new main board has serials that nobody else has: a repair.
  Report repaired = one.health();
  repaired.serials = Serials{"PF-NEW-BOARD", "uuid-new-board", {"DISK-a"}, {}};
  EXPECT_EQ(status_of(fleet.send(one, repaired, first_day)), 200);
}

// --- Inventory that was imported
// --------------------------------------------------------------------

TEST_P(BothStores, a_serial_in_stock_is_confirmed_once_and_marked_as_not_proven) {
  Fleet fleet(1, url());
  ASSERT_EQ(*fleet.store().import_stock(testing::oin, {{"PF-a-SYS", "123"}, {"PF-c-SYS", ""}}), 2);
  EXPECT_EQ(*fleet.store().import_stock(testing::oin, {{"PF-a-SYS", "123"}}), 0);
  EXPECT_FALSE(fleet.store().import_stock("00000000000000000000", {{"PF-x-SYS", ""}}));
  Laptop known = testing::laptop("a");
  EXPECT_FALSE(fleet.enrol(known, first_day).answer->pending);
  EXPECT_TRUE(fleet.store().devices()->front().unproven);
  Laptop unknown = testing::laptop("b");
  EXPECT_TRUE(fleet.enrol(unknown, first_day).answer->pending);
  Laptop second_claim = reinstalled(known, "d");
  EXPECT_TRUE(fleet.enrol(second_claim, first_day).answer->pending);
  Laptop elsewhere = testing::laptop("c");
  EXPECT_TRUE(fleet.enrol(elsewhere, first_day, fleet.other_token).answer->pending);

  ASSERT_TRUE(fleet.store().confirm(known.credential.device_id, false));
  EXPECT_FALSE(fleet.store().devices()->front().unproven);
}

// --- Secrets
// --------------------------------------------------------------------------------------

TEST_P(BothStores, a_secret_of_28_days_is_replaced_once_the_next_one_was_used) {
  Fleet fleet(1, url());
  Laptop laptop = fleet.member("a", first_day);
  EXPECT_TRUE(fleet.send(laptop, laptop.health(), first_day + days(27))
                  .acknowledgement->next_secret.empty());
  const UtcDay due = first_day + days(28);
  fleet.send(laptop, laptop.health(), due);
  const std::string lost = fleet.offered_secret;
  ASSERT_EQ(lost.size(), secret_bytes);
  fleet.send_bytes(laptop, laptop.last_body, due);  // that answer was lost: another is offered
  const std::string next = fleet.offered_secret;
  EXPECT_NE(next, lost);

  Laptop with_old = laptop;
  laptop.credential.secret = next;
  EXPECT_EQ(status_of(fleet.send(laptop, laptop.health(), due)), 200);
  EXPECT_EQ(status_of(fleet.send(with_old, laptop.health(), due)), 401);
  EXPECT_TRUE(
      fleet.send(laptop, laptop.health(), due + days(27)).acknowledgement->next_secret.empty());
  EXPECT_FALSE(
      fleet.send(laptop, laptop.health(), due + days(28)).acknowledgement->next_secret.empty());
}

// --- Care
// -----------------------------------------------------------------------------------------

TEST_P(BothStores, what_a_drive_says_of_itself_is_kept) {
  Fleet fleet(1, url());
  Laptop laptop = fleet.member("a", first_day);
  Report report = laptop.health();
  Disk& disk = report.inventory->disks.at(0);
  disk.command_timeouts = 12;
  disk.self_assessment_passed = false;
  disk.reserve_state = 3;
  EXPECT_EQ(status_of(fleet.send(laptop, report, first_day)), 200);
  EXPECT_EQ(fleet.store().devices()->front().inventory->inventory.disks, report.inventory->disks);
}

TEST_P(BothStores, rebuild_makes_the_same_tables_bit_by_bit) {
  Fleet fleet(1, url());
  std::vector<Laptop> laptops;
  for (int i = 0; i < 12; ++i) laptops.push_back(fleet.member("m" + std::to_string(i), first_day));
  Laptop late = testing::laptop("late");
  fleet.enrol(late, first_day);
  for (int week = 0; week < 3; ++week) {
    for (Laptop& laptop : laptops) {
      const UtcDay today = first_day + days(7 * week);
      laptop.stock.batteries[0].full = milliwatt_hours(46'000 - 100 * week);
      fleet.send(laptop, laptop.health(), today);
      // Figures whose sums depend on the order of addition.
      Report report = laptop.energy(week_of(today - days(7)), 100'000 + 777 * week);
      report.summary->energy[0].device->variance_own_j2 = 0.1 + 1e9 * (week == 1);
      fleet.send(laptop, report, today);
      Report more = laptop.energy(week_of(today - days(7)), 3);
      more.summary->energy[0].device->variance_own_j2 = 0.3;
      fleet.send(laptop, more, today);
    }
    fleet.send(late, late.energy(week_of(first_day + days(7 * week - 7))),
               first_day + days(7 * week));
  }
  ASSERT_TRUE(fleet.store().confirm(late.credential.device_id, false));
  const auto rebuilt = fleet.store().rebuild();
  ASSERT_TRUE(rebuilt) << rebuilt.error().text;
  EXPECT_EQ(rebuilt->different_tables, std::vector<std::string>{});
  EXPECT_EQ(rebuilt->reports, 12 * 3 * 3 + 3);
  EXPECT_GT(rebuilt->derived_rows, 100);
  expect_sound(fleet);
}

TEST(SqliteStore, a_backup_is_a_whole_fleet) {
  Fleet fleet;
  Laptop laptop = fleet.member("a", first_day);
  fleet.send(laptop, laptop.energy(week_of(last_week)), first_day);
  const std::string copy = fleet.folder() + "/copy.db";
  ASSERT_TRUE(fleet.store().backup(copy));
  EXPECT_FALSE(fleet.store().backup(copy));  // nothing is overwritten
  // The copy holds as much as the file does, serial numbers included.
  const auto mode_of = [](const std::string& path) {
    return std::filesystem::status(path).permissions();
  };
  EXPECT_EQ(mode_of(copy), mode_of(fleet.path()));
  EXPECT_EQ(mode_of(copy),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  auto opened =
      open_fleet_store("sqlite://" + copy, StoreOpen::existing, testing::repeatable_random(2));
  ASSERT_TRUE(opened) << opened.error().text;
  EXPECT_EQ((*opened)->energy()->size(), fleet.store().energy()->size());
}

TEST(SqliteStore, a_device_sends_again_what_a_restored_backup_lacks) {
  Fleet fleet;
  Laptop laptop = fleet.member("a", first_day);
  fleet.send(laptop, laptop.health(), first_day);
  const std::string copy = fleet.folder() + "/copy.db";
  ASSERT_TRUE(fleet.store().backup(copy));
  const Report lost = laptop.energy(week_of(last_week));
  EXPECT_EQ(fleet.send(laptop, lost, first_day).acknowledgement->complete_through, 2);
  auto restored =
      open_fleet_store("sqlite://" + copy, StoreOpen::existing, testing::repeatable_random(2));
  ASSERT_TRUE(restored);
  const auto ask = [&](const Report& report) {
    return (*restored)->receive({{laptop.credential, to_bytes(report)}}, first_day)->front();
  };
  const Report next = laptop.health();
  EXPECT_EQ(ask(next).acknowledgement->complete_through, 1);  // it fell: the device sees the gap
  EXPECT_EQ(ask(lost).acknowledgement->complete_through, 3);
}

TEST_P(BothStores, a_batch_is_one_transaction_with_an_outcome_for_each) {
  Fleet fleet(1, url());
  Laptop one = fleet.member("a", first_day);
  Laptop two = fleet.member("b", first_day);
  const std::vector<ReportArrival> batch = {
      {one.credential, to_bytes(one.health())},
      {two.credential, "garbage"},
      {two.credential, to_bytes(two.energy(week_of(last_week)))},
      {{testing::id_of("nobody"), std::string(secret_bytes, 'x')}, to_bytes(one.health())}};
  const auto outcomes = fleet.store().receive(batch, first_day);
  ASSERT_TRUE(outcomes);
  ASSERT_EQ(outcomes->size(), 4u);
  EXPECT_EQ(status_of((*outcomes)[0]), 200);
  EXPECT_EQ(status_of((*outcomes)[1]), 400);
  EXPECT_EQ(status_of((*outcomes)[2]), 200);
  EXPECT_EQ(status_of((*outcomes)[3]), 401);
}

TEST(SqliteStore, opening_says_what_is_wrong) {
  const TemporaryFolder folder;
  const auto random = testing::repeatable_random(1);
  const auto error = [&](const std::string& url, StoreOpen mode) {
    const auto opened = open_fleet_store(url, mode, random);
    return opened ? Error{Cause::io, "opened"} : opened.error();
  };
  EXPECT_EQ(error("mysql://host/db", StoreOpen::existing).cause, Cause::malformed);
  EXPECT_EQ(error("sqlite://", StoreOpen::existing).cause, Cause::malformed);
  const Error absent = error("sqlite://" + folder.path() + "/none.db", StoreOpen::existing);
  EXPECT_EQ(absent.cause, Cause::absent);
  EXPECT_NE(absent.text.find("migrate"), std::string::npos);
  std::ofstream(folder.path() + "/text.db") << std::string(5000, 'x');
  EXPECT_EQ(error("sqlite://" + folder.path() + "/text.db", StoreOpen::existing).cause,
            Cause::malformed);
}

TEST_P(BothStores, organisations_need_an_oin_of_twenty_digits) {
  Fleet fleet(1, url());
  EXPECT_FALSE(fleet.store().add_organisation({"123", "x"}));
  EXPECT_FALSE(fleet.store().add_organisation({"0000000100321434500a", "x"}));
  EXPECT_FALSE(fleet.store().add_organisation({"00000001003214345999", " "}));
  EXPECT_FALSE(fleet.store().add_organisation({testing::oin, "again"}));
  EXPECT_EQ(fleet.store().organisations()->size(), 2u);
}

// Locks come out as they were told; what names the laptop to its owner stands with the serials.
TEST_P(BothStores, locks_are_kept_as_they_were_told) {
  Fleet fleet(1, url());
  Laptop laptop = fleet.member("a", first_day);
  laptop.stock.provision.locks = {true, std::nullopt, true, std::nullopt, false};
  laptop.stock.provision.system = {"Windows 11", "24H2", "Enterprise"};
  laptop.stock.provision.panel = Panel{"LGD", 0x05E5, 355, 1920, 1080, 2018};
  laptop.stock.provision.firmware_batteries = {{"01AV478", milliwatt_hours(57'000), first_day}};
  Report report = laptop.health();
  report.serials = laptop.serials;
  report.serials->board_serial = "L1HF84B0";
  report.serials->asset_tag = "RIJK-4711";
  EXPECT_EQ(status_of(fleet.send(laptop, report, first_day)), 200);
  const auto devices = fleet.store().devices();
  ASSERT_TRUE(devices && devices->front().inventory);
  EXPECT_EQ(devices->front().inventory->inventory.provision, laptop.stock.provision);
  EXPECT_EQ(devices->front().inventory->day, first_day);
  expect_sound(fleet);
}

constexpr const char* protected_tables[] = {"organisation", "token",        "stock",    "device",
                                            "energy_month", "enrolment",    "energy",   "counted",
                                            "inventory",    "provision",    "battery",  "disk",
                                            "folded",       "installation", "serial",   "report",
                                            "set_aside",    "report_body",  "uncounted"};

void run_each(Sql& sql, const std::vector<std::string>& texts) {
  for (const std::string& text : texts) {
    const Done ran = sql.run(text);
    EXPECT_TRUE(ran) << ran.error().text;
  }
}

// What came with layout 10.
void take_away_pages(Sql& sql, int version) {
  run_each(sql, {"DROP INDEX device_by_id", "DROP INDEX device_by_first_day",
                 "DROP INDEX device_by_operator", "DROP INDEX operated_by_first_day",
                 "DROP INDEX enrolment_apart"});
  if (version < 7) return;  // the whole table goes
  if (!sql.either("", "postgres").empty()) run_each(sql, {"DROP POLICY reach_own ON audit_entry"});
  run_each(sql, {"ALTER TABLE audit_entry DROP COLUMN oins"});
}

// What came with layout 8.
void take_away_certificates(Sql& sql) {
  if (!sql.either("", "postgres").empty()) {
    for (const char* table :
         {"organisation", "device", "enrolment", "inventory", "battery", "disk"}) {
      run_each(sql, {std::string("DROP POLICY reach_operated ON ") + table});
    }
    run_each(sql, {"DROP FUNCTION works_with", "DROP FUNCTION operates_device"});
  }
  run_each(sql,
           {"DROP TABLE retired_key", "DROP INDEX enrolment_key", "DROP INDEX device_operator",
            "ALTER TABLE device DROP COLUMN operator", "ALTER TABLE token DROP COLUMN operator"});
  for (const char* column : {"by_certificate", "key_hash", "continued", "revoked_for"}) {
    run_each(sql, {std::string("ALTER TABLE enrolment DROP COLUMN ") + column});
  }
}

// Takes away what came after layout `version`, as an older collector left the database.
void make_older(const std::string& url, int version) {
  auto opened = open_sql(url, StoreOpen::existing);
  ASSERT_TRUE(opened) << opened.error().text;
  Sql& sql = **opened;
  const bool sqlite = sql.either("sqlite", "postgres") == "sqlite";
  const auto run = [&](const std::string& text) {
    const Done ran = sql.run(text);
    EXPECT_TRUE(ran) << ran.error().text;
  };
  take_away_pages(sql, version);
  if (version < 9) run("DROP TABLE duty");
  if (version < 8) take_away_certificates(sql);
  if (version < 6) run("ALTER TABLE battery DROP COLUMN pack_number");
  if (!sqlite && version < 5) {
    for (const char* table : protected_tables) {
      run(std::string("DROP POLICY reach ON ") + table);
      run(std::string("ALTER TABLE ") + table + " DISABLE ROW LEVEL SECURITY");
    }
    for (const char* kind : {"report", "enrolment", "device", "organisation"}) {
      run(std::string("DROP FUNCTION reaches_") + kind);
    }
  }
  for (const char* table : {"audit_entry", "audit_segment", "audit_head", "erased"}) {
    if (version < 7) run(std::string("DROP TABLE ") + table);
  }
  for (const char* function : {"audit_guard", "audit_move_head", "audit_refuse"}) {
    if (!sqlite && version < 7) run(std::string("DROP FUNCTION ") + function);
  }
  if (!sqlite) run("DELETE FROM layout WHERE version > " + std::to_string(version));
  if (version < 4) {
    for (const char* table : {"rebuilding", "energy_month", "folded", "horizon"}) {
      run(std::string("DROP TABLE ") + table);
    }
    run("DROP INDEX report_day");
  }
  if (!sqlite) return;
  run("PRAGMA user_version = " + std::to_string(version));
  if (version > 3) return;
  run("ALTER TABLE report ADD COLUMN body BLOB NOT NULL DEFAULT x''");
  run("UPDATE report SET body = (SELECT b.body FROM report_body b WHERE b.report = report.id)");
  run("DROP TABLE report_body");
  if (version < 3) run("DROP TABLE provision");
  for (const char* column : {"command_timeouts", "self_assessment_passed", "reserve_state"}) {
    if (version < 2) run(std::string("ALTER TABLE disk DROP COLUMN ") + column);
  }
}

class OlderSchema : public ::testing::TestWithParam<std::tuple<Kind, int>> {
 protected:
  void SetUp() override { testing::skip_without(std::get<0>(GetParam())); }
  static std::string url() { return testing::url_of(std::get<0>(GetParam())); }
};
INSTANTIATE_TEST_SUITE_P(FleetStore, OlderSchema,
                         ::testing::Combine(testing::both,
                                            ::testing::Values(1, 2, 3, 4, 5, 6, 7, 8, 9)));

TEST_P(OlderSchema, goes_on_and_nothing_is_lost) {
  Fleet fleet(1, url());
  Laptop laptop = fleet.member("a", first_day);
  fleet.send(laptop, laptop.health(), first_day);
  fleet.send(laptop, laptop.energy(week_of(last_week)), first_day);
  const auto energy = fleet.counted_energy();
  make_older(fleet.url(), std::get<1>(GetParam()));
  fleet.reopen();
  const auto before = fleet.store().devices();
  ASSERT_TRUE(before) << before.error().text;
  EXPECT_EQ(before->front().inventory->inventory.disks, laptop.stock.disks);
  EXPECT_EQ(fleet.counted_energy(), energy);
  expect_sound(fleet);

  laptop.stock.disks.at(0).self_assessment_passed = false;
  laptop.stock.provision.locks.bios_password = true;
  laptop.stock.provision.processor = {"GenuineIntel", 6, 142, 10, true, 4, true};
  laptop.stock.provision.drive_erase = {{"nvme0", true, false, false, true, false, false, false}};
  laptop.stock.batteries.at(0).pack_number = 2;
  EXPECT_EQ(status_of(fleet.send(laptop, laptop.health(), first_day + days(1))), 200);
  const auto after = fleet.store().devices();
  ASSERT_TRUE(after) << after.error().text;
  EXPECT_EQ(after->front().inventory->inventory.disks, laptop.stock.disks);
  EXPECT_EQ(after->front().inventory->inventory.provision, laptop.stock.provision);
  EXPECT_EQ(after->front().battery_history.back().batteries, laptop.stock.batteries);
  EXPECT_EQ(after->front().battery_history.front().batteries.at(0).pack_number, std::nullopt);
  expect_sound(fleet);
}

// A main board that was swapped into another laptop, or a tag that was typed twice, finds nobody.
TEST_P(BothStores, boards_and_asset_tags_never_find_a_device) {
  Fleet fleet(1, url());
  Laptop first = fleet.member("a", first_day);
  Report report = first.health();
  report.serials = first.serials;
  report.serials->board_serial = "L1HF84B0";
  report.serials->asset_tag = "RIJK-4711";
  fleet.send(first, report, first_day);
  Laptop second = testing::laptop("b");
  second.serials.board_serial = "L1HF84B0";
  second.serials.asset_tag = "RIJK-4711";
  fleet.enrol(second, first_day);
  const auto devices = fleet.store().devices();
  ASSERT_TRUE(devices);
  for (const FleetDevice& device : *devices) {
    EXPECT_FALSE(device.continues_known);
    EXPECT_NE(device.state, EnrolmentState::conflict);
  }
}

}  // namespace
}  // namespace wattlife
