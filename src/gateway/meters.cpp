#include "gateway/meters.h"

namespace sluice::gateway {

template <class Make>
metrics::Counter& Meters::counter(std::map<Two, metrics::Counter*, Less>& known, std::string_view a,
                                  std::string_view b, Make make) {
  auto found = known.find(std::pair(a, b));
  if (found == known.end()) {
    Two labels{a, b};
    metrics::Counter& made = make(labels.first, labels.second);
    found = known.emplace(std::move(labels), &made).first;
  }
  return *found->second;
}

void Meters::request(std::string_view route, std::string_view outcome, double seconds) {
  auto make = [](const std::string& r, const std::string& o) -> metrics::Counter& {
    return metrics::counter("sluice_requests_total", "requests by route and outcome",
                            {{"route", r}, {"outcome", o}});
  };
  counter(requests_, route, outcome, make).add();
  auto found = seconds_.find(route);
  if (found == seconds_.end()) {
    std::string name(route);
    auto& made =
        metrics::histogram("sluice_request_seconds", "from the first byte in to the last byte out",
                           {0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300}, {{"route", name}});
    found = seconds_.emplace(std::move(name), &made).first;
  }
  found->second->observe(seconds);
}

void Meters::attempt(std::string_view deployment, std::string_view outcome) {
  auto make = [](const std::string& d, const std::string& o) -> metrics::Counter& {
    return metrics::counter("sluice_attempts_total", "calls to deployments by outcome of their first content",
                            {{"deployment", d}, {"outcome", o}});
  };
  counter(attempts_, deployment, outcome, make).add();
}

void Meters::tokens(std::string_view deployment, const chat::Usage& usage) {
  auto make = [](const std::string& d, const std::string& k) -> metrics::Counter& {
    return metrics::counter("sluice_tokens_total", "tokens by deployment and kind",
                            {{"deployment", d}, {"kind", k}});
  };
  counter(tokens_, deployment, "cache_hit", make).add(double(usage.cache_hit));
  counter(tokens_, deployment, "cache_miss", make).add(double(usage.cache_miss));
  counter(tokens_, deployment, "completion", make).add(double(usage.completion));
}

void Meters::shadow(std::string_view deployment, std::string_view outcome) {
  auto make = [](const std::string& d, const std::string& o) -> metrics::Counter& {
    return metrics::counter("sluice_policy_shadow_total",
                            "decisions by what the shadow revision of the policy would have answered",
                            {{"deployment", d}, {"outcome", o}});
  };
  counter(shadow_, deployment, outcome, make).add();
}

void Meters::note(std::string_view deployment, double count) {
  auto make = [](const std::string& d, const std::string&) -> metrics::Counter& {
    return metrics::counter("sluice_notes_total", "ways in which requests were sent otherwise than asked",
                            {{"deployment", d}});
  };
  counter(notes_, deployment, "", make).add(count);
}

}  // namespace sluice::gateway
