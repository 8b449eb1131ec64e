"""How right the joins are on labelled data that nobody here wrote, beside the same e-mail alone and beside Splink.

    python -m benchmarks.quality [--only fake_20000] [--false-joins] [--no-peers] [--json]

The pipeline runs as its settings come, told only what `labelled.py` says. Judged are all pairs of records, and all
groups of two or more that are met exactly; a record without a usable key stands alone. Without the data nothing is
measured, and that is said. `--rows` is taken and ignored: the data are what they are.

- nothing in front: ours. `email_…`, `phone_…`: records with the same e-mail (trimmed, in small letters) or the same
  digits are one. `splink_rules_…`: Splink's deterministic rules on both of them. `splink_model_…`: Splink's trained
  model over names, date of birth, city, address, e-mail and phone (`peers/splink_model.py`), so over more than keys.
- `candidates_precision` is the share of the listed likely pairs that are right. `with_candidates_recall` is the share
  of the true pairs that are joined or would be if all likely pairs were accepted one by one: such a pair counts for
  every record of both people.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa

from benchmarks import labelled, pairs, peers, workbench
from benchmarks.labelled import Labelled
from benchmarks.report import tell
from pipelines.lake.engine import quote_text
from pipelines.lake.lake import Lake

ENTITIES = """
CREATE TABLE entities AS
WITH found AS (
    SELECT source, source_id AS id, record_key, 'person ' || person_id AS entity,
           array_to_string(emails, ' ') AS emails, array_to_string(phones, ' ') AS phones,
           concat_ws(' ', first_name, last_name) AS name
    FROM records JOIN clusters USING (record_key)
    UNION ALL
    SELECT source, source_id, record_key, 'company ' || company_id, array_to_string(emails, ' '),
           array_to_string(phones, ' '), name
    FROM company_records JOIN company_clusters USING (record_key)
)
SELECT t.source, t.id, t.truth, coalesce(f.record_key, t.source || '/contacts/plain:' || t.id) AS record_key,
       coalesce(f.entity, 'alone ' || t.source || ' ' || t.id) AS found, f.emails, f.phones, f.name
FROM truth t LEFT JOIN found f ON f.source = t.source AND f.id = t.id
"""
FALSE_JOINS = """
SELECT a.source || ' ' || a.id, a.name, concat_ws(' ', a.emails, a.phones),
       b.source || ' ' || b.id, b.name, concat_ws(' ', b.emails, b.phones)
FROM entities a JOIN entities b ON a.found = b.found AND (a.source, a.id) < (b.source, b.id) AND a.truth <> b.truth
ORDER BY ALL
"""
CANDIDATES = """
SELECT count(*), count(*) FILTER (a.truth = b.truth)
FROM candidates c JOIN entities a ON a.record_key = c.a JOIN entities b ON b.record_key = c.b
"""
WITH_CANDIDATES = """
WITH linked AS (
    SELECT DISTINCT least(x.found, y.found) AS one, greatest(x.found, y.found) AS other
    FROM candidates c JOIN entities x ON x.record_key = c.a JOIN entities y ON y.record_key = c.b
    WHERE x.found <> y.found
)
SELECT count(*)
FROM linked l JOIN entities x ON x.found = l.one JOIN entities y ON y.found = l.other AND y.truth = x.truth
"""


class Judged:
    """One data set, run once: `figures` and `false_joins` tell what came of it."""

    def __init__(self, data: Labelled, folder: Path) -> None:
        self.data = data
        self.folder = folder
        self.database = duckdb.connect(":memory:")
        inbox = folder / "inbox"
        inbox.mkdir(parents=True)
        workbench.run(data.settings(inbox), folder / "data", tuple(workbench.STAGES))
        self.lake = Lake(folder / "data")
        for table in ("records", "company_records", "clusters", "company_clusters"):
            self._view(table)
        rows = [dict(zip(("source", "id", "truth"), row, strict=True)) for row in data.truth(data)]
        self.database.register("truth", pa.Table.from_pylist(rows))
        self.database.execute(ENTITIES)

    def figures(self, *, with_peers: bool) -> Iterator[tuple[str, float]]:
        """Yield each figure with its name."""
        joined, groups = pairs.count(self.database, "entities")
        yield from (("pairs_true", joined.true), ("pairs_joined", joined.found), ("pairs_right", joined.right))
        yield from _of("", joined, groups)
        if self._view("candidates"):
            ((listed, right),) = self.database.execute(CANDIDATES).fetchall()
            ((reached,),) = self.database.execute(WITH_CANDIDATES).fetchall()
            yield from (("candidates", listed), ("candidates_precision", right / listed if listed else 1.0))
            yield "with_candidates_recall", (joined.right + reached) / joined.true
        self._plain()
        for key in ("email", "phone"):
            if key in self.data.plain:
                yield from _of(f"{key}_", *pairs.count(self.database, _same(key)))
        if with_peers:
            yield from self._splink()

    def false_joins(self) -> list[tuple[str, ...]]:
        """Pairs that we join and the truth does not: record, name and keys of each."""
        return self.database.execute(FALSE_JOINS).fetchall()

    def _view(self, table: str) -> bool:
        path = self.lake.find(None, table)
        if path is not None:
            self.database.execute(f"CREATE VIEW {table} AS FROM read_parquet({quote_text(str(path))})")
        return path is not None

    def _plain(self) -> None:
        """Make `plain`: the rows as the others get them, with their truth."""
        files = [str(self.folder / "inbox" / f"{name}.csv") for name in self.data.parts]
        part = next(iter(self.data.parts.values()))
        keys = {"email": "lower(trim({}))", "phone": r"nullif(regexp_replace({}, '\D', '', 'g'), '')"}
        columns = [f"{keys.get(name, '{}').format(column)} AS {name}" for name, column in self.data.plain.items()]
        self.database.execute(
            f"""CREATE TABLE plain AS WITH given AS (
                    SELECT *, parse_filename(filename, true) AS source
                    FROM read_csv($1, delim = $2, header = true, all_varchar = true,
                                  union_by_name = true, filename = true))
                SELECT row_number() OVER (ORDER BY t.source, t.id) AS record, t.truth, {", ".join(columns)}
                FROM given g JOIN truth t ON t.source = g.source AND t.id = g.{part.id_column}""",
            [files, part.delimiter],
        )

    def _splink(self) -> Iterator[tuple[str, float]]:
        given, *made = (self.folder / f"{name}.parquet" for name in ("plain", "rules", "model"))
        self.database.sql("SELECT * EXCLUDE (truth) FROM plain").write_parquet(str(given))
        peers.run("splink_model", given, *made)
        for path in made:
            clusters = f"(SELECT truth, cluster AS found FROM plain JOIN {quote_text(str(path))} USING (record))"
            yield from _of(f"splink_{path.stem}_", *pairs.count(self.database, clusters))


def _same(key: str) -> str:
    return f"(SELECT truth, coalesce({key}, 'alone ' || record) AS found FROM plain)"


def _of(who: str, joined: pairs.Counted, groups: pairs.Counted) -> Iterator[tuple[str, float]]:
    for what, counted in (("pairs", joined), ("clusters", groups)):
        for name in ("precision", "recall", "f1"):
            yield f"{who}{what}_{name}", getattr(counted, name)


def measure(names: list[str], *, with_peers: bool = True, false_joins: bool = False) -> dict[str, float]:
    """Run and judge data sets; false joins are printed to the terminal's error stream where asked for."""
    result: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="crm-bench-") as folder:
        for data in labelled.DATA:
            if data.name in names:
                judged = Judged(data, Path(folder) / str(uuid.uuid4()))
                result |= {f"{data.name}_{name}": value for name, value in judged.figures(with_peers=with_peers)}
                for pair in judged.false_joins() if false_joins else ():
                    print(f"{data.name}: {pair[:3]} is not {pair[3:]}", file=sys.stderr)
    return result


def main(argv: list[str] | None = None) -> None:
    """Read the command line, measure, print."""
    known = [data.name for data in labelled.DATA]
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality", description="Judge the joins.")
    parser.add_argument("--rows", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--only", choices=known, help="one data set (default: all)")
    parser.add_argument("--false-joins", action="store_true", help="list the pairs that are joined and should not be")
    parser.add_argument("--no-peers", action="store_true", help="leave Splink out")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    given = parser.parse_args(argv)
    result: dict[str, float] = {}
    if labelled.present():
        names = [given.only] if given.only else known
        result = measure(names, with_peers=not given.no_peers, false_joins=given.false_joins)
    else:
        print(f"Nothing was measured: {labelled.MISSING}.", file=sys.stderr)
    rounded = {name: round(value, 4) for name, value in result.items()}
    tell("quality", rounded, as_json=given.json)


if __name__ == "__main__":
    main()
