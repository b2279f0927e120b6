"""Templates hold to the Content-Security-Policy and to the vocabulary, and the scripts and styles to their budget."""

import gzip
import re
from pathlib import Path

import pytest
from django import forms
from django.template.loader import render_to_string

ROOT = Path(__file__).parents[2]
# Mails are read by mail programs, which know no style sheets of ours: there, and only there, styles are inline.
_MAILS = ("mail/", "account/email/", "notifications/mail/")
TEMPLATES = sorted(
    path
    for path in ROOT.glob("templates/**/*.html")
    if not path.relative_to(ROOT / "templates").as_posix().startswith(_MAILS)
)
OWN_SCRIPTS = sorted(ROOT.glob("static/js/**/*.js"))
EVERYWHERE = ("theme.js", "frame.js", "forms.js")
# The scripts of the pages that have most of them; each brings what it imports.
PAGES = {"the WorkStream page": ("chat.js", "files.js"), "the grid": ("grid.js", "bulk.js")}
# As they travel: the server sends them compressed.
BUDGET = 60 * 1024

_COMMENT = re.compile(r"{#.*?#}|{% comment .*?{% endcomment %}", re.DOTALL)
_FORBIDDEN = re.compile(
    r"""\sstyle\s*=|\son[a-z]+\s*=\s*["']|<style\b|javascript:|\shx-on\b|(?:src|href)=["']https?://[^"']+\.(?:js|css)"""
    r"""|<script(?![^>]*\b(?:src|type=["']application/json["']))""",
    re.IGNORECASE,
)


def refused_by_the_policy(source: str) -> list[str]:
    """What a browser under our Content-Security-Policy would not run or show."""
    return _FORBIDDEN.findall(_COMMENT.sub("", source))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_no_template_holds_what_the_policy_refuses(template: Path) -> None:
    assert refused_by_the_policy(template.read_text()) == []


@pytest.mark.parametrize(
    "source",
    [
        '<p style="color: red">',
        '<a onclick="go()">',
        "<style>p {}</style>",
        "<script>go()</script>",
        '<a href="javascript:go()">',
        '<b hx-on:click="go()">',
        '<script src="https://cdn.example/x.js"></script>',
    ],
)
def test_the_reader_of_templates_sees_each_kind(source: str) -> None:
    assert refused_by_the_policy(source)


def with_imports(script: Path) -> set[Path]:
    """A module and all that it imports."""
    names = re.findall(r"""from "(\.[^"]+)";$""", script.read_text(), re.MULTILINE)
    return {script}.union(*(with_imports((script.parent / name).resolve()) for name in names))


@pytest.mark.parametrize("page", PAGES)
def test_the_scripts_and_styles_of_a_page_stay_small(page: str) -> None:
    styles = ROOT / "static/build/app.css"
    if not styles.exists():
        pytest.skip("The style sheet is not built yet: make css")
    scripts = set().union(*(with_imports(ROOT / "static/js" / name) for name in (*EVERYWHERE, *PAGES[page])))
    assert len(scripts) > len(EVERYWHERE) + len(PAGES[page])
    assert sum(len(gzip.compress(file.read_bytes())) for file in (styles, *scripts)) < BUDGET


class Sample(forms.Form):
    name = forms.CharField(help_text="Seen by everybody.")
    nickname = forms.CharField(required=False)
    kind = forms.ChoiceField(choices=[("a", "Apples")], widget=forms.RadioSelect, help_text="One.")
    agree = forms.BooleanField(label="I agree")


def test_a_field_is_tied_to_its_hint_and_its_error() -> None:
    html = str(Sample({})["name"].as_field_group())

    assert '<label for="id_name">Name</label>' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_helptext"' in html
    assert 'id="id_name_error"' in html
    assert 'aria-invalid="true"' in html


def test_a_field_that_may_stay_empty_says_so() -> None:
    assert "(optional)" in str(Sample()["nickname"].as_field_group())
    assert "(optional)" not in str(Sample()["name"].as_field_group())


def test_radios_are_a_group_with_a_name_and_a_hint() -> None:
    html = str(Sample()["kind"].as_field_group())

    assert '<fieldset class="field" id="id_kind_field" aria-describedby="id_kind_helptext">' in html
    assert "<legend>Kind</legend>" in html
    assert '<label class="choice" for="id_kind_0">' in html


def test_a_checkbox_is_pressed_by_its_label() -> None:
    assert '<label class="choice" for="id_agree">' in str(Sample()["agree"].as_field_group())


def test_the_error_summary_leads_to_the_fields() -> None:
    html = render_to_string("components/_error_summary.html", {"form": Sample({"kind": "a", "agree": "on"})})

    assert "One thing needs your attention" in html
    assert '<a href="#id_name">Name: This field is required.</a>' in html


def test_the_page_for_our_own_failures_needs_no_context() -> None:
    assert "Something went wrong on our side" in render_to_string("500.html")
