// SPDX-License-Identifier: EUPL-1.2
// Which value of a capture holds which identities, and how each is replaced. Two rounds: first the
// fields that are known to hold one, then everything else is searched for what they held.
#include "platform/scrub.h"

#include <algorithm>

#include "core/settings.h"
#include "core/text.h"
#include "platform/pseudonyms.h"
#include "platform/sensors/decoders.h"

namespace wattlife {
namespace {

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}
bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

Error not_understood(std::string_view path, const std::string& why) {
  return {Cause::malformed,
          std::string(path) + ": " + why + ", so it cannot be cleaned; do not share this capture"};
}

void blank(std::string& bytes, std::size_t at, std::size_t length) {
  std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), length, '\0');
}

void replace_text(std::string& bytes, std::size_t at, std::size_t length, Pseudonyms& names) {
  bytes.replace(at, length, names.of_text(std::string_view(bytes).substr(at, length)));
}

void replace_bytes(std::string& bytes, std::size_t at, std::size_t length,
                   const Pseudonyms& names) {
  bytes.replace(at, length, names.of_bytes(std::string_view(bytes).substr(at, length)));
}

// --- MAC addresses, wherever they stand ----------------------------------------------------------

bool is_mac(std::string_view text) {
  constexpr std::size_t mac_length = 17;
  if (text.size() < mac_length) return false;
  const char separator = text[2];
  if (separator != ':' && separator != '-') return false;
  for (std::size_t i = 0; i < mac_length; ++i) {
    if (i % 3 == 2 ? text[i] != separator : !is_hex(text[i])) return false;
  }
  return true;
}

std::string without_macs(std::string_view text, const Pseudonyms& names) {
  std::string clean(text);
  for (std::size_t at = 0; at + 17 <= clean.size();) {
    const bool begins = at == 0 || !is_hex(clean[at - 1]);
    if (!begins || !is_mac(std::string_view(clean).substr(at))) {
      ++at;
      continue;
    }
    clean.replace(at, 17, names.of_hex(std::string_view(clean).substr(at, 17)));
    at += 17;
  }
  return clean;
}

// --- Text ----------------------------------------------------------------------------------------

// Lines "KEY=value" or "KEY : value" whose key names an identity.
std::string clean_lines(std::string_view text, char separator, Pseudonyms& names) {
  std::string clean;
  for (const std::string_view line : split(text, '\n')) {
    if (!clean.empty() || line.data() != text.data()) clean += '\n';
    const std::size_t at = std::min(line.find(separator), line.size());
    const std::string key = lower_case(line.substr(0, at));
    const bool identity = contains(key, "serial") || contains(key, "uniq") ||
                          contains(key, "uuid") || contains(key, "hostname");
    clean += line.substr(0, std::min(at + 1, line.size()));
    if (at == line.size()) continue;
    const std::string_view value = line.substr(at + 1);
    clean += identity ? names.of_text(value) : std::string(value);
  }
  return clean;
}

// Elements of a battery report that hold an identity.
Result<std::string> clean_elements(std::string_view path, std::string_view xml, Pseudonyms& names) {
  std::string clean(xml);
  for (const std::string tag : {"ComputerName", "SerialNumber", "Id", "UserName"}) {
    const std::string open = "<" + tag + ">";
    const std::string close = "</" + tag + ">";
    for (std::size_t at = clean.find(open); at != std::string::npos; at = clean.find(open, at)) {
      at += open.size();
      const std::size_t end = clean.find(close, at);
      if (end == std::string::npos) return not_understood(path, open + " is not closed");
      replace_text(clean, at, end - at, names);
    }
  }
  return clean;
}

// The ASCII characters of a UTF-16LE text, up to the first NUL.
std::string clean_utf16(std::string_view bytes, bool composed, Pseudonyms& names) {
  std::string text;
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    if (bytes[i] == '\0' && bytes[i + 1] == '\0') break;
    text += bytes[i + 1] == '\0' ? bytes[i] : '\x7F';
  }
  // A unique id is a serial number with other words around it.
  std::string clean = composed ? names.inside_words(text) : "";
  if (clean.empty()) clean = names.of_text(text);
  std::string out(bytes);
  for (std::size_t i = 0; i < clean.size(); ++i) {
    if (text[i] != '\x7F') out[2 * i] = clean[i];
  }
  return out;
}

// "nqn.2014.08.org.nvmexpress:…": what follows the colon is the maker's, often with the serial
// number in it.
std::string clean_qualified_name(std::string_view text, Pseudonyms& names) {
  const std::size_t colon = text.find(':');
  const std::size_t at = colon == std::string_view::npos ? 0 : colon;
  return std::string(text.substr(0, at)) + names.of_text(text.substr(at));
}

// "CRYPT-LUKS2-<uuid>-<name>", "LVM-<ids>": what kind of mapping it is stays, the rest may name the
// machine or who uses it.
std::string clean_mapping(std::string_view text, Pseudonyms& names) {
  constexpr std::string_view kind = "CRYPT-";
  const std::size_t from = text.starts_with(kind) ? kind.size() : 0;
  const std::size_t dash = text.find('-', from);
  const std::size_t at = dash == std::string_view::npos ? from : dash + 1;
  return std::string(text.substr(0, at)) + names.of_text(text.substr(at));
}

// "https://collector.ministerie.nl:8443/x": the host is replaced, the form stays valid.
std::string clean_url(std::string_view url, Pseudonyms& names) {
  const std::size_t scheme = url.find("://");
  const std::size_t begin = scheme == std::string_view::npos ? 0 : scheme + 3;
  const std::size_t end = std::min(url.find_first_of(":/?#", begin), url.size());
  return std::string(url.substr(0, begin)) + names.of_text(url.substr(begin, end - begin)) +
         std::string(url.substr(end));
}

std::string clean_policy(std::string_view key, std::string_view value, Pseudonyms& names) {
  const Setting* row = setting(key);
  // A key that this version does not know may hold anything.
  if (row == nullptr || row->secret || key == "AssetTag") return names.of_text(value);
  if (key == "CollectorUrl" || key == "ProxyServer") return clean_url(value, names);
  return std::string(value);
}

// --- Structures ----------------------------------------------------------------------------------

struct SmbiosField {
  unsigned type;
  std::size_t string_at;  // offset of the string's number
};
// Serial numbers and asset tags: system, board, chassis, processor, memory device, portable
// battery, power supply.
constexpr SmbiosField smbios_fields[] = {{1, 0x07},  {2, 0x07},  {2, 0x08},  {3, 0x07},
                                         {3, 0x08},  {4, 0x20},  {4, 0x21},  {17, 0x18},
                                         {17, 0x19}, {22, 0x07}, {39, 0x08}, {39, 0x09}};

bool is_opaque(unsigned smbios_type) {
  constexpr unsigned management_controller_host_interface = 42;  // network names and addresses
  return smbios_type >= 128 || smbios_type == management_controller_host_interface;
}

std::string clean_uuid_bytes(std::string_view bytes, const Pseudonyms& names) {
  const auto uuid = smbios_uuid(bytes, SmbiosVersion{});
  if (!uuid) return std::string(bytes);
  std::string hex = names.of_hex(*uuid);
  hex.erase(std::remove(hex.begin(), hex.end(), '-'), hex.end());
  std::string clean = bytes_from_hex(hex).value_or(std::string(bytes));
  std::reverse(clean.begin(), clean.begin() + 4);
  std::reverse(clean.begin() + 4, clean.begin() + 6);
  std::reverse(clean.begin() + 6, clean.begin() + 8);
  return clean;
}

void clean_smbios_structure(const SmbiosStructure& structure, std::string_view table,
                            std::string& clean, Pseudonyms& names) {
  const auto offset_of = [&](std::string_view part) {
    return static_cast<std::size_t>(part.data() - table.data());
  };
  const std::string_view formatted = structure.formatted;
  if (is_opaque(structure.type)) {
    blank(clean, structure.offset + 4, formatted.size() - 4);
    for (const std::string_view text : structure.strings) {
      clean.replace(offset_of(text), text.size(), text.size(), 'x');
    }
    return;
  }
  for (const SmbiosField& field : smbios_fields) {
    if (field.type != structure.type || field.string_at >= formatted.size()) continue;
    const std::size_t number = static_cast<unsigned char>(formatted[field.string_at]);
    if (number == 0 || number > structure.strings.size()) continue;
    const std::string_view text = structure.strings[number - 1];
    replace_text(clean, offset_of(text), text.size(), names);
  }
  if (structure.type == 1 && formatted.size() >= 0x18) {
    clean.replace(structure.offset + 8, 16, clean_uuid_bytes(formatted.substr(8, 16), names));
  }
  if (structure.type == 22 && formatted.size() >= 0x12) {  // serial number as a number
    replace_bytes(clean, structure.offset + 0x10, 2, names);
  }
}

// What follows the last structure that can be read is blanked.
std::string clean_smbios(std::string_view table, Pseudonyms& names) {
  std::string clean(table);
  std::size_t end = 0;
  for_each_smbios_structure(table, [&](const SmbiosStructure& structure) {
    clean_smbios_structure(structure, table, clean, names);
    end = structure.offset + structure.formatted.size();
    for (const std::string_view text : structure.strings) {
      end = static_cast<std::size_t>(text.data() - table.data()) + text.size();
    }
  });
  blank(clean, end, clean.size() - end);
  return clean;
}

Result<std::string> clean_nvme_identify(std::string_view path, std::string_view page,
                                        Pseudonyms& names) {
  constexpr std::size_t page_bytes = 4096;
  if (page.size() != page_bytes) return not_understood(path, "not 4,096 bytes");
  std::string clean(page);
  replace_text(clean, 4, 20, names);     // serial number
  replace_bytes(clean, 112, 16, names);  // FRU globally unique identifier
  clean.replace(768, 256, clean_qualified_name(page.substr(768, 256), names));
  blank(clean, 3072, 1024);  // vendor specific
  return clean;
}

// ATA strings have the two bytes of each word swapped.
void replace_ata_text(std::string& page, std::size_t at, std::size_t length, Pseudonyms& names) {
  std::string text = page.substr(at, length);
  const auto swap_pairs = [](std::string& words) {
    for (std::size_t i = 0; i + 1 < words.size(); i += 2) std::swap(words[i], words[i + 1]);
  };
  swap_pairs(text);
  text = names.of_text(text);
  swap_pairs(text);
  page.replace(at, length, text);
}

// Makes the last of `length` bytes such that all add up to zero.
void set_checksum(std::string& bytes, std::size_t at, std::size_t length) {
  unsigned sum = 0;
  for (std::size_t i = at; i + 1 < at + length; ++i) sum += static_cast<unsigned char>(bytes[i]);
  bytes[at + length - 1] = static_cast<char>((256 - sum % 256) % 256);
}

Result<std::string> clean_ata_identify(std::string_view path, std::string_view page,
                                       Pseudonyms& names) {
  constexpr std::size_t page_bytes = 512;
  constexpr unsigned char checksum_follows = 0xA5;
  if (page.size() != page_bytes) return not_understood(path, "not 512 bytes");
  std::string clean(page);
  replace_ata_text(clean, 20, 20, names);   // words 10-19: serial number
  replace_bytes(clean, 216, 8, names);      // words 108-111: world wide name
  blank(clean, 258, 62);                    // words 129-159: vendor specific
  replace_ata_text(clean, 352, 60, names);  // words 176-205: serial number of the medium
  if (static_cast<unsigned char>(clean[510]) == checksum_follows) set_checksum(clean, 0, 512);
  return clean;
}

Result<std::string> clean_edid(std::string_view path, std::string_view edid, Pseudonyms& names) {
  constexpr std::size_t block_bytes = 128;
  constexpr std::string_view header("\0\xFF\xFF\xFF\xFF\xFF\xFF\0", 8);
  if (edid.empty()) return std::string();  // nothing is connected
  if (edid.size() % block_bytes != 0 || !edid.starts_with(header)) {
    return not_understood(path, "not an EDID");
  }
  std::string clean(edid);
  replace_bytes(clean, 12, 4, names);  // serial number as a number
  for (const std::size_t at : {54u, 72u, 90u, 108u}) {
    const std::string_view descriptor = edid.substr(at, 18);
    if (!descriptor.starts_with(std::string_view("\0\0\0\xFF", 4))) continue;
    const std::string_view text = descriptor.substr(5);
    replace_text(clean, at + 5, std::min(text.find('\n'), text.size()), names);
  }
  set_checksum(clean, 0, block_bytes);
  blank(clean, block_bytes, clean.size() - block_bytes);  // extensions may repeat the number
  return clean;
}

// --- Per path ------------------------------------------------------------------------------------

bool is_whole_identity(std::string_view path) {
  constexpr std::string_view endings[] = {
      "/serial_number",  "/product_serial",  "/board_serial",
      "/chassis_serial", "/board_asset_tag", "/chassis_asset_tag",
      "/wwid",           "/nguid",           "/eui",
      "kernel/hostname", "etc/hostname",     "etc/machine-id"};
  if (path.starts_with("sys/class/nvme/") && path.ends_with("/serial")) return true;
  return std::any_of(std::begin(endings), std::end(endings),
                     [&](std::string_view ending) { return path.ends_with(ending); });
}

Result<std::string> clean_value(std::string_view path, std::string_view value, Pseudonyms& names) {
  if (path.ends_with("firmware/dmi/tables/DMI")) return clean_smbios(value, names);
  if (path == "smbios") {  // RawSMBIOSData: a header of 8 bytes
    const std::size_t header = std::min<std::size_t>(8, value.size());
    return std::string(value.substr(0, header)) + clean_smbios(value.substr(header), names);
  }
  if (path.starts_with("nvme/") && path.ends_with("/identify")) {
    return clean_nvme_identify(path, value, names);
  }
  if (path.starts_with("ata/") && path.ends_with("/identify")) {
    return clean_ata_identify(path, value, names);
  }
  if (path.ends_with("/edid")) return clean_edid(path, value, names);
  if (path.starts_with("powercfg/")) return clean_elements(path, value, names);
  if (path.starts_with("policy/")) return clean_policy(path.substr(7), value, names);
  if (path.starts_with("battery/") && path.ends_with("/serial")) {
    return clean_utf16(value, false, names);
  }
  if (path.starts_with("battery/") && path.ends_with("/unique_id")) {
    return clean_utf16(value, true, names);
  }
  if (is_whole_identity(path)) return names.of_text(value);
  if (path.ends_with("/dm/uuid")) return clean_mapping(value, names);
  if (path.ends_with("/product_uuid") || path.ends_with("/uuid")) return names.of_hex(value);
  if (path.ends_with("/subsysnqn")) return clean_qualified_name(value, names);
  if (path.ends_with("/uevent") || path.starts_with("ioreg/")) {
    return clean_lines(value, '=', names);
  }
  if (path == "proc/cpuinfo") return clean_lines(value, ':', names);
  return std::string(value);
}

}  // namespace

Result<Capture> scrubbed(const Capture& capture, std::uint64_t salt) {
  Pseudonyms names(salt);
  Capture clean = capture;
  for (CaptureTick& tick : clean.ticks) {
    for (auto& [path, value] : tick.changes) {
      auto* bytes = std::get_if<std::string>(&value);
      if (bytes == nullptr) continue;
      auto cleaned = clean_value(path, *bytes, names);
      if (!cleaned) return cleaned.error();
      *bytes = *std::move(cleaned);
    }
  }
  const auto search = [&](std::string& text) { text = without_macs(names.in_text(text), names); };
  for (std::string& note : clean.header.notes) search(note);
  for (CaptureTick& tick : clean.ticks) {
    for (auto& [path, value] : tick.changes) {
      search(path);
      if (auto* bytes = std::get_if<std::string>(&value)) search(*bytes);
    }
  }
  return clean;
}

}  // namespace wattlife
