// SPDX-License-Identifier: EUPL-1.2
#include "collector/rest_api.h"

#include "core/text.h"

namespace wattlife {

const char* dutch_name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::good:
      return "goed";
    case Verdict::watch:
      return "matig";
    case Verdict::replace:
      return "vervangen";
    case Verdict::fail:
      return "defect";
    case Verdict::unknown:
      return "onbekend";
  }
  return "onbekend";
}

const char* dutch_name_of(Tier tier) {
  switch (tier) {
    case Tier::measured:
      return "gemeten";
    case Tier::calibrated_device:
      return "berekend (dit apparaat)";
    case Tier::calibrated_model:
      return "berekend (dit model)";
    case Tier::estimated:
      return "geschat";
    case Tier::unknown:
      return "onbekend";
  }
  return "onbekend";
}

const char* english_name_of(Tier tier) {
  switch (tier) {
    case Tier::measured:
      return "measured";
    case Tier::calibrated_device:
      return "calculated (this device)";
    case Tier::calibrated_model:
      return "calculated (this model)";
    case Tier::estimated:
      return "estimated";
    case Tier::unknown:
      return "unknown";
  }
  return "unknown";
}

namespace {

std::string name_of_machine(const std::string& maker, const std::string& model) {
  if (maker.empty() || model.empty()) return maker + model;
  const bool said_twice = lower_case(model).rfind(lower_case(maker) + " ", 0) == 0;
  return said_twice ? model : maker + " " + model;
}

}  // namespace

std::string name_for_people(const FleetDevice& device) {
  return name_of_machine(device.manufacturer.value_or(""), device.model.value_or(""));
}
std::string name_for_people(const EnrolmentRow& enrolment) {
  return name_of_machine(enrolment.manufacturer.value_or(""), enrolment.model.value_or(""));
}

}  // namespace wattlife
