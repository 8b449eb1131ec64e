"""The command line: `crm-bridge …`. Commands parse, call a stage, and print what report/ says."""
