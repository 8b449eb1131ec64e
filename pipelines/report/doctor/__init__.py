"""What `crm-bridge doctor` says: a line for each thing that a run needs, with the mend where something is amiss."""
