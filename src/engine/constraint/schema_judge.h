// For tests: whether an answer is valid under a schema, by valijson, which nobody here wrote. One file of a
// program includes it: it carries Boost.JSON's code along.
#pragma once

#include <boost/json/src.hpp>
#include <string>
#include <valijson/adapters/boost_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

namespace sluice::engine::constraint::test {

// What is wrong; "" if nothing.
inline std::string judge(const std::string& schema_text, const std::string& answer) {
  boost::json::error_code error;
  const boost::json::value schema_json = boost::json::parse(schema_text, error);
  if (error) return "schema: " + error.message();
  boost::json::parse_options options;
  options.max_depth = 4000;
  const boost::json::value value = boost::json::parse(answer, error, {}, options);
  if (error) return "answer: " + error.message();
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
