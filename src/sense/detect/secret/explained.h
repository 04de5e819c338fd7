// What detectors before have explained already: places in which a later, more daring one finds nothing of its own.
#pragma once

#include <vector>

#include "sense/scan/covered.h"
#include "sense/scan/detector.h"

namespace sluice::sense::detect {

class Explained {
 public:
  // Of the hits that the list has now; it may grow meanwhile, and must outlive this.
  explicit Explained(const std::vector<scan::Hit>& hits) : hits_(hits), count_(hits.size()) {}

  bool touches(std::size_t start, std::size_t end) {
    if (count_ > 0) fill();
    return covered_.meets(static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(end));
  }

 private:
  static bool explains(scan::Kind kind) {
    using scan::Kind;
    return kind == Kind::Password || kind == Kind::ApiToken || kind == Kind::PrivateKey || kind == Kind::Email ||
           kind == Kind::Iban || kind == Kind::CryptoWallet || kind == Kind::VehicleId ||
           kind == Kind::MacAddress || kind == Kind::PaymentCard || kind == Kind::UsSsn ||
           kind == Kind::NationalId || kind == Kind::Phone;
  }

  // When first asked: most texts have nothing to ask for.
  void fill() {
    for (std::size_t i = 0; i < count_; ++i) {
      if (explains(hits_[i].kind)) covered_.add(hits_[i].start, hits_[i].end);
    }
    covered_.settle();
    count_ = 0;
  }

  const std::vector<scan::Hit>& hits_;
  std::size_t count_;  // of hits that are not in covered_ yet
  scan::Covered covered_;
};

}  // namespace sluice::sense::detect
