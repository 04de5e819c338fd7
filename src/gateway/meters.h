// Meters: this loop's handles to the metrics that every request touches, looked up once per label set.
//
// A look-up in base/metrics builds a label map and takes a lock; per request that would cost more than the
// policy's decision. Labels come from the configuration and from the closed list of error names. On the loop's
// thread.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <tuple>

#include "base/metrics.h"
#include "chat/event.h"

namespace sluice::gateway {

class Meters {
 public:
  void request(std::string_view route, std::string_view outcome, double seconds);
  void attempt(std::string_view deployment, std::string_view outcome);
  void tokens(std::string_view deployment, const chat::Usage& usage);
  void shadow(std::string_view deployment, std::string_view outcome);  // of the policy's shadow revision
  void note(std::string_view deployment, double count);  // requests that were sent otherwise than asked

 private:
  using Two = std::pair<std::string, std::string>;
  struct Less {  // compares pairs of strings and of views
    using is_transparent = void;
    template <class A, class B>
    bool operator()(const A& a, const B& b) const {
      return std::pair<std::string_view, std::string_view>(a.first, a.second) <
             std::pair<std::string_view, std::string_view>(b.first, b.second);
    }
  };
  template <class Make>
  metrics::Counter& counter(std::map<Two, metrics::Counter*, Less>& known, std::string_view a, std::string_view b,
                            Make make);

  std::map<Two, metrics::Counter*, Less> requests_, attempts_, tokens_, notes_, shadow_;
  std::map<std::string, metrics::Histogram*, std::less<>> seconds_;
};

}  // namespace sluice::gateway
