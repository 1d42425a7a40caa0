"""How things look: the two themes (truecolor and 16-colour console), roles, glyphs. No behaviour lives here."""
