// The exports of the module.
#include "border/call.hpp"

namespace cardcache::border {

/// Returns the address.
[[clang::export_name("reserve")]] std::uint32_t export_reserve(std::uint32_t size) {
  return reinterpret_cast<std::uint32_t>(reserve(size));
}

/// Returns bits of News.
[[clang::export_name("call")]] std::uint32_t export_call(std::uint32_t what, std::uint32_t page, double now,
                                                         std::uint32_t size) {
  return answer(what, page, now, size);
}

[[clang::export_name("wordsAddress")]] std::uint32_t export_words_address() {
  return reinterpret_cast<std::uint32_t>(words.data());
}

}  // namespace cardcache::border
