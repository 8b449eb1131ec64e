"""Files on disk become parts, or refusals that say what to do."""

from __future__ import annotations

import hashlib
import os
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from connectors import contract
from connectors.contract import REJECTED_SCHEMA, Part
from connectors.csv_file import Options, Source
from connectors.errors import SourceRefused

PLAIN = b"name,email\nAnna,anna@acme.example\n"


def read(path: Path, **options: object) -> list[Part | SourceRefused]:
    """All that the connector says of a path."""
    source: contract.Source = Source(Options.model_validate({"path": path, **options}))
    return list(source.read())


def part(path: Path, data: bytes, **options: object) -> Part:
    """The part of a file with these bytes."""
    path.write_bytes(data)
    (found,) = read(path, **options)
    assert isinstance(found, Part), found
    return found


def refusal(path: Path, data: bytes, **options: object) -> str:
    """Why a file with these bytes is refused."""
    path.write_bytes(data)
    (found,) = read(path, **options)
    assert isinstance(found, SourceRefused), found
    assert found.name == path.name
    return str(found)


def rows(found: Part) -> list[tuple[str, ...]]:
    """The good rows of a part."""
    return [tuple(row.values()) for batch in found.batches() for row in batch.to_pylist()]


def test_part_names_dates_and_digests_the_file(tmp_path: Path) -> None:
    """A part carries the file's name, its modification time in UTC and the SHA-256 of its bytes."""
    path = tmp_path / "a.csv"
    path.write_bytes(PLAIN)
    os.utime(path, (1_700_000_000, 1_700_000_000))
    (found,) = read(path)
    assert isinstance(found, Part)
    assert (found.name, found.object, found.columns) == ("a.csv", "contacts", ("name", "email"))
    assert found.dated == datetime.fromtimestamp(1_700_000_000, UTC)
    assert found.digest == found.facts["sha256"] == hashlib.sha256(PLAIN).hexdigest()
    assert rows(found) == [("Anna", "anna@acme.example")]
    assert found.rejected().schema == REJECTED_SCHEMA


def test_folder_is_read_by_name_without_hidden_files_and_subfolders(tmp_path: Path) -> None:
    """A folder gives its csv, tsv and txt files in order of their names."""
    for name in ("b.TSV", "a.csv", "c.txt", ".hidden.csv", "notes.md"):
        (tmp_path / name).write_bytes(PLAIN)
    (tmp_path / "deeper").mkdir()
    (tmp_path / "deeper" / "d.csv").write_bytes(PLAIN)
    assert [found.name for found in read(tmp_path)] == ["a.csv", "b.TSV", "c.txt"]


def test_existing_file_with_glob_characters_is_that_file(tmp_path: Path) -> None:
    """`[a].csv` is a file if there is one, on the fast path too, and a pattern otherwise."""
    (tmp_path / "a.csv").write_bytes(b"email\nwrong@acme.example\n")
    pattern = tmp_path / "[a].csv"
    assert [found.name for found in read(pattern)] == ["a.csv"]
    found = part(pattern, PLAIN)
    assert found.facts["reader"] == "duckdb"
    assert rows(found) == [("Anna", "anna@acme.example")]


def test_pattern_that_matches_nothing_gives_nothing(tmp_path: Path) -> None:
    """An inbox pattern without a file is no error."""
    assert read(tmp_path / "*.csv") == []


def test_missing_path_is_refused_as_a_whole(tmp_path: Path) -> None:
    """A path that does not exist is named, with what to do."""
    with pytest.raises(SourceRefused, match=r"nowhere: there is no such file or folder\. Create it"):
        read(tmp_path / "nowhere")


def test_what_is_no_regular_file_is_refused_and_the_others_go_on(tmp_path: Path) -> None:
    """Links, pipes, folders and archives in an inbox are refused one by one."""
    (tmp_path / "a.csv").write_bytes(PLAIN)
    (tmp_path / "b.csv").symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / "c.csv")
    (tmp_path / "d.csv").mkdir()
    (tmp_path / "e.csv.gz").write_bytes(b"\x1f\x8b\x08\x00")
    good, *refused = read(tmp_path)
    assert isinstance(good, Part)
    reasons = ["symbolic link", "not a regular file", "a folder", "compressed with gzip"]
    assert all(reason in str(found) for reason, found in zip(reasons, refused, strict=True))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "the file is empty"),
        (b"\n\n", "there is no header row"),
        (b",,\n1,2,3\n", "the header row is empty"),
        (b"a,,c\n1,2,3\n", "column 2 has no name"),
        (b"Email,name,e-mail,EMAIL \n", "line 1: columns 1, 4 share a name"),
        (b"PK\x03\x04", "zip archive or an Excel workbook"),
        (b"PAR1", "a Parquet file"),
        ("name,email\n".encode("utf-16-le"), "NUL characters"),
        ("name,email\nJürgen Müller,ü\n".encode("utf-16-le"), "utf-16"),
        (b"\xef\xbb\xbfname,email\nM\xfcller,x\nK\xf6hler,x\n", "byte 15 is not utf-8,"),
        (b"\xff\xfea\0,\0b\0\n\0\x00\xd8x\0\n\0\x00\xd8x\0\n\0", "byte 10 is not utf-16,"),
        (b"x" * 2_000_001 + b"\nname,email\n", "line 1: the header's line is longer than 2,000,000 characters."),
        (b'name,email\n"Anna,a@x.example\nBert,b@x.example\n', "line 2: a quote is never closed"),
        (b"name,email,\nAnna,a@x.example,surprise\n", "line 2: a cell stands under a column that has no name"),
        (b"colour,height\nred,2\n", "none of its 2 columns says anything about contacts or companies"),
    ],
)
def test_unsafe_files_are_refused(tmp_path: Path, data: bytes, reason: str) -> None:
    """What makes a whole file unsafe refuses it, in words that name the place."""
    assert reason in refusal(tmp_path / "a.csv", data)


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings_are_recognised(tmp_path: Path, codec: str) -> None:
    """Byte order marks, UTF-8 and Windows-1252 give the same text, and a guess leaves a note."""
    found = part(tmp_path / "a.csv", "name,email\nMüller,x\n".encode(codec))
    assert found.facts["codec"] == codec
    assert ("read as cp1252" in found.facts.get("note", "")) == (codec == "cp1252")
    assert found.facts["reader"] == "duckdb"
    assert (found.columns, rows(found)) == (("name", "email"), [("Müller", "x")])


def test_declared_encoding_binds(tmp_path: Path) -> None:
    """A declared encoding is used, and bytes it does not know refuse the file with their offset."""
    latin2 = "name,email\nŁukasz,x\nŁucja,y\n".encode("iso8859-2")
    assert rows(part(tmp_path / "a.csv", latin2, encoding="iso8859-2")) == [("Łukasz", "x"), ("Łucja", "y")]
    assert "byte 11 is not utf-8, the encoding declared" in refusal(tmp_path / "a.csv", latin2, encoding="utf-8")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    """The delimiter is the one that cuts header and rows evenly, even where another occurs in cells."""
    data = delimiter.join(["name", "email", "tags"]) + "\n" + delimiter.join(["Anna", "x", '"a,b;c|d\te"']) + "\n"
    found = part(tmp_path / "a.csv", data.encode())
    assert found.facts["delimiter"] == delimiter
    assert rows(found) == [("Anna", "x", "a,b;c|d\te")]


def test_sep_line_is_honoured(tmp_path: Path) -> None:
    """Excel's `sep=;` line names the delimiter and is no row."""
    found = part(tmp_path / "a.csv", b"sep=;\r\nname;email,x\r\nAnna;a\r\n", object="contacts")
    assert (found.columns, found.facts["reader"]) == (("name", "email,x"), "duckdb")
    assert rows(found) == [("Anna", "a")]


@pytest.mark.parametrize(
    "preamble", [b"", b'Notes:\n"When exporting, ""some""\nmay be missing."\n\n', b'Notes:\n"x, y"\n']
)
def test_linkedin_preamble_is_skipped(tmp_path: Path, preamble: bytes) -> None:
    """LinkedIn's notes before the header are skipped, whether they are there or not."""
    found = part(tmp_path / "a.csv", preamble + b"First Name,Last Name,URL,Connected On\nAnna,Bond,u,12 Mar 2024\n")
    assert rows(found) == [("Anna", "Bond", "u", "12 Mar 2024")]


def test_header_only_is_no_rows_and_a_note(tmp_path: Path) -> None:
    """A file without rows lands as such and says so."""
    found = part(tmp_path / "a.csv", b"name,email\n")
    assert rows(found) == []
    assert "no rows" in found.facts["note"]


def test_values_stay_as_received(tmp_path: Path) -> None:
    """Spaces, leading zeros, huge ids, NULL, formulas and hostile column names are just text."""
    header = '"x"" int); drop table t; --",email, id \n'
    found = part(tmp_path / "a.csv", (header + ' a ,NULL,007\n=1+1,,"99999999999999999999"\n').encode())
    assert found.columns == ('x" int); drop table t; --', "email", "id")
    assert rows(found) == [(" a ", "NULL", "007"), ("=1+1", "", "99999999999999999999")]


def test_trailing_unnamed_columns_that_are_empty_are_left_out(tmp_path: Path) -> None:
    """A delimiter too many at the end of every line does no harm."""
    found = part(tmp_path / "a.csv", b"name,email,,\nAnna,a,,\nBert,b\n")
    assert found.columns == ("name", "email")
    assert rows(found) == [("Anna", "a"), ("Bert", "b")]


def test_bad_rows_are_set_aside_with_line_reason_and_text(tmp_path: Path) -> None:
    """Rows that cannot be read are kept apart, each once, with its physical line, and the others land."""
    data = b'name,email\n"An\nna",a\none\n1,2,\n\nN\0UL,n\n"Ann" a,b\n5" nail,c\n'
    found = part(tmp_path / "a.csv", data)
    assert rows(found) == [("An\nna", "a"), ('5" nail', "c")]
    assert [tuple(row.values()) for row in found.rejected().to_pylist()] == [
        (4, "the row has 1 cells, the header 2", "one"),
        (5, "the row has 3 cells, the header 2", "1,2,"),
        (7, "the row holds a NUL character", "N\0UL,n"),
        (8, 'text follows a closing quote: a quote inside a cell is written as two ("")', '"Ann" a,b'),
    ]
    assert (found.facts["rows"], found.facts["set_aside"]) == ("2", "4")


def test_overlong_line_is_set_aside(tmp_path: Path) -> None:
    """A line of more than two million characters is set aside, with its beginning."""
    found = part(tmp_path / "a.csv", b"name,email\n" + b"x" * 5_000_000 + b",y\nAnna,a\n")
    assert rows(found) == [("Anna", "a")]
    (row,) = found.rejected().to_pylist()
    assert (row["line"], len(row["text"])) == (2, 1000)
    assert "longer than 2,000,000" in row["reason"]


def test_file_that_changes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    """Rows of two versions of a file are never mixed."""
    path = tmp_path / "a.csv"
    found = part(path, PLAIN)
    path.write_bytes(PLAIN + b"Bert,b\n")
    with pytest.raises(SourceRefused, match="changed while it was read"):
        rows(found)


def test_large_files_come_in_bounded_batches(tmp_path: Path) -> None:
    """Rows come in file order in batches of at most 65,536, on both paths."""
    data = b"id,email\n" + b"".join(b"%d,x\n" % number for number in range(70_000))
    for tail, reader in ((b"", "duckdb"), (b"ragged\n", "csv")):
        found = part(tmp_path / "a.csv", data + tail)
        assert found.facts["reader"] == reader
        batches = list(found.batches())
        assert max(batch.num_rows for batch in batches) <= 65_536
        ids = [value for batch in batches for value in batch.column(0).to_pylist()]
        assert ids == [str(number) for number in range(70_000)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"delimiter": '"'},
        {"delimiter": ",,"},
        {"encoding": "klingon"},
        {"encoding": "hex"},
        {"date_format": "dd"},
        {"x": 1},
    ],
)
def test_wrong_options_are_refused(wrong: dict[str, object]) -> None:
    """Options that cannot be right are named before anything is read."""
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        Options.model_validate({"path": "a.csv", **wrong})


def test_id_column_and_date_format_come_first(tmp_path: Path) -> None:
    """What the options declare wins over the layout, and a declared column that is missing refuses the file."""
    path = tmp_path / "a.csv"
    source = Source(Options(path=path, id_column="ref", date_format="%d.%m.%Y"))
    layout = source.layout("contacts", ["ID", "Ref", "Email"])
    assert (layout.columns["source_id"], layout.date_format) == (("Ref",), "%d.%m.%Y")
    assert "there is no column `ref`" in refusal(path, PLAIN, id_column="ref")


@pytest.mark.parametrize(
    ("first", "options"),
    [
        ("Anna,Bond,anna@acme.example,+49 30 901820", {}),
        ("Anna,Bond,Anna,bond", {}),
        ("Anna,,Bond", {}),
        ("Anna,Bond,anna@acme.example", {"id_column": "ID"}),
    ],
)
def test_refusal_shows_nothing_of_what_may_be_a_person(tmp_path: Path, first: str, options: dict[str, object]) -> None:
    """Where a file has no header its first person stands in its place, and in no error."""
    said = refusal(tmp_path / "a.csv", f"{first}\nBert,Bond,b@acme.example,+49 30 901821\n".encode(), **options)
    assert not [cell for cell in first.split(",") if cell and cell.casefold() in said.casefold()]


def test_header_of_too_many_columns_is_refused_at_once(tmp_path: Path) -> None:
    """A wider header than any export's is refused before rows are read; one at the limit is read."""
    wide = ",".join(["email", *(f"c{number}" for number in range(59_999))])
    began = time.monotonic()
    said = refusal(tmp_path / "a.csv", f"{wide}\n{'x,' * 59_999}x\n".encode())
    assert "line 1: the header has 60,000 columns, and 2,000 are read at most" in said
    assert time.monotonic() - began < 2
    widest = ",".join(["email", *(f"c{number}" for number in range(1_999))])
    assert len(part(tmp_path / "a.csv", f"{widest}\n{'x,' * 1_999}x\n".encode()).columns) == 2_000
