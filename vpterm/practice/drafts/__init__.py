"""What outlives a cut: half-filled forms, until they are saved or thrown away, and where a person was."""
