// SPDX-License-Identifier: EUPL-1.2
#include "platform/access_list.h"

#include <gtest/gtest.h>

#include "core/text.h"

namespace wattlife {
namespace {

std::string bytes(std::string hex) {
  std::erase(hex, ' ');
  const auto decoded = bytes_from_hex(hex);
  EXPECT_TRUE(decoded) << hex;
  return decoded.value_or("");
}

// Accounts: SYSTEM (S-1-5-18), Administrators (S-1-5-32-544), and a service
// (S-1-5-80 and five numbers).
const std::string system_sid = bytes("0101 000000000005 12000000");
const std::string administrators = bytes("0102 000000000005 20000000 20020000");
const std::string service =
    bytes("0106 000000000005 50000000 01000000 02000000 03000000 04000000 05000000");

std::string u16(std::size_t value) {
  return {static_cast<char>(value & 0xFF), static_cast<char>(value >> 8 & 0xFF)};
}

struct Ace {
  char type = 0;  // 0 allows, 1 denies
  char flags = 0;
  std::uint32_t mask = 0;
  std::string sid;
};
std::string entry(const Ace& ace) {
  return std::string{ace.type, ace.flags} + u16(8 + ace.sid.size()) + u16(ace.mask & 0xFFFF) +
         u16(ace.mask >> 16) + ace.sid;
}
std::string list(const std::vector<Ace>& aces, char revision = 2) {
  std::string entries;
  for (const Ace& ace : aces) entries += entry(ace);
  return std::string{revision, '\0'} + u16(8 + entries.size()) + u16(aces.size()) +
         std::string(2, '\0') + entries;
}

constexpr std::uint32_t everything = 0x001F'01FF;
const Ace system_all{0, 0, everything, system_sid};
const Ace administrators_all{0, 0, everything, administrators};
const Ace administrators_inherited{0, 0x10, everything, administrators};
const Ace service_reads{0, 0, read_rights, service};

TEST(AccessList, OneEntryIsAddedAndTheRestStays) {
  struct Case {
    const char* name;
    std::vector<Ace> before;
    std::vector<Ace> after;
  };
  const Ace denied_other{1, 0, everything, administrators};
  const Ace writes_only{0, 0, 0x0000'0116, service};
  const Ace below_only{0, 0x0B, everything, service};
  const Ace object_entry{5, 0, everything, service};  // of another kind, though it looks alike
  const Ace denied_write{1, 0, 0x0000'0002, service};
  const Case cases[] = {
      {"an empty list", {}, {service_reads}},
      {"as a key of the computer has it",
       {system_all, administrators_all},
       {system_all, administrators_all, service_reads}},
      {"before what is inherited",
       {system_all, administrators_inherited},
       {system_all, service_reads, administrators_inherited}},
      {"after what is denied to others",
       {denied_other, system_all},
       {denied_other, system_all, service_reads}},
      {"one that may only write gets an entry more", {writes_only}, {writes_only, service_reads}},
      {"an entry for what is made below is not about this one",
       {below_only},
       {below_only, service_reads}},
      {"entries of another kind stay", {object_entry}, {object_entry, service_reads}},
      {"forbidden to write is not forbidden to read",
       {denied_write, system_all},
       {denied_write, system_all, service_reads}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const Result<std::string> got = with_reader(list(c.before), service);
    ASSERT_TRUE(got) << got.error().text;
    EXPECT_EQ(hex_from_bytes(*got), hex_from_bytes(list(c.after)));
    const Result<std::string> again = with_reader(*got, service);
    ASSERT_TRUE(again);
    EXPECT_EQ(*again, *got) << "a second time adds nothing";
  }
}

TEST(AccessList, WhoMayReadAlreadyGetsNothingMore) {
  for (const std::uint32_t mask :
       {read_rights, everything, std::uint32_t{0x8000'0000}, std::uint32_t{0x1000'0000}}) {
    for (const char flags : {'\0', '\x10'}) {
      const std::string before = list({system_all, {0, flags, mask, service}});
      const Result<std::string> got = with_reader(before, service);
      ASSERT_TRUE(got);
      EXPECT_EQ(*got, before) << mask;
    }
  }
}

TEST(AccessList, TheRevisionStays) {
  const Result<std::string> got = with_reader(list({system_all}, 4), service);
  ASSERT_TRUE(got);
  EXPECT_EQ((*got)[0], 4);
}

// Bytes after the last entry belong to nobody.
TEST(AccessList, RoomAtTheEndIsNotKept) {
  std::string roomy = list({system_all}) + std::string(32, '\xEE');
  roomy[2] = static_cast<char>(roomy.size());
  const Result<std::string> got = with_reader(roomy, service);
  ASSERT_TRUE(got);
  EXPECT_EQ(*got, list({system_all, service_reads}));
}

TEST(AccessList, AnAdministratorWhoForbidsItIsObeyed) {
  for (const std::uint32_t mask : {read_rights, std::uint32_t{1}, std::uint32_t{0x8000'0000}}) {
    const Result<std::string> got = with_reader(list({{1, 0, mask, service}, system_all}), service);
    ASSERT_FALSE(got) << mask;
    EXPECT_EQ(got.error().cause, Cause::denied);
  }
}

TEST(AccessList, AFullListIsRefused) {
  std::vector<Ace> many(0xFFFF / entry(system_all).size() - 1, system_all);
  const Result<std::string> got = with_reader(list(many), service);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().cause, Cause::io);
}

TEST(AccessList, BrokenListsAndAccountsAreRefused) {
  const std::string good = list({system_all, administrators_all});
  for (std::size_t length = 0; length < good.size(); ++length) {
    EXPECT_FALSE(with_reader(good.substr(0, length), service)) << length;
  }
  for (const auto& [at, value] : std::vector<std::pair<std::size_t, char>>{
           {0, 1}, {0, 9}, {2, 4}, {4, 3}, {10, 2}, {10, 0}, {10, 21}, {11, 1}}) {
    std::string bad = good;
    bad[at] = value;
    const Result<std::string> got = with_reader(bad, service);
    ASSERT_FALSE(got) << at << " " << int{value};
    EXPECT_EQ(got.error().cause, Cause::malformed);
  }
  for (const std::string& sid :
       {std::string(), service.substr(1), service + "x", service.substr(0, 8), std::string(8, 2)}) {
    EXPECT_FALSE(with_reader(good, sid)) << hex_from_bytes(sid);
  }
}

}  // namespace
}  // namespace wattlife
