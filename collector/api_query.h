// SPDX-License-Identifier: EUPL-1.2
// The query of a request to the REST API, read by a list of parameters that the document of the API
// is made of too. All that is wrong with a request is told at once (NLGov API Design Rules): a name
// that is not known, a name that is there twice, a value that does not fit. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collector/api_schema.h"
#include "collector/http.h"
#include "core/time.h"

namespace wattlife {

enum class ParameterKind { word, text, day, whole, truth, oin, cursor };

// One parameter of a query: its name, what it means, and what it may hold.
struct ApiParameter {
  std::string_view name;
  std::string_view nl;
  ParameterKind kind;
  ApiWords words = {};         // word
  std::int64_t least = 0;      // whole
  std::int64_t most = 0;       // whole
  std::int64_t otherwise = 0;  // whole: without it

  consteval ApiParameter(std::string_view its_name, std::string_view means, ParameterKind its_kind)
      : name(its_name), nl(means), kind(its_kind) {
    check();
  }
  consteval ApiParameter(std::string_view its_name, std::string_view means, ApiWords its_words)
      : name(its_name), nl(means), kind(ParameterKind::word), words(its_words) {
    check();
  }
  consteval ApiParameter(std::string_view its_name, std::string_view means, std::int64_t its_least,
                         std::int64_t its_most, std::int64_t without)
      : name(its_name),
        nl(means),
        kind(ParameterKind::whole),
        least(its_least),
        most(its_most),
        otherwise(without) {
    check();
  }

 private:
  consteval void check() const {
    if (name.empty() || nl.size() < 3) api_words_are_missing();
  }
};

inline constexpr std::size_t longest_parameter = 200;  // bytes, decoded

// The values that were given, decoded and fitting their kind.
class ApiQuery {
 public:
  void put(std::string_view name, std::string value) {
    values_[std::string(name)] = std::move(value);
  }
  bool has(std::string_view name) const { return values_.find(name) != values_.end(); }
  std::optional<std::string> text(std::string_view name) const;
  std::optional<UtcDay> day(std::string_view name) const;
  std::optional<std::int64_t> whole(std::string_view name) const;
  std::optional<bool> truth(std::string_view name) const;  // "ja", "nee"

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

struct ReadQuery {
  ApiQuery query;
  std::vector<RequestFault> faults;  // empty: it may go on
};
ReadQuery read_query(std::string_view query, std::span<const ApiParameter> parameters);

// 400 with all of them.
Refusal bad_parameters(std::vector<RequestFault> faults);

}  // namespace wattlife
