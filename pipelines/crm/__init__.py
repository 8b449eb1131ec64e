"""The account as it is: what it holds (snapshot, export) and what of ours it shows (recover, rebuild)."""
