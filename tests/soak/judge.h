// Compares an answer with what it must be, and counts.
#pragma once

#include <unordered_map>

#include "asked.h"
#include "upstream.h"

namespace soak {

// One answer as it arrived.
struct Answer {
  int status = 0;
  std::string head, body;  // the body without its framing
  bool whole = false;      // the framing's end was seen
  std::string header(std::string_view lower_name) const;
};

// What must be in the records of a request whose id a client saw.
struct Expected {
  std::string outcome;  // empty: any
};

class Judge {
 public:
  explicit Judge(const Upstream& upstream) : upstream_(upstream) {}

  void answered(const Asked& asked, const Answer& answer);
  // The client left, on purpose, with what it had by then.
  void left(const Asked& asked, const Answer& answer);
  // No whole answer by the deadline, or the connection ended before it.
  void lost(const Asked& asked, const std::string& how);
  void violation(const std::string& what);

  long records_due() const { return long(ids.size()) + unseen; }
  std::unordered_map<std::string, Expected> ids;  // of the records that must be there
  long unseen = 0;                                // and of those whose id nobody saw
  long lost_requests = 0;                         // which may have left a record, or not
  long violations = 0;
  long whole = 0, told = 0, refused = 0, guide = 0;  // answers: proper; broken and told so; errors; by the guide
  std::vector<long> manners = std::vector<long>(std::size_t(Manner::kCount));
  std::vector<long> fronts = std::vector<long>(std::size_t(Front::kCount));
  std::vector<double> whole_ms;  // latency of whole answers to undisturbed requests, from when they were due

 private:
  void judge_answer(const Asked& asked, const Answer& answer);
  void judge_served(const Asked& asked, const Answer& answer);
  void check_marks(const Asked& asked, const Answer& answer);
  void check_attempts(const Asked& asked);
  void wrong(const Asked& asked, const Answer* answer, const std::string& what);
  const Upstream& upstream_;
};

}  // namespace soak
