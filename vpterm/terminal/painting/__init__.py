"""What a terminal is able to show, and a painted stream fitted to it. No Textual."""
