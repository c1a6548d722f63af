// SPDX-License-Identifier: EUPL-1.2
#include "collector/access.h"

#include <algorithm>

namespace wattlife {
namespace {

struct RoleWords {
  Role role;
  const char* name;
  const char* dutch;
  const char* english;
};
constexpr RoleWords role_words[] = {
    {Role::beheerder, "beheerder", "beheerder", "administrator"},
    {Role::indiener, "indiener", "indiener", "proposer"},
    {Role::goedkeurder, "goedkeurder", "goedkeurder", "approver"},
    {Role::drz_planner, "drz-planner", "DRZ-planner", "DRZ planner"},
    {Role::auditor, "auditor", "auditor", "auditor"},
    {Role::rijksbreed, "rijksbreed", "rijksbreed", "government-wide"},
};

const RoleWords& words_of(Role role) {
  return *std::find_if(std::begin(role_words), std::end(role_words),
                       [&](const RoleWords& row) { return row.role == role; });
}

}  // namespace

const char* name_of(Role role) { return words_of(role).name; }
const char* dutch_name_of(Role role) { return words_of(role).dutch; }
const char* english_name_of(Role role) { return words_of(role).english; }

std::optional<Role> role_from(std::string_view name) {
  for (const RoleWords& row : role_words) {
    if (name == row.name) return row.role;
  }
  return std::nullopt;
}

std::string roles_text(const std::set<Role>& roles, char separator) {
  std::string text;
  for (const Role role : roles) {
    if (!text.empty()) text += separator;
    text += name_of(role);
  }
  return text;
}

std::string oins_text(const std::set<std::string>& oins, char separator) {
  std::string text;
  for (const std::string& oin : oins) {
    if (!text.empty()) text += separator;
    text += oin;
  }
  return text;
}

const char* name_of(SignedInBy by) {
  switch (by) {
    case SignedInBy::nobody:
      return "geen";
    case SignedInBy::local_user:
      return "lokaal";
    case SignedInBy::openid:
      return "openid";
    case SignedInBy::proxy:
      return "proxy";
  }
  return "geen";
}

Person anyone_on_this_machine() { return {}; }

Extent Access::of(Role role) const {
  switch (role) {
    case Role::beheerder:
      return beheerder;
    case Role::indiener:
      return indiener;
    case Role::goedkeurder:
      return goedkeurder;
    case Role::drz_planner:
      return drz_planner;
    case Role::auditor:
      return auditor;
    case Role::rijksbreed:
      return rijksbreed;
  }
  return Extent::none;
}

const char* name_of(Permission permission) {
  switch (permission) {
    case Permission::allowed:
      return "allowed";
    case Permission::registered:
      return "registered";
    case Permission::sums_only:
      return "sums-only";
    case Permission::sign_in:
      return "sign-in";
    case Permission::denied:
      return "denied";
  }
  return "denied";
}

bool sees_organisation(const Sight& sight, std::string_view oin) {
  return sight.everything || sight.oins.count(std::string(oin)) != 0;
}

bool sees_device(const Sight& sight, std::string_view owner_oin, std::string_view operator_oin) {
  return sees_organisation(sight, owner_oin) ||
         (!operator_oin.empty() && sees_organisation(sight, operator_oin));
}

Admission admission(const Access& access, const Person* person) {
  if (access.who != Access::Who::people) return {Permission::allowed, {}};
  if (person == nullptr) return {Permission::sign_in, {}};
  Admission result;
  if (person->by == SignedInBy::nobody) {
    result.permission = Permission::allowed;
    result.sight.everything = true;
    result.sight.locks = true;
    return result;
  }
  for (const Role role : person->roles) {
    const Extent reach = access.of(role);
    if (reach == Extent::none) continue;
    // Who acts for no organisation has none of their own to see.
    if (reach == Extent::own && person->oins.empty()) continue;
    result.permission = Permission::allowed;
    if (reach == Extent::own) result.sight.oins = person->oins;
    if (reach == Extent::registered) result.sight.registered = true;
    if (reach == Extent::sums) result.sight.sums_of_all = true;
    if (reach == Extent::own && role == Role::beheerder) result.sight.locks = true;
  }
  return result;
}

Permission decide(const Access& access, const Person* person, std::string_view tenant) {
  const Admission result = admission(access, person);
  if (result.permission != Permission::allowed || access.who != Access::Who::people) {
    return result.permission;
  }
  if (sees_organisation(result.sight, tenant)) return Permission::allowed;
  if (result.sight.registered) return Permission::registered;
  if (result.sight.sums_of_all) return Permission::sums_only;
  return Permission::denied;
}

bool may_approve(const Person& approver, std::string_view proposer_subject, std::string_view oin) {
  return approver.by != SignedInBy::nobody && approver.roles.count(Role::goedkeurder) != 0 &&
         approver.oins.count(std::string(oin)) != 0 && !proposer_subject.empty() &&
         approver.subject != proposer_subject;
}

}  // namespace wattlife
