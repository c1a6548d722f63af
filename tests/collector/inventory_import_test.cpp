// SPDX-License-Identifier: EUPL-1.2
#include "collector/inventory_import.h"

#include <gtest/gtest.h>

namespace wattlife {
namespace {

TEST(InventoryImport, reads_what_spreadsheets_write) {
  struct Case {
    const char* name;
    std::string csv;
    std::vector<std::pair<std::string, std::string>> rows;
  };
  const Case cases[] = {
      {"plain", "serienummer,inventarisnummer\nPF1ABCDE,100\n", {{"PF1ABCDE", "100"}}},
      {"Dutch Excel, BOM, CRLF",
       "\xEF\xBB\xBFSerienummer;Merk;Model\r\nPF1ABCDE;Lenovo;T480\r\n",
       {{"PF1ABCDE", ""}}},
      {"no line end at the end", "serienummer\nPF1ABCDE", {{"PF1ABCDE", ""}}},
      {"quotes",
       "serienummer,model\n\"PF1,AB\"\"C\",\"two\nlines\"\nPF2ABCDE,x\n",
       {{"PF1,AB\"C", ""}, {"PF2ABCDE", ""}}},
      {"blank lines", "serienummer\n\nPF1ABCDE\n  \n\n", {{"PF1ABCDE", ""}}},
      {"guard of a spreadsheet", "serienummer\n'=PF1ABCDE\n", {{"=PF1ABCDE", ""}}},
      {"only a header", "serienummer\n", {}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const ImportedStock stock = stock_from_csv(c.csv);
    std::vector<std::pair<std::string, std::string>> rows;
    for (const StockRow& row : stock.rows) rows.emplace_back(row.serial, row.asset_tag);
    EXPECT_TRUE(stock.problems.empty()) << stock.problems.front().text;
    EXPECT_EQ(rows, c.rows);
  }
}

TEST(InventoryImport, says_on_which_line_what_is_wrong) {
  struct Case {
    const char* name;
    std::string csv;
    int line;
    const char* text;
  };
  const Case cases[] = {
      {"empty file", "", 1, "no header"},
      {"a name of a person", "serienummer,gebruiker\nPF1ABCDE,Jan\n", 1,
       "\"gebruiker\" is not taken"},
      {"no serial column", "merk,model\nx,y\n", 1, "serienummer is missing"},
      {"placeholder", "serienummer\nPF1ABCDE\nDefault string\n", 3, "placeholder"},
      {"empty", "serienummer,model\n,T480\n", 2, "empty"},
      {"twice", "serienummer\nPF1ABCDE\nPF1ABCDE\n", 3, "twice"},
      {"cells", "serienummer,model\nPF1ABCDE\n", 2, "1 cells instead of 2"},
      {"Latin-1", "serienummer,model\nPF1ABCDE,Fabri\xE9\n", 2, "UTF-8"},
      {"line numbers after a quoted line end", "serienummer,model\nPF1ABCDE,\"a\nb\"\n,x\n", 4,
       "empty"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const ImportedStock stock = stock_from_csv(c.csv);
    if (stock.problems.empty()) {
      ADD_FAILURE() << "accepted";
      continue;
    }
    EXPECT_EQ(stock.problems.front().line, c.line);
    EXPECT_NE(stock.problems.front().text.find(c.text), std::string::npos)
        << stock.problems.front().text;
  }
}

TEST(InventoryImport, a_file_full_of_mistakes_gives_a_bounded_list) {
  std::string csv = "serienummer\n";
  for (int i = 0; i < 5000; ++i) csv += "0000\n";
  EXPECT_EQ(stock_from_csv(csv).problems.size(), 100u);
}

}  // namespace
}  // namespace wattlife
