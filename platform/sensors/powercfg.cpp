// SPDX-License-Identifier: EUPL-1.2
// The words of the report are never needed: sections are known by their shape (a row of a day and
// two capacities; a table of labels with a capacity behind one), so that a translated report reads
// the same.
#include "platform/sensors/powercfg.h"

#include <algorithm>
#include <array>

#include "core/text.h"
#include "platform/sensors/decoders.h"
#include "platform/sensors/markup.h"

namespace wattlife {
namespace {

constexpr std::size_t most_packs = 8;
constexpr std::size_t most_points = 10'000;
constexpr std::int64_t most_mwh = std::int64_t{1} << 40;
constexpr std::int64_t most_cycles = 100'000;

// --- Numbers -------------------------------------------------------------------------------------

// Separators of thousands, and their length in bytes.
constexpr std::array<std::string_view, 8> separators = {",",
                                                        ".",
                                                        " ",
                                                        "'",
                                                        "\xC2\xA0" /* no-break space */,
                                                        "\xE2\x80\xAF" /* narrow no-break space */,
                                                        "\xE2\x80\x99" /* right quote */,
                                                        "\xD9\xAC" /* Arabic thousands */};

std::size_t separator_length(std::string_view text) {
  for (const std::string_view separator : separators) {
    if (text.starts_with(separator)) return separator.size();
  }
  return 0;
}

// The digits of a number as it is grouped somewhere, and what stands behind them.
struct GroupedNumber {
  std::string digits;
  std::string_view rest;
};

GroupedNumber grouped_number(std::string_view text) {
  GroupedNumber number;
  std::size_t last_group = 0;
  bool may_be_decimals = false;
  while (!text.empty()) {
    const char c = text.front();
    if (c >= '0' && c <= '9') {
      number.digits += c;
      ++last_group;
      text.remove_prefix(1);
      continue;
    }
    const std::size_t length = separator_length(text);
    const bool digit_follows = length > 0 && text.size() > length && text[length] >= '0' &&
                               text[length] <= '9' && !number.digits.empty();
    if (!digit_follows) break;
    may_be_decimals = c == ',' || c == '.';
    last_group = 0;
    text.remove_prefix(length);
  }
  // "41,440.00": a last group that is no group of thousands is a fraction.
  const bool grouped = last_group < number.digits.size();
  if (grouped && last_group != 3) {
    if (may_be_decimals) {
      number.digits.resize(number.digits.size() - last_group);
    } else {
      number.digits.clear();
    }
  }
  number.rest = text;
  return number;
}

bool is_unit_of_energy(std::string_view text) {
  if (lower_case(text) == "mwh") return true;
  // Written in another alphabet. Latin letters that are no mWh are another unit, or no unit.
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) >= 0x80 || c == '/' || c == '.';
  });
}

std::optional<std::int64_t> count_in(std::string_view text) {
  const auto count = integer_from(trimmed(text));
  return count && *count > 0 && *count <= most_cycles ? count : std::nullopt;
}

// "2020-08-28" or "2020-08-28 - 2020-09-04": the last day of it.
std::optional<UtcDay> last_day_in(std::string_view text) {
  constexpr std::size_t day_length = 10;
  if (text.size() < day_length) return std::nullopt;
  if (!day_from_iso8601(text.substr(0, day_length))) return std::nullopt;
  if (text.size() == day_length) return day_from_iso8601(text);
  const std::string_view between = text.substr(day_length, text.size() - 2 * day_length);
  if (text.size() < 2 * day_length || trimmed(between) != "-") return std::nullopt;
  return day_from_iso8601(text.substr(text.size() - day_length));
}

void add_point(BatteryReport& report, std::optional<UtcDay> day, std::optional<std::int64_t> full,
               std::optional<std::int64_t> design, std::optional<std::int64_t> cycles,
               bool new_pack) {
  const bool known = day && full.value_or(0) > 0 && design.value_or(0) > 0 && *full <= most_mwh &&
                     *design <= most_mwh;
  if (!known || report.history.size() >= most_points) return;
  report.history.push_back({*day, milliwatt_hours(*full), milliwatt_hours(*design), cycles,
                            CapacityOrigin::os_history, new_pack});
}

// --- XML -----------------------------------------------------------------------------------------

std::optional<std::int64_t> number_of(const MarkupReader& tag, std::string_view name) {
  const auto text = tag.attribute(name);
  return text ? integer_from(trimmed(*text)) : std::nullopt;
}

std::optional<UtcDay> day_of(std::string_view time) {
  return day_from_iso8601(trimmed(time).substr(0, 10));
}

void read_history_entry(const MarkupReader& tag, BatteryReport& report) {
  const auto end = tag.attribute("LocalEndDate");
  const auto cycles = tag.attribute("CycleCount");
  const bool new_pack = !report.history.empty() && tag.attribute("BatteryChanged") == "1";
  add_point(report, end ? day_of(*end) : std::nullopt, number_of(tag, "FullChargeCapacity"),
            number_of(tag, "DesignCapacity"), cycles ? count_in(*cycles) : std::nullopt, new_pack);
}

void read_pack_field(std::string_view field, std::string_view text, InstalledPack& pack,
                     bool& relative) {
  const auto number = integer_from(trimmed(text));
  if (field == "Id") pack.name = label_from(without_entities(text));
  if (field == "Manufacturer") pack.manufacturer = label_from(without_entities(text));
  if (field == "Chemistry") pack.chemistry = label_from(without_entities(text));
  if (field == "DesignCapacity") pack.design_mwh = number;
  if (field == "FullChargeCapacity") pack.full_mwh = number;
  if (field == "CycleCount") pack.cycles = count_in(text);
  if (field == "RelativeCapacity" && trimmed(text) == "1") relative = true;
}

// Zero is not known; a number that no pack can hold is not either.
void keep_known(InstalledPack& pack) {
  for (auto* value : {&pack.design_mwh, &pack.full_mwh}) {
    if (*value && (**value <= 0 || **value > most_mwh)) value->reset();
  }
}

BatteryReport from_xml(MarkupReader& reader) {
  BatteryReport report;
  std::string_view field;
  bool in_batteries = false;
  bool relative = false;
  for (auto kind = reader.next(); kind != MarkupReader::Kind::end; kind = reader.next()) {
    if (kind == MarkupReader::Kind::open) {
      field = reader.closed() ? std::string_view() : reader.name();
      if (reader.name() == "Batteries") in_batteries = !reader.closed();
      if (in_batteries && field == "Battery" && report.packs.size() < most_packs) {
        report.packs.emplace_back();
      }
      if (reader.name() == "HistoryEntry") read_history_entry(reader, report);
    } else if (kind == MarkupReader::Kind::close) {
      if (reader.name() == "Batteries") in_batteries = false;
      field = {};
    } else if (in_batteries && !report.packs.empty()) {
      read_pack_field(field, reader.text(), report.packs.back(), relative);
    } else if (field == "LocalScanTime") {
      report.made_on = day_of(reader.text());
    }
  }
  for (InstalledPack& pack : report.packs) keep_known(pack);
  if (relative) {  // shares, not energies
    report.history.clear();
    for (InstalledPack& pack : report.packs) pack.design_mwh = pack.full_mwh = std::nullopt;
  }
  return report;
}

// --- HTML ----------------------------------------------------------------------------------------

using Row = std::vector<std::string>;

// Whether the table lists packs: labels in the first column, and a capacity behind one.
bool lists_packs(const std::vector<Row>& rows) {
  return std::any_of(rows.begin(), rows.end(), [](const Row& row) {
    return row.size() >= 2 && !last_day_in(row[0]) && milliwatt_hours_in(row[1]);
  });
}

// Where the row stands that says `english`; else the one that is `position` rows after `base`.
std::optional<std::size_t> row_called(const std::vector<Row>& rows, std::string_view english,
                                      std::optional<std::size_t> otherwise) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!rows[i].empty() && rows[i][0] == english) return i;
  }
  return otherwise && *otherwise < rows.size() ? otherwise : std::nullopt;
}

std::string cell(const std::vector<Row>& rows, std::optional<std::size_t> row, std::size_t column) {
  return row && column < rows[*row].size() ? rows[*row][column] : "";
}

void read_packs(std::vector<Row> rows, BatteryReport& report) {
  // The head has no label; a row of space between has no cells.
  std::erase_if(rows, [](const Row& row) { return row.size() < 2 || row[0].empty(); });
  std::vector<std::size_t> capacities;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (milliwatt_hours_in(rows[i][1])) capacities.push_back(i);
  }
  if (capacities.empty()) return;
  const std::size_t first = capacities.front();
  const auto name = row_called(rows, "NAME", first >= 4 ? std::optional(first - 4) : std::nullopt);
  const auto maker =
      row_called(rows, "MANUFACTURER", first >= 3 ? std::optional(first - 3) : std::nullopt);
  const auto chemistry =
      row_called(rows, "CHEMISTRY", first >= 1 ? std::optional(first - 1) : std::nullopt);
  const auto design = row_called(rows, "DESIGN CAPACITY", first);
  const auto full = row_called(rows, "FULL CHARGE CAPACITY", first + 1);
  const auto cycles = row_called(rows, "CYCLE COUNT", first + 2);
  for (std::size_t i = 1; i < rows[first].size() && report.packs.size() < most_packs; ++i) {
    InstalledPack pack;
    pack.name = label_from(cell(rows, name, i));
    pack.manufacturer = label_from(cell(rows, maker, i));
    pack.chemistry = label_from(cell(rows, chemistry, i));
    pack.design_mwh = milliwatt_hours_in(cell(rows, design, i));
    pack.full_mwh = milliwatt_hours_in(cell(rows, full, i));
    pack.cycles = count_in(cell(rows, cycles, i));
    keep_known(pack);
    report.packs.push_back(std::move(pack));
  }
}

// Collects the cells of tables and hands over each row and each table as it ends.
class HtmlReport {
 public:
  void open(std::string_view tag) {
    if (tag == "table") rows_.clear();
    if (tag == "tr") end_row();
    if (tag == "td" || tag == "th") {
      end_cell();
      in_cell_ = true;
    }
  }
  void close(std::string_view tag) {
    if (tag == "td" || tag == "th") end_cell();
    if (tag == "tr" || tag == "table") end_row();
    if (tag == "table") end_table();
  }
  void text(std::string_view text) {
    if (in_cell_) cell_ += text;
  }
  BatteryReport finish() {
    end_row();
    end_table();
    return std::move(report_);
  }
  bool recognised() const { return recognised_; }

 private:
  void end_cell() {
    if (in_cell_) row_.push_back(collapsed(without_entities(cell_)));
    cell_.clear();
    in_cell_ = false;
  }
  void end_row() {
    constexpr std::size_t most_rows_of_packs = 64;
    end_cell();
    if (row_.size() == 3) read_history_row();
    if (row_.size() == 2 && !report_.made_on) read_report_time();
    if (rows_.size() < most_rows_of_packs) rows_.push_back(std::move(row_));
    row_.clear();
  }
  void read_history_row() {
    const auto day = last_day_in(row_[0]);
    if (!day) return;
    recognised_ = true;
    add_point(report_, day, milliwatt_hours_in(row_[1]), milliwatt_hours_in(row_[2]), std::nullopt,
              false);
  }
  // The first table ends in "REPORT TIME", "2020-10-30 14:45:43".
  void read_report_time() {
    constexpr std::size_t day_and_time = 19;
    if (row_[1].size() == day_and_time && row_[1][13] == ':') report_.made_on = day_of(row_[1]);
  }
  void end_table() {
    if (report_.packs.empty() && lists_packs(rows_)) {
      recognised_ = true;
      read_packs(std::move(rows_), report_);
    }
    rows_.clear();
  }

  BatteryReport report_;
  std::vector<Row> rows_;
  Row row_;
  std::string cell_;
  bool in_cell_ = false;
  bool recognised_ = false;
};

Result<BatteryReport> from_html(MarkupReader& reader, bool recognised) {
  HtmlReport html;
  for (auto kind = reader.next(); kind != MarkupReader::Kind::end; kind = reader.next()) {
    if (kind == MarkupReader::Kind::open) {
      html.open(lower_case(reader.name()));
      if (reader.closed()) html.close(lower_case(reader.name()));
    } else if (kind == MarkupReader::Kind::close) {
      html.close(lower_case(reader.name()));
    } else {
      html.text(reader.text());
    }
  }
  BatteryReport report = html.finish();
  if (recognised || html.recognised()) return report;
  return Error{Cause::malformed, "this page is no battery report of powercfg"};
}

}  // namespace

std::optional<std::int64_t> milliwatt_hours_in(std::string_view text) {
  const GroupedNumber number = grouped_number(trimmed(text));
  std::string_view unit = number.rest;
  while (const std::size_t length = separator_length(unit)) {
    if (unit.front() == ',' || unit.front() == '.') break;
    unit.remove_prefix(length);
  }
  if (!is_unit_of_energy(trimmed(unit))) return std::nullopt;
  return integer_from(number.digits);
}

Result<BatteryReport> parse_battery_report(std::string_view document) {
  std::string converted;
  if (document.starts_with("\xFF\xFE")) {
    converted = utf8_from_utf16le(document.substr(2));
    document = converted;
  }
  if (document.starts_with("\xEF\xBB\xBF")) document.remove_prefix(3);
  MarkupReader reader(document);
  auto kind = reader.next();
  while (kind == MarkupReader::Kind::text) kind = reader.next();
  if (kind == MarkupReader::Kind::open && reader.name() == "BatteryReport") {
    return from_xml(reader);
  }
  if (kind == MarkupReader::Kind::open && lower_case(reader.name()) == "html") {
    constexpr std::string_view space = "http://schemas.microsoft.com/battery/";
    const auto named = reader.attribute("bat");
    return from_html(reader, named && named->starts_with(space));
  }
  return Error{Cause::malformed, "this is no battery report of powercfg: neither XML nor HTML"};
}

std::vector<CapacityPoint> capacity_points(const BatteryReport& report) {
  std::vector<CapacityPoint> points = report.history;
  std::int64_t full = 0;
  std::int64_t design = 0;
  for (const InstalledPack& pack : report.packs) {
    if (!pack.full_mwh || !pack.design_mwh) return points;
    full += *pack.full_mwh;
    design += *pack.design_mwh;
  }
  if (report.packs.empty() || !report.made_on) return points;
  const auto cycles = report.packs.size() == 1 ? report.packs[0].cycles : std::nullopt;
  points.push_back({*report.made_on, milliwatt_hours(full), milliwatt_hours(design), cycles,
                    CapacityOrigin::os_history, false});
  return points;
}

Result<std::vector<CapacityPoint>> read_capacity_history(const MachineTree& tree) {
  if (tree.os() != Os::windows) {
    return Error{Cause::absent, "only Windows keeps a history of capacity"};
  }
  const auto document = tree.read("powercfg/batteryreport.xml");
  if (!document) return document.error();
  const auto report = parse_battery_report(*document);
  if (!report) return report.error();
  return capacity_points(*report);
}

}  // namespace wattlife
