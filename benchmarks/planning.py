"""Planning at size: golden × current × last written, of which a share has changed, the ledger's reading included.

    python -m benchmarks.planning --rows 1000000 [--changed 0.01] [--json] [--data DIR]

The people are made up in SQL, past sources and CRM: what is timed is the stage `plan` alone, as a run calls it, over the
tables that the stages before it leave. Of `--changed` of the people the sources say another title. The first plan is a
warm-up that reads the files into the system's cache; the figures are medians of three more.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sqlite3
import tempfile
import time
import uuid
from contextlib import closing
from pathlib import Path
from statistics import median

from benchmarks.memory import forget_peak, peak_bytes
from benchmarks.report import show
from pipelines.engine import sql
from pipelines.listing import COMPANIES
from pipelines.settings import Settings
from pipelines.stages import plan
from pipelines.workspace import Workspace

RUNS = 3

TABLES = {
    "records": """SELECT 'people/contacts/plain:' || i AS record_key, 'people' AS source, 0 AS source_order, 'people.csv' AS file,
        'people/contacts/1' AS landing, i AS row, NULL::TIMESTAMPTZ AS modified_at, TIMESTAMPTZ '2026-01-01' AS dated,
        'First' || i AS first_name, 'Last' || i AS last_name, 'Title ' || (i % 997) AS title, NULL::VARCHAR AS department,
        NULL::VARCHAR AS locale, NULL::VARCHAR AS linkedin_url, NULL::VARCHAR AS company_id, NULL::VARCHAR AS company_name,
        NULL::VARCHAR AS company_domain, ['p' || i || '@people.example'] AS emails, []::VARCHAR[] AS role_emails,
        ['+1312' || lpad((i % 10000000)::VARCHAR, 7, '0')] AS phones, []::VARCHAR[] AS tags, []::VARCHAR[] AS cleared FROM numbers""",
    "golden": """SELECT 'person-' || i AS person_id, 1 AS records, first_name, record_key AS first_name_from, last_name, record_key AS last_name_from,
        emails, emails[1] AS email, record_key AS email_from, phones, phones[1] AS phone, record_key AS phone_from,
        CASE WHEN i < (SELECT changed FROM given) THEN title || ' (new)' ELSE title END AS title, record_key AS title_from,
        department, NULL::VARCHAR AS department_from, locale, NULL::VARCHAR AS locale_from, NULL::VARCHAR AS company, NULL::VARCHAR AS company_from,
        linkedin_url, NULL::VARCHAR AS linkedin_url_from, tags, cleared FROM (SELECT *, row AS i FROM records)""",
    "golden_keys": """SELECT 'person-' || row AS person_id, 'email' AS kind, emails[1] AS key, record_key, 1 AS ord FROM records
        UNION ALL SELECT 'person-' || row, 'phone', phones[1], record_key, 1 FROM records""",
    "golden_tags": "SELECT ''::VARCHAR AS person_id, ''::VARCHAR AS tag, ''::VARCHAR AS record_key WHERE false",
    "golden_companies": """SELECT ''::VARCHAR AS company_id, 1 AS records, ''::VARCHAR AS name, ''::VARCHAR AS name_from, ''::VARCHAR AS website, ''::VARCHAR AS website_from,
        ''::VARCHAR AS domain, ''::VARCHAR AS domain_from, ''::VARCHAR AS industry, ''::VARCHAR AS industry_from, ''::VARCHAR AS size, ''::VARCHAR AS size_from,
        0::DOUBLE AS annual_revenue, ''::VARCHAR AS annual_revenue_from, ''::VARCHAR AS email, ''::VARCHAR AS email_from, ''::VARCHAR AS phone, ''::VARCHAR AS phone_from,
        ''::VARCHAR AS street, ''::VARCHAR AS street_from, ''::VARCHAR AS city, ''::VARCHAR AS city_from, ''::VARCHAR AS state, ''::VARCHAR AS state_from,
        ''::VARCHAR AS country, ''::VARCHAR AS country_from, ''::VARCHAR AS postal_code, ''::VARCHAR AS postal_code_from WHERE false""",
    "clusters": "SELECT record_key, 'person-' || row AS person_id FROM records",
    "company_clusters": "SELECT ''::VARCHAR AS record_key, ''::VARCHAR AS company_id WHERE false",
    "contact_matches": "SELECT 'person-' || i AS person_id, 'contact-' || i AS crm_id, 'active' AS status FROM numbers",
    "company_matches": "SELECT ''::VARCHAR AS company_id, ''::VARCHAR AS crm_id WHERE false",
    "merge_candidates": "SELECT ''::VARCHAR AS person_id, ''::VARCHAR AS crm_id, ''::VARCHAR AS other_crm_id, ''::VARCHAR AS reason WHERE false",
    "company_records": "SELECT ''::VARCHAR AS record_key, ''::VARCHAR AS source, ''::VARCHAR AS file, ''::VARCHAR AS landing, 0::BIGINT AS row WHERE false",
    "former_versions": """SELECT record_key, first_name, last_name, title, department, locale, linkedin_url, emails, role_emails, phones, tags,
        false AS employed FROM records WHERE false""",
    "current_contacts": """SELECT 'contact-' || row AS crm_id, first_name, last_name, emails[1] AS email, '+1 312-' || substr(phones[1], 6, 3) || '-' || substr(phones[1], 9) AS phone,
        title, department, NULL::VARCHAR AS company_id, 'active' AS status, NULL::VARCHAR AS source, locale,
        '{"crm_bridge_id":"person-' || row || '"}' AS properties, []::VARCHAR[] AS tags, TIMESTAMPTZ '2026-01-02' AS created_at, TIMESTAMPTZ '2026-01-02' AS updated_at,
        'person-' || row AS bridge_id, emails, phones, phones[1] AS phone_e164 FROM records""",
}


def fill(work: Workspace, rows: int, changed: int) -> None:
    """Make the tables that a plan reads, and the ledger of a run that wrote all of them."""
    with work.engine() as engine:
        engine.connection.execute(f"CREATE VIEW numbers AS SELECT range AS i FROM range({rows})")
        engine.one_row("given", {"changed": changed})
        for name, text in TABLES.items():
            engine.connection.execute(f"CREATE OR REPLACE TABLE {name} AS {text}")
        engine.put("fetched_companies", COMPANIES.empty_table())
        engine.connection.execute(
            "CREATE TABLE current_companies AS SELECT *, ''::VARCHAR AS bridge_id, ''::VARCHAR AS domain, []::VARCHAR[] AS emails, "
            "[]::VARCHAR[] AS phones FROM fetched_companies"
        )
        tables = (*TABLES, "current_companies")
        engine.write(*tables)
        work.lake.publish(work.run, tables)
        with work.ledger() as ledger:
            path, account = ledger.path, ledger.account
        with closing(sqlite3.connect(path)) as database:
            columns = [name for _, name, *_ in database.execute("PRAGMA table_info(written)")]
            for batch in engine.batches(
                "SELECT crm_id, to_json({first_name: first_name, last_name: last_name, email: email, phone: phone_e164, title: title, "
                "'properties.crm_bridge_id': bridge_id})::VARCHAR AS sent, to_json({first_name: first_name, last_name: last_name, email: email, "
                "phone: phone, title: title, 'properties.crm_bridge_id': bridge_id})::VARCHAR AS echoed FROM current_contacts"
            ):
                given = {"account": account, "object": "contacts", "before": "{}"}
                database.executemany(
                    f"INSERT INTO written ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})",
                    [tuple((given | row)[name] for name in columns) for row in batch.to_pylist()],
                )
            database.execute(
                "INSERT INTO links SELECT account, object, 'person-' || substr(crm_id, 9), crm_id FROM written WHERE object = 'contacts'"
            )
            database.commit()


def measure(rows: int, changed: float, folder: Path) -> dict[str, float]:
    """Fill a fresh data folder and plan over it."""
    settings = Settings.model_validate({"sources": {}, "folder": folder})
    fill(Workspace(settings, folder / "data", "made"), rows, round(rows * changed))
    seconds, peaks, counts = [], [], {}
    for _ in range(1 + RUNS):
        work = Workspace(settings, folder / "data", str(uuid.uuid4()))
        forget_peak()
        begin = time.perf_counter()
        try:
            counts = plan.run(work).counts
        finally:
            work.lock.free()
        seconds.append(time.perf_counter() - begin)
        peaks.append(peak_bytes())
    assert counts["contacts_updated"] == round(rows * changed), counts
    return {
        "rows": rows,
        "changed": round(rows * changed),
        "plan_seconds": median(seconds[1:]),
        "plan_peak_gb": median(peaks[1:]) / 1e9,
        "fields_written": counts["fields_written"],
    }


def main(argv: list[str] | None = None) -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.planning", description="Measure the plan at size.")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument(
        "--changed", type=float, default=0.01, help="the share of people whose title changed (%(default)s)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--data", type=Path, help="an empty folder to work in (default: a temporary one)")
    given = parser.parse_args(argv)
    folder = given.data or Path(tempfile.mkdtemp(prefix="crm-bench-"))
    try:
        figures = measure(given.rows, given.changed, folder)
    finally:
        if given.data is None:
            shutil.rmtree(folder)
    if given.json:
        print(json.dumps(figures))
    else:
        show("planning", figures)


if __name__ == "__main__":
    main()
