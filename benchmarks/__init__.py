"""What this project costs at size. Each module measures one thing and runs alone; `python -m benchmarks` runs all."""
