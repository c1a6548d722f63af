// SPDX-License-Identifier: EUPL-1.2
#include "platform/sensors/powercfg.h"

#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "core/text.h"
#include "tests/platform/tree_of.h"
#include "tests/shared_data.h"

namespace wattlife {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

TEST(Powercfg, numbers_of_every_country) {
  const std::pair<const char*, std::optional<std::int64_t>> cases[] = {
      {"58,751 mWh", 58'751},
      {"58.751 mWh", 58'751},
      {"45 030 mWh", 45'030},
      {"45\xC2\xA0"
       "030\xC2\xA0mWh",
       45'030},
      {"45\xE2\x80\xAF"
       "030 mWh",
       45'030},
      {"45'030 mWh", 45'030},
      {"45\xE2\x80\x99"
       "030 mWh",
       45'030},
      {"1,23,456 mWh", 123'456},
      {"41,440.00 mWh", 41'440},
      {"41.440,00 mWh", 41'440},
      {"60 mWh", 60},
      {"0 mWh", 0},
      {"58751mWh", 58'751},
      {"27 942 \xD0\xBC\xD0\x92\xD1\x82\xC2\xB7\xD1\x87", 27'942},
      {"-", std::nullopt},
      {"", std::nullopt},
      {"mWh", std::nullopt},
      {"153", std::nullopt},
      {"58,751 mAh", std::nullopt},
      {"1.22.3 02/17/2020", std::nullopt},
      {"2020-10-30 14:45:43", std::nullopt},
      {"45 03 mWh", std::nullopt},
      {"99999999999999999999 mWh", std::nullopt},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(milliwatt_hours_in(text), expected) << text;
}

// --- A page as powercfg writes it ----------------------------------------------------------------

std::string grouped(std::int64_t number, std::string_view separator) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, separator);
  }
  return digits;
}

struct PageRow {
  std::string begin;
  std::string end;
  std::int64_t full = 0;  // 0: written as "-"
  std::int64_t design = 0;
};

struct Page {
  std::string made_on = "2026-01-05";
  std::string design = "50,000 mWh";
  std::string full = "41,600 mWh";
  std::string cycles = "312";
  std::vector<PageRow> rows;
  std::string_view separator = ",";
  bool translated = false;  // other words than English everywhere
};

std::string capacity_cell(std::int64_t mwh, std::string_view separator) {
  if (mwh == 0) return "<td class=\"nullValue\">-</td>";
  return "<td class=\"mw\">" + grouped(mwh, separator) + " mWh\r\r\n        </td>";
}

std::string page_of(const Page& page) {
  const auto word = [&](const char* english, const char* other) {
    return std::string(page.translated ? other : english);
  };
  const auto label = [&](const std::string& name, const std::string& value) {
    return "<tr><td><span class=\"label\">" + name + "</span></td><td>" + value + "</td></tr>";
  };
  std::string html =
      "\xEF\xBB\xBF<!DOCTYPE html>\r\n<!-- saved from url=(0016)http://localhost -->\r\n"
      "<html xmlns=\"http://www.w3.org/1999/xhtml\" "
      "xmlns:bat=\"http://schemas.microsoft.com/battery/2012\"><head><script>if (1<2) "
      "document.write('<td>9,999 mWh</td>');</script></head><body><h1>x</h1><table>"
      "<tr><td class=\"label\">BIOS</td><td>1.22.3 02/17/2020</td></tr><tr><td class=\"label\">" +
      word("REPORT TIME", "BERICHTSZEIT") + "</td><td class=\"dateTime\"><span class=\"date\">" +
      page.made_on + " </span><span class=\"time\">14:45:43</span></td></tr></table><table>" +
      "<thead><tr><td> </td><td>BATTERY\n 1</td></tr></thead>";
  html += label(word("NAME", "BEZEICHNUNG"), "DELL G9G1H6B");
  html += label(word("MANUFACTURER", "HERSTELLER"), "LGC &amp; Co");
  html += label(word("SERIAL NUMBER", "SERIENNUMMER"), "1234");
  html += label(word("CHEMISTRY", "CHEMIE"), "LION");
  html += label(word("DESIGN CAPACITY", "NENNKAPAZITAT"), page.design);
  html += "<tr style=\"height:0.4em;\"></tr>";
  html += label(word("FULL CHARGE CAPACITY", "VOLLE KAPAZITAT"), page.full);
  html += label(word("CYCLE COUNT", "ZYKLEN"), page.cycles);
  html += "</table><h2>" + word("Recent usage", "Nutzung") +
          "</h2><table><tr class=\"dc even\">"
          "<td class=\"dateTime\">2026-01-04 16:32:00</td><td>Active</td><td>Battery</td>"
          "<td class=\"percent\">84 %</td><td class=\"mw\">38,000 mWh</td></tr></table><table>"
          "<thead><tr><td>PERIOD</td><td>FULL</td><td>DESIGN</td></tr></thead>";
  for (const PageRow& row : page.rows) {
    html += "<tr class=\"even  1\"><td class=\"dateTime\">" + row.begin;
    if (row.end != row.begin) html += "\r\r\n      - " + row.end;
    html += "</td>" + capacity_cell(row.full, page.separator) +
            capacity_cell(row.design, page.separator) + "</tr>";
  }
  return html +
         "</table><table><tr><td>2026-01-01 - 2026-01-04</td><td>5:49:42</td>"
         "<td>12,345 mWh</td><td>1</td><td>2</td><td>3</td></tr></table></body></html>";
}

CapacityPoint point(const char* day, std::int64_t full, std::int64_t design,
                    std::optional<std::int64_t> cycles = std::nullopt) {
  return {day_from_iso8601(day).value(), milliwatt_hours(full),
          milliwatt_hours(design),       cycles,
          CapacityOrigin::os_history,    false};
}

TEST(Powercfg, reads_a_page) {
  Page page;
  page.rows = {{"2025-12-22", "2025-12-29", 41'700, 50'000},
               {"2025-12-29", "2026-01-03", 0, 0},
               {"2026-01-04", "2026-01-04", 41'600, 50'000}};
  for (const bool translated : {false, true}) {
    SCOPED_TRACE(translated);
    page.translated = translated;
    const auto report = parse_battery_report(page_of(page));
    ASSERT_TRUE(report) << report.error().text;
    EXPECT_EQ(report->made_on, day_from_iso8601("2026-01-05"));
    ASSERT_EQ(report->packs.size(), 1u);
    EXPECT_EQ(report->packs[0],
              (InstalledPack{"DELL G9G1H6B", "LGC & Co", "LION", 50'000, 41'600, 312}));
    EXPECT_EQ(report->history, (std::vector<CapacityPoint>{point("2025-12-29", 41'700, 50'000),
                                                           point("2026-01-04", 41'600, 50'000)}))
        << "only capacity, and nothing of use";
    EXPECT_EQ(capacity_points(*report).back(), point("2026-01-05", 41'600, 50'000, 312));
  }
}

TEST(Powercfg, a_dash_and_zero_are_not_known) {
  Page page;
  page.cycles = "\r\n  -\r\n";
  page.full = "-";
  page.rows = {{"2025-12-22", "2025-12-29", 41'700, 50'000}};
  const auto report = parse_battery_report(page_of(page));
  ASSERT_TRUE(report);
  EXPECT_EQ(report->packs[0].cycles, std::nullopt);
  EXPECT_EQ(report->packs[0].full_mwh, std::nullopt);
  EXPECT_EQ(report->packs[0].design_mwh, 50'000);
  EXPECT_EQ(capacity_points(*report).size(), 1u) << "no point is made of half an answer";
}

constexpr std::string_view xml_of_two =
    "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
    "<BatteryReport xmlns=\"http://schemas.microsoft.com/battery/2012\">\n"
    "<ReportInformation><LocalScanTime>2022-10-18T05:43:13</LocalScanTime></ReportInformation>\n"
    "<Batteries><Battery><Id>00HW023</Id><Manufacturer>SMP</Manufacturer>"
    "<SerialNumber>47</SerialNumber><ManufactureDate></ManufactureDate><Chemistry>LiP</Chemistry>"
    "<RelativeCapacity>0</RelativeCapacity><DesignCapacity>23540</DesignCapacity>"
    "<FullChargeCapacity>19450</FullChargeCapacity><CycleCount>173</CycleCount></Battery>"
    "<Battery><Id>01AV406</Id><DesignCapacity>26060</DesignCapacity>"
    "<FullChargeCapacity>17860</FullChargeCapacity><CycleCount>0</CycleCount></Battery></Batteries>"
    "<RuntimeEstimates><DesignCapacity><Capacity>1</Capacity></DesignCapacity></RuntimeEstimates>"
    "<RecentUsage><UsageEntry LocalTimestamp=\"2022-10-18T05:41:37\" ChargeCapacity=\"37310\"/>"
    "</RecentUsage><History>"
    "<HistoryEntry LocalStartDate=\"2022-10-13T00:00:00\" LocalEndDate=\"2022-10-13T23:59:59\" "
    "DesignCapacity=\"49600\" FullChargeCapacity=\"37735\" CycleCount=\"157\" "
    "ActiveDcEnergy=\"9819\" BatteryChanged=\"1\"/>"
    "<HistoryEntry LocalEndDate=\"2022-10-14T23:59:59\" DesignCapacity=\"0\" "
    "FullChargeCapacity=\"0\" CycleCount=\"0\" BatteryChanged=\"0\"/>"
    "<HistoryEntry LocalEndDate=\"2022-10-15T23:59:59\" DesignCapacity=\"49600\" "
    "FullChargeCapacity=\"37620\" CycleCount=\"0\" BatteryChanged=\"1\"/></History>"
    "</BatteryReport>";

TEST(Powercfg, reads_xml) {
  const auto report = parse_battery_report(xml_of_two);
  ASSERT_TRUE(report) << report.error().text;
  ASSERT_EQ(report->packs.size(), 2u);
  EXPECT_EQ(report->packs[0], (InstalledPack{"00HW023", "SMP", "LiP", 23'540, 19'450, 173}));
  EXPECT_EQ(report->packs[1].cycles, std::nullopt) << "0: nobody counts";
  ASSERT_EQ(report->history.size(), 2u) << "0 mWh is not known";
  EXPECT_EQ(report->history[0], point("2022-10-13", 37'735, 49'600, 157));
  EXPECT_EQ(report->history[1].cycles, std::nullopt);
  EXPECT_TRUE(report->history[1].new_pack);
  EXPECT_FALSE(report->history[0].new_pack) << "the first is the first";
  EXPECT_EQ(capacity_points(*report).back(), point("2022-10-18", 37'310, 49'600))
      << "two packs: the sum, as in the history";
}

TEST(Powercfg, relative_capacities_have_no_unit) {
  std::string xml(xml_of_two);
  xml.replace(xml.find("<RelativeCapacity>0"), 19, "<RelativeCapacity>1");
  const auto report = parse_battery_report(xml);
  ASSERT_TRUE(report);
  EXPECT_TRUE(capacity_points(*report).empty());
}

TEST(Powercfg, utf16_is_read_too) {
  std::string wide = "\xFF\xFE";
  for (const char c : xml_of_two) wide += std::string{c, '\0'};
  EXPECT_EQ(*parse_battery_report(wide), *parse_battery_report(xml_of_two));
}

TEST(Powercfg, what_is_no_report_is_malformed) {
  for (const char* text : {"", "nonsense", "<html><body><table><tr><td>1</td></tr></table></html>",
                           "<Report/>", "{\"a\": 1}"}) {
    const auto report = parse_battery_report(text);
    ASSERT_FALSE(report) << text;
    EXPECT_EQ(report.error().cause, Cause::malformed);
  }
}

TEST(Powercfg, a_report_that_stops_early_gives_what_was_before) {
  const std::string xml(xml_of_two);
  for (std::size_t size = xml.find("<ReportInformation"); size < xml.size(); size += 7) {
    ASSERT_TRUE(parse_battery_report(xml.substr(0, size))) << size;
  }
}

TEST(Powercfg, history_stands_in_the_tree_of_a_windows_machine) {
  const auto tree = tree_of({{"powercfg/batteryreport.xml", std::string(xml_of_two)}}, Os::windows);
  const auto points = read_capacity_history(tree);
  ASSERT_TRUE(points) << points.error().text;
  EXPECT_EQ(points->size(), 3u);
  EXPECT_EQ(points->front().origin, CapacityOrigin::os_history);
  const auto none = read_capacity_history(tree_of({}, Os::windows));
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().cause, Cause::absent);
}

// --- Real reports, with what another program took out of them ------------------------------------

struct Known {
  std::vector<PageRow> rows;
  Json battery;
};

std::vector<PageRow> rows_in(const fs::path& csv) {
  std::vector<PageRow> rows;
  const std::string text = shared::bytes_of(csv);
  for (const std::string_view line : split(text, '\n')) {
    const auto cells = split(trimmed(line), ',');
    if (cells.size() < 4 || !day_from_iso8601(cells[0])) continue;
    rows.push_back({std::string(cells[0]), std::string(cells[1]),
                    integer_from(cells[2]).value_or(0), integer_from(cells[3]).value_or(0)});
  }
  return rows;
}

void expect_history(const BatteryReport& report, const std::vector<PageRow>& rows) {
  std::vector<PageRow> known;
  for (const PageRow& row : rows) {
    if (row.full > 0 && row.design > 0) known.push_back(row);
  }
  ASSERT_EQ(report.history.size(), known.size());
  for (std::size_t i = 0; i < known.size(); ++i) {
    EXPECT_EQ(to_iso8601(report.history[i].day), known[i].end);
    EXPECT_EQ(to_milliwatt_hours(report.history[i].full), known[i].full);
    EXPECT_EQ(to_milliwatt_hours(report.history[i].design), known[i].design);
  }
}

void expect_packs(const BatteryReport& report, const Json& battery) {
  const std::string time = battery["system"]["report_time"];
  EXPECT_EQ(report.made_on, day_from_iso8601(time.substr(0, 10)));
  const Json& packs = battery["batteries"];
  ASSERT_EQ(report.packs.size(), packs.size());
  const auto number = [](const Json& value) {
    return value.is_number() && value > 0 ? std::optional(value.get<std::int64_t>()) : std::nullopt;
  };
  for (std::size_t i = 0; i < packs.size(); ++i) {
    EXPECT_EQ(report.packs[i].design_mwh, number(packs[i]["design_mwh"]));
    EXPECT_EQ(report.packs[i].full_mwh, number(packs[i]["full_charge_mwh"]));
    EXPECT_EQ(report.packs[i].cycles, number(packs[i]["cycle_count"]));
    EXPECT_EQ(report.packs[i].name, packs[i]["name"].get<std::string>());
  }
}

TEST(SharedData, Trap39_seven_reports_as_windows_wrote_them) {
  const fs::path folder = shared::folder() / "battery-history/powercfg";
  WATTLIFE_SKIP_WITHOUT(folder);
  int read = 0;
  for (const fs::path& machine : shared::entries_of(folder)) {
    const bool xml = fs::exists(machine / "report.xml");
    const fs::path file = machine / (xml ? "report.xml" : "report.html");
    if (!fs::exists(file)) continue;
    SCOPED_TRACE(machine.filename());
    const auto report = parse_battery_report(shared::bytes_of(file));
    ASSERT_TRUE(report) << report.error().text;
    expect_history(*report, rows_in(machine / "capacity_history.csv"));
    expect_packs(*report, Json::parse(shared::bytes_of(machine / "battery.json")));
    ++read;
  }
  EXPECT_EQ(read, 7);
}

// The other reports are there as facts only: a page is made of them in the way of several
// countries, with the numbers of the packs as they stood in the real page.
TEST(SharedData, Trap39_fifteen_histories_in_the_numbers_of_every_country) {
  const fs::path folder = shared::folder() / "battery-history/powercfg";
  WATTLIFE_SKIP_WITHOUT(folder);
  int machines = 0;
  for (const fs::path& machine : shared::entries_of(folder)) {
    if (!fs::is_directory(machine)) continue;
    SCOPED_TRACE(machine.filename());
    const Json battery = Json::parse(shared::bytes_of(machine / "battery.json"));
    ++machines;
    for (const std::string_view separator : {",", ".", " ", "\xC2\xA0", "\xE2\x80\xAF", "&#160;"}) {
      Page page;
      page.rows = rows_in(machine / "capacity_history.csv");
      page.separator = separator;
      page.translated = separator != ",";
      const Json raw =
          battery["batteries"].empty() ? Json() : battery["batteries"][0].value("raw", Json());
      if (raw.is_object()) {
        page.design = raw["DESIGN CAPACITY"];
        page.full = raw["FULL CHARGE CAPACITY"];
        page.cycles = raw["CYCLE COUNT"];
      }
      const auto report = parse_battery_report(page_of(page));
      ASSERT_TRUE(report) << report.error().text;
      expect_history(*report, page.rows);
      if (!raw.is_object()) continue;
      ASSERT_EQ(report->packs.size(), 1u);
      EXPECT_EQ(report->packs[0].full_mwh, battery["batteries"][0]["full_charge_mwh"]);
      EXPECT_EQ(report->packs[0].design_mwh, battery["batteries"][0]["design_mwh"]);
    }
  }
  EXPECT_EQ(machines, 15);
}

}  // namespace
}  // namespace wattlife
