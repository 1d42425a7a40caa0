"""Animals: patients, their identification, weights and problems."""
