// SPDX-License-Identifier: EUPL-1.2
// What the REST API tells of people and what they did: who is signed in, organisations, enrolments
// that wait for a decision, and lines of the audit log.
#pragma once

#include <string>
#include <vector>

#include "collector/access.h"
#include "collector/api_schema.h"
#include "collector/audit.h"
#include "collector/fleet_store.h"
#include "core/table.h"

namespace wattlife {

// Who is signed in, and as what; null: nobody.
std::string person_json(const Person* person);
const ApiSchema& person_schema();

std::string organisations_json(const std::vector<Organisation>& organisations);
Table organisations_table(const std::vector<Organisation>& organisations);
const ApiSchema& organisations_schema();

// `links` is JSON already.
std::string enrolments_json(const std::vector<EnrolmentRow>& rows, const std::string& links);
Table enrolments_table(const std::vector<EnrolmentRow>& rows);
const ApiSchema& enrolments_schema();

std::string audit_lines_json(const std::vector<ChainedEntry>& entries, const std::string& links);
Table audit_lines_table(const std::vector<ChainedEntry>& entries);
const ApiSchema& audit_lines_schema();

}  // namespace wattlife
