#pragma once

#include <memory>

#include "core/storage/storage_area.hpp"

namespace cardcache::border {

/// The area of the space that is being opened; null where there is none. Of the module the page's (local_storage.cpp).
[[nodiscard]] std::unique_ptr<StorageArea> given_area();

}  // namespace cardcache::border
