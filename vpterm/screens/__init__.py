"""Textual: the shell, the keymap, the widgets, and one folder per noun."""
