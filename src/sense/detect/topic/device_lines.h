// Configurations of routers, switches and firewalls, and logs of who signed on to a machine: known by how their
// lines begin, whatever the words in between are. Neither the trained model, which reads words, nor the table of
// company matters sees much in a page of addresses.
#pragma once

#include "sense/scan/detector.h"

namespace sluice::sense::detect {

class DeviceLines {
 public:
  explicit DeviceLines(scan::PhraseSet& set);

  // Stretches of enough such lines, as company matters.
  void detect(const scan::Document& doc, std::vector<scan::Hit>& hits) const;

 private:
  void sure(const scan::Document& doc, std::vector<scan::Hit>& hits) const;

  scan::PhraseSet::Owner commands_, sure_, signs_on_, said_;
};

}  // namespace sluice::sense::detect
