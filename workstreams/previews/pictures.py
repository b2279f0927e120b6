"""Pictures: turned upright, made small and written anew, so that no browser gets a sender's bytes."""

import io
import warnings
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from workstreams.previews.outcome import CannotPreview, Outcome, Picture

FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF")
MOST_PIXELS = 50_000_000
EDGE = 1600
QUALITY = 80


def look(path: Path) -> Outcome:
    """A picture as WebP of at most 1600 pixels, upright, without what the camera wrote into it; of a film the first.

    Raises: CannotPreview.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is odd about it is no news to us
            with Image.open(path, formats=FORMATS) as picture:
                width, height = picture.size
                if width * height > MOST_PIXELS:
                    raise CannotPreview(
                        f"The picture has {width:,} x {height:,} pixels, which is too many to be shown here."
                    )
                if picture.format == "JPEG":
                    picture.draft("RGB", (EDGE, EDGE))
                upright = ImageOps.exif_transpose(picture)
                shown = written(upright)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as failure:
        raise CannotPreview("The picture is damaged, or no picture.") from failure
    return Outcome(pictures=[shown], facts={"width": width, "height": height})


def written(picture: Image.Image, *, edge: int = EDGE) -> Picture:
    """A picture as WebP that carries nothing but its pixels."""
    has_alpha = picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info
    picture.thumbnail((edge, edge))
    plain = picture.convert("RGBA" if has_alpha else "RGB")
    plain.info = {}
    out = io.BytesIO()
    plain.save(out, "WEBP", quality=QUALITY, method=2)
    return Picture(out.getvalue(), *plain.size)
