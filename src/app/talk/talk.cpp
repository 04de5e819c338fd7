#include "app/talk/talk.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <variant>

namespace sluice::app {
namespace {

constexpr const char* kDim = "\033[2m";
constexpr const char* kPlain = "\033[0m";
constexpr const char* kHelp =
    "/system TEXT  what the model is told before everything else; without TEXT: shows it\n"
    "/reset        forgets the conversation\n"
    "/save FILE    writes the conversation as JSON\n"
    "/exit         leaves, as the end of input (Ctrl-D) does\n"
    "Ctrl-C stops an answer. A line that ends in \\ goes on in the next. // begins a text with a slash.\n";

// Control characters would steer the terminal; lines and tabs are text.
std::string harmless(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n' || c == '\t' || (byte >= 0x20 && byte != 0x7f)) out += c;
  }
  // C1 controls are two bytes in UTF-8: 0xC2 0x80 to 0xC2 0x9F.
  for (std::size_t i = 0; i + 1 < out.size();)
    if (out[i] == '\xC2' && static_cast<unsigned char>(out[i + 1]) < 0xA0)
      out.erase(i, 2);
    else
      ++i;
  return out;
}

Status write_new_file(const std::string& file, const std::string& text) {
  const Descriptor to(open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (to.get() < 0)
    return fail("chat.save", "can't write '" + file + "': " + std::strerror(errno), "",
                errno == EEXIST ? "name another file" : "");
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t wrote = write(to.get(), text.data() + done, text.size() - done);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return fail("chat.save", "can't write '" + file + "': " + std::strerror(errno));
    done += static_cast<std::size_t>(wrote);
  }
  return {};
}

}  // namespace

int Talk::run() {
  if (place_.in_terminal) greet();
  std::string text;
  while (read_text(text)) {
    if (text.empty()) continue;
    if (text[0] == '/' && !text.starts_with("//")) {
      if (!command(text)) break;
      continue;
    }
    if (!ask(text[0] == '/' ? text.substr(1) : text) && !place_.in_terminal) return 1;
  }
  if (place_.in_terminal && line_begun_) print("\n");
  return 0;
}

void Talk::greet() { note(partner_.described() + "\n/help tells the commands\n"); }

bool Talk::read_text(std::string& text) {
  text.clear();
  for (;;) {
    if (place_.in_terminal) {
      print(text.empty() ? "> " : "  ");
      std::fflush(place_.out);
    }
    Lines::Read read = lines_.next(interrupts_);
    line_begun_ = false;
    if (read.kind == Lines::Kind::Interrupted) {
      text.clear();
      note("\n(/exit or Ctrl-D leaves)\n");
      continue;
    }
    if (read.kind == Lines::Kind::End) {
      line_begun_ = true;  // the prompt
      return false;
    }
    const bool more = place_.in_terminal && read.text.ends_with('\\');
    if (more) read.text.back() = '\n';
    text += read.text;
    if (!more) return true;
  }
}

bool Talk::command(std::string_view line) {
  const std::size_t space = line.find(' ');
  const std::string_view name = line.substr(0, space);
  std::string rest(space == std::string_view::npos ? "" : line.substr(space + 1));
  if (name == "/exit" || name == "/quit") return false;
  if (name == "/help") {
    note(kHelp);
  } else if (name == "/reset") {
    conversation_.reset();
    note("(forgotten)\n");
  } else if (name == "/system") {
    if (!rest.empty()) conversation_.set_system(std::move(rest));
    note(conversation_.system().empty() ? "(none)\n" : harmless(conversation_.system()) + "\n");
  } else if (name == "/save") {
    save(rest);
  } else {
    complain({"chat.command", "there is no command " + harmless(name), "", "/help tells what there is"});
  }
  return true;
}

void Talk::save(const std::string& file) {
  if (file.empty()) return complain({"chat.save", "which file?", "", "/save FILE"});
  const Status written = write_new_file(file, conversation_.json(partner_.model()) + "\n");
  written ? note("(written)\n") : complain(written.error());
}

bool Talk::ask(std::string text) {
  conversation_.say(std::move(text));
  std::string said;
  const bool whole = listen(said);
  end_answer();
  // What failed was not said: the next question is not asked behind it.
  if (said.empty() && whole && !place_.in_terminal) print("\n");
  if (said.empty())
    conversation_.take_back();
  else
    conversation_.answered(std::move(said));
  return whole;
}

bool Talk::listen(std::string& said) {
  auto request = conversation_.request(partner_.model());
  if (!request) return complain(request.error()), false;
  interrupts_.clear();
  Mailbox mailbox;
  auto speaking = partner_.ask(*request, mailbox);
  if (!speaking) return complain(speaking.error()), false;
  for (;;) {
    const std::optional<chat::Chunk> chunk = mailbox.wait(interrupts_);
    if (!chunk) {
      speaking->reset();
      interrupts_.clear();
      end_answer();
      note("(stopped)\n");
      return true;
    }
    for (const chat::Event& event : chunk->events) {
      if (const auto* failure = std::get_if<chat::Failure>(&event)) {
        end_answer();
        complain(failure->error);
        return false;
      }
      show(event, said);
    }
    std::fflush(place_.out);
    if (chunk->last) return true;
  }
}

void Talk::show(const chat::Event& event, std::string& said) {
  if (const auto* thought = std::get_if<chat::ReasoningDelta>(&event)) {
    if (!place_.out_terminal || thought->text.empty()) return;
    if (!dim_) print(kDim);
    dim_ = true;
    print(harmless(thought->text));
  }
  const auto* refusal = std::get_if<chat::RefusalDelta>(&event);
  if (const auto* text = std::get_if<chat::TextDelta>(&event); text || refusal) {
    const std::string& words = text ? text->text : refusal->text;
    if (words.empty()) return;
    if (dim_) print(std::string(kPlain) + "\n");
    dim_ = false;
    said += words;
    print(place_.out_terminal ? harmless(words) : words);
  }
  const auto* finish = std::get_if<chat::Finish>(&event);
  if (finish && finish->reason != chat::FinishReason::Stop) {
    end_answer();
    note(std::string("(the answer ended early: ") + chat::finish_reason_name(finish->reason) + ")\n");
  }
}

// Every answer ends with its line.
void Talk::end_answer() {
  if (dim_) print(kPlain);
  dim_ = false;
  if (line_begun_) print("\n");
  std::fflush(place_.out);
}

void Talk::print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), place_.out);
  if (!text.empty()) line_begun_ = text.back() != '\n';
}

// Over a pipe, where only answers are output, to the errors.
void Talk::note(const std::string& text) {
  if (!place_.in_terminal) {
    std::fputs(text.c_str(), place_.errors);
    return;
  }
  if (place_.out_terminal) std::fputs(kDim, place_.out);
  std::fputs(text.c_str(), place_.out);
  if (place_.out_terminal) std::fputs(kPlain, place_.out);
  std::fflush(place_.out);
}

void Talk::complain(const Error& error) {
  std::fflush(place_.out);
  std::fprintf(place_.errors, "sluice: %s\n", error.to_string().c_str());
}

}  // namespace sluice::app
