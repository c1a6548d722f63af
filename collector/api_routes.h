// SPDX-License-Identifier: EUPL-1.2
// The operations of the REST API in one table: address, who may, what may be asked, and what is
// answered. The site serves from it and the document (api_document.h) is made of it, so that an
// operation that is not described does not exist. There are no defaults: a row that leaves
// something out does not compile.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "collector/access.h"
#include "collector/api_query.h"
#include "collector/api_schema.h"
#include "collector/audit.h"

namespace wattlife {

inline constexpr std::string_view api_prefix = "/v1";
inline constexpr std::string_view api_document_path = "/v1/openapi.json";
inline constexpr std::string_view api_version = "1.0.0";

// "/v1" and what is under it.
bool is_of_api(std::string_view path);

// Which answer; the one place that answers them switches over all.
enum class ApiCall {
  document,
  who_am_i,
  devices,
  device,
  organisations,
  energy,
  enrolments,
  audit_lines,
};

// What an operation answers with.
struct ApiAnswer {
  SchemaOf schema;  // null: the document itself
  bool table;       // also as CSV
  bool pages;       // with links to the next page
  bool of_one;      // 404 when it is not there, or not for who asks
  std::string_view nl;
};

struct ApiRoute {
  ApiCall call;
  std::string_view method;
  std::string_view path;  // as a pattern: one segment may be {id}
  Access access;
  std::optional<AuditAction> audited;  // the look is noted before anything is read
  std::string_view operation_id;
  std::string_view tag;
  std::string_view summary;  // Dutch, one line
  std::string_view description;
  std::span<const ApiParameter> parameters;
  ApiAnswer answer;

  consteval ApiRoute(ApiCall its_call, std::string_view its_method, std::string_view its_path,
                     Access its_access, std::optional<AuditAction> its_audited,
                     std::string_view its_operation, std::string_view its_tag,
                     std::string_view its_summary, std::string_view its_description,
                     std::span<const ApiParameter> its_parameters, ApiAnswer its_answer)
      : call(its_call),
        method(its_method),
        path(its_path),
        access(its_access),
        audited(its_audited),
        operation_id(its_operation),
        tag(its_tag),
        summary(its_summary),
        description(its_description),
        parameters(its_parameters),
        answer(its_answer) {
    if (path.substr(0, api_prefix.size()) != api_prefix || operation_id.empty() || tag.empty() ||
        summary.size() < 5 || description.size() < 5 || answer.nl.size() < 5) {
      api_words_are_missing();
    }
  }
};
std::span<const ApiRoute> api_routes();

// What the {id} of the pattern is in this path; empty when they do not match. Without {id} in the
// pattern it is "".
std::optional<std::string> id_in(std::string_view pattern, std::string_view path);

// One group of operations in the document.
struct ApiTag {
  std::string_view name;
  std::string_view nl;
};
std::span<const ApiTag> api_tags();

}  // namespace wattlife
