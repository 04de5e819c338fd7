#include "http/correlation.h"

#include <doctest/doctest.h>

using namespace sluice;
using namespace sluice::http;

namespace {

// The identifiers that the W3C's own test suite (w3c/trace-context, test/test.py) uses.
const std::string kTrace = "12345678901234567890123456789012", kSpan = "1234567890123456";

std::string with(const std::string& version, const std::string& tail = "") {
  return version + "-" + kTrace + "-" + kSpan + "-01" + tail;
}

Headers fields(std::initializer_list<std::pair<std::string, std::string>> list) {
  Headers headers;
  for (const auto& [name, value] : list) headers.add(name, value);
  return headers;
}

}  // namespace

TEST_CASE("traceparent is taken or refused as the W3C's suite does") {
  struct Case {
    std::string value;
    bool valid;
  };
  const std::string dash = "-";
  for (const Case& c : std::vector<Case>{
           {with("00"), true},
           {"00-" + kTrace + dash + kSpan + "-00", true},
           {with("cc"), true},                                   // version 0xcc
           {with("cc", "-what-the-future-will-be-like"), true},  // with more behind it
           {with("cc", ".what-the-future-will-be-not-like"), false},
           {with("cc", "x"), false},
           {with("ff"), false},
           {with("00", "-x"), false},  // version 00 has four fields
           {with("00", "."), false},
           {with("00", "-"), false},
           {with(".0"), false},  // illegal characters in the version
           {with("0."), false},
           {with("0"), false},  // too short
           {with("000"), false},
           {"00-00000000000000000000000000000000-" + kSpan + "-01", false},
           {"00-.2345678901234567890123456789012-" + kSpan + "-01", false},
           {"00-1234567890123456789012345678901.-" + kSpan + "-01", false},
           {"00-123456789012345678901234567890123-" + kSpan + "-01", false},
           {"00-1234567890123456789012345678901-" + kSpan + "-01", false},
           {"00-ABCDEF78901234567890123456789012-" + kSpan + "-01", false},  // upper case
           {"00-" + kTrace + "-0000000000000000-01", false},
           {"00-" + kTrace + "-.234567890123456-01", false},
           {"00-" + kTrace + "-12345678901234567-01", false},
           {"00-" + kTrace + "-123456789012345-01", false},
           {"00-" + kTrace + dash + kSpan + "-.0", false},
           {"00-" + kTrace + dash + kSpan + "-0.", false},
           {"00-" + kTrace + dash + kSpan + "-001", false},
           {"00-" + kTrace + dash + kSpan + "-1", false},
           {"00-" + kTrace + dash + kSpan, false},
           {"00" + kTrace + kSpan + "01", false},
           {"", false},
           {"-", false},
           {with("00") + "," + with("00"), false},
       }) {
    CAPTURE(c.value);
    auto parsed = parse_traceparent(c.value);
    CHECK(parsed.has_value() == c.valid);
    if (!parsed || !c.valid) continue;
    CHECK(parsed->trace_id == kTrace);
    CHECK(parsed->span_id == kSpan);
  }
  CHECK(parse_traceparent(with("00"))->flags == 1);
  CHECK(parse_traceparent("00-" + kTrace + "-" + kSpan + "-fe")->flags == 0);
  CHECK(traceparent(*parse_traceparent(with("cc", "-more"))) == with("00"));
}

TEST_CASE("tracestate is taken or refused as the W3C's suite does") {
  std::string many, one_more;
  for (int i = 0; i < 32; ++i) many += (i ? ",b" : "b") + std::to_string(i) + "=1";
  one_more = many + ",b32=1";
  const std::string z256(256, 'z'), t241(241, 't'), v14(14, 'v');
  for (const std::string& good :
       std::vector<std::string>{"foo=1", "foo=1,bar=2", "foo=1 \t , \t bar=2, \t baz=3", "foo=1,", "foo=1,,bar=2",
                                many, z256 + "=1", t241 + "@" + v14 + "=1", "fw529a3039@dt=FfAqIn",
                                "0tenant@system=1", "a-b_c*d/e=x", "foo= 1", "foo=" + std::string(256, 'x')}) {
    CAPTURE(good);
    CHECK(valid_tracestate(good));
  }
  for (const std::string& bad :
       std::vector<std::string>{"foo",
                                "foo =1",
                                "FOO=1",
                                "foo.bar=1",
                                "foo@=1,bar=2",
                                "@foo=1,bar=2",
                                "foo@@bar=1,bar=2",
                                "foo@bar@baz=1,bar=2",
                                z256 + "z=1",
                                t241 + "t@v=1",
                                "t@" + v14 + "v=1",
                                "foo=bar=baz",
                                "foo=,bar=3",
                                "=1",
                                "0foo=1",
                                "foo=\x01",
                                "foo=\xC3\xA9",
                                one_more,
                                "foo=1,foo=2",
                                "",
                                ",",
                                "foo=" + std::string(257, 'x'),
                                "a=" + std::string(255, 'x') + ",b=" + std::string(255, 'x')}) {
    CAPTURE(bad);
    CHECK_FALSE(valid_tracestate(bad));
  }
}

TEST_CASE("a trace goes on with a span of its own, or begins here") {
  TraceContext in = trace_of(fields({{"TraceParent", with("00")}, {"tracestate", "a=1"}, {"TraceState", "b=2"}}));
  CHECK(in.trace_id == kTrace);
  CHECK(in.trace_state == "a=1,b=2");
  TraceContext out = child_of(in);
  CHECK(out.trace_id == kTrace);
  CHECK(out.span_id != kSpan);
  CHECK(out.flags == 1);
  Headers sent = fields({{"traceparent", "old"}});
  set_trace(sent, out);
  CHECK(sent.count("traceparent") == 1);
  CHECK(parse_traceparent(*sent.get("traceparent")));
  CHECK(sent.get("tracestate") == "a=1,b=2");

  CHECK(trace_of(fields({{"traceparent", with("00")}, {"tracestate", "FOO=1"}})).trace_state == "");
  for (const Headers& none : {Headers(), fields({{"tracestate", "a=1"}}), fields({{"traceparent", with("ff")}}),
                              fields({{"traceparent", with("00")}, {"traceparent", with("00")}})}) {
    TraceContext fresh = trace_of(none), other = trace_of(none);
    CHECK(parse_traceparent(traceparent(fresh)));
    CHECK(fresh.trace_id != kTrace);
    CHECK(fresh.trace_id != other.trace_id);
    CHECK(fresh.flags == 0);
    CHECK(fresh.trace_state == "");
  }
}

TEST_CASE("a client's request id is taken only in plain characters") {
  CHECK(client_request_id(fields({{"X-Request-Id", "aZ09._-"}})) == "aZ09._-");
  CHECK(client_request_id(fields({{"x-request-id", std::string(128, 'a')}})));
  for (const std::string& bad :
       {std::string(), std::string(129, 'a'), std::string("a b"), std::string("a\"b"), std::string("\xC3\xA9"),
        std::string("a,b"), std::string("{}"), std::string("a/b")}) {
    CAPTURE(bad);
    CHECK_FALSE(client_request_id(fields({{"x-request-id", bad}})));
  }
  CHECK_FALSE(client_request_id(Headers()));
  CHECK_FALSE(client_request_id(fields({{"x-request-id", "a"}, {"x-request-id", "a"}})));
}
