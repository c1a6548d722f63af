// SPDX-License-Identifier: EUPL-1.2
#include "collector/access.h"

#include <gtest/gtest.h>

#include "collector/site.h"
#include "tests/collector/fleet.h"

namespace wattlife {
namespace {

const std::string own = "00000001003214345000";
const std::string other = "00000004000000062000";

Person somebody(std::set<Role> roles) {
  return {
      "openid https://idp.example 1", "A. de Vries", std::move(roles), {own}, SignedInBy::openid};
}

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text + " ";
}

// A line for each route, role and tenant.
std::string matrix() {
  std::string text =
      "# Who may what: each route of the collector x each role x own and other organisation.\n"
      "# Made by access_test from the table of routes; look at every difference.\n"
      "# SPDX-License-Identifier: EUPL-1.2\n"
      "# route                            who            own         other       locks\n";
  for (const RouteDecision& route : Site::decisions()) {
    const std::string name = padded(std::string(route.method), 4) + std::string(route.path);
    const auto line = [&](const std::string& who, const Person* person) {
      const Admission admitted = admission(route.access, person);
      text += padded(name, 34) + padded(who, 14) +
              padded(name_of(decide(route.access, person, own)), 11) +
              padded(name_of(decide(route.access, person, other)), 11) +
              (admitted.sight.locks ? "yes" : "no") + "\n";
    };
    if (route.access.who == Access::Who::device) {
      text += padded(name, 34) + "devices, by their own credential; no role counts\n";
      continue;
    }
    line("(nobody)", nullptr);
    const Person roleless = somebody({});
    line("(no role)", &roleless);
    for (const Role role : all_roles) {
      const Person person = somebody({role});
      line(name_of(role), &person);
    }
  }
  return text;
}

TEST(Access, every_route_role_and_tenant_is_as_it_was_decided) {
  testing::expect_golden("../authorisation.txt", matrix());
}

TEST(Access, laws_that_hold_for_every_route) {
  for (const RouteDecision& route : Site::decisions()) {
    SCOPED_TRACE(std::string(route.method) + " " + std::string(route.path));
    const Access& access = route.access;
    const bool for_people = access.who == Access::Who::people;
    // Nobody, and who has no role, sees nothing of any organisation.
    EXPECT_EQ(decide(access, nullptr, own) == Permission::allowed, !for_people);
    const Person roleless = somebody({});
    EXPECT_EQ(decide(access, &roleless, own) == Permission::allowed, !for_people);
    for (const Role role : all_roles) {
      SCOPED_TRACE(name_of(role));
      const Person person = somebody({role});
      // All of another organisation: never, for no role.
      EXPECT_EQ(decide(access, &person, other) == Permission::allowed, !for_people);
      EXPECT_FALSE(admission(access, &person).sight.everything);
      // Without an organisation there are none of one's own.
      Person nowhere = person;
      nowhere.oins.clear();
      EXPECT_EQ(decide(access, &nowhere, own) == Permission::allowed, !for_people);
    }
    // The government-wide role never reaches a single device.
    EXPECT_TRUE(access.rijksbreed == Extent::none || access.rijksbreed == Extent::sums);
    const Person wide = somebody({Role::rijksbreed});
    EXPECT_TRUE(admission(access, &wide).sight.oins.empty());
    EXPECT_FALSE(admission(access, &wide).sight.registered);
    // Locks are for the asset role.
    for (const Role role :
         {Role::indiener, Role::goedkeurder, Role::drz_planner, Role::auditor, Role::rijksbreed}) {
      const Person person = somebody({role});
      EXPECT_FALSE(admission(access, &person).sight.locks);
    }
    // A device's own routes carry no decision of people, and the other way round.
    EXPECT_EQ(access.who == Access::Who::device, std::string(route.path).rfind("/device/", 0) == 0);
  }
}

TEST(Access, a_decision_that_nobody_took_lets_nobody_in) {
  for (const Role role : all_roles) {
    const Person person = somebody({role});
    EXPECT_EQ(decide(Access{}, &person, own), Permission::denied);
  }
  EXPECT_EQ(decide(Access{}, nullptr, own), Permission::sign_in);
}

TEST(Access, roles_are_taken_together) {
  const Person both = somebody({Role::rijksbreed, Role::auditor});
  EXPECT_EQ(decide(for_overview, &both, own), Permission::allowed);
  EXPECT_EQ(decide(for_overview, &both, other), Permission::sums_only);
  const Person planner = somebody({Role::drz_planner, Role::rijksbreed});
  EXPECT_EQ(decide(for_overview, &planner, other), Permission::registered);
  EXPECT_TRUE(admission(for_overview, &planner).sight.sums_of_all);
}

TEST(Access, an_open_collector_shows_everything) {
  const Person anyone = anyone_on_this_machine();
  const Admission admitted = admission(for_device_lists, &anyone);
  EXPECT_EQ(admitted.permission, Permission::allowed);
  EXPECT_TRUE(admitted.sight.everything);
  EXPECT_TRUE(admitted.sight.locks);
}

TEST(Access, proposer_and_approver_are_two_people) {
  const Person approver = somebody({Role::goedkeurder, Role::indiener});
  EXPECT_TRUE(may_approve(approver, "openid https://idp.example 2", own));
  EXPECT_FALSE(may_approve(approver, approver.subject, own));
  EXPECT_FALSE(may_approve(approver, "", own));
  EXPECT_FALSE(may_approve(approver, "openid https://idp.example 2", other));
  EXPECT_FALSE(may_approve(somebody({Role::indiener}), "openid https://idp.example 2", own));
  EXPECT_FALSE(may_approve(anyone_on_this_machine(), "openid https://idp.example 2", own));
}

TEST(Access, names_of_roles_are_read_back) {
  for (const Role role : all_roles) EXPECT_EQ(role_from(name_of(role)), role);
  for (const char* name : {"", "Beheerder", "admin", "drz_planner"}) {
    EXPECT_FALSE(role_from(name)) << name;
  }
}

TEST(Access, a_device_is_seen_by_owner_and_operator_and_nobody_else) {
  struct Case {
    const char* name;
    const char* owner;
    const char* operated_by;
    bool seen;
  };
  const std::string third = "00000005000000000000";
  const Case cases[] = {
      {"mine", own.c_str(), "", true},
      {"mine, operated by another", own.c_str(), other.c_str(), true},
      {"another's, operated by me", other.c_str(), own.c_str(), true},
      {"another's", other.c_str(), "", false},
      {"another's, operated by a third", other.c_str(), third.c_str(), false},
      {"nobody's", "", "", false},
  };
  const Person person = somebody({Role::beheerder});
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const Sight sight = admission(for_enrolments, &person).sight;
    EXPECT_EQ(sees_device(sight, c.owner, c.operated_by), c.seen);
  }
  Sight all;
  all.everything = true;
  EXPECT_TRUE(sees_device(all, other, ""));
  // No operator is nobody, also for who acts for nobody.
  Sight nothing;
  nothing.oins = {""};
  EXPECT_FALSE(sees_device(nothing, other, ""));
}

}  // namespace
}  // namespace wattlife
