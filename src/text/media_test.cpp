#include "text/media.h"

#include <doctest/doctest.h>

using namespace std::string_view_literals;
using namespace sluice::text;

TEST_CASE("Files are told by their first bytes, and by nothing further in") {
  // The signatures of the formats' own specifications, and of the IANA registry's file magic.
  CHECK(media_of("%PDF-1.7\n%\xE2\xE3") == "application/pdf");
  CHECK(media_of(" %PDF-1.7\n") == "text/plain");
  CHECK(media_of("\n\x01%PDF-1.7\n"sv).empty());
  CHECK(media_of("\x89PNG\r\n\x1a\n\0\0\0\rIHDR"sv) == "image/png");
  CHECK(media_of("\xFF\xD8\xFF\xE0\0\x10JFIF"sv) == "image/jpeg");
  CHECK(media_of("GIF89a\1\0"sv) == "image/gif");
  CHECK(media_of("II*\0\x08\0\0\0"sv) == "image/tiff");
  CHECK(media_of("RIFF\x24\0\0\0WEBPVP8 "sv) == "image/webp");
  CHECK(media_of("RIFF\x24\0\0\0WAVEfmt "sv) == "audio/wav");
  CHECK(media_of("RIFF\x24\0\0\0AVI LIST"sv).empty());
  CHECK(media_of("\xFF\xFB\x90\x44"sv) == "audio/mpeg");
  CHECK(media_of("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"sv).empty());  // an encrypted or old office document
  CHECK(media_of("PK\x03\x04\x14\0\0\0 word/document.xml"sv).ends_with("wordprocessingml.document"));
  CHECK(media_of("PK\x03\x04\x14\0\0\0 word/document.xml xl/workbook.xml"sv).empty());
  CHECK(media_of("PK\x03\x04\x14\0\0\0 notes.txt"sv).empty());
  CHECK(media_of("").empty());
  CHECK(media_of("Grüße\r\n\tan alle") == "text/plain");
  CHECK(media_of("Gr\xFC\xDF"sv).empty());
  CHECK(media_of("a\0b"sv).empty());
}

TEST_CASE("Names and declarations") {
  CHECK(media_of_name("Befund.PDF") == "application/pdf");
  CHECK(media_of_name("a.pdf.docx").ends_with("document"));
  CHECK(media_of_name("Befund").empty());
  CHECK(media_of_name("Befund.").empty());
  CHECK(media_of_name("run.exe").empty());
  CHECK(canonical_media("image/JPG") == "image/jpeg");
  CHECK(canonical_media("application/pdf; charset=x").empty());
  CHECK(media_agree("text/csv", "text/plain"));
  CHECK(!media_agree("text/csv", "application/pdf"));
  CHECK(!media_agree("application/pdf", "text/plain"));
  for (const std::string& media : known_media()) CHECK(canonical_media(media) == media);
}
