#pragma once

#include <memory>

#include "core/storage/storage_area.hpp"

namespace cardcache::border {

/// The storage area of the space that is being opened; null for none. The module takes it from the page
/// (local_storage.cpp).
[[nodiscard]] std::unique_ptr<StorageArea> given_area();

}  // namespace cardcache::border
