// SPDX-License-Identifier: EUPL-1.2
// The description of the REST API in OpenAPI 3.0.3, made of the table of operations (api_routes.h)
// and the fields that the answers are written with (api_schema.h). Pure. The same bytes are in
// docs/generated/openapi.json; a test compares.
#pragma once

#include <string>

namespace wattlife {

std::string api_document();

}  // namespace wattlife
