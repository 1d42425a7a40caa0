"""What several nouns do with a booking or a visit, and show of it, in the same way. No places of its own."""
