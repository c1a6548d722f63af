// SPDX-License-Identifier: EUPL-1.2
// An organisation's own list of laptops, as CSV: which serial numbers are ours. Only columns that
// are needed may be in it, so that names of people are never taken in by accident. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "collector/fleet_store.h"

namespace wattlife {

struct ImportProblem {
  int line = 0;  // as an editor counts; 1 is the header
  std::string text;
  friend bool operator==(const ImportProblem&, const ImportProblem&) = default;
};
struct ImportedStock {
  std::vector<StockRow> rows;
  std::vector<ImportProblem> problems;  // nothing is imported when there is one
};

inline constexpr std::size_t largest_import_bytes = std::size_t{32} * 1024 * 1024;

// RFC 4180 with ',' or ';' (as the header has it), UTF-8 with or without BOM. Columns: serienummer
// (must be there), inventarisnummer, merk, model, aanschafdatum; any other is a problem.
ImportedStock stock_from_csv(std::string_view csv);

}  // namespace wattlife
