#include "base/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <memory>
#include <mutex>

namespace sluice::metrics {
namespace {

struct CounterOf : Counter {
  prometheus::Counter& real;
  explicit CounterOf(prometheus::Counter& r) : real(r) {}
  void add(double amount) override { real.Increment(amount); }
  double value() const override { return real.Value(); }
};
struct GaugeOf : Gauge {
  prometheus::Gauge& real;
  explicit GaugeOf(prometheus::Gauge& r) : real(r) {}
  void add(double amount) override { real.Increment(amount); }
  void set(double value) override { real.Set(value); }
};
struct HistogramOf : Histogram {
  prometheus::Histogram& real;
  explicit HistogramOf(prometheus::Histogram& r) : real(r) {}
  void observe(double value) override { real.Observe(value); }
};

using Key = std::pair<std::string, Labels>;

struct Registry {
  std::mutex lock;  // guards the three maps; the metrics themselves are atomic
  prometheus::Registry real;
  std::map<Key, std::unique_ptr<CounterOf>> counters;
  std::map<Key, std::unique_ptr<GaugeOf>> gauges;
  std::map<Key, std::unique_ptr<HistogramOf>> histograms;
};

Registry& registry() {
  static Registry one;
  return one;
}

}  // namespace

Counter& counter(const std::string& name, const std::string& help, const Labels& labels) {
  Registry& r = registry();
  std::lock_guard guard(r.lock);
  auto& slot = r.counters[{name, labels}];
  if (!slot) {
    auto& family = prometheus::BuildCounter().Name(name).Help(help).Register(r.real);
    slot = std::make_unique<CounterOf>(family.Add(labels));
  }
  return *slot;
}

Gauge& gauge(const std::string& name, const std::string& help, const Labels& labels) {
  Registry& r = registry();
  std::lock_guard guard(r.lock);
  auto& slot = r.gauges[{name, labels}];
  if (!slot) {
    auto& family = prometheus::BuildGauge().Name(name).Help(help).Register(r.real);
    slot = std::make_unique<GaugeOf>(family.Add(labels));
  }
  return *slot;
}

Histogram& histogram(const std::string& name, const std::string& help, const std::vector<double>& bounds,
                     const Labels& labels) {
  Registry& r = registry();
  std::lock_guard guard(r.lock);
  auto& slot = r.histograms[{name, labels}];
  if (!slot) {
    auto& family = prometheus::BuildHistogram().Name(name).Help(help).Register(r.real);
    slot = std::make_unique<HistogramOf>(family.Add(labels, bounds));
  }
  return *slot;
}

std::string expose() { return prometheus::TextSerializer().Serialize(registry().real.Collect()); }

}  // namespace sluice::metrics
