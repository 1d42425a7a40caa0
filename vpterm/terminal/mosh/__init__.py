"""The mosh door: for lines that come and go. The stock client; what people prove, they prove at the SSH door."""
