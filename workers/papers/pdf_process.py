"""Looks into a PDF, in a process of its own: the library is native code, and the file comes from elsewhere.

Run by file: ``pdf_process.py FILE``. One JSON object on stdout: ``{"pages": n, "texts": [one for each page]}``, or
``{"error": "why it cannot be opened"}``; ``pages`` is null where the file is locked with a password.
"""

import json
import resource
import sys

MOST_PAGES = 2000
MOST_CHARACTERS = 500_000
_MEMORY_BYTES = 3 << 30
_CPU_SECONDS = 60


def look_into(path: str) -> dict[str, object]:
    """The number of pages of a PDF, and their texts until there are enough."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).casefold():
            return {"pages": None, "texts": []}
        return {"error": str(error)}
    texts, size = [], 0
    for number in range(min(len(document), MOST_PAGES)):
        try:
            page = document[number]
            text = clean(page.get_textpage().get_text_bounded())
        except pypdfium2.PdfiumError:  # one damaged page does not hide the others
            text = ""
        texts.append(text)
        size += len(text)
        if size > MOST_CHARACTERS:
            break
    return {"pages": len(document), "texts": texts}


def clean(text: str) -> str:
    """The text of a page without line ends in the middle of words, and without what cannot be seen."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    for hyphen in ("\ufffe\n", "\ufffe", "\x02\n", "\x02", "\u00ad\n", "\u00ad"):
        text = text.replace(hyphen, "")
    text = "".join(sign if sign.isprintable() or sign == "\n" else " " for sign in text)
    return text.encode("utf-8", "replace").decode()


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    json.dump(look_into(sys.argv[1]), sys.stdout)
