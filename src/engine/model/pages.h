// Pages of a slot's state: what a model remembers of a number of adjacent positions, so that it can be copied out
// and given to another slot later. A slot that was given pages 0 .. n-1 of a sequence goes on, bit for bit, as one
// that computed them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

namespace sluice::engine::model {

struct PageForm {
  int positions = 0;        // of a page
  std::uint64_t bytes = 0;  // of a page
  // A page can be saved only while it is the slot's newest: its last position is the last one computed. Otherwise
  // any time after that.
  bool at_end_only = false;
};

// Not thread-safe: the thread that computes uses it, between two passes.
class Pages {
 public:
  using Visit = std::function<void(std::span<std::byte>)>;

  virtual ~Pages() = default;
  virtual const PageForm& page_form() const = 0;
  // Calls `visit` with each piece of memory that makes up a page, in an order that is always the same. Page i
  // holds positions i * positions .. (i + 1) * positions - 1 and must lie within the context.
  virtual void visit_page(int slot, int page, const Visit& visit) = 0;

  // `to` and `from` have page_form().bytes. Pages are given to a slot in ascending order, from 0 on.
  void save_page(int slot, int page, std::span<std::byte> to);
  void restore_page(int slot, int page, std::span<const std::byte> from);
};

}  // namespace sluice::engine::model
