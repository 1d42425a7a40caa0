"""vpterm: the practice software of a group of veterinary clinics."""
