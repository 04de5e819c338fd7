// For tests: whether an answer is valid under a schema, by valijson, which nobody here wrote. One file of a
// program includes it: it carries Boost.JSON's code along.
#pragma once

#include <algorithm>
#include <boost/json/src.hpp>
#include <string>
#include <utility>
#include <valijson/adapters/boost_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

namespace sluice::engine::constraint::test {

// valijson reads strings up to a NUL, and gives up where `format` stands beside what is no string. Nothing that
// the random schemas say tells NUL from U+0001, and `format` is asked of strings only, as its standard has it.
inline void without_nul(boost::json::value& value) {
  if (auto* text = value.if_string()) std::replace(text->begin(), text->end(), '\0', '\1');
  if (auto* array = value.if_array())
    for (auto& one : *array) without_nul(one);
  if (auto* object = value.if_object()) {
    boost::json::object renamed;
    for (auto& member : *object) {
      std::string key(member.key());
      std::replace(key.begin(), key.end(), '\0', '\1');
      without_nul(member.value());
      renamed.emplace(key, std::move(member.value()));
    }
    *object = std::move(renamed);
  }
}
inline void format_of_strings(boost::json::value& schema) {
  if (auto* array = schema.if_array())
    for (auto& one : *array) format_of_strings(one);
  auto* object = schema.if_object();
  if (object == nullptr) return;
  for (auto& member : *object) format_of_strings(member.value());
  const auto* format = object->if_contains("format");
  if (format == nullptr || !format->is_string()) return;
  const boost::json::value asked = *format;
  object->erase("format");
  (*object)["if"] = {{"type", "string"}};
  (*object)["then"] = {{"format", asked}};
}

// What is wrong; "" if nothing.
inline std::string judge(const std::string& schema_text, const std::string& answer) {
  boost::json::error_code error;
  boost::json::value schema_json = boost::json::parse(schema_text, error);
  if (error) return "schema: " + error.message();
  boost::json::parse_options options;
  options.max_depth = 4000;
  boost::json::value value = boost::json::parse(answer, error, {}, options);
  if (error) return "answer: " + error.message();
  format_of_strings(schema_json);
  without_nul(value);
  valijson::Schema schema;
  valijson::SchemaParser parser;
  parser.populateSchema(valijson::adapters::BoostJsonAdapter(schema_json), schema);
  valijson::Validator validator;
  valijson::ValidationResults results;
  if (validator.validate(schema, valijson::adapters::BoostJsonAdapter(value), &results)) return "";
  valijson::ValidationResults::Error why;
  results.popError(why);
  return why.description.empty() ? "invalid" : why.description;
}

}  // namespace sluice::engine::constraint::test
