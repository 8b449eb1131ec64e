"""What identifies: e-mails, phones and hosts as given to keys, the same for every side."""
