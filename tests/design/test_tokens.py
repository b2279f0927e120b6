"""The colours can be read: contrast by WCAG 2.2, computed from tokens.css for both themes."""

import math
import re
from pathlib import Path

import pytest

TOKENS = (Path(__file__).parents[2] / "static/css/tokens.css").read_text()
THEMES = {"light": 0, "dark": 1}
_PAIR = re.compile(r"--([\w-]+):\s*light-dark\(oklch\(([^)/]+)\),\s*oklch\(([^)/]+)\)\);")
COLOURS = {name: (light, dark) for name, light, dark in _PAIR.findall(TOKENS)}

TEXT_ON_SURFACE = [
    (text, surface)
    for text in ("text", "text-muted")
    for surface in ("canvas", "sunken", "surface", "raised", "hover", "accent-soft", "internal-soft")
]
TONES = ("accent", "internal", "success", "warning", "danger", "info", "violet")
TEXT_ON_TONE = [
    *((f"{tone}-text", surface) for tone in TONES for surface in (f"{tone}-soft", "surface", "canvas")),
    ("on-accent", "accent-solid"),
    ("on-accent", "accent-solid-hover"),
    ("on-danger", "danger-solid"),
    ("on-danger", "danger-solid-hover"),
    ("on-internal", "internal-solid"),
    ("text", "warning-soft"),
    ("text", "danger-soft"),
    ("text", "success-soft"),
    ("text", "info-soft"),
]
EDGES = [
    *((edge, surface) for edge in ("line-strong", "focus") for surface in ("canvas", "surface", "raised")),
    ("focus", "internal-soft"),
    ("line-strong", "internal-soft"),
    ("accent-solid", "surface"),
    ("accent-solid", "accent-soft"),
    ("danger-solid", "surface"),
]


def luminance(oklch: str) -> float:
    """Relative luminance of an `L C h` triple (Björn Ottosson's OKLab matrices, out-of-gamut parts cut off)."""
    lightness, chroma, hue = (float(part) for part in oklch.split())
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long, medium, short = (
        part**3
        for part in (
            lightness + 0.3963377774 * a + 0.2158037573 * b,
            lightness - 0.1055613458 * a - 0.0638541728 * b,
            lightness - 0.0894841775 * a - 1.2914855480 * b,
        )
    )
    red = 4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short
    red, green, blue = (min(1.0, max(0.0, part)) for part in (red, green, blue))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str, theme: str) -> float:
    """The contrast of two tokens in a theme, 1 to 21."""
    darker, lighter = sorted(luminance(COLOURS[name][THEMES[theme]]) for name in (first, second))
    return (lighter + 0.05) / (darker + 0.05)


def test_black_on_white_is_twenty_one() -> None:
    assert luminance("1 0 0") == pytest.approx(1, abs=0.001)
    assert luminance("0 0 0") == 0


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("text", "surface"), TEXT_ON_SURFACE + TEXT_ON_TONE)
def test_text_stands_out_from_what_it_is_written_on(text: str, surface: str, theme: str) -> None:
    assert contrast(text, surface, theme) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("edge", "surface"), EDGES)
def test_edges_of_controls_and_the_focus_ring_can_be_seen(edge: str, surface: str, theme: str) -> None:
    assert contrast(edge, surface, theme) >= 3
