// SPDX-License-Identifier: EUPL-1.2
#include "collector/local_users.h"

#include <gtest/gtest.h>

namespace wattlife {
namespace {

const LocalUser jan = {"jan",
                       "scrypt$x",
                       {Role::beheerder, Role::auditor},
                       {"00000001003214345000", "00000004000000062000"}};

TEST(LocalUsers, are_written_and_read_back) {
  const std::vector<LocalUser> users = {jan, {"piet.2", "", {}, {}}};
  const auto read = users_from(to_toml(users), "users.toml");
  ASSERT_TRUE(read) << read.error().text;
  EXPECT_EQ(*read, users);
  EXPECT_EQ(find_user(*read, "jan")->roles.size(), 2u);
  EXPECT_EQ(find_user(*read, "Jan"), nullptr);
  EXPECT_TRUE(users_from("", "users.toml")->empty());
}

TEST(LocalUsers, what_is_wrong_is_named) {
  const struct {
    const char* text;
    const char* part;
  } cases[] = {
      {"[[user]]\nname = \"Jan\"\n", "user \"Jan\": is no name"},
      {"[[user]]\nname = \"jan\"\nroles = \"baas\"\n", "\"baas\" is no role"},
      {"[[user]]\nname = \"jan\"\norganisations = \"123\"\n", "20 digits"},
      {"[[user]]\nname = \"jan\"\nrole = \"beheerder\"\n", "key \"role\" is not known"},
      {"[[user]]\nname = \"jan\"\n[[user]]\nname = \"jan\"\n", "is there twice"},
      {"user = 1\n", "users.toml:1:"},
  };
  for (const auto& c : cases) {
    const auto users = users_from(c.text, "users.toml");
    ASSERT_FALSE(users) << c.text;
    EXPECT_NE(users.error().text.find(c.part), std::string::npos) << users.error().text;
  }
}

TEST(LocalUsers, stamp_changes_with_password_roles_and_organisations) {
  LocalUser changed = jan;
  EXPECT_EQ(stamp_of(changed), stamp_of(jan));
  changed.password_hash = "scrypt$y";
  EXPECT_NE(stamp_of(changed), stamp_of(jan));
  changed = jan;
  changed.roles.erase(Role::beheerder);
  EXPECT_NE(stamp_of(changed), stamp_of(jan));
  changed = jan;
  changed.oins.clear();
  EXPECT_NE(stamp_of(changed), stamp_of(jan));
}

TEST(LocalUsers, are_people_of_their_own_kind) {
  const Person person = person_of(jan);
  EXPECT_EQ(person.subject, "lokaal jan");
  EXPECT_EQ(person.by, SignedInBy::local_user);
  EXPECT_EQ(person.oins, jan.oins);
}

}  // namespace
}  // namespace wattlife
