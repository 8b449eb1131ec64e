"""How a file's bytes decode: what was assumed is said, and a row that does not fit is a row set aside."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from connectors.contract import Part
from connectors.csv_file import Options, Source
from connectors.csv_file.lines import physical_lines
from connectors.errors import SourceRefused

HEADER = "name,email\n"
JAPANESE = ["氏名,会社名,email", "田中太郎,東京商事,t@a.example", "鈴木花子,株式会社さくら,s@a.example"]


def read(path: Path, data: bytes, **options: object) -> Part | SourceRefused:
    """What the connector makes of a file with these bytes."""
    path.write_bytes(data)
    (found,) = Source(Options.model_validate({"path": path, "object": "contacts", **options})).read()
    return found


def landed(found: Part | SourceRefused) -> tuple[list[str], list[tuple[int, str, str]]]:
    """The first cells of the good rows, and the rows set aside."""
    assert isinstance(found, Part), found
    names = [name for batch in found.batches() for name in batch.column(0).to_pylist()]
    aside = [(row["line"], row["reason"], row["text"]) for row in found.rejected().to_pylist()]
    assert found.facts["rows"] == str(len(names))
    assert found.facts["set_aside"] == str(len(aside))
    return names, aside


@pytest.mark.parametrize(
    ("codec", "rows"),
    [
        ("cp1252", ["Jürgen Groß,a", "Renée Lefèvre,b"]),
        ("cp932", JAPANESE),
        ("euc_jp", JAPANESE),
        ("gb18030", ["姓名,公司,email", "王伟,北京有限公司,w@a.example"]),
        ("big5", ["姓名,公司,email", "張敏,臺北有限公司,z@a.example", "陳靜雯,高雄貿易股份有限公司,c@a.example"]),
        ("cp949", ["이름,회사,email", "김철수,서울주식회사,k@a.example"]),
        ("cp1251", ["Имя,Компания,email", "Ольга Смирнова,Ромашка,o@a.example"]),
        ("cp1253", ["Όνομα,Εταιρεία,email", "Γιώργος Παπαδόπουλος,Αθήνα,g@a.example"]),
    ],
)
def test_legacy_encoding_is_detected_and_its_confidence_told(tmp_path: Path, codec: str, rows: list[str]) -> None:
    """What a spreadsheet writes in its country comes out as it was, and the note says how sure that is."""
    found = read(tmp_path / "a.csv", "\r\n".join([*([HEADER.strip()] * (codec == "cp1252")), *rows]).encode(codec))
    names, aside = landed(found)
    assert (names, aside) == ([row.split(",")[0] for row in rows if not row.endswith("email")], [])
    assert isinstance(found, Part)
    assert f"not UTF-8: read as {codec} (" in found.facts["note"]
    assert "% sure" in found.facts["note"]


@pytest.mark.parametrize("name", ["O’Brien", "Acme™ – Co", "50 €", "“Bob” Ray"])
def test_signs_alone_are_those_of_windows(tmp_path: Path, name: str) -> None:
    """An apostrophe or a dash gives no detector anything to go by, and is written in one way only."""
    found = read(tmp_path / "a.csv", f"{HEADER}{name},a\n".encode("cp1252"))
    assert landed(found) == ([name], [])
    assert isinstance(found, Part)
    assert "read as cp1252 (signs such as ’ and – alone" in found.facts["note"]


def test_rivals_of_an_encoding_are_named(tmp_path: Path) -> None:
    """Where another encoding reads the same bytes as well, in other letters, the note names it and halves its trust."""
    found = read(tmp_path / "a.csv", f"{HEADER}Jiří Dvořák,a\nRůžena Černá,b\n".encode("cp1250"))
    assert isinstance(found, Part)
    assert "read as cp1252 (50 % sure, cp1250 fits as well)" in found.facts["note"]


def test_one_foreign_row_in_a_utf8_file_is_set_aside_as_a_row(tmp_path: Path) -> None:
    """A Latin-1 row and one of CESU-8 keep their bytes, line and reason; no letter of them is guessed."""
    path = tmp_path / "a.csv"
    cesu = "Zoé \U0001f600".encode("utf-16", "surrogatepass").decode("utf-16").encode("utf-8")
    cesu = cesu[:-4] + b"\xed\xa0\xbd\xed\xb8\x80"
    data = f"{HEADER}Zoë,a\n".encode() + b"M\xfcller,b\n" + cesu + b",c\nAnna,d\n"
    found = read(path, data)
    names, aside = landed(found)
    assert names == ["Zoë", "Anna"]
    assert aside == [
        (3, "the row holds bytes that are not utf-8", r"M\xfcller,b"),
        (4, "the row holds bytes that are not utf-8", r"Zoé \xed\xa0\xbd\xed\xb8\x80,c"),
    ]
    assert isinstance(found, Part)
    assert "rows that are not utf-8 are set aside" in found.facts["note"]
    assert physical_lines(path, [0, 1], found.facts) == {0: 2, 1: 5}


def test_emoji_of_cesu_alone_do_not_make_a_file_foreign(tmp_path: Path) -> None:
    """They are UTF-8 gone wrong, and no reason to read the file in some other encoding."""
    names, aside = landed(read(tmp_path / "a.csv", HEADER.encode() + b"Zo \xed\xa0\xbd\xed\xb8\x80,a\nAnna,b\n"))
    assert (names, len(aside)) == (["Anna"], 1)


def test_utf8_row_in_a_legacy_file_is_set_aside_as_a_row(tmp_path: Path) -> None:
    """`MÃ¼ller` is nobody's name: a file appended to by another tool loses no row and gains no mojibake."""
    rows = "".join(f"Jörg {number},a\n" for number in range(30)).encode("cp1252")
    for options in ({}, {"encoding": "cp1252"}):
        found = read(tmp_path / "a.csv", HEADER.encode() + rows + "Müller,b\n".encode(), **options)
        names, aside = landed(found)
        assert len(names) == 30
        assert aside == [(32, "the row is UTF-8, and its file is cp1252", "MÃ¼ller,b")]


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "cp932"])
def test_row_that_does_not_fit_a_known_encoding_is_set_aside(tmp_path: Path, codec: str) -> None:
    """Whether the file is marked or the settings say so: one row is a row, and no reason to refuse the file."""
    odd = {"utf-16": b"\x00\xd8x\x00\n\x00", "cp1252": b"M\x81x,b\n", "cp932": b"M\x81,b\n"}.get(codec, b"M\xfc,b\n")
    declared = {} if codec in {"utf-8-sig", "utf-16"} else {"encoding": codec}
    found = read(tmp_path / "a.csv", f"{HEADER}Anna,a\n".encode(codec) + odd + _more("Bert,c\n", codec), **declared)
    names, aside = landed(found)
    assert names == ["Anna", "Bert"]
    assert [(line, reason) for line, reason, _ in aside] == [
        (3, f"the row holds bytes that are not {codec.removesuffix('-sig')}")
    ]


def _more(text: str, codec: str) -> bytes:
    return text.encode({"utf-8-sig": "utf-8", "utf-16": "utf-16-le"}.get(codec, codec))


def test_declared_encoding_that_most_rows_do_not_fit_refuses_the_file(tmp_path: Path) -> None:
    """Then it is no matter of single rows, but of the settings."""
    data = f"{HEADER}Łukasz,a\nMałgorzata,b\nAnna,c\n".encode("iso8859-2")
    found = read(tmp_path / "a.csv", data, encoding="utf-8")
    assert isinstance(found, SourceRefused)
    assert "byte 11 is not utf-8, the encoding declared" in str(found)


def test_encoding_that_is_ascii_throughout_holds_no_utf8(tmp_path: Path) -> None:
    """UTF-7 writes letters in ASCII, and so in UTF-8: its rows are its own all the same."""
    assert landed(read(tmp_path / "a.csv", f"{HEADER}Zoë,a\n".encode("utf-7"), encoding="utf-7")) == (["Zoë"], [])


def test_utf8_file_that_is_declared_to_be_something_else_is_refused(tmp_path: Path) -> None:
    """Any byte is a letter of Windows-1252: what speaks against it is that all of them are UTF-8."""
    data = f"{HEADER}Zoë,a\nRenée,b\nAnna,c\n".encode()
    found = read(tmp_path / "a.csv", data, encoding="cp1252")
    assert isinstance(found, SourceRefused)
    assert "it is UTF-8, and not cp1252, the encoding declared" in str(found)


def test_header_that_does_not_fit_refuses_the_file(tmp_path: Path) -> None:
    """Column names are never guessed at."""
    found = read(tmp_path / "a.csv", b"n\xe4me,email\nZo\xc3\xab,a\nZo\xc3\xab,b\n")
    assert isinstance(found, SourceRefused)
    assert "line 1: the header holds bytes that are not utf-8" in str(found)


def test_what_no_encoding_explains_is_refused(tmp_path: Path) -> None:
    """Bytes that are no text in any encoding we look for are not read as some text."""
    found = read(tmp_path / "a.csv", HEADER.encode() + random.Random(1).randbytes(4_000))  # noqa: S311 - any will do
    assert isinstance(found, SourceRefused)
    assert "its encoding cannot be told" in str(found)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(["Zoë", "M\xfcller", "田中", "Anna", "Ł"]), min_size=1, max_size=8), st.randoms())
@example(["Anna"], None)
def test_every_row_ends_somewhere_in_whatever_encodings_a_file_mixes(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], chance: object
) -> None:
    """Rows in the file = rows that land + rows set aside, and what lands as UTF-8 is what was written as such."""
    pick = (lambda codecs: codecs[0]) if chance is None else chance.choice  # type: ignore[attr-defined]
    rows, utf8 = [], []
    for name in names:
        codec = pick([codec for codec in ("utf-8", "cp1252", "cp932", "cp1250") if _fits(name, codec)])
        rows.append(f"{name},a\n".encode(codec))
        utf8.append(codec == "utf-8" or name.isascii())
    found = read(tmp_path_factory.mktemp("mixed") / "a.csv", HEADER.encode() + b"".join(rows))
    if isinstance(found, SourceRefused):
        return  # told; nothing lands
    good, aside = landed(found)
    assert len(good) + len(aside) == len(rows)
    if found.facts["codec"] == "utf-8":
        assert good == [name for name, fits in zip(names, utf8, strict=True) if fits]


def _fits(name: str, codec: str) -> bool:
    try:
        name.encode(codec)
    except UnicodeEncodeError:
        return False
    return True
