"""PDF: its first pages as pictures. No browser opens the document itself."""

from pathlib import Path

import pypdfium2 as pdfium

from workstreams.previews.outcome import CannotPreview, Outcome, Picture
from workstreams.previews.pictures import written

MOST_PAGES = 5
WIDEST, HIGHEST = 1100, 1600
LARGEST_SCALE = 3.0
_PASSWORD = 4  # FPDF_ERR_PASSWORD


def look(path: Path) -> Outcome:
    """The first five pages as pictures of at most 1100 x 1600 pixels, and how many pages there are.

    Raises: CannotPreview.
    """
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as failure:
        if getattr(failure, "err_code", None) == _PASSWORD or "password" in str(failure).lower():
            raise CannotPreview("The document is protected by a password.") from failure
        raise CannotPreview("The document is damaged, or no PDF.") from failure
    try:
        count = len(document)
        if not count:
            raise CannotPreview("The document has no pages.")
        pictures = [_page(document, number) for number in range(min(count, MOST_PAGES))]
    except pdfium.PdfiumError as failure:
        raise CannotPreview("The document is damaged, or no PDF.") from failure
    finally:
        document.close()
    return Outcome(pictures=pictures, facts={"pages": count})


def _page(document: pdfium.PdfDocument, number: int) -> Picture:
    page = document[number]
    width, height = page.get_size()
    if not (width > 0 and height > 0):
        raise CannotPreview("A page of the document has no size.")
    # The smallest picture that has pixels at all, whatever the page says of itself.
    scale = min(WIDEST / width, HIGHEST / height, LARGEST_SCALE)
    if width * scale < 1 or height * scale < 1:
        raise CannotPreview("A page of the document is a line.")
    bitmap = page.render(scale=scale, may_draw_forms=False)
    try:
        return written(bitmap.to_pil(), edge=HIGHEST)
    finally:
        bitmap.close()
        page.close()
