// SPDX-License-Identifier: EUPL-1.2
// A generic password in the Keychain of the account that runs this program. A service account often
// has none: then sealing says so, and the file's mode keeps the secret.
#include <array>

#include "core/text.h"
#include "platform/owned_macos.h"
#include "platform/process.h"
#include "platform/secret_store.h"

// As Apple documents them (Security); tools/macos/stubs lists the same symbols for the linker.
extern "C" {
extern const CFStringRef kSecClass;
extern const CFStringRef kSecClassGenericPassword;
extern const CFStringRef kSecAttrService;
extern const CFStringRef kSecAttrAccount;
extern const CFStringRef kSecValueData;
extern const CFStringRef kSecReturnData;
extern const CFBooleanRef kCFBooleanTrue;
// Their members are Apple's own business; only where they are is needed.
extern const std::uint8_t kCFTypeDictionaryKeyCallBacks[];
extern const std::uint8_t kCFTypeDictionaryValueCallBacks[];
CFMutableDictionaryRef CFDictionaryCreateMutable(CFAllocatorRef allocator, CFIndex capacity,
                                                 const void* key_calls, const void* value_calls);
void CFDictionarySetValue(CFMutableDictionaryRef dictionary, const void* key, const void* value);
CFDataRef CFDataCreate(CFAllocatorRef allocator, const std::uint8_t* bytes, CFIndex length);
std::int32_t SecItemAdd(CFDictionaryRef attributes, CFTypeRef* result);
std::int32_t SecItemCopyMatching(CFDictionaryRef query, CFTypeRef* result);
std::int32_t SecItemDelete(CFDictionaryRef query);
}

namespace wattlife {
namespace {

constexpr std::int32_t item_not_found = -25300;  // errSecItemNotFound
constexpr std::size_t largest_item = 4096;

// What names one item.
class Query {
 public:
  Query(const std::string& purpose, const std::string& name)
      : service_(macos::text_object("nl.wattlife." + purpose)),
        account_(macos::text_object(name)),
        dictionary_(CFDictionaryCreateMutable(nullptr, 0, kCFTypeDictionaryKeyCallBacks,
                                              kCFTypeDictionaryValueCallBacks)) {
    set(kSecClass, kSecClassGenericPassword);
    set(kSecAttrService, service_.get());
    set(kSecAttrAccount, account_.get());
  }
  void set(CFStringRef key, CFTypeRef value) {
    CFDictionarySetValue(dictionary_.get(), key, value);
  }
  CFDictionaryRef get() const { return dictionary_.get(); }

 private:
  macos::Owned<CFStringRef> service_;
  macos::Owned<CFStringRef> account_;
  macos::Owned<CFMutableDictionaryRef> dictionary_;
};

Error failed(const char* what, std::int32_t status) {
  return {
      status == item_not_found ? Cause::denied : Cause::io,
      std::string("Keychain: a secret cannot be ") + what + " (" + std::to_string(status) + ")"};
}

}  // namespace

SecretStore secret_store(std::string_view purpose_given) {
  const std::string purpose(purpose_given);
  SecretStore store;
  store.kind = "keychain";
  store.seal = [purpose](std::string_view secret) -> Result<std::string> {
    std::array<std::uint8_t, 16> id{};
    fill_random(id);
    const std::string name =
        hex_from_bytes(std::string_view(reinterpret_cast<const char*>(id.data()), id.size()));
    const macos::Owned<CFDataRef> data(
        CFDataCreate(nullptr, reinterpret_cast<const std::uint8_t*>(secret.data()),
                     static_cast<CFIndex>(secret.size())));
    Query item(purpose, name);
    item.set(kSecValueData, data.get());
    const std::int32_t status = SecItemAdd(item.get(), nullptr);
    if (status != 0) return failed("kept", status);
    return name;
  };
  store.open = [purpose](std::string_view sealed) -> Result<std::string> {
    Query item(purpose, std::string(sealed));
    item.set(kSecReturnData, kCFBooleanTrue);
    CFTypeRef found = nullptr;
    const std::int32_t status = SecItemCopyMatching(item.get(), &found);
    if (status != 0 || found == nullptr) return failed("read", status);
    const macos::Owned<CFDataRef> data(static_cast<CFDataRef>(found));
    const CFIndex length = CFDataGetLength(data.get());
    if (length < 0 || static_cast<std::size_t>(length) > largest_item) {
      return Error{Cause::malformed, "Keychain: an item of ours has a size that makes no sense"};
    }
    return std::string(reinterpret_cast<const char*>(CFDataGetBytePtr(data.get())),
                       static_cast<std::size_t>(length));
  };
  store.forget = [purpose](std::string_view sealed) {
    SecItemDelete(Query(purpose, std::string(sealed)).get());
  };
  return store;
}

Result<std::string> service_credential(std::string_view, std::size_t) {
  return Error{Cause::absent, "macOS hands no secrets to a service"};
}

}  // namespace wattlife
