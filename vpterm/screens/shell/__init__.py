"""The shell of the program: the app, its places, the way of a key, opening and going back. No noun lives here."""
