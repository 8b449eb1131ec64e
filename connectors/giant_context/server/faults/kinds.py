"""The faults there are, each with what can be said about it. What they do is told in `deeds` and `edits`."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, Self, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, model_validator

from connectors.giant_context.server.faults.routes import checked_pattern

Pattern = Annotated[str, AfterValidator(checked_pattern)]
Seconds = Annotated[float, Field(gt=0, le=3600, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=1, strict=True)]


def _one_is_a_list(value: object) -> object:
    return (value,) if isinstance(value, int) else value


class When(BaseModel):
    """Which calls a fault befalls: of those that its route means, the `nth`, each `every`th, a `share`, or all.

    Calls are counted from 1, those that another fault befell included.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    route: Pattern
    nth: Annotated[tuple[Count, ...], Field(min_length=1), BeforeValidator(_one_is_a_list)] | None = None
    every: Count | None = None
    share: Annotated[float, Field(gt=0, le=1)] | None = None

    @model_validator(mode="after")
    def _one_way_to_choose(self) -> Self:
        if sum(way is not None for way in (self.nth, self.every, self.share)) > 1:
            raise ValueError("give one of nth, every and share")
        return self

    def befalls(self, n: int, chance: float) -> bool:
        """Whether the nth call is one of them; `chance` is that call's, from 0 up to 1."""
        if self.nth is not None:
            return n in self.nth
        if self.every is not None:
            return n % self.every == 0
        return self.share is None or chance < self.share


class Plain(When):
    """A fault of which nothing more can be said."""

    kind: Literal[
        "reset_before",
        "reset_after",
        "truncated",
        "html",
        "wrong_type",
        "no_content",
        "black_hole",
        "revoke_tokens",
    ]


class Timed(When):
    """A fault that takes its time. For `drip` it is the pause between two bytes."""

    kind: Literal["delay", "drip", "stall", "late"]
    seconds: Seconds


class Status(When):
    """A refusal before anything is done. `retry_after`: seconds, `date+30`, `date-30`, or any text, sent as it is."""

    kind: Literal["status"]
    status: Annotated[int, Field(ge=400, le=599, strict=True)]
    retry_after: (
        Annotated[int, Field(ge=0, strict=True)] | Annotated[str, Field(pattern=r"^[ -~]+$", strict=True)] | None
    ) = None

    @model_validator(mode="after")
    def _pauses_are_asked_for_where_they_may(self) -> Self:
        if self.retry_after is not None and self.status not in {429, 503}:
            raise ValueError("retry_after goes with status 429 or 503")
        return self


class StatusAfter(When):
    """A server error after the work was done."""

    kind: Literal["status_after"]
    status: Annotated[int, Field(ge=500, le=599, strict=True)] = 500


class ListFault(When):
    """Somebody changes a list just before a page of it is answered."""

    @model_validator(mode="after")
    def _a_list_is_read(self) -> Self:
        if self.route not in {"GET contacts", "GET companies", "GET activities"}:
            raise ValueError('route must be "GET contacts", "GET companies" or "GET activities"')
        return self


class Insertion(ListFault):
    """A new row, which comes first in the list."""

    kind: Literal["insert_row"]


class Edit(ListFault):
    """A row is changed or taken out: the first of the list, or another one, counted from 1."""

    kind: Literal["update_row", "remove_row"]
    row: Count = 1


Fault = Plain | Timed | Status | StatusAfter | Insertion | Edit
AnyFault: Final[TypeAdapter[Fault]] = TypeAdapter(Annotated[Fault, Field(discriminator="kind")])

KINDS: Final = frozenset(kind for model in get_args(Fault) for kind in get_args(model.model_fields["kind"].annotation))


def fault(route: str, kind: str, **more: Any) -> Fault:
    """Return a fault: `fault("POST contacts", "reset_after", nth=1)`.

    Raises:
        ValidationError: There is no such route or kind, or the kind takes something else.
    """
    return AnyFault.validate_python({"route": route, "kind": kind, **more})
