#include "engine/model/pages.h"

#include <cstring>

#include "base/check.h"

namespace sluice::engine::model {

void Pages::save_page(int slot, int page, std::span<std::byte> to) {
  std::size_t at = 0;
  visit_page(slot, page, [&](std::span<std::byte> piece) {
    SLUICE_CHECK(piece.size() <= to.size() - at, "pieces make up a page");
    std::memcpy(to.data() + at, piece.data(), piece.size());
    at += piece.size();
  });
  SLUICE_CHECK(at == to.size(), "pieces make up a page");
}

void Pages::restore_page(int slot, int page, std::span<const std::byte> from) {
  std::size_t at = 0;
  visit_page(slot, page, [&](std::span<std::byte> piece) {
    SLUICE_CHECK(piece.size() <= from.size() - at, "pieces make up a page");
    std::memcpy(piece.data(), from.data() + at, piece.size());
    at += piece.size();
  });
  SLUICE_CHECK(at == from.size(), "pieces make up a page");
}

}  // namespace sluice::engine::model
