"""Pictures of people: whatever is sent becomes a small square of ours, and nothing else of it is kept."""

from io import BytesIO
from typing import IO

from django.core.files.base import ContentFile
from PIL import Image, ImageOps, UnidentifiedImageError

from accounts.errors import PictureRefused

SIDE = 256
MOST_BYTES = 8 * 1024 * 1024
MOST_PIXELS = 40_000_000
TOO_MANY_POINTS = f"This picture has too many points: {MOST_PIXELS // 1_000_000} million are enough."
FORMATS = ["JPEG", "PNG", "WEBP", "GIF"]
CONTENT_TYPE = "image/webp"


def square(sent: IO[bytes], *, size: int) -> "ContentFile[bytes]":
    """The middle of a picture as a WebP of 256 pixels, the right way up and without what the camera wrote into it.

    How many pixels it claims to have is read before any is unpacked.

    Raises: PictureRefused.
    """
    if size > MOST_BYTES:
        raise PictureRefused(f"This file is too large: a picture may have {MOST_BYTES // 1024 // 1024} MB.")
    try:
        small = _read(sent)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureRefused(TOO_MANY_POINTS) from error
    except UnidentifiedImageError as error:
        raise PictureRefused("This is no picture that we can read. Send a JPEG, PNG, WebP or GIF.") from error
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise PictureRefused("This picture is broken. Try another one.") from error
    written = BytesIO()
    # Drawn anew, so that nothing of the file but its points survives.
    clean = Image.new(small.mode, small.size)
    clean.paste(small)
    clean.save(written, "WEBP", quality=85, method=4)
    return ContentFile(written.getvalue())


def _read(sent: IO[bytes]) -> Image.Image:
    with Image.open(sent, formats=FORMATS) as picture:
        width, height = picture.size
        if width * height > MOST_PIXELS:
            raise PictureRefused(TOO_MANY_POINTS)
        picture.draft("RGB", (SIDE * 2, SIDE * 2))
        upright = ImageOps.exif_transpose(picture)
        mode = "RGBA" if upright.has_transparency_data else "RGB"
        return ImageOps.fit(upright.convert(mode), (SIDE, SIDE), Image.Resampling.LANCZOS)
