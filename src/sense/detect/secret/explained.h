// What detectors before have explained already: places in which a later, more daring one finds nothing of its own.
#pragma once

#include <algorithm>
#include <vector>

#include "sense/detect/context/made.h"

namespace sluice::sense::detect {

class Explained {
 public:
  // Of the hits that the list has now; it may grow meanwhile, and must outlive this.
  explicit Explained(const std::vector<scan::Hit>& hits) : hits_(hits), count_(hits.size()) {}

  bool touches(std::size_t start, std::size_t end) {
    if (spans_.empty() && count_ > 0) fill();
    // The furthest end of all spans that begin before this one's end decides.
    const auto next = std::upper_bound(spans_.begin(), spans_.end(), end - 1,
                                       [](std::size_t at, const Span& s) { return at < s.start; });
    return next != spans_.begin() && std::prev(next)->reach > start;
  }

 private:
  struct Span {
    std::size_t start, reach;
  };

  static bool explains(scan::Kind kind) {
    using scan::Kind;
    return kind == Kind::Password || kind == Kind::ApiToken || kind == Kind::PrivateKey || kind == Kind::Email ||
           kind == Kind::Iban || kind == Kind::CryptoWallet || kind == Kind::VehicleId ||
           kind == Kind::MacAddress || kind == Kind::PaymentCard || kind == Kind::UsSsn ||
           kind == Kind::NationalId || kind == Kind::Phone;
  }

  void fill() {
    for (std::size_t i = 0; i < count_; ++i) {
      if (explains(hits_[i].kind)) spans_.push_back({hits_[i].start, hits_[i].end});
    }
    std::sort(spans_.begin(), spans_.end(), [](const Span& a, const Span& b) { return a.start < b.start; });
    for (std::size_t i = 1; i < spans_.size(); ++i)
      spans_[i].reach = std::max(spans_[i].reach, spans_[i - 1].reach);
    if (spans_.empty()) count_ = 0;
  }

  const std::vector<scan::Hit>& hits_;
  std::size_t count_;
  std::vector<Span> spans_;  // by their starts
};

}  // namespace sluice::sense::detect
