"""The base of the doubles; it is installed with crm-bridge, for connectors that live elsewhere."""

from connectors.testing.double import BEGINNING, Double, Fault, FaultKind, Flaw, Seen, flawed

__all__ = ["BEGINNING", "Double", "Fault", "FaultKind", "Flaw", "Seen", "flawed"]
