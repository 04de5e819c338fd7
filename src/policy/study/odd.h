// The parts of inspect(), each with one kind of oddity. Private to this room.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "policy/space.h"
#include "policy/study/study.h"
#include "policy/study/world.h"

namespace sluice::policy {

// vacuous.cpp: conditions that exclude nothing, floors that raise nothing, assertions about nothing.
std::vector<Remark> vacuous(const Model& model);

// holds.cpp: holds that nobody can end, seen in the answers to all requests.
class Holds {
 public:
  // Without a configuration who may approve isn't looked at.
  Holds(const Model& model, const config::Settings* settings, const Approvable& approvable);
  void see(const Seen& seen, const Judged& judged, const config::Deployment& where);
  std::vector<Remark> remarks() const;

 private:
  struct Scope {
    LabelBits labels{};
    std::set<std::string> who, where;
    std::string example;  // a test
  };
  struct Terms {
    Hold hold;
    std::set<std::string> asked, hopeless;  // principals: who met this hold, and for whom nobody could approve
  };
  Remark contradiction(const std::string& rules, const Scope& scope) const;
  Remark unapproved(const std::string& rules, const Terms& terms) const;
  const std::string& place_of(const std::string& rules) const;

  const Model& model_;
  const config::Settings* settings_;
  const Approvable& approvable_;
  std::map<std::string, Scope> contradictions_;  // by the ids of the hold rules
  std::map<std::string, Terms> terms_;           // the same
};

}  // namespace sluice::policy
