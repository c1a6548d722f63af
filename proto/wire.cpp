// SPDX-License-Identifier: EUPL-1.2
// Whole messages. Reading is strict, since every byte may come from outside; writing repairs what
// hardware says badly (a maker's name in Latin-1), so that such a laptop reports all the same.
#include "proto/wire.h"

#include <google/protobuf/stubs/logging.h>

#include "proto/wire_parts.h"

namespace wattlife {
namespace {

using wire_parts::Field;
using wire_parts::largest_sequence;
using wire_parts::longest_version;
using wire_parts::put;
using wire_parts::Reader;
using wire_parts::sendable;

std::string version_from(Reader& reader, const std::string& version, const Field& field) {
  return reader.text(field + ".agent_version", version, longest_version);
}

template <class Message>
bool parse(Message& message, std::string_view bytes) {
  // The library would print a line about each text that is not UTF-8.
  const google::protobuf::LogSilencer silencer;
  return message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

template <class Message>
Result<Message> message_from(std::string_view bytes, const std::string& name) {
  if (bytes.size() > largest_report_bytes) {
    return Error{Cause::malformed, name + ": " + std::to_string(bytes.size()) +
                                       " bytes, more than " + std::to_string(largest_report_bytes)};
  }
  Message message;
  if (!parse(message, bytes)) {
    return Error{Cause::malformed, name +
                                       ": these bytes are no such message, or a text in it is "
                                       "not UTF-8"};
  }
  return message;
}

template <class Message>
std::string bytes_of(const Message& message) {
  return message.SerializeAsString();
}

}  // namespace

std::string to_bytes(const EnrolmentRequest& value) {
  v1::EnrolmentRequest message;
  message.set_install_id(value.install_id);
  message.set_agent_version(sendable(value.agent_version, longest_version));
  put(value.inventory, value.data_list_version, *message.mutable_inventory());
  put(value.serials, value.data_list_version, *message.mutable_serials());
  // The first messages had no such field, and stay as they were.
  if (value.data_list_version > first_data_list) {
    message.set_data_list_version(value.data_list_version);
  }
  return bytes_of(message);
}

std::string to_bytes(const EnrolmentAnswer& value) {
  v1::EnrolmentAnswer message;
  message.set_device_id(value.device_id);
  message.set_secret(value.secret);
  message.set_pending(value.pending);
  return bytes_of(message);
}

std::string to_bytes(const Report& value) {
  v1::Report message;
  message.set_install_id(value.install_id);
  message.set_sequence(value.sequence);
  message.set_agent_version(sendable(value.agent_version, longest_version));
  message.set_data_list_version(value.data_list_version);
  if (value.summary) put(*value.summary, value.store_id, *message.mutable_summary());
  const std::uint32_t list = value.data_list_version;
  if (value.inventory) put(*value.inventory, list, *message.mutable_inventory());
  if (value.serials) put(*value.serials, list, *message.mutable_serials());
  if (value.calibration && may_send(DataGroup::calibration, list)) {
    put(*value.calibration, *message.mutable_calibration());
  }
  return bytes_of(message);
}

std::string to_bytes(const Acknowledgement& value) {
  v1::Acknowledgement message;
  message.set_install_id(value.install_id);
  message.set_sequence(value.sequence);
  message.set_complete_through(value.complete_through);
  message.set_next_secret(value.next_secret);
  message.set_pending(value.pending);
  return bytes_of(message);
}

std::string to_bytes(const Provision& value) {
  v1::Provision message;
  put(value, newest_data_list, message);  // leaves nothing: it was received
  return bytes_of(message);
}

Result<Provision> provision_from(std::string_view bytes) {
  const auto message = message_from<v1::Provision>(bytes, "provision");
  if (!message) return message.error();
  Reader reader;
  Provision provision = provision_from(reader, *message, "provision");
  if (!reader.fine()) return reader.error();
  return provision;
}

Result<EnrolmentRequest> enrolment_request_from(std::string_view bytes) {
  const auto message = message_from<v1::EnrolmentRequest>(bytes, "enrolment");
  if (!message) return message.error();
  Reader reader;
  EnrolmentRequest request;
  request.install_id = reader.id("enrolment.install_id", message->install_id(), id_bytes);
  request.agent_version = version_from(reader, message->agent_version(), "enrolment");
  reader.require(message->has_inventory(), "enrolment.inventory", "missing");
  if (reader.fine()) {
    request.inventory = inventory_from(reader, message->inventory(), "enrolment.inventory");
  }
  if (reader.fine()) {
    request.serials = serials_from(reader, message->serials(), "enrolment.serials");
  }
  if (message->has_data_list_version()) {
    request.data_list_version = message->data_list_version();
    reader.require(request.data_list_version >= 1, "enrolment.data_list_version", "zero");
  }
  if (!reader.fine()) return reader.error();
  return request;
}

Result<EnrolmentAnswer> enrolment_answer_from(std::string_view bytes) {
  const auto message = message_from<v1::EnrolmentAnswer>(bytes, "answer");
  if (!message) return message.error();
  Reader reader;
  EnrolmentAnswer answer;
  answer.device_id = reader.id("answer.device_id", message->device_id(), id_bytes);
  answer.secret = reader.id("answer.secret", message->secret(), secret_bytes);
  answer.pending = message->pending();
  if (!reader.fine()) return reader.error();
  return answer;
}

Result<Report> report_from(std::string_view bytes) {
  const auto message = message_from<v1::Report>(bytes, "report");
  if (!message) return message.error();
  Reader reader;
  Report report;
  report.install_id = reader.id("report.install_id", message->install_id(), id_bytes);
  report.sequence = reader.number("report.sequence", message->sequence(), 1, largest_sequence);
  report.agent_version = version_from(reader, message->agent_version(), "report");
  report.data_list_version = message->data_list_version();
  reader.require(report.data_list_version >= 1, "report.data_list_version", "missing");
  reader.require(message->has_summary() || message->has_inventory() || message->has_serials() ||
                     message->has_calibration(),
                 "report.summary", "missing, and so are inventory, serials and calibration");
  if (message->has_summary() && reader.fine()) {
    report.summary = summary_from(reader, message->summary(), "report.summary");
    report.store_id = reader.id("report.summary.store_id", message->summary().store_id(), id_bytes);
  }
  if (message->has_inventory() && reader.fine()) {
    report.inventory = inventory_from(reader, message->inventory(), "report.inventory");
  }
  if (message->has_serials() && reader.fine()) {
    report.serials = serials_from(reader, message->serials(), "report.serials");
  }
  if (message->has_calibration() && reader.fine()) {
    reader.require(may_send(DataGroup::calibration, report.data_list_version), "report.calibration",
                   "not in the list of collected data that was accepted");
    report.calibration = calibration_from(reader, message->calibration(), "report.calibration");
  }
  if (!reader.fine()) return reader.error();
  return report;
}

std::optional<ReportKey> report_key_from(std::string_view bytes) {
  const auto message = message_from<v1::Report>(bytes, "report");
  if (!message || message->install_id().size() != id_bytes || message->sequence() < 1 ||
      message->sequence() > largest_sequence) {
    return std::nullopt;
  }
  return ReportKey{message->install_id(), message->sequence()};
}

Result<Acknowledgement> acknowledgement_from(std::string_view bytes) {
  const auto message = message_from<v1::Acknowledgement>(bytes, "acknowledgement");
  if (!message) return message.error();
  Reader reader;
  Acknowledgement answer;
  answer.install_id = reader.id("acknowledgement.install_id", message->install_id(), id_bytes);
  answer.sequence =
      reader.number("acknowledgement.sequence", message->sequence(), 1, largest_sequence);
  answer.complete_through = reader.number("acknowledgement.complete_through",
                                          message->complete_through(), 0, largest_sequence);
  answer.next_secret = message->next_secret();
  if (!answer.next_secret.empty()) {
    reader.id("acknowledgement.next_secret", answer.next_secret, secret_bytes);
  }
  answer.pending = message->pending();
  if (!reader.fine()) return reader.error();
  return answer;
}

}  // namespace wattlife
