// SPDX-License-Identifier: EUPL-1.2
// A single device in the REST API: health, identity, route and reasons; never energy, hours or
// serials. Values in, text out; who may see what is decided before.
#pragma once

#include <string>
#include <vector>

#include "collector/api_schema.h"
#include "collector/assessments.h"
#include "core/table.h"

namespace wattlife {

// Without `locks` those are null: not for who asks, which is something else than unknown.
std::string device_json(const AssessedDevice& device, bool locks);
// {"apparaten": [...]}
std::string devices_json(const std::vector<AssessedDevice>& devices, bool locks);
// The same with the links of a page, which are JSON already.
std::string devices_page_json(const std::vector<AssessedDevice>& devices, bool locks,
                              const std::string& links);
// The same as a table, for CSV.
Table devices_table(const std::vector<AssessedDevice>& devices, bool locks);

const ApiSchema& device_schema();
const ApiSchema& devices_schema();

}  // namespace wattlife
