// A talk with a model in a terminal, or over a pipe: one question a line, one answer each.
//
// In a terminal Ctrl-C stops the answer that is being written, and what came of it stays in the conversation; a
// line that ends in a backslash goes on in the next. Lines that begin with '/' are commands ("//" begins a text
// with a slash). Over a pipe the output is the answers and nothing else, an error ends the talk, and Ctrl-C the
// program.
#pragma once

#include <cstdio>
#include <string>

#include "app/talk/conversation.h"
#include "app/talk/lines.h"
#include "app/talk/partner.h"

namespace sluice::app {

struct TalkPlace {
  int in = 0;
  bool in_terminal = false;   // prompts, greeting, Ctrl-C
  bool out_terminal = false;  // reasoning is shown, dimmed, and what would steer the terminal is not
  std::FILE* out = stdout;
  std::FILE* errors = stderr;
};

class Talk {
 public:
  // `interrupts` is made before the partner's threads are.
  Talk(Partner& partner, TalkSettings settings, const TalkPlace& place, const Interrupts& interrupts)
      : partner_(partner), place_(place), interrupts_(interrupts), conversation_(std::move(settings)) {}

  int run();  // the exit status: 1 if a question over a pipe failed

 private:
  void greet();
  bool read_text(std::string& text);    // false: the end
  bool command(std::string_view line);  // false: leave
  void save(const std::string& file);
  bool ask(std::string text);  // false: it failed
  bool listen(std::string& said);
  void show(const chat::Event& event, std::string& said);
  void end_answer();
  void print(std::string_view text);
  void note(const std::string& text);  // not a part of an answer
  void complain(const Error& error);

  Partner& partner_;
  const TalkPlace place_;
  const Interrupts& interrupts_;
  Conversation conversation_;
  Lines lines_{place_.in};
  bool dim_ = false;         // reasoning is being shown
  bool line_begun_ = false;  // the cursor stands behind something
};

}  // namespace sluice::app
