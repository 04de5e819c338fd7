// Counters, gauges and histograms of the process in Prometheus' text form (exposition format 0.0.4).
//
// Names and label sets are fixed at the call site; a label value must come from configuration or from a
// closed list, never from a request, so that a client can't grow memory. Thread-safe. Look a metric up once
// and keep the reference: the look-up locks, the update does not.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace sluice::metrics {

using Labels = std::map<std::string, std::string>;

class Counter {
 public:
  virtual ~Counter() = default;
  virtual void add(double amount = 1) = 0;  // amount >= 0
  virtual double value() const = 0;
};
class Gauge {
 public:
  virtual ~Gauge() = default;
  virtual void add(double amount) = 0;
  virtual void set(double value) = 0;
};
class Histogram {
 public:
  virtual ~Histogram() = default;
  virtual void observe(double value) = 0;
};

// References stay valid for the life of the process. Same name and labels: the same metric.
Counter& counter(const std::string& name, const std::string& help, const Labels& labels = {});
Gauge& gauge(const std::string& name, const std::string& help, const Labels& labels = {});
// `bounds`: ascending upper bounds, in the metric's unit.
Histogram& histogram(const std::string& name, const std::string& help, const std::vector<double>& bounds,
                     const Labels& labels = {});

// Everything, as text/plain; version=0.0.4.
std::string expose();

}  // namespace sluice::metrics
