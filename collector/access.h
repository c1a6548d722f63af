// SPDX-License-Identifier: EUPL-1.2
// Who may see what. Each route says for each role how far it reaches; nothing has a default, so a
// new route or role without a decision does not compile, and tests/golden/authorisation.txt shows
// every decision for review. Pure.
//
// Why these reaches (design 1, rule 4, and 4): a ministry's people see their own organisations;
// DRZ sees single devices of others only from `aangemeld`; the government-wide role never sees a
// single device, only sums; locks are for the owner's asset role until a device is declared
// surplus.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace wattlife {

enum class Role { beheerder, indiener, goedkeurder, drz_planner, auditor, rijksbreed };
inline constexpr Role all_roles[] = {Role::beheerder,   Role::indiener, Role::goedkeurder,
                                     Role::drz_planner, Role::auditor,  Role::rijksbreed};
const char* name_of(Role role);  // "beheerder", …, "drz-planner"
std::optional<Role> role_from(std::string_view name);
// For people: "beheerder", "DRZ-planner"; "administrator", "DRZ planner".
const char* dutch_name_of(Role role);
const char* english_name_of(Role role);

// "auditor,beheerder" and "0000…,0000…", with `separator` between, in a fixed order.
std::string roles_text(const std::set<Role>& roles, char separator);
std::string oins_text(const std::set<std::string>& oins, char separator);

enum class SignedInBy { nobody, local_user, openid, proxy };
const char* name_of(SignedInBy by);  // "geen", "lokaal", "openid", "proxy"

// Somebody whose identity was established. `subject` never means two people: it begins with the
// way of signing in and, for OpenID, the issuer.
struct Person {
  std::string subject;
  std::string name;  // for the page
  std::set<Role> roles;
  std::set<std::string> oins;  // the organisations they act for
  SignedInBy by = SignedInBy::nobody;
  friend bool operator==(const Person&, const Person&) = default;
};

// Whoever comes to a collector without sign-in, which listens on loopback only: sees all of it.
Person anyone_on_this_machine();

// How far a role reaches on a route, from nothing to everything of everyone.
enum class Extent {
  none,
  sums,        // aggregates of all organisations, never a single device
  registered,  // single devices of any organisation from `aangemeld` on
  own,         // all of the person's own organisations
};

struct Access {
  enum class Who {
    people,  // who signed in, by the reach of their roles; first, so that {} is nobody
    device,  // has credentials of its own, which the route checks itself; no cookie counts
    anyone,  // shows nothing of any organisation
  };
  Who who;
  Extent beheerder;
  Extent indiener;
  Extent goedkeurder;
  Extent drz_planner;
  Extent auditor;
  Extent rijksbreed;

  Extent of(Role role) const;
};

inline constexpr Access for_devices = {Access::Who::device, Extent::none, Extent::none,
                                       Extent::none,        Extent::none, Extent::none,
                                       Extent::none};
inline constexpr Access for_anyone = {Access::Who::anyone, Extent::none, Extent::none, Extent::none,
                                      Extent::none,        Extent::none, Extent::none};
// Single devices: health, identity, route and reasons.
inline constexpr Access for_device_lists = {Access::Who::people, Extent::own,        Extent::own,
                                            Extent::own,         Extent::registered, Extent::own,
                                            Extent::none};
// Energy of groups.
inline constexpr Access for_sums = {Access::Who::people, Extent::own, Extent::own, Extent::own,
                                    Extent::none,        Extent::own, Extent::sums};
// The page, which shows of both what the person may see.
inline constexpr Access for_overview = {Access::Who::people, Extent::own, Extent::own, Extent::own,
                                        Extent::registered,  Extent::own, Extent::sums};

// Names of organisations of which single devices are seen.
inline constexpr Access for_organisations = {Access::Who::people, Extent::own,  Extent::own,
                                             Extent::own,         Extent::none, Extent::own,
                                             Extent::none};
// Enrolments that wait for a decision, or had one; confirming and revoking them.
inline constexpr Access for_enrolments = {Access::Who::people, Extent::own,  Extent::none,
                                          Extent::none,        Extent::none, Extent::none,
                                          Extent::none};
// Who did what with what belongs to an organisation.
inline constexpr Access for_audit = {Access::Who::people, Extent::none, Extent::none, Extent::none,
                                     Extent::none,        Extent::own,  Extent::none};

// What somebody sees of what is kept.
struct Sight {
  bool everything = false;     // an open collector
  std::set<std::string> oins;  // all of these organisations
  bool registered = false;     // and devices of any organisation from `aangemeld` on
  bool sums_of_all = false;    // and sums over all organisations
  bool locks = false;          // lock and encryption facts before `overtollig gesteld`
  friend bool operator==(const Sight&, const Sight&) = default;
};
bool sees_organisation(const Sight& sight, std::string_view oin);
// A device is seen by its owner's people and by those of who operates it for the owner (empty: the
// owner itself). Locks, decisions and energy are the owner's alone: adr/0011.
bool sees_device(const Sight& sight, std::string_view owner_oin, std::string_view operator_oin);

enum class Permission {
  allowed,     // everything of that tenant
  registered,  // only devices from `aangemeld` on
  sums_only,   // only aggregates
  sign_in,     // nobody is signed in
  denied,
};
const char* name_of(Permission permission);  // "allowed", "registered", …

// Whether `person` (null: nobody signed in) may use a route for what belongs to `tenant`. The roles
// are taken together: what one of them allows, is allowed.
Permission decide(const Access& access, const Person* person, std::string_view tenant);

// What `person` sees on a route whatever the tenant; nothing in it when no role reaches it.
struct Admission {
  Permission permission = Permission::denied;  // allowed (look through `sight`), sign_in or denied
  Sight sight;
};
Admission admission(const Access& access, const Person* person);

// Two people (design 4: functiescheiding): the approver has the role for it, acts for the
// organisation, and is not who proposed.
bool may_approve(const Person& approver, std::string_view proposer_subject, std::string_view oin);

}  // namespace wattlife
