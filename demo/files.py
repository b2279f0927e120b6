"""The files of the stories: small, real, and written in code."""

import hashlib
import io
from collections.abc import Callable
from random import Random

from PIL import Image, ImageDraw

from workstreams.files import content_type

SIGNS_CSV = "\n".join(
    [
        "photo;captured;city;signs;weather",
        "hh_000001.jpg;2026-09-02;Hamburg;4;sun",
        "hh_000002.jpg;2026-09-02;Hamburg;15;sun",
        "hh_000003.jpg;02.09.2026;Hamburg;3;rain",
        "cph_000001.jpg;2026-09-03;København;6",
        "cph_000002.jpg;2026-09-03;København;2;night",
        "mmo_000001.jpg;2026-09-04;Malmö;5;rain;stickers",
        "mmo_000002.jpg;2026-09-04;Malmö;4;night",
        *(f"mmo_{number:06}.jpg;2026-09-05;Malmö;{number % 7 + 1};sun" for number in range(3, 60)),
    ]
)
CATALOGUE = """SIGN CATALOGUE, SHORT FORM

 1  speed_limit        round, red edge, a number
 2  end_of_limit       round, grey, crossed out
31  no_stopping        blue, two red bars
32  no_parking         blue, one red bar
61  temporary          yellow ground; class of the sign itself in the note
62  sign_back          seen from behind; class unknown

Smaller than 14 pixels: leave it out.
A sticker over a sign: box it, class as far as it can be read.
"""
SCENES_CSV = "scene,seconds,beams,pedestrians\n" + "".join(f"s{n:03},20,128,{n * 7 % 40}\n" for n in range(1, 41))


def photo() -> bytes:
    """A crossing at dusk, as far as rectangles go."""
    dice = Random(7)  # noqa: S311  only where the lamps stand
    image = Image.new("RGB", (1280, 800), (32, 44, 66))
    draw = ImageDraw.Draw(image)
    draw.polygon([(460, 420), (820, 420), (1280, 800), (0, 800)], fill=(58, 60, 66))
    for left in range(0, 1280, 160):
        height = dice.randint(180, 360)
        draw.rectangle((left, 420 - height, left + 140, 420), fill=(46 + left // 40, 52, 70))
    for place in (250, 980):
        draw.rectangle((place - 5, 330, place + 5, 640), fill=(120, 120, 124))
        draw.ellipse((place - 52, 236, place + 52, 340), fill=(240, 240, 240), outline=(196, 30, 42), width=14)
        draw.text((place - 20, 268), "50", fill=(20, 20, 20), font_size=36)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=82)
    return out.getvalue()


def letter(*pages: tuple[str, ...]) -> bytes:
    """A PDF of some lines a page."""
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, lines in enumerate(pages):
        text = " ".join(f"({line}) Tj 0 -26 Td" for line in lines)
        stream = f"BT /F1 16 Tf 72 740 Td {text} ET"
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {5 + 2 * number} 0 R"
            " /Resources << /Font << /F1 3 0 R >> >> >>"
        )
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    return (
        out
        + (
            f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
            f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF\n"
        ).encode()
    )


def proposal() -> bytes:
    """The proposal for the street signs."""
    return letter(
        ("Proposal: Street signs, northern cities", "", "420 hours a month, 40 of them premium hours", "62 classes"),
        ("How the work is done", "", "Two people look at each photo;", "a third decides where they disagree."),
        ("Quality plan", "", "98 of 100 signs right in box and class,", "checked on 300 photos a week."),
    )


def agreement() -> bytes:
    """The agreement, as it came back from the lawyers."""
    return letter(
        ("Service Agreement", "", "Street signs, northern cities", "Notice period: two months"),
        ("Signatures", "", "for the client", "", "for the provider"),
    )


EVENING_RULE = """EVENING RULE, DRAFT

31 and 32 look alike when the second bar fades in evening light.
Look for the bar with the contrast turned up. If it is still not there, take 32 and add the note "evening".
"""
ROADS_CSV = "section,before,after,city\n" + "".join(
    f"r{n:04},2025-0{n % 9 + 1}-14,2026-0{n % 9 + 1}-11,{('Hamburg', 'Malmö', 'Århus')[n % 3]}\n" for n in range(1, 121)
)
INVOICES_CSV = "number,supplier,country,total\n" + "".join(
    f"{7400 + n},Supplier {n},{('SG', 'VN', 'TH', 'ID')[n % 4]},{n * 137 % 900}.{n % 10}0\n" for n in range(1, 31)
)
LEDGER = """LEDGER RULES

Header   supplier, number, date, currency
Lines    text as printed, amount without tax
Taxes    one line for each rate, 0 % too
Stamps over a number: type what can be read, mark it with "?".
"""

FILES: dict[str, Callable[[], bytes]] = {
    "signs-sample.csv": lambda: SIGNS_CSV.encode("cp1252"),
    "junction-at-dusk.jpg": photo,
    "sign-catalogue.txt": CATALOGUE.encode,
    "proposal-street-signs.pdf": proposal,
    "scenes-phase-2.csv": SCENES_CSV.encode,
    "شارع_التحرير_0042.jpg": photo,
    "service-agreement-street-signs-northern-cities-notice-period-two-months-signed.pdf": agreement,
    "evening-rule-draft.txt": EVENING_RULE.encode,
    "road-sections.csv": ROADS_CSV.encode,
    "invoices-sample.csv": INVOICES_CSV.encode,
    "ledger-rules.txt": LEDGER.encode,
}


def facts_of(name: str) -> tuple[bytes, dict[str, object]]:
    """A file's content, and what an upload would have found out about it."""
    content = FILES[name]()
    facts = {
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "content_type": content_type(content[:8192], name),
    }
    return content, facts
