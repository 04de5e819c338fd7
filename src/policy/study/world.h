// What can happen under a configuration, or without one under everything that rules can tell apart: subjects and
// places, for the study of a policy. Private to this room.
#pragma once

#include <string>
#include <vector>

#include "policy/model.h"

namespace sluice::policy {

struct Seen {
  Subject subject;
  bool wish = false;
  bool usual = true;                             // no claim, no wish, no special parts
  std::vector<const config::Deployment*> where;  // where its requests may go, in order
};

class World {
 public:
  // Every key with every route; parts, wishes and claims only as far as the policies look at them.
  static World of_configuration(const std::vector<const Model*>& models, const config::Settings& settings,
                                std::optional<UtcTime> now);
  // Every subject and place that one of the policies can tell apart. Empty if there are too many.
  static World of_rules(const std::vector<const Model*>& models, const config::Settings* places_of);

  std::vector<Seen> subjects;
  std::vector<config::Deployment> places;  // those that are not the configuration's own
  bool complete = true;
};

// The labels whose class is not below the floors of their categories: 650 of the 2,560.
const std::vector<sense::Label>& valid_labels();
// A decision without provenance or shadow.
struct Judged {
  sense::Label raised, final;  // after floors; and after the declassification
  Verdict verdict;
};
Judged judge_in_full(const Model& model, sense::Label label, const Seen& seen, const config::Deployment& where);

std::string subject_text(const Seen& seen);                    // "team clinic, route ward"; "anybody"
std::string place_text(const config::Deployment& deployment);  // "ds (hosted, CN)"

}  // namespace sluice::policy
