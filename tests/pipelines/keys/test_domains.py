"""Hosts become the domain that names a company, or none."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from publicsuffixlist import PublicSuffixList

from pipelines.keys import domains
from pipelines.keys.normalise import name_domains
from pipelines.lake.engine import Engine, engine
from pipelines.lake.lake import Lake

PUBLIC = PublicSuffixList(only_icann=False)


@pytest.fixture(scope="module")
def step(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One database for all hosts."""
    with engine(Lake(tmp_path_factory.mktemp("data")), "run", memory="2GB", threads=2) as opened:
        yield opened


def look(step: Engine, *hosts: str) -> list[tuple[str | None, bool]]:
    """Each host's domain, and whether it is free."""
    step.put("hosts", pa.table({"host": pa.array(sorted(set(hosts)), pa.string())}))
    name_domains(step)
    answers = {host: (domain, free) for host, domain, free in step.rows("SELECT host, domain, free FROM domain_keys")}
    return [answers[host] for host in hosts]


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("acme.com", "acme.com"),
        ("mail.acme.co.uk", "acme.co.uk"),
        ("acme.com.", "acme.com"),
        ("a.github.io", "a.github.io"),
        ("x.y.kawasaki.jp", "x.y.kawasaki.jp"),
        ("x.city.kawasaki.jp", "city.kawasaki.jp"),
        ("a.b.unheard-of", "b.unheard-of"),
        ("münchen.de", "xn--mnchen-3ya.de"),
        ("xn--mnchen-3ya.de", "xn--mnchen-3ya.de"),
        ("co.uk", None),
        ("localhost", None),
        ("192.168.0.1", None),
        ("1.2.3.4.", None),
        ("ü" * 70 + ".de", None),
        ("a..b", None),
        (".acme.com", None),
        ("-", None),
    ],
)
def test_host_gives_the_domain_under_its_public_suffix(step: Engine, host: str, domain: str | None) -> None:
    """Private suffixes count, one spelling per name; suffixes, addresses of machines and junk name nobody."""
    assert look(step, host)[0][0] == domain


labels = st.text("abwxyz0-", min_size=1, max_size=4)
hosts = st.builds(
    lambda before, rule, after: ".".join([*before, *([rule] if rule else []), *after]),
    st.lists(labels, max_size=3),
    st.sampled_from([*sorted(set(domains.suffix_rules()["tail"].to_pylist())), ""]),
    st.lists(st.sampled_from(["com", "x", "jp"]), max_size=1),
).filter(lambda host: host != "" and not host.rpartition(".")[2].isdigit())


@settings(max_examples=20, deadline=None)
@given(st.lists(hosts, min_size=1, max_size=300))
def test_domain_is_what_the_library_says(step: Engine, given_hosts: list[str]) -> None:
    """For hosts around every kind of rule, wildcards and their exceptions included."""
    assert [domain for domain, _ in look(step, *given_hosts)] == [PUBLIC.privatesuffix(host) for host in given_hosts]


def test_every_rule_is_read_as_the_library_reads_it(step: Engine) -> None:
    """The whole list: each rule's own text, and one and two labels more."""
    tails = domains.suffix_rules()["tail"].to_pylist()
    every = sorted({f"{before}{tail}" for tail in tails for before in ("", "a.", "b.a.")})
    step.put("hosts", pa.table({"host": every}))
    name_domains(step)
    found = dict(step.rows("SELECT host, domain FROM domain_keys"))
    assert len(found) == len(every) > 20_000
    assert [host for host in every if found[host] != PUBLIC.privatesuffix(host)] == []


@pytest.mark.parametrize(
    ("host", "free"),
    [
        ("gmail.com", True),
        ("mail.gmx.de", True),
        ("linkedin.com", True),
        ("acme.com", False),
        ("gmail.acme.com", False),
    ],
)
def test_domain_that_anyone_has_a_mailbox_or_page_at_is_free(step: Engine, host: str, free: bool) -> None:
    """Such a domain names no company."""
    assert look(step, host)[0][1] is free


def test_nothing_gives_nothing(step: Engine) -> None:
    """No hosts, no rows."""
    assert look(step) == []
    assert step.rows("SELECT * FROM domain_keys") == []
