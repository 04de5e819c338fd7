"""Makes small PDFs by hand, and programs that read them or misbehave. Standard library only."""
import base64
import os
import stat
import zlib


def pdf(*pages, packed=True):
    """A PDF (ISO 32000-1) with a page for each list of lines; a page of None shows a grey picture and has no text."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", None, b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for lines in pages:
        if lines is None:
            drawing = b"q 200 0 0 200 100 400 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \x80 EI Q"
        else:
            shown = b"".join(b"(" + line.encode("ascii").replace(b"(", b"\\(").replace(b")", b"\\)") + b") Tj T*\n"
                             for line in lines)
            drawing = b"BT /F1 11 Tf 14 TL 50 780 Td\n" + shown + b"ET"
        stream = zlib.compress(drawing) if packed else drawing
        filters = b" /Filter /FlateDecode" if packed else b""
        objects.append(b"<< /Length %d%s >>\nstream\n" % (len(stream), filters) + stream + b"\nendstream")
        objects.append(b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
                       b"/Resources << /Font << /F1 3 0 R >> >> >>" % len(objects))
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), len(kids))
    out, places = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + content + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(out)
    return (out + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table +
            b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start))


def lines_of(text, width=80):
    """Text cut into lines at spaces, as a page has them."""
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) > width:
            lines.append("")
        lines[-1] = (lines[-1] + " " + word).strip()
    return lines


# Reads what pdf() makes: a page's strings, then a form feed, as pdftotext has it. Notes each run and its process.
READER = """#!/usr/bin/python3
import os, re, sys, time, zlib
with open({notes!r}, "a") as notes:
    print(os.getpid(), time.monotonic(), file=notes, flush=True)
data = sys.stdin.buffer.read()
{extra}
for stream in re.findall(rb"stream\\n(.*?)\\nendstream", data, re.S):
    try:
        stream = zlib.decompress(stream)
    except zlib.error:
        pass
    for line in re.findall(rb"\\((.*?)(?<!\\\\)\\) Tj", stream):
        print(re.sub(rb"\\\\(.)", rb"\\1", line).decode())
    print("\\f", end="")
with open({notes!r}, "a") as notes:
    print(-os.getpid(), time.monotonic(), file=notes, flush=True)
"""


class Program:
    """An extractor of these tests, in a folder; `extra` is Python that it runs when it has read its file."""

    def __init__(self, folder, name="reader", extra=""):
        self.path, self.notes = os.path.join(folder, name), os.path.join(folder, name + ".notes")
        self.write(READER.format(notes=self.notes, extra=extra))

    def write(self, script):
        """By another name first: a script that is being run can't be written to."""
        with open(self.path + ".new", "w") as file:
            file.write(script)
        os.chmod(self.path + ".new", stat.S_IRWXU)
        os.rename(self.path + ".new", self.path)

    def events(self):
        """(process, when it began or, negative, ended) of each run so far."""
        if not os.path.exists(self.notes):
            return []
        with open(self.notes) as file:
            return [(int(pid), float(at)) for pid, at in (line.split() for line in file)]

    def runs(self):
        return sum(pid > 0 for pid, _ in self.events())

    def alive(self):
        return [pid for pid, _ in self.events() if pid > 0 and is_alive(pid)]


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def data_url(data, media="application/pdf"):
    return f"data:{media};base64,{base64.b64encode(data).decode()}"


def chat_body(data, words="What does it say?", model="chat", media="application/pdf", name="letter.pdf"):
    return {"model": model, "max_tokens": 8, "messages": [{"role": "user", "content": [
        {"type": "text", "text": words},
        {"type": "file", "file": {"filename": name, "file_data": data_url(data, media)}}]}]}


def responses_body(data, words="What does it say?", model="chat"):
    return {"model": model, "max_output_tokens": 16, "input": [{"role": "user", "content": [
        {"type": "input_file", "filename": "letter.pdf", "file_data": data_url(data)},
        {"type": "input_text", "text": words}]}]}


def anthropic_body(data, words="What does it say?", model="chat"):
    source = {"type": "base64", "media_type": "application/pdf", "data": base64.b64encode(data).decode()}
    return {"model": model, "max_tokens": 8, "messages": [{"role": "user", "content": [
        {"type": "document", "source": source, "title": "Letter"}, {"type": "text", "text": words}]}]}


FRONTS = {"/v1/chat/completions": chat_body, "/v1/responses": responses_body,
          "/anthropic/v1/messages": anthropic_body}
