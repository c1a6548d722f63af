// SPDX-License-Identifier: EUPL-1.2
#include "collector/api_words.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "collector/access.h"
#include "collector/audit.h"
#include "collector/enrolment.h"
#include "collector/machine_words.h"
#include "collector/outlook_words.h"
#include "collector/rest_api.h"
#include "core/assessment.h"

namespace wattlife {
namespace {

template <std::size_t N>
std::set<std::string> listed(const std::string_view (&words)[N]) {
  std::set<std::string> set;
  for (const std::string_view word : words) set.insert(std::string(word));
  EXPECT_EQ(set.size(), N) << "a word stands there twice";
  return set;
}

// Every value of each kind has its word in the list, and the list has no other.
TEST(ApiWords, lists_are_whole) {
  using Words = std::set<std::string>;
  EXPECT_EQ(listed(known_words),
            (Words{name_of(Known::yes), name_of(Known::no), name_of(Known::unknown)}));
  EXPECT_EQ(listed(verdict_words),
            (Words{dutch_name_of(Verdict::good), dutch_name_of(Verdict::watch),
                   dutch_name_of(Verdict::replace), dutch_name_of(Verdict::fail),
                   dutch_name_of(Verdict::unknown)}));
  EXPECT_EQ(
      listed(crossing_words),
      (Words{dutch_name_of(Crossing::already_below), dutch_name_of(Crossing::within_12_months),
             dutch_name_of(Crossing::beyond_12_months), dutch_name_of(Crossing::refused)}));
  EXPECT_EQ(listed(rule_kind_words), (Words{name_of(RuleKind::hold), name_of(RuleKind::route),
                                            name_of(RuleKind::task), name_of(RuleKind::note)}));
  EXPECT_EQ(listed(disk_kind_words),
            (Words{name_of(DiskKind::nvme), name_of(DiskKind::ata), name_of(DiskKind::emmc)}));
  EXPECT_EQ(listed(wear_words),
            (Words{dutch_name_of(WearState::within), dutch_name_of(WearState::at_rating),
                   dutch_name_of(WearState::beyond), dutch_name_of(WearState::saturated)}));
  EXPECT_EQ(listed(enrolment_words),
            (Words{name_of(EnrolmentState::to_confirm), name_of(EnrolmentState::confirmed),
                   name_of(EnrolmentState::conflict), name_of(EnrolmentState::revoked)}));
  EXPECT_EQ(listed(tier_words),
            (Words{dutch_name_of(Tier::measured), dutch_name_of(Tier::calibrated_device),
                   dutch_name_of(Tier::calibrated_model), dutch_name_of(Tier::estimated),
                   dutch_name_of(Tier::unknown)}));
  Words roles;
  for (const Role role : all_roles) roles.insert(name_of(role));
  EXPECT_EQ(listed(role_words_of_api), roles);
  EXPECT_EQ(listed(way_words), (Words{name_of(SignedInBy::nobody), name_of(SignedInBy::local_user),
                                      name_of(SignedInBy::openid), name_of(SignedInBy::proxy)}));
  EXPECT_EQ(listed(result_words), (Words{name_of(AuditResult::done), name_of(AuditResult::denied),
                                         name_of(AuditResult::failed)}));
}

}  // namespace
}  // namespace wattlife
