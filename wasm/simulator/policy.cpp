#include "simulator/policy.hpp"

#include <array>

namespace cardcache::simulator {

std::span<const PolicyKind> policies() {
  static constexpr std::array all{
      PolicyKind{"shipped", false, make_shipped},     PolicyKind{"lru", false, make_lru},
      PolicyKind{"sieve", false, make_sieve},         PolicyKind{"s3fifo", false, make_s3_fifo},
      PolicyKind{"wtinylfu", false, make_w_tiny_lfu}, PolicyKind{"gdsf", false, make_gdsf},
      PolicyKind{"optimum", true, make_optimum},
  };
  return all;
}

}  // namespace cardcache::simulator
