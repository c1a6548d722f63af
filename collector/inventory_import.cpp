// SPDX-License-Identifier: EUPL-1.2
#include "collector/inventory_import.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>

#include "collector/enrolment.h"
#include "core/text.h"

namespace wattlife {
namespace {

constexpr std::string_view columns[] = {"serienummer", "inventarisnummer", "merk", "model",
                                        "aanschafdatum"};
constexpr std::size_t longest_cell = 128;
constexpr std::size_t most_problems = 100;

struct Line {
  int number = 1;
  std::vector<std::string> cells;
};

// Reads line by line; a quoted cell may hold separators, quotes and line ends.
class CsvReader {
 public:
  CsvReader(std::string_view text, char separator) : text_(text), separator_(separator) {}

  std::optional<Line> next() {
    if (at_ >= text_.size()) return std::nullopt;
    Line line{number_, {}};
    std::string cell;
    bool quoted = false;
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '\n') ++number_;
      if (quoted) {
        if (c != '"') {
          cell += c;
        } else if (at_ < text_.size() && text_[at_] == '"') {
          cell += text_[at_++];
        } else {
          quoted = false;
        }
      } else if (c == '"' && cell.empty()) {
        quoted = true;
      } else if (c == separator_) {
        line.cells.push_back(std::move(cell));
        cell.clear();
      } else if (c == '\n') {
        break;
      } else if (c != '\r') {
        cell += c;
      }
    }
    line.cells.push_back(std::move(cell));
    return line;
  }

 private:
  std::string_view text_;
  char separator_;
  std::size_t at_ = 0;
  int number_ = 1;
};

bool is_blank(const Line& line) {
  return std::all_of(line.cells.begin(), line.cells.end(),
                     [](const std::string& cell) { return trimmed(cell).empty(); });
}

// Without the apostrophe that a list of ours puts before what a spreadsheet would run.
std::string unguarded(std::string_view cell) {
  cell = trimmed(cell);
  const bool guarded = cell.size() > 1 && cell.front() == '\'' &&
                       std::string_view("=+-@").find(cell[1]) != std::string_view::npos;
  return std::string(guarded ? cell.substr(1) : cell);
}

std::optional<std::size_t> place_of(const std::vector<std::string>& header, std::string_view name) {
  const auto found = std::find(header.begin(), header.end(), name);
  if (found == header.end()) return std::nullopt;
  return static_cast<std::size_t>(found - header.begin());
}

std::string problem_of_row(const Line& line, std::size_t width, const std::string& serial) {
  if (line.cells.size() != width) {
    return std::to_string(line.cells.size()) + " cells instead of " + std::to_string(width);
  }
  for (const std::string& cell : line.cells) {
    if (cell.size() > longest_cell) return "a cell is longer than 128 bytes";
    if (!is_valid_utf8(cell)) return "is not UTF-8; save the file as \"CSV UTF-8\"";
  }
  if (serial.empty()) return "the serial number is empty";
  if (!tells_identity(serial)) {
    return "\"" + serial + "\" is a placeholder, not the serial number of one machine";
  }
  return "";
}

}  // namespace

ImportedStock stock_from_csv(std::string_view csv) {
  ImportedStock result;
  const auto problem = [&](int line, const std::string& text) {
    if (result.problems.size() < most_problems) result.problems.push_back({line, text});
  };
  if (csv.substr(0, 3) == "\xEF\xBB\xBF") csv.remove_prefix(3);
  const std::string_view first_line = csv.substr(0, csv.find('\n'));
  const char separator = first_line.find(';') != std::string_view::npos ? ';' : ',';
  CsvReader reader(csv, separator);
  const auto head = reader.next();
  if (!head || is_blank(*head)) {
    problem(1, "there is no header line; it must begin with serienummer");
    return result;
  }
  std::vector<std::string> header;
  for (const std::string& cell : head->cells) header.push_back(lower_case(trimmed(cell)));
  for (const std::string& name : header) {
    if (std::find(std::begin(columns), std::end(columns), name) == std::end(columns)) {
      problem(1, "column \"" + name +
                     "\" is not taken in; leave it out (allowed: serienummer, inventarisnummer, "
                     "merk, model, aanschafdatum)");
    }
  }
  const auto serial_at = place_of(header, "serienummer");
  if (!serial_at) problem(1, "column serienummer is missing");
  if (!result.problems.empty()) return result;

  const auto tag_at = place_of(header, "inventarisnummer");
  std::set<std::string> seen;
  while (const auto line = reader.next()) {
    if (is_blank(*line)) continue;
    const bool reaches = *serial_at < line->cells.size();
    const std::string serial = reaches ? unguarded(line->cells[*serial_at]) : "";
    if (const std::string wrong = problem_of_row(*line, header.size(), serial); !wrong.empty()) {
      problem(line->number, wrong);
    } else if (!seen.insert(serial).second) {
      problem(line->number, "\"" + serial + "\" is in the list twice");
    } else {
      result.rows.push_back({serial, tag_at ? unguarded(line->cells[*tag_at]) : ""});
    }
  }
  return result;
}

}  // namespace wattlife
