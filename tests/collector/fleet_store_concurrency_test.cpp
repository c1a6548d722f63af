// SPDX-License-Identifier: EUPL-1.2
// Several collectors on one database: whatever two of them do at once, the outcome is one that
// they could have had one after the other.
#include <gtest/gtest.h>

#include <barrier>
#include <set>
#include <thread>

#include "collector/digest.h"
#include "collector/fleet_store.h"
#include "tests/collector/both_stores.h"
#include "tests/collector/fleet.h"

namespace wattlife {
namespace {

using std::chrono::days;
using testing::first_day;
using testing::Fleet;
using testing::Laptop;
using testing::week_of;

class SeveralCollectors : public testing::BothStores {};
INSTANTIATE_TEST_SUITE_P(FleetStore, SeveralCollectors, testing::both, testing::name_of_kind);

std::unique_ptr<FleetStore> second_store(const Fleet& fleet) {
  auto opened = open_fleet_store(fleet.url(), StoreOpen::existing, testing::repeatable_random(77));
  EXPECT_TRUE(opened) << opened.error().text;
  return *std::move(opened);
}

// A device is told to come again when a file is locked for long; it does.
ReportOutcome received(FleetStore& store, const ReportArrival& arrival) {
  for (int i = 0; i < 50; ++i) {
    const auto outcomes = store.receive({arrival}, first_day);
    if (outcomes) return outcomes->front();
    EXPECT_EQ(outcomes.error().cause, Cause::busy) << outcomes.error().text;
  }
  ADD_FAILURE() << "busy for too long";
  return {};
}

void at_once(const std::function<void()>& one, const std::function<void()>& two) {
  std::barrier start(2);
  const auto run = [&start](const std::function<void()>& work) {
    start.arrive_and_wait();
    work();
  };
  std::thread other([&] { run(two); });
  run(one);
  other.join();
}

void expect_sound(FleetStore& store) {
  const auto checked = store.check();
  ASSERT_TRUE(checked) << checked.error().text;
  EXPECT_EQ(checked->different_tables, std::vector<std::string>{});
}

TEST_P(SeveralCollectors, the_same_report_twice_and_500_different_ones_each_count_once) {
  Fleet fleet(1, url());
  const auto second = second_store(fleet);
  std::vector<ReportArrival> arrivals;
  for (int i = 0; i < 25; ++i) {
    Laptop laptop = fleet.member("m" + std::to_string(i), first_day);
    for (int week = 1; week <= 20; ++week) {
      const Report report = laptop.energy(week_of(first_day - days(7 * week)), 1000 + week);
      arrivals.push_back({laptop.credential, to_bytes(report)});
    }
  }
  Laptop twice = fleet.member("twice", first_day);
  const ReportArrival same{twice.credential,
                           to_bytes(twice.energy(week_of(first_day - days(7)), 5))};

  // Interleaved, so that both work at the same laptops, and each sends the same report once.
  std::vector<ReportOutcome> same_outcomes(2);
  const auto half = [&](FleetStore& store, std::size_t offset) {
    same_outcomes[offset] = received(store, same);
    for (std::size_t i = offset; i < arrivals.size(); i += 2) {
      EXPECT_TRUE(received(store, arrivals[i]).acknowledgement);
    }
  };
  at_once([&] { half(fleet.store(), 0); }, [&] { half(*second, 1); });

  ASSERT_TRUE(same_outcomes[0].acknowledgement && same_outcomes[1].acknowledgement);
  EXPECT_EQ(*same_outcomes[0].acknowledgement, *same_outcomes[1].acknowledgement);
  Energy expected = joules(5);
  for (int week = 1; week <= 20; ++week) expected += joules(25 * (1000 + week));
  EXPECT_EQ(fleet.counted_energy(), expected);
  const auto again = received(*second, arrivals[19]);
  EXPECT_EQ(again.acknowledgement->complete_through, 20);
  const auto checked = second->check();
  ASSERT_TRUE(checked) << checked.error().text;
  EXPECT_EQ(checked->reports, 501);
  EXPECT_EQ(checked->different_tables, std::vector<std::string>{});
}

// Batches in opposite order would wait for each other for ever without one order of locks.
TEST_P(SeveralCollectors, batches_of_the_same_laptops_in_opposite_order) {
  Fleet fleet(1, url());
  const auto second = second_store(fleet);
  std::vector<Laptop> laptops;
  for (int i = 0; i < 8; ++i) laptops.push_back(fleet.member("m" + std::to_string(i), first_day));
  for (int round = 0; round < 10; ++round) {
    std::vector<ReportArrival> up;
    std::vector<ReportArrival> down;
    for (Laptop& laptop : laptops) up.push_back({laptop.credential, to_bytes(laptop.health())});
    for (Laptop& laptop : laptops) {
      down.insert(down.begin(), {laptop.credential, to_bytes(laptop.health())});
    }
    const auto all = [](FleetStore& store, const std::vector<ReportArrival>& batch) {
      const auto outcomes = store.receive(batch, first_day);
      ASSERT_TRUE(outcomes) << outcomes.error().text;
      for (const ReportOutcome& outcome : *outcomes) EXPECT_TRUE(outcome.acknowledgement);
    };
    at_once([&] { all(fleet.store(), up); }, [&] { all(*second, down); });
  }
  EXPECT_EQ(received(fleet.store(), {laptops[0].credential, to_bytes(laptops[0].health())})
                .acknowledgement->complete_through,
            21);
  expect_sound(*second);
}

// The week of a laptop that was installed anew, sent by both installations at once through two
// collectors: as one after the other it is a conflict, and the week counts once.
TEST_P(SeveralCollectors, two_installations_of_one_laptop_never_count_one_week_twice) {
  Fleet fleet(1, url());
  const auto second = second_store(fleet);
  for (int round = 0; round < 10; ++round) {
    const std::string name = "m" + std::to_string(round);
    Laptop old = fleet.member(name, first_day - days(60));
    Laptop fresh = old;
    fresh.install_id = testing::id_of("install-again-" + name);
    fresh.store_id = testing::id_of("store-again-" + name);
    fresh.sequence = 0;
    fleet.enrol(fresh, first_day);
    ASSERT_TRUE(fleet.store().confirm(fresh.credential.device_id, false));
    const Energy before = fleet.counted_energy();
    const Period week = week_of(first_day - days(7));
    const ReportArrival from_old{old.credential, to_bytes(old.energy(week, 700))};
    const ReportArrival from_fresh{fresh.credential, to_bytes(fresh.energy(week, 700))};
    at_once([&] { received(fleet.store(), from_old); }, [&] { received(*second, from_fresh); });
    EXPECT_LE(fleet.counted_energy() - before, joules(700));
  }
  expect_sound(fleet.store());
}

// Laptops made from one image share the number of their store: its rows count once.
TEST_P(SeveralCollectors, a_store_that_was_copied_counts_once) {
  Fleet fleet(1, url());
  const auto second = second_store(fleet);
  for (int round = 0; round < 10; ++round) {
    Laptop one = fleet.member("a" + std::to_string(round), first_day);
    Laptop two = fleet.member("b" + std::to_string(round), first_day);
    two.store_id = one.store_id;
    const Energy before = fleet.counted_energy();
    const Period week = week_of(first_day - days(7));
    const ReportArrival from_one{one.credential, to_bytes(one.energy(week, 300))};
    const ReportArrival from_two{two.credential, to_bytes(two.energy(week, 300))};
    at_once([&] { received(fleet.store(), from_one); }, [&] { received(*second, from_two); });
    EXPECT_EQ(fleet.counted_energy() - before, joules(300));
  }
  expect_sound(fleet.store());
}

TEST_P(SeveralCollectors, an_enrolment_sent_to_both_makes_one_device) {
  Fleet fleet(1, url());
  const auto second = second_store(fleet);
  for (int i = 0; i < 10; ++i) {
    const Laptop laptop = testing::laptop("m" + std::to_string(i));
    const EnrolmentArrival arrival{fleet.token, to_bytes(laptop.enrolment()), true};
    std::vector<Id128> ids(2);
    const auto enrol = [&](FleetStore& store, std::size_t at) {
      const auto outcomes = store.enrol({arrival}, first_day);
      ASSERT_TRUE(outcomes) << outcomes.error().text;
      ASSERT_TRUE(outcomes->front().answer);
      ids[at] = outcomes->front().answer->device_id;
    };
    at_once([&] { enrol(fleet.store(), 0); }, [&] { enrol(*second, 1); });
    EXPECT_EQ(ids[0], ids[1]);
  }
  EXPECT_EQ(fleet.store().enrolments()->size(), 10u);
}

// What both stores make of an enrolment with a certificate, sent to each at the same time.
std::vector<EnrolmentOutcome> enrolled_at_once(FleetStore& one, const EnrolmentArrival& to_one,
                                               FleetStore& two, const EnrolmentArrival& to_two) {
  std::vector<EnrolmentOutcome> outcomes(2);
  const auto enrol = [&](FleetStore& store, const EnrolmentArrival& arrival, std::size_t at) {
    const auto enrolled = store.enrol({arrival}, first_day);
    ASSERT_TRUE(enrolled) << enrolled.error().text;
    outcomes[at] = enrolled->front();
  };
  at_once([&] { enrol(one, to_one, 0); }, [&] { enrol(two, to_two, 1); });
  return outcomes;
}

EnrolmentArrival with_key(const Laptop& laptop, const std::string& key) {
  return {"", to_bytes(laptop.enrolment()), true,
          CertificateClaim{sha256(key), testing::oin, true}};
}

TEST_P(SeveralCollectors, one_certificate_at_both_makes_one_device) {
  Fleet fleet(1, url());
  const auto second = second_store(fleet);
  for (int i = 0; i < 10; ++i) {
    const std::string name = "m" + std::to_string(i);
    const auto arrival = with_key(testing::laptop(name), name);
    const auto outcomes = enrolled_at_once(fleet.store(), arrival, *second, arrival);
    ASSERT_TRUE(outcomes[0].answer && outcomes[1].answer);
    EXPECT_EQ(outcomes[0].answer->device_id, outcomes[1].answer->device_id);
    EXPECT_FALSE(outcomes[0].answer->pending || outcomes[1].answer->pending);
  }
  EXPECT_EQ(fleet.store().enrolments()->size(), 10u);
}

// One key on two machines is that of the one that came first; the other gets nothing of it.
TEST_P(SeveralCollectors, one_certificate_of_two_machines_at_once_is_that_of_one) {
  Fleet fleet(1, url());
  const auto second = second_store(fleet);
  for (int i = 0; i < 10; ++i) {
    const std::string name = "m" + std::to_string(i);
    const auto outcomes =
        enrolled_at_once(fleet.store(), with_key(testing::laptop("a" + name), name), *second,
                         with_key(testing::laptop("b" + name), name));
    ASSERT_NE(outcomes[0].answer.has_value(), outcomes[1].answer.has_value());
    const auto& refused = outcomes[outcomes[0].answer ? 1 : 0];
    EXPECT_EQ(refused.problem.name, "certificate-of-another");
  }
  EXPECT_EQ(fleet.store().enrolments()->size(), 10u);
}

// A laptop whose certificate is renewed while it enrols: whichever came last is its key, and the
// other is remembered as the one before.
TEST_P(SeveralCollectors, two_certificates_of_one_laptop_at_both_make_one_device_with_one_key) {
  Fleet fleet(1, url());
  const auto second = second_store(fleet);
  for (int i = 0; i < 10; ++i) {
    const std::string name = "m" + std::to_string(i);
    const Laptop laptop = testing::laptop(name);
    const auto outcomes = enrolled_at_once(fleet.store(), with_key(laptop, name + " old"), *second,
                                           with_key(laptop, name + " new"));
    ASSERT_TRUE(outcomes[0].answer && outcomes[1].answer);
    EXPECT_EQ(outcomes[0].answer->device_id, outcomes[1].answer->device_id);
    const auto bound =
        *fleet.store().enrolments_of_keys({sha256(name + " old"), sha256(name + " new")});
    ASSERT_NE(bound[0].empty(), bound[1].empty());
    const auto retired = with_key(laptop, name + (bound[0].empty() ? " old" : " new"));
    EXPECT_EQ(fleet.store().enrol({retired}, first_day)->front().problem.name, "two-installations");
  }
  EXPECT_EQ(fleet.store().enrolments()->size(), 10u);
}

// Reports that wait are counted by the one who confirms or by the one who receives, never by both
// and never by none.
TEST_P(SeveralCollectors, confirming_while_reports_come_in) {
  Fleet fleet(1, url());
  const auto second = second_store(fleet);
  Energy expected;
  for (int i = 0; i < 10; ++i) {
    Laptop laptop = testing::laptop("m" + std::to_string(i));
    fleet.enrol(laptop, first_day);
    std::vector<ReportArrival> arrivals;
    for (int week = 1; week <= 6; ++week) {
      arrivals.push_back(
          {laptop.credential, to_bytes(laptop.energy(week_of(first_day - days(7 * week)), 10))});
      expected += joules(10);
    }
    at_once([&] { EXPECT_TRUE(fleet.store().confirm(laptop.credential.device_id, false)); },
            [&] {
              for (const ReportArrival& arrival : arrivals) received(*second, arrival);
            });
  }
  EXPECT_EQ(fleet.counted_energy(), expected);
  expect_sound(fleet.store());
}

TEST_P(SeveralCollectors, a_rebuild_while_reports_come_in_loses_none) {
  Fleet fleet(1, url());
  const auto second = second_store(fleet);
  std::vector<ReportArrival> arrivals;
  for (int i = 0; i < 12; ++i) {
    Laptop laptop = fleet.member("m" + std::to_string(i), first_day);
    for (int week = 1; week <= 10; ++week) {
      const Report report = laptop.energy(week_of(first_day - days(7 * week)), 10);
      arrivals.push_back({laptop.credential, to_bytes(report)});
    }
  }
  at_once(
      [&] {
        for (int i = 0; i < 3; ++i) {
          const auto rebuilt = fleet.store().rebuild();
          if (!rebuilt) {
            EXPECT_EQ(rebuilt.error().cause, Cause::busy) << rebuilt.error().text;
            continue;
          }
          EXPECT_EQ(rebuilt->different_tables, std::vector<std::string>{});
        }
      },
      [&] {
        for (const ReportArrival& arrival : arrivals) received(*second, arrival);
      });
  EXPECT_EQ(fleet.counted_energy(), joules(1200));
  expect_sound(fleet.store());
}

TEST_P(SeveralCollectors, two_that_start_at_once_make_the_tables_once) {
  const TemporaryFolder folder;
  const std::string given = url();
  const std::string database = given.empty() ? "sqlite://" + folder / "fleet.db" : given;
  const auto open = [&] {
    const auto opened = open_fleet_store(database, StoreOpen::make, testing::repeatable_random(1));
    EXPECT_TRUE(opened) << opened.error().text;
  };
  at_once(open, open);
  const auto opened =
      open_fleet_store(database, StoreOpen::existing, testing::repeatable_random(1));
  ASSERT_TRUE(opened);
  EXPECT_TRUE((*opened)->organisations()->empty());
}

}  // namespace
}  // namespace wattlife
