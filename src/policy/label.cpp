// What happens to a label before and between the rules: floors raise it, a declassification lowers it, and a
// transformation takes away what it covers.
#include <algorithm>

#include "policy/model.h"
#include "policy/words.h"

namespace sluice::policy {
namespace {

// True if the label is higher now. The floor stands in its provenance either way; one that holds for a category
// goes where the category goes.
bool raise_by(const Floor& floor, sense::Label& label) {
  sense::Class before = label.cls;
  sense::CategorySet had = label.categories;
  const char* source = "floor";
  std::optional<sense::Category> cause;
  if (floor.when_categories) {
    source = "category";
    cause =
        sense::CategorySet::from_bits(std::uint16_t(had.bits() & floor.when_categories->bits())).list().front();
  }
  if (floor.cls) label.raise(*floor.cls, {source, floor.id, *floor.cls, cause});
  for (sense::Category c : floor.categories.list()) label.raise(c, {source, floor.id, label.cls, c});
  return label.cls != before || label.categories != had;
}

sense::CategorySet only(sense::CategorySet of, unsigned bits) {
  return sense::CategorySet::from_bits(std::uint16_t(of.bits() & bits));
}

// A reason for the label that a transformation takes away: the finding itself, or the floor of its category.
bool falls(const sense::Provenance& why, sense::CategorySet gone) {
  return why.category && gone.has(*why.category) && (why.source == "finding" || why.source == "category");
}

// A finding without a place in the text: nothing can be replaced there.
bool is_topic(const Model& model, const sense::Provenance& why) {
  const std::vector<std::string>& topical = model.replaceable.topical;
  return why.source == "finding" && std::find(topical.begin(), topical.end(), why.detail) != topical.end();
}

std::string why_not(const Declassification& d, const Subject& subject, const sense::Label& label) {
  if (const char* key = missed(d, subject)) {
    if (std::string_view(key) == "by") return "not for this principal";
    if (std::string_view(key) == "until")
      return subject.time ? "ended after " + day_text(*d.until) : std::string("the time is not known");
    return std::string("not for these ") + key;
  }
  if (subject.claim->reason.empty()) return "no reason is given";
  if (label.cls > d.from)
    return std::string("it is for texts up to class ") + sense::class_name(d.from) + ", and this one is " +
           label.to_string();
  return "";
}

}  // namespace

sense::Class floor_of(sense::CategorySet categories) {
  sense::Class least = sense::Class::Public;
  for (int i = 0; i < sense::kCategories; ++i)
    if (categories.has(sense::Category(i))) least = std::max(least, sense::floor_of(sense::Category(i)));
  return least;
}

sense::Label with_floors(const Model& model, sense::Label label, const Subject& subject) {
  // A class out of range can only come from a fault: the highest one.
  if (int(label.cls) >= sense::kClasses) label.cls = sense::Class::Restricted;
  if (label.cls < floor_of(label.categories)) {
    for (sense::Category category : label.categories.list())
      if (label.cls < sense::floor_of(category))
        label.raise(category, {"category", sense::category_name(category), label.cls, category});
  }
  std::optional<int> today = day_of(subject);
  // A floor may add the category that another one asks for.
  for (bool higher = true; higher;) {
    higher = false;
    for (const Floor& floor : model.floors) {
      if (missed(floor.who, subject) || !in_time(floor.until, today, false)) continue;
      if (floor.when_categories && !floor.when_categories->intersects(label.categories)) continue;
      higher = raise_by(floor, label) || higher;
    }
  }
  return label;
}

void lower(const Declassification& d, sense::Label& label) {
  if (label.cls > d.from) return;
  auto rest = sense::CategorySet::from_bits(std::uint16_t(label.categories.bits() & ~d.categories.bits()));
  label.cls = std::max(std::min(label.cls, d.to), floor_of(rest));
  label.categories = rest;
}

std::optional<Declassified> declassify(const Model& model, sense::Label& label, const Subject& subject) {
  if (!subject.claim) return std::nullopt;
  Declassified out;
  out.id = subject.claim->id;
  out.reason = subject.claim->reason;
  out.before.cls = label.cls;
  out.before.categories = label.categories;
  out.why_not = "the policy has no declassification of this name";
  for (const Declassification& d : model.declassifications) {
    if (d.id != out.id) continue;
    out.why_not = why_not(d, subject, label);
    out.applied = out.why_not.empty();
    if (out.applied) lower(d, label);
  }
  return out;
}

sense::CategorySet removable(const Model& model, const sense::Label& label, sense::CategorySet transformed) {
  sense::CategorySet gone = only(transformed, model.replaceable.values.bits());
  for (const sense::Provenance& why : label.provenance)
    if (why.category && gone.has(*why.category) && is_topic(model, why))
      gone = only(gone, ~sense::CategorySet{*why.category}.bits());
  return gone;
}

bool surely_removes(const Model& model, sense::CategorySet found, sense::CategorySet transformed) {
  const sense::Replaceable& all = model.replaceable;
  return only(found, transformed.bits()).subset_of(only(all.values, ~all.topics.bits()));
}

sense::Label best_after(const Model& model, const sense::Label& label, sense::CategorySet transformed,
                        const Subject& subject) {
  const sense::CategorySet gone = removable(model, label, transformed);
  const sense::CategorySet covered = only(label.categories, gone.bits());
  sense::Label rest;
  rest.local_only = label.local_only;
  rest.categories = only(label.categories, ~covered.bits());
  // The class falls as far as what is taken away explains it, and never below what else has been said.
  sense::Label alone;
  alone.categories = covered;
  if (label.cls > with_floors(model, std::move(alone), subject).cls) rest.cls = label.cls;
  rest.cls = std::max({rest.cls, model.default_class, floor_of(rest.categories)});
  for (const sense::Provenance& why : label.provenance) {
    if (falls(why, gone)) continue;
    rest.cls = std::max(rest.cls, std::min(why.cls, label.cls));
    if (why.category && label.categories.has(*why.category)) rest.categories.add(*why.category);
  }
  rest.provenance = {};
  for (const sense::Provenance& why : label.provenance)
    if (!falls(why, gone)) rest.provenance.push_back(why);
  rest = with_floors(model, std::move(rest), subject);
  (void)declassify(model, rest, subject);
  return rest;
}

}  // namespace sluice::policy
