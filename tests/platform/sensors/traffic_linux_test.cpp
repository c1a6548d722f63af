// SPDX-License-Identifier: EUPL-1.2
#include <gtest/gtest.h>

#include "platform/sensors/decoders.h"
#include "tests/platform/tree_of.h"

namespace wattlife {
namespace {

using namespace std::string_literals;

Activity traffic_of(Answers answers) {
  PowerReading reading;
  read_traffic_linux(tree_of(std::move(answers)), reading);
  EXPECT_TRUE(reading.faults.empty());
  return reading.activity;
}

// A line of proc/diskstats as kernels since 5.5 write it.
std::string disk(const std::string& name, const std::string& busy_ms) {
  return " 259       0 " + name + " 51 0 408 13 7 0 56 2 0 " + busy_ms + " 15 0 0 0 0 0 0\n";
}

TEST(Drives, OnlyWholeInternalOnesCount) {
  const Answers kinds = {{"sys/block/sda/device/vendor", "ATA     \n"s},
                         {"sys/block/sdb/device/vendor", "SanDisk \n"s},
                         {"sys/block/mmcblk0/device/type", "MMC\n"s},
                         {"sys/block/mmcblk1/device/type", "SD\n"s}};
  const struct {
    const char* name;
    std::string text;
    std::optional<std::int64_t> busy_ms;
  } cases[] = {
      {"NVMe with its partitions", disk("nvme0n1", "700") + disk("nvme0n1p1", "600"), 700},
      {"two", disk("nvme0n1", "700") + disk("nvme10n2", "30"), 730},
      {"path of a drive with several", disk("nvme0c0n1", "700"), {}},
      {"SATA with its partition", disk("sda", "40") + disk("sda1", "39"), 40},
      {"USB stick", disk("sdb", "40"), {}},
      {"soldered memory", disk("mmcblk0", "5") + disk("mmcblk0boot0", "3"), 5},
      {"memory card", disk("mmcblk1", "5"), {}},
      {"what stands on drives", disk("dm-0", "9") + disk("loop0", "9") + disk("zram0", "9"), {}},
      {"idle since boot", disk("nvme0n1", "0"), 0},
      {"kernels before 4.18 end early", " 8 0 nvme0n1 1 2 3 4 5 6 7 8 9 11 12\n", 11},
      {"cut off", " 8 0 nvme0n1 1 2 3\n", {}},
      {"no number", disk("nvme0n1", "x"), {}},
      {"negative", disk("nvme0n1", "-5"), {}},
      {"beyond sense", disk("nvme0n1", "9223372036854775807"), {}},
      {"nothing", "", {}},
  };
  for (const auto& c : cases) {
    Answers answers = kinds;
    answers.emplace_back("proc/diskstats", c.text);
    EXPECT_EQ(traffic_of(answers).disk_busy_ms, c.busy_ms) << c.name;
  }
  EXPECT_EQ(traffic_of({}).disk_busy_ms, std::nullopt);
}

// sys/block/<name>/stat: the same numbers as in proc/diskstats, without what comes before them.
Answers stat_of(const std::string& name, const std::string& busy_ms) {
  return {{"sys/block/" + name + "/stat",
           "      51        0      408       13        7        0"
           "       56        2        0 " +
               busy_ms + "       15        0        0\n"}};
}
Answers joined(std::initializer_list<Answers> parts) {
  Answers all;
  for (const Answers& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

TEST(Drives, EachTellsInAFileOfItsOwn) {
  const Answers all = {{"proc/diskstats", disk("nvme0n1", "999999")}};
  const Answers sata = {{"sys/block/sda/device/vendor", "ATA     \n"s}};
  const Answers stick = {{"sys/block/sdb/device/vendor", "SanDisk \n"s}};
  const struct {
    const char* name;
    Answers answers;
    std::optional<std::int64_t> busy_ms;
  } cases[] = {
      {"NVMe, and a file for every device is not asked for",
       joined({all, stat_of("nvme0n1", "700")}), 700},
      {"two of different kinds", joined({sata, stat_of("nvme0n1", "700"), stat_of("sda", "30")}),
       730},
      {"a stick, a loop and a path of a drive",
       joined({stick, stat_of("nvme0n1", "700"), stat_of("sdb", "5"), stat_of("loop0", "5"),
               stat_of("nvme0c0n1", "5")}),
       700},
      {"no drive inside", joined({all, stick, stat_of("sdb", "5"), stat_of("loop0", "5")}), {}},
      {"idle since boot", stat_of("nvme0n1", "0"), 0},
      {"no number", joined({all, stat_of("nvme0n1", "x")}), {}},
      {"negative", stat_of("nvme0n1", "-5"), {}},
      {"beyond sense", stat_of("nvme0n1", "9223372036854775807"), {}},
      {"cut off", {{"sys/block/nvme0n1/stat", "51 0 408\n"s}}, {}},
      {"one that cannot be read now: back again, all that it ever did would count as growth",
       joined({{{"sys/block/nvme1n1/stat", Cause::io}}, stat_of("nvme0n1", "700")}),
       {}},
      {"a recording of before, which has no such file",
       joined({all, {{"sys/block/nvme0n1/size", "1000\n"s}}}), 999999},
      {"one of before with a drive that was not in the list",
       joined({all, {{"sys/block/mmcblk1/device/type", "SD\n"s}}}), 999999},
  };
  for (const auto& c : cases) EXPECT_EQ(traffic_of(c.answers).disk_busy_ms, c.busy_ms) << c.name;
}

Answers interface(const std::string& name, const std::string& received, const std::string& sent,
                  bool has_device = true) {
  const std::string path = "sys/class/net/" + name;
  Answers answers = {{path + "/statistics/rx_bytes", received + "\n"},
                     {path + "/statistics/tx_bytes", sent + "\n"}};
  if (has_device) answers.emplace_back(path + "/device/uevent", "DRIVER=iwlwifi\n"s);
  return answers;
}

TEST(Network, BothWaysOfInterfacesWithADevice) {
  Answers answers = interface("wlan0", "1000", "200");
  for (const Answers& more :
       {interface("enp0s31f6", "30", "4"), interface("lo", "500000", "500000", false),
        interface("tun0", "900", "900", false), interface("wwan0", "x", "1")}) {
    answers.insert(answers.end(), more.begin(), more.end());
  }
  EXPECT_EQ(traffic_of(answers).network_bytes, 1234);
  Answers unread = interface("wlan0", "1000", "200");
  unread.emplace_back("sys/class/net/enp0s31f6/device/uevent", "DRIVER=e1000e\n"s);
  unread.emplace_back("sys/class/net/enp0s31f6/statistics/rx_bytes", Cause::io);
  unread.emplace_back("sys/class/net/enp0s31f6/statistics/tx_bytes", Cause::io);
  EXPECT_EQ(traffic_of(unread).network_bytes, std::nullopt) << "a sum of some of them is no sum";
  EXPECT_EQ(traffic_of(interface("lo", "5", "5", false)).network_bytes, std::nullopt);
  EXPECT_EQ(traffic_of(interface("eth0", "-5", "5")).network_bytes, std::nullopt);
  EXPECT_EQ(traffic_of(interface("eth0", "9223372036854775807", "5")).network_bytes, std::nullopt);
  EXPECT_EQ(traffic_of({}).network_bytes, std::nullopt);
}

}  // namespace
}  // namespace wattlife
