"""The library reads what is not written plainly; its port to Rust may help only where the two agree."""

from __future__ import annotations

from pathlib import Path

import phonenumbers
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.keys.phones.library import PORTED, SCHEMA, port, read

ASCII = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=8)
DIGITS = st.text("0123456789 -./()", min_size=5, max_size=16)
TEXTS = st.text(st.sampled_from("+0123456789 ()-./xXext;,=*#~:[]aNſ٣３\u00a0\t"), max_size=26) | st.builds(
    "{}{}{}{}".format, ASCII, st.sampled_from(["", "+", "+49", "+1", "0049", "0"]), DIGITS, ASCII
)
REGIONS = st.sampled_from([None, "DE", "US", "BR", "IT", "AR", "KR"])


def one(text: str, region: str | None = None) -> tuple[str, str | None, str | None]:
    """What becomes of one text: outcome, number, extension."""
    (row,) = read(pa.table([[text], [""], [region]], SCHEMA.names[:3]), port()).to_pylist()
    return row["outcome"], row["number"], row["extension"]


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        *(("Fax: +49 30 23125550", "fax"), ("Telefax +49 30 23125550", "fax"), ("+49 30 23125550 (Fax)", "fax")),
        *(("Tel/Fax: +49 30 23125550", "number"), ("Phone & fax +49 30 23125550", "number")),
        *(("Halifax +1 902 555 0115", "number"), ("n/a", "nothing"), (" Unknown ", "nothing")),
    ],
)
def test_what_says_that_it_is_a_fax_is_no_phone(text: str, outcome: str) -> None:
    """A number that is said to be a fax alone is never a key; one for both is, and a name may end so."""
    assert one(text)[0] == outcome


def test_no_rows_are_read_as_none() -> None:
    """Nothing given, nothing read."""
    assert read(SCHEMA.empty_table()).num_rows == 0


def test_port_of_other_metadata_is_ignored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A port is used only if it says that it carries the very metadata of the Python package."""
    monkeypatch.syspath_prepend(tmp_path)
    version = phonenumbers.__version__
    for name, line in (
        ("port_of_today", f"__phonenumbers_version__ = {version!r}"),
        ("port_of_old", "__phonenumbers_version__ = '8.0.0'"),
        ("port_of_nothing", ""),
    ):
        (tmp_path / f"{name}.py").write_text(line, "utf-8")
    assert port("port_of_today") is not None
    assert [port("port_of_old"), port("port_of_nothing"), port("port_that_is_not_there")] == [None] * 3


@pytest.mark.skipif(port() is None, reason="the extra `fast` is not installed")
@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(TEXTS, REGIONS), min_size=10, max_size=30))
def test_port_reads_what_it_is_given_like_the_library(cells: list[tuple[str, str | None]]) -> None:
    """With the port and without it, any text has the same answer."""
    texts, regions = zip(*cells, strict=True)
    columns = [pa.array(values, pa.string()) for values in (texts, [""] * len(texts), regions)]
    rows = pa.table(columns, SCHEMA.names[:3])
    assert read(rows, port()).to_pylist() == read(rows).to_pylist()


def test_port_is_asked_about_ordinary_texts_alone() -> None:
    """Whatever the two are known to read differently goes to the library."""
    assert all(map(PORTED.fullmatch, ("+1 312-555-0100 ext. 12", "Tel. 030/23125550 (home)", "312-555-0115; 34")))
    others = ("31 ext. 345", "51 2345#", "1-800-FLOWERS", "3125550115 ſ", "٣:00000", "+888 000 000 000 00", "")
    assert not any(map(PORTED.fullmatch, others))
