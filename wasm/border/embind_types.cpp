// Of embind the border uses `val` alone, with the handful of types that local_storage.cpp hands over. embind registers
// all of C++'s from one file of its library, which would come in with them: this one has what else that file defines,
// and so takes its place. 1.3 kB gz.
#include <emscripten/val.h>
#include <emscripten/wire.h>

#include <limits>
#include <string>

using emscripten::internal::TYPEID;
using emscripten::internal::TypeID;

extern "C" {

void _embind_register_bool(TYPEID type, const char* name, bool if_true, bool if_false);
void _embind_register_integer(TYPEID type, const char* name, std::size_t size, std::int32_t least, std::uint32_t most);
void _embind_register_float(TYPEID type, const char* name, std::size_t size);
void _embind_register_std_wstring(TYPEID type, std::size_t unit_size, const char* name);
void _embind_register_emval(TYPEID type);

/// For the message of an error: a type that is missing below.
const char* __getTypeName(const std::type_info*) { return nullptr; }
/// Nothing stands in EMSCRIPTEN_BINDINGS.
void _embind_initialize_bindings() {}
void _embind_register_bindings(void*) {}
/// Nothing is awaited.
void _emval_coro_resume(emscripten::val::awaiter*, emscripten::EM_VAL) {}
void _emval_coro_reject(emscripten::val::awaiter*, emscripten::EM_VAL) {}

}  // extern "C"

namespace {

struct RegisteredTypes {
  RegisteredTypes() {
    _embind_register_bool(TypeID<bool>::get(), "bool", true, false);
    _embind_register_integer(TypeID<int>::get(), "int", sizeof(int), std::numeric_limits<int>::min(),
                             std::numeric_limits<int>::max());
    _embind_register_integer(TypeID<unsigned>::get(), "unsigned", sizeof(unsigned), 0,
                             std::numeric_limits<unsigned>::max());
    _embind_register_float(TypeID<double>::get(), "double", sizeof(double));
    _embind_register_std_wstring(TypeID<std::u16string>::get(), sizeof(char16_t), "std::u16string");
    _embind_register_emval(TypeID<emscripten::val>::get());
  }
} registered_types;

}  // namespace
