// Any bytes: parsing ends without a fault; what is accepted reads back from a rewrite to the same text of
// values.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "json/doc.h"
#include "json/splice.h"
#include "json/writer.h"

namespace {

using namespace sluice::json;

void rewrite(Value v, Writer& w) {
  switch (v.type()) {
    case Type::Null:
      w.null();
      break;
    case Type::Bool:
      w.value(*v.boolean());
      break;
    case Type::Number:
      (void)v.number();
      (void)v.integer();
      w.raw(v.raw());
      break;
    case Type::String:
      w.value(*v.string());
      break;
    case Type::Array:
      w.array();
      for (Value e : v) rewrite(e, w);
      w.end();
      break;
    case Type::Object:
      w.object();
      for (Value e : v) {
        w.key(e.key());
        rewrite(e, w);
      }
      w.end();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto doc = Doc::parse(std::string(reinterpret_cast<const char*>(data), size));
  if (!doc) return 0;
  Value root = (*doc)->root();
  if (Splice(**doc).apply() != (*doc)->text()) std::abort();
  Writer first;
  rewrite(root, first);
  auto again = Doc::parse(first.take());
  if (!again) std::abort();
  Writer second;
  rewrite((*again)->root(), second);
  if (second.take() != (*again)->text()) std::abort();
  return 0;
}
