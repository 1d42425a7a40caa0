"""What every layer may use: money, quantities, dates, identifiers, text, errors, languages. No I/O."""
