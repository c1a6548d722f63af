// SPDX-License-Identifier: EUPL-1.2
#include "platform/wmi_windows.h"

#include <windows.h>
//
#include <objbase.h>
#include <oleauto.h>
#include <wbemcli.h>

#include "platform/wide_windows.h"

namespace wattlife {
namespace {

constexpr long longest_wait_ms = 2000;  // for the next object

class Com {
 public:
  Com() : result_(::CoInitializeEx(nullptr, COINIT_MULTITHREADED)) {}
  Com(const Com&) = delete;
  Com& operator=(const Com&) = delete;
  ~Com() {
    if (SUCCEEDED(result_)) ::CoUninitialize();
  }
  HRESULT result() const { return result_; }

 private:
  HRESULT result_;
};

// An interface that is released when it goes.
template <class T>
class Interface {
 public:
  Interface() = default;
  Interface(const Interface&) = delete;
  Interface& operator=(const Interface&) = delete;
  ~Interface() {
    if (pointer_ != nullptr) pointer_->Release();
  }
  T** out() { return &pointer_; }
  T* operator->() const { return pointer_; }
  T* get() const { return pointer_; }

 private:
  T* pointer_ = nullptr;
};

// A text as COM wants it.
class Words {
 public:
  explicit Words(const std::wstring& text) : text_(::SysAllocString(text.c_str())) {}
  Words(const Words&) = delete;
  Words& operator=(const Words&) = delete;
  ~Words() { ::SysFreeString(text_); }
  BSTR get() const { return text_; }

 private:
  BSTR text_;
};

class Variant {
 public:
  Variant() { ::VariantInit(&value_); }
  Variant(const Variant&) = delete;
  Variant& operator=(const Variant&) = delete;
  ~Variant() { ::VariantClear(&value_); }
  VARIANT* out() { return &value_; }
  std::string text() const {
    switch (value_.vt) {
      case VT_BSTR:
        return value_.bstrVal == nullptr ? "" : narrow(value_.bstrVal);
      case VT_BOOL:
        return value_.boolVal != VARIANT_FALSE ? "1" : "0";
      case VT_UI1:
        return std::to_string(value_.bVal);
      case VT_I2:
        return std::to_string(value_.iVal);
      case VT_I4:
        return std::to_string(value_.lVal);
      case VT_UI4:
        return std::to_string(value_.ulVal);
      default:
        return "";
    }
  }

 private:
  VARIANT value_;
};

Error wmi_error(const std::wstring& what, HRESULT code) {
  const auto is = [&](HRESULT other) { return code == other; };
  Cause cause = Cause::io;
  if (is(WBEM_E_INVALID_NAMESPACE) || is(WBEM_E_INVALID_CLASS) || is(WBEM_E_NOT_FOUND) ||
      is(WBEM_E_NOT_SUPPORTED)) {
    cause = Cause::absent;
  } else if (is(WBEM_E_ACCESS_DENIED) || is(E_ACCESSDENIED)) {
    cause = Cause::denied;
  } else if (is(WBEM_S_TIMEDOUT)) {
    cause = Cause::busy;
  }
  return {cause, "WMI " + narrow(what) + ": " + windows_reason(static_cast<DWORD>(code))};
}

// WMI is on this machine only; the namespace of BitLocker wants its answers sealed all the same.
HRESULT seal(IUnknown* proxy) {
  return ::CoSetProxyBlanket(proxy, RPC_C_AUTHN_WINNT, RPC_C_AUTHZ_NONE, nullptr,
                             RPC_C_AUTHN_LEVEL_PKT_PRIVACY, RPC_C_IMP_LEVEL_IMPERSONATE, nullptr,
                             EOAC_NONE);
}

}  // namespace

Result<std::vector<std::vector<std::string>>> wmi_rows(
    const std::wstring& name_space, const std::wstring& query,
    const std::vector<std::wstring>& properties) {
  constexpr int most_rows = 64;
  const Com com;
  if (FAILED(com.result())) return wmi_error(name_space, com.result());
  Interface<IWbemLocator> locator;
  HRESULT result = ::CoCreateInstance(CLSID_WbemLocator, nullptr, CLSCTX_INPROC_SERVER,
                                      IID_IWbemLocator, reinterpret_cast<void**>(locator.out()));
  if (FAILED(result)) return wmi_error(name_space, result);
  Interface<IWbemServices> services;
  result = locator->ConnectServer(Words(name_space).get(), nullptr, nullptr, nullptr,
                                  WBEM_FLAG_CONNECT_USE_MAX_WAIT, nullptr, nullptr, services.out());
  if (SUCCEEDED(result)) result = seal(services.get());
  if (FAILED(result)) return wmi_error(name_space, result);
  Interface<IEnumWbemClassObject> found;
  result = services->ExecQuery(Words(L"WQL").get(), Words(query).get(),
                               WBEM_FLAG_FORWARD_ONLY | WBEM_FLAG_RETURN_IMMEDIATELY, nullptr,
                               found.out());
  if (SUCCEEDED(result)) result = seal(found.get());
  if (FAILED(result)) return wmi_error(query, result);

  std::vector<std::vector<std::string>> rows;
  for (int i = 0; i < most_rows; ++i) {
    Interface<IWbemClassObject> object;
    ULONG count = 0;
    result = found->Next(longest_wait_ms, 1, object.out(), &count);
    if (FAILED(result) || result == static_cast<HRESULT>(WBEM_S_TIMEDOUT)) {
      return wmi_error(query, result);
    }
    if (count == 0) break;
    std::vector<std::string> row;
    for (const std::wstring& property : properties) {
      Variant value;
      const bool got = SUCCEEDED(object->Get(property.c_str(), 0, value.out(), nullptr, nullptr));
      row.push_back(got ? value.text() : "");
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace wattlife
