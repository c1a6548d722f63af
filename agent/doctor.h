// SPDX-License-Identifier: EUPL-1.2
// What is wrong on this laptop, as rows that a help desk can act on: what was looked at, how it
// stands, one sentence, what to do, and a code with a paragraph in docs/doctor.md. Each fault of
// the machine is a row with its cause, and none stops the rest. Pure: values in, rows out.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/doctor_contact.h"
#include "agent/doctor_rows.h"
#include "agent/hidden_drives.h"
#include "core/battery_recall.h"
#include "core/hardware_signs.h"
#include "core/os_support.h"
#include "core/reading.h"
#include "core/time.h"
#include "platform/process.h"

namespace wattlife {

// A part that was seen earlier: in view.json, or at the begin of a recording.
struct KnownPart {
  enum class Kind { battery, drive };
  Kind kind = Kind::drive;
  std::string name;
  std::string model;            // empty: unknown
  std::string gone_since = {};  // a day; empty: it was there when somebody looked last
  friend bool operator==(const KnownPart&, const KnownPart&) = default;
};
// The packs that are present and the drives.
std::vector<KnownPart> parts_of(const Inventory& inventory);

struct FolderFacts {
  std::string name;  // "state", "sampler", "agent", "public"
  std::string path;
  std::optional<Error> problem;  // why it is no folder that can be used
  FolderRights rights;
};

// What view.json says of the sampler.
struct SamplerNews {
  std::optional<Error> problem;  // why view.json could not be read
  UtcDay written{};
  std::optional<std::string> store_fault;
};

struct DoctorFacts {
  UtcDay today{};
  Inventory inventory;
  PowerReading power;
  std::vector<HiddenDrive> hidden;
  std::vector<KnownPart> known_before;
  std::vector<OsSupportRow> os_support;
  HardwareSigns signs = {};
  std::vector<Fault> signs_faults = {};
  std::vector<BatteryRecall> recalls = {};
  std::vector<Error> settings_problems;
  bool installed_here = true;  // false for a recording: it has no state folders
  std::vector<FolderFacts> folders;
  SamplerNews sampler;
  CollectorNews collector = {};
};

// One row or more per subject, always in the same order: settings, machine, sensors, drives,
// recalls and signs (only what is worth a look), system, folders, store, and where a collector is
// set: certificate, collector.
std::vector<Check> examined(const DoctorFacts& facts);
bool any_failed(const std::vector<Check>& checks);

// Every code that can stand in a row.
std::vector<DoctorCode> doctor_codes();

std::string checks_as_lines(const std::vector<Check>& checks);
std::string checks_as_json(const std::vector<Check>& checks);  // {"checks":[...],"failed":false}

}  // namespace wattlife
