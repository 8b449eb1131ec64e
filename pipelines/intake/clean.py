"""Clean: landings → records. The mapping is applied here, so that a corrected one is replayed over what landed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import pyarrow as pa

from connectors.contract import REJECTED_SCHEMA, Layout
from connectors.records import CONTACT, SCHEMAS
from pipelines.intake import controls, gone, mapping, series, unsent
from pipelines.intake.facts import LABELS, RUN, labels
from pipelines.intake.series import Place
from pipelines.keys import domains
from pipelines.keys.normalise import normalise
from pipelines.lake.engine import Engine, parquet_literal, quote_text
from pipelines.lake.lake import Landing
from pipelines.settings import sources
from pipelines.workspace import StageReport, Workspace

TABLES: Final = (
    *("records", "company_records", "unmatched", "rejected_rows", "rejected_values", "flagged_values", "clean_counts"),
    *("former_versions", "consents", "not_sent", "series_proposals", "gone_records"),
)


KEPT: Final = 50_000
"""Rows up to which the mapped rows are kept in memory."""


def run(work: Workspace) -> StageReport:
    """Make records, what they say of consent, what was set aside or is not sent, and the counts (`TABLES`).

    Raises:
        SourceRefused: the columns of a landing say nothing about people or companies any more.
    """
    work.lock.take()
    with work.engine() as engine, work.progress.task("cleaning"):
        engine.read("landings")
        pinned = {landing for (landing,) in engine.rows("SELECT landing FROM landings")}
        known = work.settings.sources
        landings = [
            one
            for one in work.lake.landings()
            if one.id in pinned and one.source in known and one.object in SCHEMAS  # activities are for the timelines
        ]
        for name in ("keys/macros", "intake/macros"):
            engine.macros(name)
        layouts = _layouts(work, landings)
        places = series.places(landings, known)
        engine.put("landing_places", series.table(places))
        _map(engine, work, landings, layouts, places)
        _declared(engine, work)
        engine.make("intake/newest_landings")
        unsent.find(engine, landings, layouts, work.settings.crm.properties)
        for name in ("given_emails", "given_phones", "shared_ids"):
            engine.make(f"intake/{name}")
        engine.define("intake/mapped_rows")
        normalise(engine, work.settings.match, hosts="intake/hosts")
        _records(engine)
        _rejected_rows(engine, landings)
        engine.make("intake/clean_counts")
        engine.write(*TABLES)
        counts = dict(engine.rows("SELECT name, rows FROM clean_counts ORDER BY place"))
    work.lake.publish(work.run, TABLES)
    return StageReport(counts, TABLES)


def _records(engine: Engine) -> None:
    """Make records of the mapped rows and their keys. The versions are the one wide table; the rest are views of it."""
    engine.make("intake/contact_versions", CONTACT.plain)
    engine.make("intake/decimal_signs")
    engine.make("intake/company_versions")
    engine.drop("record_emails", "record_phones")
    engine.put("well_known_domains", domains.well_known_domains())
    foreign = engine.rows("SELECT host FROM hosts WHERE contains(host, 'xn--') ORDER BY host")
    engine.put("spelled_hosts", domains.spelled_hosts([host for (host,) in foreign]))
    for name in ("replaced", "rejected_values", "mistyped_hosts", "flagged_values"):
        engine.make(f"intake/{name}", [CONTACT.field(time) for time in mapping.TIMES])
    engine.drop("given_emails", "given_phones")
    gone.find(engine)
    engine.make("intake/consents")
    for name in ("contact_records", "company_records", "records"):
        engine.define(f"intake/{name}")
    engine.define("intake/former_versions", CONTACT.plain)
    engine.make("intake/unmatched")
    engine.make("intake/series_proposals")


def _map(
    engine: Engine, work: Workspace, landings: list[Landing], layouts: list[Layout], places: Mapping[str, Place]
) -> None:
    order = {name: place for place, name in enumerate(work.settings.sources)}
    selects: dict[str, list[str]] = {name: [] for name in SCHEMAS}
    # What is the same in all rows of a landing takes a byte or two in each instead of a text.
    said = [
        (one.id, one.source, one.name, places[one.id].series, layout.name)
        for one, layout in zip(landings, layouts, strict=True)
    ]
    names = ("landing", "source", "file", "series", "layout")
    for place, name in enumerate(names):
        values = ", ".join(quote_text(value) for value in sorted({row[place] for row in said}))
        engine.connection.execute(f"CREATE TYPE {name}_name AS ENUM ({values})")
    shortened = ", ".join(f"{name}::{name}_name AS {name}" for name in names)
    marked: list[str] = []
    for alike, layout in _alike(landings, layouts):
        landing, several = alike[0], len(alike) > 1
        paths = ", ".join(parquet_literal(one.path) for one in alike)
        literal = f"[{paths}]" if several else paths
        selects[landing.object].append(
            mapping.select(
                landing,
                layout,
                _clears(work, landing),
                source_order=order[landing.source],
                path_literal=literal,
                place=places[landing.id],
                several=several,
            )
        )
        marked += controls.found(landing, layout, literal, several=several)
    keyed = {
        one.id
        for one, layout in zip(landings, layouts, strict=True)
        if layout.name != "plain" or sources.declares_ids(one.source, work.settings)
    }
    engine.put("file_pairs", series.pairs(landings, places, keyed))
    held = " UNION ALL ".join(marked) or controls.NONE
    engine.connection.execute(f"CREATE OR REPLACE TABLE controlled_values AS {held}")
    # A million rows are read from their landings each time they are asked for. Few are kept instead: to take the
    # mapping's long expressions apart each time would take longer than all the rest.
    kind = "TABLE" if sum(landing.rows for landing in landings) <= KEPT else "VIEW"
    for name, parts in selects.items():
        text = " UNION ALL BY NAME ".join(parts) or mapping.nothing(name)
        engine.connection.execute(
            f"CREATE OR REPLACE {kind} mapped_{name} AS SELECT * REPLACE ({shortened}) FROM ({text})"  # noqa: S608 - quoted
        )


def _layouts(work: Workspace, landings: Sequence[Landing]) -> list[Layout]:
    """What each landing's columns mean; landings of one stream mostly have the same, which is asked for once."""
    known: dict[tuple[object, ...], Layout] = {}
    found = []
    for one in landings:
        key = (one.source, one.object, one.name, one.columns, one.facts.get(LABELS))
        if key not in known:
            known[key] = sources.layout_of(one.source, work.settings, one.object, one.columns, one.name, labels(one))
        found.append(known[key])
    return found


def _alike(landings: Sequence[Landing], layouts: Sequence[Layout]) -> Iterator[tuple[list[Landing], Layout]]:
    """Landings that are read by one SELECT: those of one stream with the same columns, and the same meaning of them."""
    groups: dict[tuple[object, ...], list[Landing]] = defaultdict(list)
    by_key: dict[tuple[object, ...], Layout] = {}
    for one, layout in zip(landings, layouts, strict=True):
        same: tuple[object, ...] = (one.source, one.object, one.name, one.columns, id(layout), controls.may_hold(one))
        key = same if series.PULLED in one.facts else (*same, one.id)
        groups[key].append(one)
        by_key[key] = layout
    for key, group in groups.items():
        yield group, by_key[key]


def _clears(work: Workspace, landing: Landing) -> mapping.Clears:
    source = work.settings.sources[landing.source]
    return mapping.Clears(source.blank_clears, source.clear_marker)


def _declared(engine: Engine, work: Workspace) -> None:
    declared = [name for name in work.settings.sources if sources.declares_ids(name, work.settings)]
    engine.put("declared_ids", pa.table({"source": pa.array(declared, pa.string())}))


def _rejected_rows(engine: Engine, landings: list[Landing]) -> None:
    names = [(name, pa.string()) for name in ("source", "object", "file", "landing")]
    schema = pa.schema([*names, *REJECTED_SCHEMA, ("superseded", pa.bool_())])
    engine.put("rejected_rows", schema.empty_table())
    newest = {(one.source, one.object, one.name): one.facts.get(RUN) for one in landings}
    for landing in landings:
        part = (landing.source, landing.object, landing.name)
        if landing.rejected:
            # A later run has pulled the stream since: nothing tells which of its records was rejected before.
            later = series.PULLED in landing.facts and landing.facts.get(RUN) != newest[part]
            engine.connection.execute(
                "INSERT INTO rejected_rows SELECT $1, $2, $3, $4, line, reason, text, "  # noqa: S608 - a quoted path
                "$4 NOT IN (SELECT landing FROM newest_landings) OR $5 "
                f"FROM read_parquet({parquet_literal(landing.rejected_path)})",
                [*part, landing.id, later],
            )
