"""A PostgreSQL server, asked through a cursor on its side."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from connectors.errors import AccessError, ConfigurationError, NotApplied
from connectors.sql.database import ROWS, Column, Database, Kind, Query, as_batch

if TYPE_CHECKING:
    import psycopg

ISO: Final = """'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'"""

CONNECT_SECONDS: Final = 10

_LOGIN: Final = ("authentication failed", "does not exist", "no password", "not permitted", "no pg_hba.conf entry")
"""What stands in the error of a server that answers, and lets nobody in."""

_OF_THE_QUERY: Final = ("42", "25006", "0A", "3F")
"""SQLSTATEs whose message speaks of the query's words, not of values in the tables."""


def parameters(secret: str | None, told: Mapping[str, Any], variable: str, key: str) -> dict[str, Any]:
    """What psycopg connects by.

    Args:
        secret: A libpq URL or DSN; None: libpq's own variables, password file and defaults count.
        told: What of the connection the settings say; the secret goes before it.
        variable: Where the secret comes from, for messages.
        key: The settings' key that asks for PostgreSQL, for messages.

    Raises:
        ConfigurationError: psycopg is not installed, or the secret is no URL or DSN.
    """
    try:
        import psycopg  # noqa: PLC0415 - an extra
    except ImportError:
        what = f"{key}: PostgreSQL needs the package psycopg."
        raise ConfigurationError(what, guidance="Run: pip install 'crm-bridge[postgres]'.") from None
    try:
        given = psycopg.conninfo.conninfo_to_dict(secret or "")
    except psycopg.Error:  # its text shows parts of the secret
        what = f"{variable} is neither a URL (postgresql://…) nor a DSN (host=… password=…) of libpq."
        raise ConfigurationError(what, guidance="Mend the variable.") from None
    return {"connect_timeout": CONNECT_SECONDS, "application_name": "crm-bridge", **told, **given}


def place_of(secret: str | None, told: Mapping[str, Any], variable: str, key: str) -> str:
    """Server and database, without secrets; the arguments and errors are those of `parameters`."""
    given = parameters(secret, told, variable, key)
    return f"postgres {_where(given)}/{given.get('dbname', '')}"


def _where(given: Mapping[str, Any]) -> str:
    return f"{given.get('host', 'this machine')}:{given.get('port', 5432)}"


class Postgres(Database):
    """One transaction that only reads, all of it from one moment."""

    def __init__(self, query: Query, secret: str | None, told: Mapping[str, Any], variable: str, key: str) -> None:
        """Connect; the arguments are those of `parameters`, and what is asked.

        Raises:
            ConfigurationError: psycopg is not installed, or the secret is no URL or DSN.
            CallError: There is no connection.
        """
        super().__init__(query)
        given = parameters(secret, told, variable, key)
        self._where = _where(given)
        import psycopg  # noqa: PLC0415 - an extra

        try:
            self._connection = psycopg.connect(**given, client_encoding="utf8")
        except psycopg.OperationalError as error:
            if any(words in str(error) for words in _LOGIN):
                raise AccessError(
                    "the login is refused", method="connect", route=self._where, guidance=f"Check {variable}."
                ) from None
            guidance = "Is the server there?" if secret else f"{variable} is not set: is it the right server?"
            raise NotApplied("no connection", method="connect", route=self._where, guidance=guidance) from None
        self._connection.read_only = True
        self._connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        self._connection.execute("SET LOCAL TimeZone = 'UTC'")
        self._connection.execute("SET LOCAL DateStyle = 'ISO'")

    @property
    def account(self) -> str:
        """Server, database and role."""
        info = self._connection.info
        return f"PostgreSQL {info.server_version // 10_000} at {self._where}, database {info.dbname}, as {info.user}"

    def close(self) -> None:
        """End the transaction and the connection."""
        self._connection.close()

    def stop(self) -> None:
        """Ask the server to stop."""
        self._connection.cancel_safe(timeout=CONNECT_SECONDS)

    def described(self) -> tuple[Column, ...]:
        """What the server says of the query once it has prepared it."""
        with self._mended():
            query = self.statement()
            # The protocol prepares one statement: no bracket of the query closes ours.
            found = self._prepared(query)
            types = [found.ftype(at) for at in range(found.nfields)]
            names = [(found.fname(at) or b"").decode() for at in range(found.nfields)]
        if not names or not self._readable(query):
            raise self.query.wrong("it is not one SELECT.", "A source only reads: write one SELECT.")
        with self._mended():
            asked = "SELECT oid, format_type(oid, NULL), typtype FROM pg_type WHERE oid = ANY(%s)"
            rows = self._connection.execute(asked, [types]).fetchall()
        told = {oid: "record" if kind == "c" else name for oid, name, kind in rows}
        return tuple(Column(name, told[oid]) for name, oid in zip(names, types, strict=True))

    def parses(self, text: str) -> bool:
        """Whether the server prepares it; what it says of tables and columns is said of the whole query."""
        import psycopg  # noqa: PLC0415 - an extra

        try:
            with self._connection.transaction():  # a savepoint: the error would end the whole transaction
                self._prepared(text)
        except psycopg.errors.SyntaxError:
            return False
        except psycopg.ProgrammingError:
            pass
        return True

    def answer(self, statement: str, bound: Sequence[Any]) -> Generator[pa.RecordBatch, None, None]:  # noqa: ARG002 - see `place`
        """Fetch rows from the server's cursor, a batch at a time."""
        with self._mended(), self._connection.cursor(name="crm_bridge") as cursor:
            cursor.execute(statement.encode())
            names = [column.name for column in cursor.description or ()]
            while rows := cursor.fetchmany(ROWS):
                yield as_batch(names, rows)

    def kind(self, column: Column) -> Kind | None:
        """By the server's type."""
        kinds: dict[str, Kind] = {
            "timestamp with time zone": "zoned",
            "timestamp without time zone": "naive",
            "date": "day",
        }
        return kinds.get(column.type)

    def place(self, value: Any, bound: list[Any]) -> str:  # noqa: ARG002 - a query may hold % and ?, which mean something
        """The value as psycopg quotes it."""
        from psycopg import sql  # noqa: PLC0415 - an extra

        return sql.Literal(value).as_string(self._connection)

    def microseconds(self, column: Column) -> str:
        """A time's epoch; an infinite one has none."""
        epoch = f"(extract(epoch FROM {self._moment(column)}) * 1000000)::bigint::text"
        return f"CASE WHEN isfinite({column.sql}) THEN {epoch} END"

    def text(self, column: Column) -> str:
        """As PostgreSQL writes it, but times, bytes, structures and `NaN`, which says nothing."""
        given, kind = column.sql, column.type
        if kind.endswith("[]") or kind == "record":
            return f"to_json({given})::text"
        if kind == "bytea":
            return f"translate(encode({given}, 'base64'), chr(10), '')"
        if kind in ("real", "double precision", "numeric"):
            return f"nullif({given}, 'NaN')::text"
        if kind.startswith("timestamp"):
            moment = f"to_char({self._moment(column)} AT TIME ZONE 'UTC', {ISO})"
            return f"CASE WHEN isfinite({given}) THEN {moment} ELSE {given}::text END"
        return f"{given}::text"

    def _moment(self, column: Column) -> str:
        if self.kind(column) == "zoned":
            return column.sql
        return f"({column.sql}::timestamp AT TIME ZONE '{self.query.zone}')"

    def _prepared(self, statement: str) -> psycopg.pq.abc.PGresult:
        import psycopg  # noqa: PLC0415 - an extra

        found = self._connection.pgconn.prepare(b"", statement.encode())
        if found.status == psycopg.pq.ExecStatus.COMMAND_OK:
            found = self._connection.pgconn.describe_prepared(b"")
        if found.status != psycopg.pq.ExecStatus.COMMAND_OK:
            raise psycopg.errors.error_from_result(found)
        return found

    def _readable(self, query: str) -> bool:
        """Whether the query may stand in a FROM, which a statement that writes may not."""
        import psycopg  # noqa: PLC0415 - an extra

        try:
            self._prepared(f"SELECT FROM (\n{query}\n) AS q")
        except (psycopg.ProgrammingError, psycopg.NotSupportedError):
            return False
        return True

    @contextmanager
    def _mended(self) -> Iterator[None]:
        """Say what PostgreSQL cannot do without a value of its tables."""
        import psycopg  # noqa: PLC0415 - an extra

        try:
            yield
        except psycopg.Error as error:
            state = error.sqlstate or ""
            if state.startswith(_OF_THE_QUERY):
                raise self.query.wrong(f"{error.diag.message_primary}.") from None
            if not state or state.startswith(("08", "57P")):
                raise NotApplied("the connection was lost", method="read", route=self._where) from None
            told = f"PostgreSQL cannot answer it ({state} {type(error).__name__}; values are not shown)."
            raise self.query.wrong(told, "Try it in psql, which shows the value.") from None
