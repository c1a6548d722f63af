// SPDX-License-Identifier: EUPL-1.2
#include "tests/platform/smbios_builder.h"

#include <gtest/gtest.h>

#include "platform/sensors/decoders.h"

namespace wattlife {
namespace {

using namespace std::string_literals;

const std::string uuid_bytes = "\xa8\x0c\x34\x83\x49\xcb\x74\x44\x8c\x29\xd2\x08\x8c\xa8\x4d\xd9"s;

// A ThinkPad: the product name is a number, the version the name.
std::string thinkpad() {
  return smbios_structure(0, smbios_area(20, {{0x04, 1}, {0x05, 2}, {0x08, 3}}),
                          {"LENOVO", "N22ET52W (1.29 )", "01/16/2019"}) +
         smbios_system("LENOVO", "20L8S07A14", "ThinkPad T480s", "PF1A2B3C", uuid_bytes,
                       "LENOVO_MT_20L8") +
         smbios_structure(3, smbios_area(18, {{0x04, 1}, {0x05, 10}, {0x07, 2}}),
                          {"LENOVO", "PF1A2B3C"}) +
         smbios_structure(4, smbios_area(44, {{0x05, 3}, {0x07, 1}, {0x10, 2}}),
                          {"Intel(R) Corporation", "Intel(R) Core(TM) i7-8650U  CPU @ 1.90GHz "}) +
         smbios_memory(8192) + smbios_memory(16384) + smbios_end();
}

TEST(Smbios, ReadsALaptop) {
  Identity expected;
  expected.manufacturer = "LENOVO";
  expected.model = "ThinkPad T480s";
  expected.sku = "LENOVO_MT_20L8";
  expected.serial = "PF1A2B3C";
  expected.uuid = "83340ca8-cb49-4474-8c29-d2088ca84dd9";
  expected.bios_date = day_from_iso8601("2019-01-16");
  expected.chassis = "Notebook";
  expected.cpu = "Intel(R) Core(TM) i7-8650U CPU @ 1.90GHz";
  expected.memory_mib = 24576;
  EXPECT_EQ(decode_smbios(thinkpad()), expected);
}

// The law of tables: every beginning of one gives a part of what the whole gives.
TEST(Smbios, EveryCutGivesAPartAndReadsNothingOutside) {
  const std::string table = thinkpad();
  const Identity whole = decode_smbios(table);
  for (std::size_t size = 0; size <= table.size(); ++size) {
    SCOPED_TRACE(size);
    const std::string exact(table.substr(0, size));  // its own memory, so that ASan sees an overrun
    const Identity part = decode_smbios(exact);
    for (auto text : {&Identity::manufacturer, &Identity::model, &Identity::sku, &Identity::serial,
                      &Identity::uuid, &Identity::chassis, &Identity::cpu}) {
      const auto& found = part.*text;
      // While the version is cut off, the product name stands for the model.
      const bool product = text == &Identity::model && found == "20L8S07A14";
      EXPECT_TRUE(!found || found == whole.*text || product) << *found;
    }
    EXPECT_LE(part.memory_mib.value_or(0), 24576);
  }
}

TEST(Smbios, StructuresThatDoNotFitEndTheTable) {
  const std::string system =
      smbios_system("HP", "HP EliteBook 840 G5", " ", "5CG1234XYZ", uuid_bytes, "3JX29EA#ABH");
  const struct {
    const char* name;
    std::string rest;
  } cases[] = {
      {"nothing", ""},
      {"zero length", std::string(20, '\0')},
      {"length below the header", std::string("\x03\x03\x00\x00\x00\x00", 6)},
      {"length beyond the end", std::string("\x03\xff\x00\x00", 4)},
      {"half a header", std::string("\x03\x15", 2)},
      {"end of table, then more", smbios_end() + smbios_structure(3, smbios_area(9, {{5, 9}}))},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const Identity identity = decode_smbios(system + c.rest);
    EXPECT_EQ(identity.model, "HP EliteBook 840 G5");
    EXPECT_EQ(identity.chassis, std::nullopt);
  }
}

TEST(Smbios, ShortStructuresOfOldVersionsGiveWhatTheyHave) {
  const Identity old = decode_smbios(
      smbios_structure(1, smbios_area(4, {{0x04, 1}, {0x05, 2}, {0x07, 9}}), {"ACME", "Book"}));
  EXPECT_EQ(old.manufacturer, "ACME");
  EXPECT_EQ(old.model, "Book");
  EXPECT_EQ(old.serial, std::nullopt) << "a number of a string that is not there";
  EXPECT_EQ(old.uuid, std::nullopt);
  EXPECT_EQ(decode_smbios(smbios_structure(3, "")).chassis, std::nullopt);
  EXPECT_EQ(decode_smbios(smbios_structure(17, smbios_area(8, {}))).memory_mib, std::nullopt);
}

TEST(Smbios, UuidsHaveTwoByteOrders) {
  const std::string table = smbios_system("A", "B", "C", "D", uuid_bytes, "E");
  EXPECT_EQ(decode_smbios(table, {2, 6}).uuid, "83340ca8-cb49-4474-8c29-d2088ca84dd9");
  EXPECT_EQ(decode_smbios(table, {2, 4}).uuid, "a80c3483-49cb-7444-8c29-d2088ca84dd9");
  for (const std::string& none :
       {std::string(16, '\0'), std::string(16, '\xff'), "\0\2\0\3\0\4\0\5\0\6\0\7\0\10\0\11"s}) {
    EXPECT_EQ(decode_smbios(smbios_system("A", "B", "C", "D", none, "E")).uuid, std::nullopt);
  }
  EXPECT_EQ(smbios_uuid("short", {}), std::nullopt);
}

TEST(Smbios, MemoryIsTheSumOfKnownModules) {
  const struct {
    const char* name;
    std::string table;
    std::optional<std::int64_t> mib;
  } cases[] = {
      {"none", "", std::nullopt},
      {"two modules and two empty slots",
       smbios_memory(4096) + smbios_memory(0) + smbios_memory(4096) + smbios_memory(0), 8192},
      {"only empty slots", smbios_memory(0), std::nullopt},
      {"32 GiB and more stands elsewhere", smbios_memory(0x7FFF, 65536), 65536},
      {"in KiB", smbios_memory(0x8000 | 0x4000), 16},
      {"one module unknown", smbios_memory(4096) + smbios_memory(0xFFFF), std::nullopt},
      {"firmware chip beside it", smbios_memory(4096) + smbios_memory(16, 0, 0x09), 4096},
      {"memory of graphics beside it", smbios_memory(4096) + smbios_memory(512, 0, 0x05), 4096},
      {"a cache beside it", smbios_memory(4096) + smbios_memory(8, 0, 0x06), 4096},
      {"more than exists", smbios_memory(0x7FFF, 0x7FFFFFFF), std::nullopt},
  };
  for (const auto& c : cases) EXPECT_EQ(decode_smbios(c.table).memory_mib, c.mib) << c.name;
}

TEST(Smbios, OnlyACentralProcessorCounts) {
  const auto processor = [](unsigned type, const std::string& name) {
    return smbios_structure(4, smbios_area(40, {{0x05, type}, {0x10, 1}}), {name});
  };
  EXPECT_EQ(decode_smbios(processor(4, "Math") + processor(3, "Main")).cpu, "Main");
  EXPECT_EQ(decode_smbios(processor(3, "To Be Filled By O.E.M.") + processor(3, "Real")).cpu,
            "Real");
}

TEST(ModelName, AtLenovoIsTheVersion) {
  const struct {
    const char* maker;
    const char* product;
    const char* version;
    const char* model;
  } cases[] = {
      {"LENOVO", "20L8S07A14", "ThinkPad T480s", "ThinkPad T480s"},
      {"Lenovo", "20L8S07A14", "ThinkPad T480s", "ThinkPad T480s"},
      {"LENOVO", "81C4", "Lenovo", "81C4"},
      {"Dell Inc.", "Latitude 5490", "1.2", "Latitude 5490"},
      {"HP", "HP EliteBook 840 G5", "SBKPF", "HP EliteBook 840 G5"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(model_name(std::string(c.maker), std::string(c.product), std::string(c.version)),
              c.model);
  }
  EXPECT_EQ(model_name("LENOVO", "20L8", std::nullopt), "20L8");
  EXPECT_EQ(model_name(std::nullopt, "20L8", "ThinkPad"), "20L8");
  EXPECT_EQ(model_name("LENOVO", std::nullopt, std::nullopt), std::nullopt);
}

TEST(Placeholder, IsWhatFirmwareLeavesInPlaceOfAValue) {
  for (const char* text : {"",
                           " ",
                           "To be filled by O.E.M.",
                           "TO BE FILLED BY O.E.M",
                           "Default string",
                           "None",
                           "N/A",
                           "System Product Name",
                           "System Serial Number",
                           "Not Specified",
                           "00000000",
                           "0",
                           "......",
                           "FFFFFFFF",
                           "INVALID",
                           "Chassis Asset Tag",
                           "No Asset Information",
                           "SKU=NotProvided;x=y",
                           "  Not Available\n",
                           "\0\0\0"}) {
    EXPECT_TRUE(is_placeholder(text)) << text;
  }
  for (const char* text : {"HP", "Q", "7", "20L8S07A14", "Latitude 5490", "PF1A2B3C", "Other Corp",
                           "Nonesuch 5", "00000001", "01AV478"}) {
    EXPECT_FALSE(is_placeholder(text)) << text;
  }
}

TEST(ChassisName, HasTheWordsOfDmidecode) {
  const std::pair<unsigned, const char*> cases[] = {{0, ""},
                                                    {1, "Other"},
                                                    {3, "Desktop"},
                                                    {9, "Laptop"},
                                                    {10, "Notebook"},
                                                    {0x80 + 10, "Notebook"},
                                                    {14, "Sub Notebook"},
                                                    {23, "Rack Mount Chassis"},
                                                    {30, "Tablet"},
                                                    {31, "Convertible"},
                                                    {32, "Detachable"},
                                                    {35, "Mini PC"},
                                                    {36, "Stick PC"},
                                                    {37, ""},
                                                    {127, ""}};
  for (const auto& [type, word] : cases) EXPECT_EQ(chassis_name(type), word) << type;
}

TEST(BiosDay, ReadsBothFormsOfFirmware) {
  EXPECT_EQ(bios_day("06/15/2021"), day_from_iso8601("2021-06-15"));
  EXPECT_EQ(bios_day(" 06/15/21 "), day_from_iso8601("2021-06-15"));
  EXPECT_EQ(bios_day("06/15/98"), day_from_iso8601("1998-06-15"));
  for (const char* text : {"", "2021-06-15", "15/06/2021", "6/5/2021", "02/30/2021", "06/15/20211",
                           "06/15", "aa/bb/cccc", "06/15/2021/"}) {
    EXPECT_EQ(bios_day(text), std::nullopt) << text;
  }
}

TEST(Smbios, TheBoardHasASerialNumberOfItsOwn) {
  const std::string board =
      smbios_structure(2, smbios_area(11, {{0x04, 1}, {0x07, 2}}), {"LENOVO", "L1HF65F00X1"});
  EXPECT_EQ(decode_smbios(board + smbios_end()).board_serial, "L1HF65F00X1");
  EXPECT_EQ(decode_smbios(thinkpad()).board_serial, std::nullopt);
}

}  // namespace
}  // namespace wattlife
