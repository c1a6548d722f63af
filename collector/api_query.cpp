// SPDX-License-Identifier: EUPL-1.2
#include "collector/api_query.h"

#include <algorithm>

#include "core/text.h"

namespace wattlife {
namespace {

constexpr std::size_t most_faults = 20;
constexpr std::size_t most_parts = 64;
constexpr std::size_t longest_told_name = 40;  // bytes

// '+' for a space and percent codes; empty when a '%' begins no code, or what comes out is no text.
std::optional<std::string> decoded(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      bytes += text[i] == '+' ? ' ' : text[i];
      continue;
    }
    const auto byte = i + 2 < text.size() ? bytes_from_hex(text.substr(i + 1, 2)) : std::nullopt;
    if (!byte) return std::nullopt;
    bytes += *byte;
    i += 2;
  }
  const bool controls = std::any_of(bytes.begin(), bytes.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  });
  if (controls || !is_valid_utf8(bytes)) return std::nullopt;
  return bytes;
}

bool all_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// What it may be, in both languages; empty when `value` is.
struct Expected {
  std::string nl;
  std::string en;
};
std::optional<Expected> unfit(const ApiParameter& parameter, const std::string& value) {
  switch (parameter.kind) {
    case ParameterKind::word: {
      std::string list;
      for (std::size_t i = 0; i < parameter.words.count; ++i) {
        if (parameter.words.at(i) == value) return std::nullopt;
        list += (list.empty() ? "" : ", ") + std::string(parameter.words.at(i));
      }
      return Expected{"een van: " + list, "one of: " + list};
    }
    case ParameterKind::text:
      if (!value.empty() && value.size() <= longest_parameter) return std::nullopt;
      return Expected{"een tekst van 1 tot 200 bytes", "a text of 1 to 200 bytes"};
    case ParameterKind::day:
      if (day_from_iso8601(value)) return std::nullopt;
      return Expected{"een datum als 2026-11-24", "a date such as 2026-11-24"};
    case ParameterKind::whole: {
      const auto number = integer_from(value);
      if (number && *number >= parameter.least && *number <= parameter.most) return std::nullopt;
      const std::string least = std::to_string(parameter.least);
      const std::string most = std::to_string(parameter.most);
      return Expected{"een geheel getal van " + least + " tot en met " + most,
                      "a whole number from " + least + " to " + most};
    }
    case ParameterKind::truth:
      if (value == "ja" || value == "nee") return std::nullopt;
      return Expected{"ja of nee", "ja or nee"};
    case ParameterKind::oin:
      if (value.size() == 20 && all_digits(value)) return std::nullopt;
      return Expected{"een OIN van 20 cijfers", "an OIN of 20 digits"};
    case ParameterKind::cursor:
      // What it holds is judged where the page is known (api_page.h).
      if (!value.empty() && value.size() <= longest_parameter) return std::nullopt;
      return Expected{"de cursor uit de link `next`", "the cursor of the link `next`"};
  }
  return Expected{"", ""};
}

// "; wel: cursor, oin, route"; empty where there are none.
std::string there_are(std::span<const ApiParameter> parameters, std::string_view word) {
  std::string text;
  for (const ApiParameter& one : parameters) {
    text += (text.empty() ? "; " + std::string(word) + ": " : ", ") + std::string(one.name);
  }
  return text;
}

}  // namespace

std::optional<std::string> ApiQuery::text(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<UtcDay> ApiQuery::day(std::string_view name) const {
  const auto value = text(name);
  return value ? day_from_iso8601(*value) : std::nullopt;
}

std::optional<std::int64_t> ApiQuery::whole(std::string_view name) const {
  const auto value = text(name);
  return value ? integer_from(*value) : std::nullopt;
}

std::optional<bool> ApiQuery::truth(std::string_view name) const {
  const auto value = text(name);
  return value ? std::optional(*value == "ja") : std::nullopt;
}

ReadQuery read_query(std::string_view query, std::span<const ApiParameter> parameters) {
  ReadQuery result;
  const auto fault = [&](std::string name, std::string nl, std::string en) {
    if (result.faults.size() < most_faults) {
      result.faults.push_back({std::move(name), std::move(nl), std::move(en)});
    }
  };
  std::size_t parts = 0;
  for (const std::string_view part : split(query, '&')) {
    if (part.empty()) continue;
    if (++parts > most_parts) {
      fault("", "te veel parameters", "too many parameters");
      break;
    }
    const std::size_t equals = part.find('=');
    const auto name = decoded(part.substr(0, equals));
    const bool valued = equals != std::string_view::npos;
    const auto value = decoded(valued ? part.substr(equals + 1) : std::string_view());
    const auto known =
        std::find_if(parameters.begin(), parameters.end(),
                     [&](const ApiParameter& one) { return name && one.name == *name; });
    if (known == parameters.end()) {
      fault(name && name->size() <= longest_told_name ? *name : "",
            "deze parameter bestaat hier niet" + there_are(parameters, "wel"),
            "this parameter does not exist here" + there_are(parameters, "there are"));
    } else if (!value) {
      fault(*name, "is geen tekst in UTF-8 en procentcodes",
            "is no text in UTF-8 and percent codes");
    } else if (result.query.has(*name)) {
      fault(*name, "staat er meer dan een keer", "is there more than once");
    } else if (const auto expected = unfit(*known, *value)) {
      fault(*name, "verwacht wordt " + expected->nl, "expected is " + expected->en);
    } else {
      result.query.put(*name, *value);
    }
  }
  return result;
}

Refusal bad_parameters(std::vector<RequestFault> faults) {
  const bool one = faults.size() == 1;
  return {400,
          "bad-parameters",
          "The parameters are not right",
          one ? "One parameter is not right; see `fouten`."
              : std::to_string(faults.size()) + " parameters are not right; see `fouten`.",
          one ? "Een parameter klopt niet; zie `fouten`."
              : std::to_string(faults.size()) + " parameters kloppen niet; zie `fouten`.",
          0,
          {},
          std::move(faults)};
}

}  // namespace wattlife
