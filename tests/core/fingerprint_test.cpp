// SPDX-License-Identifier: EUPL-1.2
#include "core/fingerprint.h"

#include <gtest/gtest.h>

namespace wattlife {
namespace {

const Serials laptop{
    "PF1ABCDE", "83340ca8-cb49-4474-8c29-d2088ca84dd9", {"S4GXNF0M"}, {"PACK1803"}, "L1HF84B0"};

Serials changed(void (*change)(Serials&)) {
  Serials serials = laptop;
  change(serials);
  return serials;
}

constexpr HardwareComparison same{Likeness::same, false, false};
constexpr HardwareComparison new_board{Likeness::part_replaced, true, false};
constexpr HardwareComparison new_disk{Likeness::part_replaced, false, true};
constexpr HardwareComparison other{Likeness::other, false, false};
constexpr HardwareComparison unknown{};

void check(const char* what, const Serials& before, const Serials& now,
           const HardwareComparison& expected) {
  const HardwareComparison got = compare_hardware(before, now);
  EXPECT_EQ(got, expected) << what << ": " << name_of(got.likeness) << ", board "
                           << got.board_replaced << ", disk " << got.disk_replaced;
}

TEST(Fingerprint, AReimagedLaptopIsTheSame) {
  check("all equal", laptop, laptop, same);
  check("another case of letters", laptop,
        changed([](Serials& s) { s.system_uuid = "83340CA8-CB49-4474-8C29-D2088CA84DD9"; }), same);
  check("the pack was swapped meanwhile", laptop,
        changed([](Serials& s) { s.battery_serials = {"PACK2099"}; }), same);
  check("without rights the second time", laptop,
        changed([](Serials& s) { s.system_uuid = s.board_serial = std::nullopt; }), same);
  check("a second drive was added", laptop,
        changed([](Serials& s) { s.disk_serials.push_back("WD-WX31"); }), same);
  check("the owner's tag changed", laptop, changed([](Serials& s) { s.asset_tag = "RIJK-4711"; }),
        same);
  check("no serial, the rest equal", changed([](Serials& s) { s.system_serial.reset(); }), laptop,
        same);
}

TEST(Fingerprint, ACloneIsAnotherMachine) {
  const Serials second{
      "PF1ZZZZZ", "11111111-2222-3333-4444-555555555555", {"S4GXNF0X"}, {"PACK1999"}, "L1HF99X9"};
  check("a copied image", laptop, second, other);
  check(
      "the drive itself was moved", laptop,
      [&] {
        Serials moved = second;
        moved.disk_serials = laptop.disk_serials;
        return moved;
      }(),
      other);
  check(
      "drive and pack were moved", laptop,
      [&] {
        Serials moved = second;
        moved.disk_serials = laptop.disk_serials;
        moved.battery_serials = laptop.battery_serials;
        return moved;
      }(),
      other);
  check("serials not told, the rest different",
        changed([](Serials& s) { s.system_serial.reset(); }), second, other);
  check("only parts told, none equal", {{}, {}, {"D0001"}, {"B0001"}},
        {{}, {}, {"D0002"}, {"B0002"}}, other);
}

TEST(Fingerprint, AMainBoardThatWasReplacedIsARepair) {
  check("the serial was written into the new board", laptop, changed([](Serials& s) {
          s.system_uuid = "99999999-2222-3333-4444-555555555555";
          s.board_serial = "L1HFNEW1";
        }),
        new_board);
  check("only the UUID tells", changed([](Serials& s) { s.board_serial.reset(); }),
        changed([](Serials& s) { s.system_uuid = "99999999-2222-3333-4444-555555555555"; }),
        new_board);
  check("the UUID was copied as well", laptop,
        changed([](Serials& s) { s.board_serial = "L1HFNEW1"; }), new_board);
  check("firmware made a new UUID on the same board", laptop,
        changed([](Serials& s) { s.system_uuid = "99999999-2222-3333-4444-555555555555"; }), same);
  check("the serial was never written, drive and pack are equal", laptop, changed([](Serials& s) {
          s.system_serial = "INVALID";
          s.system_uuid = "99999999-2222-3333-4444-555555555555";
          s.board_serial = "L1HFNEW1";
        }),
        new_board);
  check("board and drive at once", laptop, changed([](Serials& s) {
          s.board_serial = "L1HFNEW1";
          s.disk_serials = {"WD-WX31"};
        }),
        {Likeness::part_replaced, true, true});
}

TEST(Fingerprint, ADriveThatWasReplacedIsNoticed) {
  check("another drive", laptop, changed([](Serials& s) { s.disk_serials = {"WD-WX31"}; }),
        new_disk);
  check("one of two", changed([](Serials& s) {
          s.disk_serials = {"S4GXNF0M", "WD-WX31"};
        }),
        laptop, new_disk);
  check("the drive tells nothing now", laptop, changed([](Serials& s) { s.disk_serials.clear(); }),
        same);
  check("the drive tells a placeholder", laptop,
        changed([](Serials& s) { s.disk_serials = {"0000000000"}; }), same);
}

TEST(Fingerprint, WhatContradictsItselfIsLeftToAPerson) {
  check("nothing told", {}, {}, unknown);
  check("nothing told now", laptop, {}, unknown);
  check("placeholders", {"To be filled by O.E.M.", {}, {}, {}},
        {"To be filled by O.E.M.", {}, {}, {}}, unknown);
  check("another serial on the same board", laptop,
        changed([](Serials& s) { s.system_serial = "PF1ZZZZZ"; }), unknown);
  check("one drive alone", {{}, {}, {"S4GXNF0M"}, {}}, {{}, {}, {"S4GXNF0M"}, {}}, unknown);
  check("the drive was moved, serials not told",
        changed([](Serials& s) { s.system_serial.reset(); }), changed([](Serials& s) {
          s.system_serial.reset();
          s.system_uuid = "99999999-2222-3333-4444-555555555555";
          s.board_serial = "L1HFNEW1";
          s.battery_serials = {"PACK2099"};
        }),
        unknown);
  check("UUID equal, board different, no serial",
        changed([](Serials& s) { s.system_serial.reset(); }), changed([](Serials& s) {
          s.system_serial.reset();
          s.board_serial = "L1HFNEW1";
        }),
        unknown);
}

// Two laws: a machine is never unlike itself, and who is compared with whom does not decide whether
// they are the same machine.
TEST(Fingerprint, IsReflexiveAndSymmetric) {
  std::vector<Serials> all = {laptop, {}};
  for (int bits = 0; bits < 64; ++bits) {
    Serials serials = laptop;
    if (bits & 1) serials.system_serial.reset();
    if (bits & 2) serials.system_uuid = "99999999-2222-3333-4444-555555555555";
    if (bits & 4) serials.board_serial = "L1HFNEW1";
    if (bits & 8) serials.disk_serials = {"WD-WX31"};
    if (bits & 16) serials.battery_serials.clear();
    if (bits & 32) serials.board_serial.reset();
    all.push_back(serials);
  }
  for (const Serials& a : all) {
    const HardwareComparison self = compare_hardware(a, a);
    EXPECT_TRUE(self == same || self == unknown);
    for (const Serials& b : all) {
      const auto one = compare_hardware(a, b);
      const auto back = compare_hardware(b, a);
      EXPECT_EQ(one.board_replaced, back.board_replaced);
      EXPECT_EQ(one.likeness, back.likeness);
    }
  }
}

TEST(Fingerprint, SerialsOfAnInventory) {
  Inventory inventory;
  inventory.identity.serial = "PF1ABCDE";
  inventory.identity.uuid = "83340ca8-cb49-4474-8c29-d2088ca84dd9";
  inventory.identity.board_serial = "L1HF84B0";
  inventory.provision.asset_tag = "RIJK-4711";
  inventory.disks.resize(2);
  inventory.disks[1].serial = "S4GXNF0M";
  inventory.batteries.resize(1);
  inventory.batteries[0].serial = "PACK1803";
  Serials expected = laptop;
  expected.asset_tag = "RIJK-4711";
  EXPECT_EQ(serials_of(inventory), expected);
}

}  // namespace
}  // namespace wattlife
