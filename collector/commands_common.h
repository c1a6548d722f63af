// SPDX-License-Identifier: EUPL-1.2
// What the files of the commands share.
#pragma once

#include <memory>

#include "collector/commands.h"
#include "collector/fleet_store.h"
#include "core/assessment.h"
#include "core/result.h"

namespace wattlife {

CommandResult failed(const Error& error);
CommandResult failed(int code, const std::string& text);
CommandResult printed(std::string text);

UtcDay today();

// An entry of the audit log about what this command does now: by the account it runs under.
AuditEntry cli_entry(AuditAction action, const std::string& object,
                     AuditResult result = AuditResult::done);
Result<std::unique_ptr<FleetStore>> store_of(const CommandOptions& options,
                                             StoreOpen mode = StoreOpen::existing);
// The device whose id (or that of an enrolment) begins with `text`, or that has that serial number.
Result<Id128> device_of(FleetStore& store, const std::string& text);
Result<RuleSet> rules_of(const CommandOptions& options);

// Columns as wide as their widest cell, two spaces between; the last one is not filled up.
std::string aligned(const std::vector<std::vector<std::string>>& rows);

}  // namespace wattlife
