// Chat templates: the part of Jinja2 that they are written in. No input, no output, no code but what stands here;
// time, depth and size are bounded, and what is not known is refused by its name.
//
//   if elif else for(-if) set, ns.x, blocks of set, break, continue; or and not in is, comparisons, + - * / // %
//   ~, x if y else z; attributes, items, slices, calls of text and mapping methods; filters and tests as kFilters
//   and kTests list them; namespace, range, raise_exception. White space as Hugging Face has it (trim_blocks,
//   lstrip_blocks).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "engine/prompt/jinja_value.h"

namespace sluice::engine::jinja {

struct Block;

class Template {
 public:
  // Errors: engine.template, with the line and what is not known.
  static Result<std::shared_ptr<const Template>> parse(std::string_view source);
  // Errors: engine.template for what a template raises itself, for what cannot be done (adding a text to a
  // number), and for more than jinja_budget.h allows: steps, bytes written and copied, lists in each other. May be
  // called from many threads.
  Result<Text> render(const Members& variables) const;

 private:
  std::shared_ptr<const Block> body_;
};

}  // namespace sluice::engine::jinja
