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

// "enx00e04c680011": interfaces of docks and USB are named after their address.
constexpr std::string_view address_names[] = {"enx", "wlx", "wwx"};
constexpr std::size_t bare_mac_length = 12;

bool is_address_name(std::string_view text) {
  const std::string_view digits = text.substr(std::min<std::size_t>(3, text.size()));
  const bool begins =
      std::any_of(std::begin(address_names), std::end(address_names),
                  [&](std::string_view beginning) { return text.starts_with(beginning); });
  return begins && digits.size() >= bare_mac_length &&
         std::all_of(digits.begin(), digits.begin() + bare_mac_length, is_hex) &&
         (digits.size() == bare_mac_length || !is_hex(digits[bare_mac_length]));
}

std::string without_macs(std::string_view text, const Pseudonyms& names) {
  std::string clean(text);
  for (std::size_t at = 0; at + 3 + bare_mac_length <= clean.size(); ++at) {
    if (!is_address_name(std::string_view(clean).substr(at))) continue;
    clean.replace(at + 3, bare_mac_length, names.of_hex(clean.substr(at + 3, bare_mac_length)));
    at += 3 + bare_mac_length;
  }
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

bool names_identity(std::string_view key) {
  const std::string lower = lower_case(key);
  return contains(lower, "serial") || contains(lower, "uniq") || contains(lower, "uuid") ||
         contains(lower, "hostname");
}

// Lines "KEY=value" or "KEY : value" whose key names an identity.
std::string clean_lines(std::string_view text, char separator, Pseudonyms& names) {
  std::string clean;
  for (const std::string_view line : split(text, '\n')) {
    if (!clean.empty() || line.data() != text.data()) clean += '\n';
    const std::size_t at = std::min(line.find(separator), line.size());
    const bool identity = names_identity(line.substr(0, at));
    clean += line.substr(0, std::min(at + 1, line.size()));
    if (at == line.size()) continue;
    const std::string_view value = line.substr(at + 1);
    clean += identity ? names.of_text(value) : std::string(value);
  }
  return clean;
}

// Bytes of a property: those of firmware may hold a serial number that nobody else can find.
bool is_plain_name(std::string_view key) {
  return key == "model" || key == "manufacturer" || key == "compatible";
}

// An XML property list: values of keys that name an identity, with all that is inside of them, and
// all data but plain names.
Result<std::string> clean_property_list(std::string_view path, std::string_view xml,
                                        Pseudonyms& names) {
  std::string clean;
  std::string key;
  bool identity = false;
  std::vector<bool> outer;  // whether the dictionary or list around this one is an identity
  std::size_t at = 0;
  const auto copy_to = [&](std::size_t end) {
    clean += xml.substr(at, end - at);
    at = end;
  };
  while (at < xml.size()) {
    copy_to(std::min(xml.find('<', at), xml.size()));
    const std::size_t tag_end = xml.find('>', at);
    if (tag_end == std::string_view::npos) break;
    const std::string tag(xml.substr(at + 1, tag_end - at - 1));
    copy_to(tag_end + 1);
    if (tag == "dict" || tag == "array") outer.push_back(identity);
    if ((tag == "/dict" || tag == "/array") && !outer.empty()) {
      identity = outer.back();
      outer.pop_back();
    }
    if (tag != "key" && tag != "string" && tag != "data" && tag != "integer") continue;
    const std::size_t end = xml.find("</" + tag + ">", at);
    if (end == std::string_view::npos) return not_understood(path, "<" + tag + "> is not closed");
    const std::string_view text = xml.substr(at, end - at);
    if (tag == "key") {
      key = text;
      identity = (!outer.empty() && outer.back()) || names_identity(key);
    } else if (tag == "data" && !is_plain_name(key)) {
      for (const char c : text) clean += c <= ' ' || c == '=' ? c : 'A';
      at = end;
    } else if (identity) {
      clean += names.of_text(text);
      at = end;
    }
  }
  if (at < xml.size()) return not_understood(path, "an element is cut off");
  return clean;
}

// The text of ioreg: the same, for "Key" = value and "Key"=value inside of values.
std::string clean_ioreg(std::string_view text, Pseudonyms& names) {
  std::string clean;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t open = std::min(text.find('"', at), text.size());
    const std::size_t close = std::min(text.find('"', open + 1), text.size());
    clean += text.substr(at, std::min(close + 1, text.size()) - at);
    at = std::min(close + 1, text.size());
    if (close == text.size()) break;
    const std::string_view key = text.substr(open + 1, close - open - 1);
    std::size_t value = at;
    while (value < text.size() && (text[value] == ' ' || text[value] == '=')) ++value;
    const bool has_value = text.substr(at, value - at).find('=') != std::string_view::npos;
    if (!has_value) continue;
    const char begin = value < text.size() ? text[value] : '\n';
    const bool bytes = begin == '<' && !is_plain_name(key);
    if (!bytes && !names_identity(key)) continue;
    const char* const ends = begin == '"'   ? "\""
                             : begin == '<' ? ">"
                             : begin == '(' ? ")"
                             : begin == '{' ? "}"
                                            : ",}\n";
    const std::size_t end = std::min(text.find_first_of(ends, value + 1), text.size());
    clean += text.substr(at, value - at);
    const std::string_view original = text.substr(value, end - value);
    if (bytes) {
      for (const char c : original) clean += is_hex(c) ? '0' : c;
    } else {
      clean += names.of_text(original);
    }
    at = end;
    if (begin == '"' && at < text.size()) clean += text[at++];  // no key begins here
  }
  return clean;
}

// Elements of a battery report that hold an identity.
// `text` without each stretch that begins with `begin` and ends with `end`, both included. One that
// does not end takes the rest along.
std::string without(std::string_view text, const std::string& begin, const std::string& end) {
  std::string kept;
  while (true) {
    const std::size_t at = text.find(begin);
    kept += text.substr(0, at);
    if (at == std::string_view::npos) return kept;
    const std::size_t close = text.find(end, at + begin.size());
    if (close == std::string_view::npos) return kept;
    text.remove_prefix(close + end.size());
  }
}

// A battery report also says when somebody worked and how much was used, long before this program
// was installed. A capture is about the machine.
std::string without_use(std::string_view xml) {
  std::string clean(xml);
  for (const std::string section : {"RecentUsage", "EnergyDrains", "RuntimeEstimates"}) {
    clean = without(clean, "<" + section + ">", "</" + section + ">");
  }
  for (const std::string name :
       {"ActiveAcTime", "ActiveDcTime", "CsAcTime", "CsDcTime", "ActiveDcEnergy", "CsDcEnergy",
        "EstimatedDesignActiveTime", "EstimatedFullChargeActiveTime", "EstimatedDesignCsTime",
        "EstimatedFullChargeCsTime"}) {
    clean = without(clean, name + "=\"", "\"");
  }
  return clean;
}

Result<std::string> clean_elements(std::string_view path, std::string_view xml, Pseudonyms& names) {
  std::string clean = without_use(xml);
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
  if (path.starts_with("sys/block/mmcblk") && path.ends_with("/serial")) return true;
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
  if (path.starts_with("ioreg/")) {
    if (trimmed(value).starts_with('<')) return clean_property_list(path, value, names);
    return clean_ioreg(value, names);
  }
  if (path.ends_with("/uevent")) return clean_lines(value, '=', names);
  if (path == "proc/cpuinfo") return clean_lines(value, ':', names);
  return std::string(value);
}

// What `search` does to a text, done to an EDID: only where its texts stand, since the numbers
// before them may look like anything, and with the checksum made right again.
template <class Search>
void search_edid(std::string& edid, const Search& search) {
  constexpr std::size_t block_bytes = 128;
  constexpr std::size_t texts = 72;  // the descriptors after the first, which is a timing
  if (edid.size() < block_bytes) return;
  std::string found = edid.substr(texts, block_bytes - 1 - texts);
  search(found);
  edid.replace(texts, found.size(), found);
  set_checksum(edid, 0, block_bytes);
}

// A tunnel or a bridge, which no decoder counts: its name may be that of an organisation.
bool is_interface_of_software(const std::pair<std::string, CapturedValue>& change) {
  const auto* cause = std::get_if<Cause>(&change.second);
  return cause != nullptr && *cause == Cause::absent &&
         change.first.starts_with("sys/class/net/") && change.first.ends_with("/device/uevent");
}

}  // namespace

Result<Capture> scrubbed(const Capture& capture, std::uint64_t salt) {
  Pseudonyms names(salt);
  Capture clean = capture;
  for (CaptureTick& tick : clean.ticks) {
    std::erase_if(tick.changes, is_interface_of_software);
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
      const bool is_edid = path.ends_with("/edid");
      search(path);
      auto* bytes = std::get_if<std::string>(&value);
      if (bytes == nullptr) continue;
      is_edid ? search_edid(*bytes, search) : search(*bytes);
    }
  }
  return clean;
}

}  // namespace wattlife
